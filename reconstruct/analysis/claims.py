"""The claims of Gatys, Ecker & Bethge (2015), and a few of ours, each with a test that measured numbers can pass.

A claim is tested on cases, mostly one photograph and one seed each. The paper gives no thresholds; those here are ours.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import geometric_mean, mean

from reconstruct.analysis.entries import Entry, Kind
from reconstruct.analysis.networks import TRAINED, UNTRAINED
from reconstruct.analysis.outcomes import (
    FACTOR,
    TREND,
    Outcome,
    depths,
    each,
    findings,
    of_photographs,
    plural,
    spread,
    trend,
)
from reconstruct.analysis.selection import (
    across,
    at_level,
    by_layer,
    cases,
    compared,
    content_layer,
    cumulative,
    depth_cells,
    depth_level,
    firsts,
    front,
    made_from,
    matrix,
    no_level,
    order,
    originals,
    pairs,
    select,
    without,
)
from reconstruct.layers import block

PIXEL_BY_PIXEL = 0.9  # SSIM
SAME_LAYOUT = 0.7  # layout correlation
MIN_CONTENT_RATIO = 0.8  # content error over that of the shuffled original
OBJECTS_LAYER = "relu3_1"  # where the content error tells whether higher layers keep objects
JUMP = 10.0  # times, from one ratio to the next, most of them ten times as large


def _beside(entries: Iterable[Entry], moved: Mapping[str, Entry]) -> list[list[Entry]]:
    """Every entry as a case of its own, with its shuffled original."""
    return [[e, moved[e.picture]] for e in entries]


def _pixels(entries: Sequence[Entry]) -> Outcome:
    ends = select(depth_cells(entries), kind=Kind.RESULT)
    low = [e for e in ends if block(e.layer) <= 2]
    if low and all(e.ssim is None for e in low):
        return [], "the pictures are too small for SSIM"
    low = [e for e in low if e.ssim is not None]
    if not low:
        return [], ""
    numbers = [
        f"{layer} {spread(same, [e.psnr for e in same])} dB, {spread(same, [e.ssim or 0 for e in same], 2)}"
        for layer, same in by_layer(low, order(low)).items()
    ]
    threshold = f"the claim needs an SSIM of at least {PIXEL_BY_PIXEL}"
    held = ((e.ssim or 0) >= PIXEL_BY_PIXEL for e in low)
    return findings(held, each(low)), f"PSNR and SSIM from {', from '.join(numbers)}; {threshold}"


def _unconstrained(entries: Sequence[Entry]) -> Outcome:
    level = depth_level(entries)
    matched = at_level(depth_cells(entries), level)
    ways = [trend(depths(case), [e.psnr for e in case]) for case in across(matched)]
    if level is None or not ways:
        return [], no_level(entries)
    ends = _ends(matched, lambda e: e.psnr, 1, " dB")
    told = spread(across(matched), ways, 2)
    numbers = f"at a relative feature error of at most {level:g}, PSNR goes from {ends}; rank correlation {told}"
    several = [e for e in matched if e.deviation is not None]
    drifts = [trend(depths(case), [e.deviation or 0 for e in case]) for case in across(several)]
    if drifts:
        ends = _ends(several, lambda e: e.deviation or 0, 3)
        numbers += f"; seeds drift apart from {ends}, rank correlation {spread(across(several), drifts, 2)}"
    pixels = findings((way < -TREND for way in ways), across(matched), "PSNR falls with depth")
    seeds = findings((drift > TREND for drift in drifts), across(several), "seeds drift apart with depth")
    return [*pixels, *seeds], numbers + without(depth_cells(entries), level)


def _ends(entries: Sequence[Entry], reading: Callable[[Entry], float], digits: int, unit: str = "") -> str:
    """A measured value at the lowest layer and at the highest, as text."""
    rows = list(by_layer(entries, order(entries)).items())
    low, high = (
        f"{spread(same, [reading(e) for e in same], digits)}{unit} ({name})" for name, same in (rows[0], rows[-1])
    )
    return f"{low} to {high}"


def _colour(entries: Sequence[Entry]) -> Outcome:
    level = depth_level(entries)
    matched = [e for e in at_level(depth_cells(entries), level) if e.local_chroma is not None]
    ways = [trend(depths(case), [e.local_chroma or 0 for e in case]) for case in across(matched)]
    if level is None or not ways:
        return [], no_level(entries)
    moved = {e.picture: e for e in originals(entries, Kind.SHUFFLED, matched)}
    lost = {quantity: _lost(quantity, matched, moved) for quantity in ("local_chroma", "local_lightness")}
    ends = _ends(matched, lambda e: e.local_chroma or 0, 1)
    differences = _ends(matched, lambda e: e.delta_e or 0, 1)
    looked = [[*case, *([moved[case[0].picture]] if case[0].picture in moved else [])] for case in across(matched)]
    return findings([way > TREND for way in ways], looked, "colour is lost with depth"), (
        f"at a relative feature error of at most {level:g}, the error of colour (CIELAB a*, b*), averaged over 8 × 8 "
        f"fields, goes from {ends}; rank correlation {spread(across(matched), ways, 2)}; it is more than half of the "
        f"shuffled original's {lost['local_chroma']}, that of lightness {lost['local_lightness']}; ΔE of pixels goes "
        f"from {differences}{without(depth_cells(entries), level)}"
    )


def _lost(quantity: str, matched: Sequence[Entry], moved: Mapping[str, Entry]) -> str:
    """From which layer on an error is more than half of the shuffled original's, mean over pictures, as text."""
    known = by_layer([e for e in matched if getattr(moved.get(e.picture), quantity, None)], order(matched))
    shares = {
        layer: mean(of_photographs(same, [getattr(e, quantity) / getattr(moved[e.picture], quantity) for e in same]))
        for layer, same in known.items()
    }
    kept = [layer for layer, share in shares.items() if share <= 1 / FACTOR]
    after = list(shares)[list(shares).index(kept[-1]) + 1 :] if kept else list(shares)
    return f"from {after[0]} on" if after else "nowhere" if shares else "not compared"


