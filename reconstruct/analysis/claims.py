"""The claims of Gatys, Ecker & Bethge (2015), and a few of ours, each with a test and the numbers that it reads.

A claim is tested on cases, mostly one photograph and one seed each. The paper gives no thresholds; those here are ours.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import geometric_mean, mean, stdev

from scipy.stats import spearmanr

from reconstruct.analysis.entries import Entry, Kind
from reconstruct.analysis.networks import TRAINED, UNTRAINED
from reconstruct.analysis.selection import (
    across,
    at_level,
    by_layer,
    cases,
    compared,
    cumulative,
    depth_cells,
    firsts,
    front,
    looked_at,
    matrix,
    order,
    originals,
    select,
    shown_level,
)
from reconstruct.layers import block

PIXEL_BY_PIXEL = 0.9  # SSIM
SAME_PLACES = 0.7  # layout correlation
MIN_CONTENT_RATIO = 0.8  # content error over that of the shuffled original
FACTOR = 2.0  # times
TREND = 0.5  # rank correlation
OBJECTS_LAYER = "relu3_1"  # where the content error tells whether higher layers keep objects
JUMP = 10.0  # times, from one ratio to the next, most of them ten times as large

Tests = tuple[list[bool], str]
"""Whether a claim holds in each case, and the numbers, the main one before the first semicolon.

Without cases it was not measured.
"""


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Mean ± standard deviation, where there are several."""
    several = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{mean(values):.{digits}f}{several}"


def trend(x: Sequence[float], y: Sequence[float]) -> float:
    """Spearman's rank correlation; 0 where one of the two does not vary."""
    if len(set(x)) < 2 or len(set(y)) < 2:
        return 0.0
    return float(spearmanr(x, y).statistic)


def _depths(entries: Sequence[Entry]) -> list[int]:
    layers = order(entries)
    return [layers.index(e.layer) for e in entries]


def _pixels(entries: Sequence[Entry]) -> Tests:
    ends = select(depth_cells(entries), kind=Kind.RESULT)
    low = [e for e in ends if block(e.layer) <= 2 and e.ssim is not None]
    numbers = [
        f"{layer} {spread([e.psnr for e in same])} dB, {spread([e.ssim or 0 for e in same], 2)}"
        for layer, same in by_layer(low, order(low)).items()
    ]
    asked = f"asked for is an SSIM of {PIXEL_BY_PIXEL}"
    return [(e.ssim or 0) >= PIXEL_BY_PIXEL for e in low], f"PSNR and SSIM from {', from '.join(numbers)}; {asked}"


def _unconstrained(entries: Sequence[Entry]) -> Tests:
    level = shown_level(entries)
    matched = at_level(depth_cells(entries), level)
    ways = [trend(_depths(case), [e.psnr for e in case]) for case in across(matched)]
    if level is None or not ways:
        return [], ""
    ends = _ends(matched, lambda e: e.psnr, 1, " dB")
    numbers = (
        f"at the same relative feature error of {level:g}, PSNR goes from {ends}; rank correlation {spread(ways, 2)}"
    )
    several = [e for e in matched if e.deviation is not None]
    drifts = [trend(_depths(case), [e.deviation or 0 for e in case]) for case in across(several)]
    if drifts:
        ends = _ends(several, lambda e: e.deviation or 0, 3)
        numbers += f"; seeds drift apart from {ends}, rank correlation {spread(drifts, 2)}"
    return [*(way < -TREND for way in ways), *(drift > TREND for drift in drifts)], numbers


def _ends(entries: Sequence[Entry], reading: Callable[[Entry], float], digits: int, unit: str = "") -> str:
    """A reading at the lowest layer and at the highest."""
    rows = list(by_layer(entries, order(entries)).items())
    low, high = (f"{spread([reading(e) for e in same], digits)}{unit} ({name})" for name, same in (rows[0], rows[-1]))
    return f"{low} to {high}"


def _objects(entries: Sequence[Entry]) -> Tests:
    high = [e for e in select(depth_cells(entries), kind=Kind.RESULT) if block(e.layer) == 5]
    moved = {e.picture: e for e in originals(entries, Kind.SHUFFLED, high) if _at(e, OBJECTS_LAYER)}
    high = [e for e in high if e.picture in moved and _at(e, OBJECTS_LAYER) is not None]
    if not high:
        return [], ""
    shares = [(_at(e, OBJECTS_LAYER) or 0.0) / (_at(moved[e.picture], OBJECTS_LAYER) or 1.0) for e in high]
    held = [e.layout >= SAME_PLACES and share < 1 for e, share in zip(high, shares, strict=True)]
    return held, (
        f"from block 5 the layout correlation with the original is {spread([e.layout for e in high], 2)}; "
        f"of the shuffled original {spread([e.layout for e in moved.values()], 2)}; the error at "
        f"{OBJECTS_LAYER}, not asked for, is {spread(shares, 2)} of the shuffled original's"
    )


def _at(entry: Entry, layer: str) -> float | None:
    """The content error at a layer, if it is known."""
    return entry.errors.get("content", {}).get(layer)


def _upwards(entries: Sequence[Entry]) -> Tests:
    rows = matrix(entries, "content")
    below, above = [], []
    for layer, errors in rows.items():
        layers = list(errors)
        place = layers.index(layer)
        below.append([errors[m] / errors[layer] for m in layers[:place]])
        above.append([errors[m] / errors[layer] for m in layers[place + 1 :]])
    held = [geometric_mean(b) > FACTOR * geometric_mean(a) for b, a in zip(below, above, strict=True) if a and b]
    if not held:
        return [], ""
    times = [geometric_mean(ratio for each in side for ratio in each) for side in (above, below)]
    own = sum(errors[layer] == min(errors.values()) for layer, errors in rows.items())
    return held, (
        f"at later layers the content error is {times[0]:.1f} times that at the layer itself, at earlier ones "
        f"{times[1]:.1f} times (geometric means); the smallest error of a row is at the layer itself for {own} of "
        f"{len(rows)}"
    )