def _objects(entries: Sequence[Entry]) -> Outcome:
    high = [e for e in select(depth_cells(entries), kind=Kind.RESULT) if block(e.layer) == 5]
    moved = {e.picture: e for e in originals(entries, Kind.SHUFFLED, high) if _at(e, OBJECTS_LAYER)}
    high = [e for e in high if e.picture in moved and _at(e, OBJECTS_LAYER) is not None]
    if not high:
        return [], ""
    shares = [(_at(e, OBJECTS_LAYER) or 0.0) / (_at(moved[e.picture], OBJECTS_LAYER) or 1.0) for e in high]
    held = [e.layout >= SAME_LAYOUT and share < 1 for e, share in zip(high, shares, strict=True)]
    return findings(held, _beside(high, moved)), (
        f"from block 5 the layout correlation with the original is {spread(high, [e.layout for e in high], 2)}; "
        f"of the shuffled original {spread(moved.values(), [e.layout for e in moved.values()], 2)}; the error at "
        f"{OBJECTS_LAYER}, which was not matched, is {spread(high, shares, 2)} of the shuffled original's"
    )


def _at(entry: Entry, layer: str) -> float | None:
    """The content error at a layer, if it is known."""
    return entry.errors.get("content", {}).get(layer)


def _upwards(entries: Sequence[Entry]) -> Outcome:
    rows = matrix(entries, "content")
    below, above = [], []
    for layer, errors in rows.items():
        layers = list(errors)
        place = layers.index(layer)
        below.append([errors[m] / errors[layer] for m in layers[:place]])
        above.append([errors[m] / errors[layer] for m in layers[place + 1 :]])
    inner = {layer: sides for layer, sides in zip(rows, zip(below, above, strict=True), strict=True) if all(sides)}
    held = [geometric_mean(b) > FACTOR * geometric_mean(a) for b, a in inner.values()]
    if not held:
        return [], ""
    made = [same for layer, same in made_from(entries, "content").items() if layer in inner]
    times = [geometric_mean(ratio for each in side for ratio in each) for side in (above, below)]
    later = sum(errors[layer] > min(errors.values()) for layer, errors in rows.items())
    return findings(held, made), (
        f"at later layers the content error is {times[0]:.1f} times that at the layer itself, at earlier ones "
        f"{times[1]:.1f} times (geometric means over all pairs); for {later} of {plural(len(rows), 'layer')} the "
        "smallest error is not at the layer itself"
    )


def _texture(entries: Sequence[Entry]) -> Outcome:
    cells = cumulative(entries)
    most = max((len(e.layers["style"]) for e in cells), default=0)
    names, place = firsts(cells)[:most], content_layer(cells)

    def known(e: Entry) -> bool:
        return _at(e, place) is not None and all(layer in e.errors.get("style", {}) for layer in names)

    def style_of(e: Entry) -> float:
        return mean(e.errors["style"][layer] for layer in names)

    moved = {e.picture: e for e in originals(entries, Kind.SHUFFLED, cells) if known(e) and _at(e, place)}
    widest = [e for e in cells if len(e.layers["style"]) == most and e.picture in moved and known(e)]
    if most < 2 or not widest:
        return [], ""
    content = [(_at(e, place) or 0.0) / (_at(moved[e.picture], place) or 1.0) for e in widest]
    held = [
        share >= MIN_CONTENT_RATIO and e.layout < SAME_LAYOUT / 2 and style_of(e) <= FACTOR * style_of(moved[e.picture])
        for e, share in zip(widest, content, strict=True)
    ]
    others = [other for other in originals(entries, Kind.OTHER, cells) if known(other)]
    apart = [style_of(other) for other in others]
    if others:
        held = [ok and FACTOR * style_of(e) < mean(apart) for ok, e in zip(held, widest, strict=True)]
    comparison = f", another picture: {spread(others, apart, 2)}" if others else ""
    return findings(held, _beside(widest, moved)), (
        f"from {most} layers, the content error at {place} is {spread(widest, content, 2)} of that of the shuffled "
        f"original; the layout correlation is {spread(widest, [e.layout for e in widest], 2)}; the style error is "
        f"{spread(widest, map(style_of, widest), 2)}, shuffled original: "
        f"{spread(moved.values(), map(style_of, moved.values()), 2)}{comparison}"
    )


def _structures(entries: Sequence[Entry]) -> Outcome:
    known = [e for e in cumulative(entries) if e.coherence is not None]
    by_case = [case for case in cases(known).values() if len(case) > 2]
    ways = [trend([len(e.layers["style"]) for e in case], [e.coherence or 0 for e in case]) for case in by_case]
    if not ways:
        return [], ""
    counts = sorted({len(e.layers["style"]) for case in by_case for e in case})
    by_count = [[e for case in by_case for e in case if len(e.layers["style"]) == n] for n in counts]
    sizes = ", ".join(spread(same, [e.coherence or 0 for e in same], 2) for same in by_count)
    waves = ", ".join(spread(same, [e.wavelength for e in same]) for same in by_count)
    return findings([way > TREND for way in ways], by_case), (
        f"repeated pieces of the original measure {sizes} pixels with {', '.join(map(str, counts))} layers; rank "
        f"correlation {spread(by_case, ways, 2)}; the mean wavelength, which knows no phases, is {waves}"
    )


def _separable(entries: Sequence[Entry]) -> Outcome:
    known = [case for case in front(entries) if all(e.losses for e in case)]
    best = [min(max(e.losses.values()) for e in case) for case in known]
    numbers = (
        f"at the best α/β both losses are at most {spread(known, best, 2)} of those of the other picture"
        if best
        else ""
    )
    return findings([worse < 1 / FACTOR for worse in best], known), numbers