def _texture(entries: Sequence[Entry]) -> Tests:
    cells = cumulative(entries)
    most = max((len(e.layers["style"]) for e in cells), default=0)
    names, place = firsts(cells)[:most], looked_at(cells)

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
        share >= MIN_CONTENT_RATIO and e.layout < SAME_PLACES / 2 and style_of(e) <= FACTOR * style_of(moved[e.picture])
        for e, share in zip(widest, content, strict=True)
    ]
    others = [style_of(other) for other in originals(entries, Kind.OTHER, cells) if known(other)]
    if others:
        held = [ok and FACTOR * style_of(e) < mean(others) for ok, e in zip(held, widest, strict=True)]
    comparison = f", another picture: {spread(others, 2)}" if others else ""
    return held, (
        f"from {most} layers, the content error at {place} is {spread(content, 2)} of that of the shuffled "
        f"original; the layout correlation is {spread([e.layout for e in widest], 2)}; the style error is "
        f"{spread([style_of(e) for e in widest], 2)}, shuffled original: "
        f"{spread([style_of(e) for e in moved.values()], 2)}{comparison}"
    )


def _structures(entries: Sequence[Entry]) -> Tests:
    by_case = {key: case for key, case in cases(cumulative(entries)).items() if len(case) > 2}
    ways = [trend([len(e.layers["style"]) for e in case], [e.wavelength for e in case]) for case in by_case.values()]
    if not ways:
        return [], ""
    counts = sorted({len(e.layers["style"]) for case in by_case.values() for e in case})
    sizes = [
        spread([e.wavelength for case in by_case.values() for e in case if len(e.layers["style"]) == n]) for n in counts
    ]
    numbers = f"mean wavelength {', '.join(sizes)} pixels from {', '.join(map(str, counts))} layers"
    return [way > TREND for way in ways], f"{numbers}; rank correlation {spread(ways, 2)}"


def _separable(entries: Sequence[Entry]) -> Tests:
    best = [min(max(e.losses.values()) for e in case) for case in front(entries) if all(e.losses for e in case)]
    numbers = f"at the best α/β both losses are at most {spread(best, 2)} of those of the other picture" if best else ""
    return [worse < 1 / FACTOR for worse in best], numbers


def _both(entries: Sequence[Entry]) -> Tests:
    worse = [_times_alone(case) for case in front(entries)]
    if not worse:
        return [], ""
    times = " and ".join(f"{least:.1f}" for least in (min(worse), max(worse)))
    numbers = f"at the best, the worse of the two errors is still between {times} times what it is when it alone counts"
    return [times >= FACTOR for times in worse], numbers


def _times_alone(case: Sequence[Entry]) -> float:
    alone = {term: min(e.own_error(term) for e in case) for term in ("content", "style")}
    return min(max(e.own_error(term) / alone[term] for term in alone) for e in case)


def _smooth(entries: Sequence[Entry]) -> Tests:
    steps = [pair for case in front(entries) for pair in pairwise(case)]
    if not steps:
        return [], ""
    changes = [
        (a.own_error("content") / b.own_error("content"), b.own_error("style") / a.own_error("style")) for a, b in steps
    ]
    held = [min(change) >= 1 and max(change) <= JUMP for change in changes]
    jumps = [max(change) for change in changes]
    return held, (
        f"in {sum(held)} of {len(steps)} steps to a larger ratio the content error falls and the style error rises, "
        f"neither by more than {JUMP:g} times; by {spread(jumps)} times, at most {max(jumps):.1f}"
    )


def _learned(entries: Sequence[Entry]) -> Tests:
    level, trained, untrained = compared(entries, UNTRAINED, "")
    if level is None:
        return [], ""
    gaps = _gaps(trained, untrained)
    deepest = [(layer, found) for layer, found in gaps.items() if block(layer) > 1]
    numbers = ", ".join(f"{spread(found)} dB at {layer}" for layer, found in gaps.items())
    return [gap < 0 for _, found in deepest for gap in found], (
        f"at the same relative feature error of {level:g}, PSNR of the trained minus the untrained network: {numbers}"
    )


def _gaps(first: Sequence[Entry], second: Sequence[Entry]) -> dict[str, list[float]]:
    """Layer -> differences of PSNR in dB, case by case."""
    others = {(e.picture, e.seed, e.layer): e.psnr for e in second}
    rows = by_layer(first, order(first))
    return {layer: [e.psnr - others[e.picture, e.seed, layer] for e in same] for layer, same in rows.items()}


def _canvas(entries: Sequence[Entry]) -> Tests:
    level, usual, pixels = compared(entries, TRAINED, "pixels")
    ways = [trend(_depths(case), [e.psnr for e in case]) for case in across(pixels)]
    if level is None or not ways or usual[0].canvas == "pixels":
        return [], ""
    gaps = ", ".join(f"{spread(found)} dB at {layer}" for layer, found in _gaps(usual, pixels).items())
    numbers = (
        f"rank correlation of PSNR with depth {spread(ways, 2)} on plain pixels, too, at a relative feature error of"
    )
    return [way < -TREND for way in ways], f"{numbers} {level:g}; {usual[0].canvas} minus pixels: {gaps}"


CLAIMS: dict[str, tuple[str, Callable[[Sequence[Entry]], Tests]]] = {
    "pixels": ("Low layers give the picture back almost pixel by pixel", _pixels),
    "unconstrained": ("Higher layers do not constrain the exact pixel values", _unconstrained),
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