def _both(entries: Sequence[Entry]) -> Outcome:
    worse = [_times_alone(case) for case in front(entries)]
    if not worse:
        return [], ""
    least, most = (f"{times:.1f}" for times in (min(worse), max(worse)))
    between = f"{least}" if least == most else f"{least} to {most}"
    numbers = f"at the best α/β, the worse of the two errors is still {between} times its smallest value over all α/β"
    return findings([times >= FACTOR for times in worse], front(entries)), numbers


def _times_alone(case: Sequence[Entry]) -> float:
    alone = {term: min(e.own_error(term) for e in case) for term in ("content", "style")}
    return min(max(e.own_error(term) / alone[term] for term in alone) for e in case)


def _smooth(entries: Sequence[Entry]) -> Outcome:
    steps = [pair for case in front(entries) for pair in pairwise(case)]
    if not steps:
        return [], ""
    changes = [
        (a.own_error("content") / b.own_error("content"), b.own_error("style") / a.own_error("style")) for a, b in steps
    ]
    held = [min(change) >= 1 and max(change) <= JUMP for change in changes]
    jumps = [max(change) for change in changes]
    return findings(held, steps), (
        f"in {sum(held)} of {len(steps)} steps to a larger ratio the content error falls and the style error rises, "
        f"neither by a factor above {JUMP:g}; the factor is {spread(steps, jumps)}, at most {max(jumps):.1f}"
    )


def _learned(entries: Sequence[Entry]) -> Outcome:
    level, trained, untrained, left_out = compared(entries, UNTRAINED, "")
    layers = pairs(trained, untrained) if level is not None else {}
    deep = [pair for layer, same in layers.items() if block(layer) > 1 for pair in same]
    if not deep:
        return [], ""
    numbers = ", ".join(f"{spread(same, _gaps(same))} dB at {layer}" for layer, same in layers.items())
    return findings([gap < 0 for gap in _gaps(deep)], deep), (
        f"at a relative feature error of at most {level:g}, PSNR of the trained minus the untrained network: {numbers}"
        f"{left_out}"
    )


def _gaps(pairs: Iterable[tuple[Entry, Entry]]) -> list[float]:
    """Differences of PSNR in dB."""
    return [first.psnr - second.psnr for first, second in pairs]


def _canvas(entries: Sequence[Entry]) -> Outcome:
    level, usual, pixels, left_out = compared(entries, TRAINED, "pixels")
    ways = [trend(depths(case), [e.psnr for e in case]) for case in across(pixels)]
    if level is None or not ways or usual[0].canvas == "pixels":
        return [], ""
    gaps = ", ".join(f"{spread(same, _gaps(same))} dB at {layer}" for layer, same in pairs(usual, pixels).items())
    return findings([way < -TREND for way in ways], across(pixels)), (
        f"on plain pixels, too, the rank correlation of PSNR with depth is {spread(across(pixels), ways, 2)}, at a "
        f"relative feature error of at most {level:g}; PSNR on the {usual[0].canvas} canvas minus PSNR on pixels: "
        f"{gaps}{left_out}"
    )


CLAIMS: dict[str, tuple[str, Callable[[Sequence[Entry]], Outcome]]] = {
    "pixels": ("Low layers give the picture back almost pixel by pixel", _pixels),
    "unconstrained": ("Higher layers do not constrain the exact pixel values", _unconstrained),
    "colour": ("Higher layers do not constrain the colour of a place", _colour),
    "objects": ("Higher layers keep objects and their arrangement", _objects),
    "upwards": ("A layer fixes what later layers see, not what earlier ones see", _upwards),
    "texture": ("Style keeps texture and forgets arrangement", _texture),
    "structures": ("Style over more layers has larger and smoother structures", _structures),
    "separable": ("Content and style can be set independently", _separable),
    "both": ("At no α/β are content and style both matched", _both),
    "smooth": ("The trade-off moves smoothly with α/β", _smooth),
    "learned": ("A trained layer forgets more pixels than an untrained one", _learned),
    "canvas": ("Pixels fade with depth whatever the canvas", _canvas),
}
