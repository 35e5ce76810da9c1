"""The claims of Gatys, Ecker & Bethge (2015), and a few of ours, each with a test that measured numbers can pass.

The paper gives no thresholds; those here are ours.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from statistics import geometric_mean, mean

from reconstruct.analysis import selection
from reconstruct.analysis.entries import UNTRAINED, Entry, Kind
from reconstruct.analysis.outcomes import (
    FACTOR,
    TREND,
    Claim,
    Outcome,
    depth_trend,
    findings,
    needed,
    of_photographs,
    plural,
    spread,
    trend,
)
from reconstruct.analysis.selection import Pair
from reconstruct.layers import block

PIXEL_BY_PIXEL = 0.9  # SSIM
SAME_LAYOUT = 0.7  # layout correlation
MIN_CONTENT_RATIO = 0.8  # content error over that of the shuffled original
OBJECTS_LAYER = "relu3_1"  # where the content error tells whether higher layers keep objects
JUMP = 10.0  # times, from one ratio to the next, most of them ten times as large


def _pixels(entries: Sequence[Entry]) -> Outcome:
    low = [e for e in selection.select(selection.depth_cells(entries), kind=Kind.RESULT) if block(e.layer) <= 2]
    known = needed([e for e in low if e.ssim is not None], "the pictures are too small for SSIM" if low else "")
    numbers = ", ".join(
        f"from {layer} {spread(same, lambda e: e.psnr)} dB and {spread(same, lambda e: e['ssim'], 2)}"
        for layer, same in selection.by_layer(known).items()
    )
    threshold = f"the claim needs an SSIM of at least {PIXEL_BY_PIXEL}"
    return findings(
        known, lambda e: e["ssim"] >= PIXEL_BY_PIXEL
    ), f"PSNR and SSIM of the final pictures {numbers}; {threshold}"


def _over_layers(entries: Sequence[Entry], name: str, digits: int = 1, unit: str = "") -> str:
    """A quantity at the lowest layer and at the highest, and its rank correlation with depth."""
    rows = list(selection.by_layer(entries).items())
    low, high = (f"{spread(same, lambda e: e[name], digits)}{unit} ({layer})" for layer, same in (rows[0], rows[-1]))
    correlation = spread(selection.across(entries), lambda case: depth_trend(case, name), 2)
    return f"goes from {low} to {high}, rank correlation with depth {correlation}"


def _unconstrained(entries: Sequence[Entry]) -> Outcome:
    equal = selection.at_equal_error(entries)
    several = [e for e in equal.entries if e.deviation is not None]
    series = needed(selection.across(equal.entries), equal.without)
    drift = f"; the deviation of seeds {_over_layers(several, 'deviation', 3)}" if selection.across(several) else ""
    pixels = findings(series, lambda case: depth_trend(case, "psnr") < -TREND, "PSNR falls with depth")
    seeds = findings(
        selection.across(several), lambda case: depth_trend(case, "deviation") > TREND, "seeds drift apart with depth"
    )
    numbers = f"{equal.words}, PSNR {_over_layers(equal.entries, 'psnr', unit=' dB')}{drift}{equal.without}"
    return [*pixels, *seeds], numbers


def _colour(entries: Sequence[Entry]) -> Outcome:
    equal = selection.at_equal_error(entries)
    matched = [e for e in equal.entries if e.local_chroma is not None]
    series, moved = needed(selection.across(matched), equal.without), _shuffled(entries, matched)
    beside = [[*case, *(e for name, e in moved.items() if name == case[0].picture)] for case in series]
    chroma, lightness = (_lost(name, matched, moved) for name in ("local_chroma", "local_lightness"))
    held = findings(
        beside, lambda case: depth_trend([e for e in case if e.cell], "local_chroma") > TREND, "chroma is lost"
    )
    return held, (
        f"{equal.words}, the local chroma error (8 × 8) {_over_layers(matched, 'local_chroma')}; it exceeds half of "
        f"the shuffled original's {chroma}, the lightness error {lightness}{equal.without}"
    )


def _shuffled(entries: Sequence[Entry], like: Sequence[Entry]) -> dict[str, Entry]:
    """Photograph -> its shuffled original, as the network of the entries `like` sees it."""
    return {e.picture: e for e in selection.originals(entries, Kind.SHUFFLED, like)}


def _lost(name: str, matched: Sequence[Entry], moved: Mapping[str, Entry]) -> str:
    """From which layer on an error is more than half of the shuffled original's, mean over pictures, as text."""
    known = [e for e in matched if e.picture in moved and moved[e.picture].known(name)]
    shares = {
        layer: mean(of_photographs(same, [e[name] / moved[e.picture][name] for e in same]))
        for layer, same in selection.by_layer(known).items()
    }
    kept = [layer for layer, share in shares.items() if share <= 1 / FACTOR]
    after = list(shares)[list(shares).index(kept[-1]) + 1 :] if kept else list(shares)
    return f"from {after[0]} on" if after else "nowhere" if shares else "not compared"


def _beside_shuffled(entries: Sequence[Entry], made: Sequence[Entry], layer: str) -> list[Pair]:
    """Pictures with their shuffled originals, where the content error of both is known at a layer."""
    moved = {name: e for name, e in _shuffled(entries, made).items() if _at(e, layer)}
    return [(e, moved[e.picture]) for e in made if e.picture in moved and _at(e, layer) is not None]


def _at(entry: Entry, layer: str) -> float | None:
    """The content error at a layer, if it is known."""
    return entry.errors.get("content", {}).get(layer)


def _content_share(pair: Sequence[Entry], layer: str) -> float:
    """The content error at a layer over that of the shuffled original."""
    return pair[0].errors["content"][layer] / pair[1].errors["content"][layer]


def _objects(entries: Sequence[Entry]) -> Outcome:
    high = [e for e in selection.select(selection.depth_cells(entries), kind=Kind.RESULT) if block(e.layer) == 5]
    both = needed(_beside_shuffled(entries, high, OBJECTS_LAYER))
    held = findings(both, lambda case: case[0].layout >= SAME_LAYOUT and _content_share(case, OBJECTS_LAYER) < 1)
    layout, moved = _of_both(both, lambda e: e.layout)
    shares = spread(both, lambda case: _content_share(case, OBJECTS_LAYER), 2)
    return held, (
        f"from block 5 the layout correlation with the original is {layout} (shuffled original: {moved}); the error at "
        f"{OBJECTS_LAYER}, which was not matched, is {shares} times the shuffled original's"
    )


def _upwards(entries: Sequence[Entry]) -> Outcome:
    rows = selection.matrix(entries, "content")
    sides: dict[str, tuple[list[float], list[float]]] = {}
    for layer, errors in rows.items():
        at, ratios = list(errors).index(layer), [error / errors[layer] for error in errors.values()]
        sides[layer] = ratios[:at], ratios[at + 1 :]
    compared = needed([layer for layer, side in sides.items() if all(side)])
    made = [same for layer, same in selection.made_from(entries, "content").items() if layer in compared]
    below, above = (geometric_mean(ratio for side in sides.values() for ratio in side[which]) for which in (0, 1))
    later = sum(errors[layer] > min(errors.values()) for layer, errors in rows.items())

    def holds(case: Sequence[Entry]) -> bool:
        lower, higher = sides[case[0].layer]
        return geometric_mean(lower) > FACTOR * geometric_mean(higher)

    return findings(made, holds), (
        f"at later layers the content error is {above:.1f} times that at the layer itself, at earlier ones "
        f"{below:.1f} times (geometric means over all pairs); for {later} of {plural(len(rows), 'layer')} the smallest "
        "error is not at the layer itself"
    )


def _texture(entries: Sequence[Entry]) -> Outcome:
    cells = selection.cumulative(entries)
    most = max((len(e.layers["style"]) for e in cells), default=0)
    names, place = selection.firsts(cells)[:most], selection.content_layer(cells)

    def known(*pictures: Entry) -> bool:
        return all(layer in e.errors.get("style", {}) for e in pictures for layer in names)

    def style_of(e: Entry) -> float:
        return mean(e.errors["style"][layer] for layer in names)

    widest = [e for e in cells if len(e.layers["style"]) == most]
    both = needed([pair for pair in _beside_shuffled(entries, widest, place) if most > 1 and known(*pair)])
    others = [other for other in selection.originals(entries, Kind.OTHER, cells) if known(other)]

    def holds(pair: Sequence[Entry]) -> bool:
        error, moved = map(style_of, pair)
        is_apart = not others or FACTOR * error < mean(map(style_of, others))
        arranged_otherwise = _content_share(pair, place) >= MIN_CONTENT_RATIO and pair[0].layout < SAME_LAYOUT / 2
        return is_apart and arranged_otherwise and error <= FACTOR * moved

    content = spread(both, lambda pair: _content_share(pair, place), 2)
    own, moved = _of_both(both, style_of)
    apart = f", another picture: {spread(others, style_of, 2)}" if others else ""
    return findings(both, holds), (
        f"from {most} layers, the content error at {place} is {content} times the shuffled original's; the layout "
        f"correlation is {spread(both, lambda pair: pair[0].layout, 2)}; the style error is {own} (shuffled original: "
        f"{moved}{apart})"
    )


def _structures(entries: Sequence[Entry]) -> Outcome:
    known = [e for e in selection.cumulative(entries) if e.coherence is not None]
    series = needed([case for case in selection.cases(known).values() if len(case) > 2])

    def growth(case: Sequence[Entry]) -> float:
        return trend([len(e.layers["style"]) for e in case], [e["coherence"] for e in case])

    counts = sorted({len(e.layers["style"]) for case in series for e in case})
    by_count = [[e for case in series for e in case if len(e.layers["style"]) == count] for count in counts]
    sizes = ", ".join(spread(same, lambda e: e["coherence"], 2) for same in by_count)
    return findings(series, lambda case: growth(case) > TREND), (
        f"repeated pieces of the original measure {sizes} pixels with {', '.join(map(str, counts))} layers; rank "
        f"correlation {spread(series, growth, 2)}; the mean wavelength is "
        f"{', '.join(spread(same, lambda e: e.wavelength) for same in by_count)} pixels"
    )


def _separable(entries: Sequence[Entry]) -> Outcome:
    known = needed([case for case in selection.front(entries) if all(e.losses for e in case)])

    def best(case: Sequence[Entry]) -> float:
        return min(max(e.losses.values()) for e in case)

    numbers = f"at the best α/β both losses are at most {spread(known, best, 2)} times the other original's"
    return findings(known, lambda case: best(case) < 1 / FACTOR), numbers


def _both(entries: Sequence[Entry]) -> Outcome:
    def times_alone(case: Sequence[Entry]) -> float:
        alone = {term: min(e.own_error(term) for e in case) for term in ("content", "style")}
        return min(max(e.own_error(term) / alone[term] for term in alone) for e in case)

    lines = needed(selection.front(entries))
    worse = [f"{times:.1f}" for times in sorted(map(times_alone, lines))]
    between = " to ".join(dict.fromkeys([worse[0], worse[-1]]))
    numbers = f"at the best α/β, the worse of the two errors is still {between} times its smallest value over all α/β"
    return findings(lines, lambda case: times_alone(case) >= FACTOR), numbers


def _smooth(entries: Sequence[Entry]) -> Outcome:
    def changes(step: Sequence[Entry]) -> tuple[float, float]:
        a, b = step
        return a.own_error("content") / b.own_error("content"), b.own_error("style") / a.own_error("style")

    steps = needed([pair for case in selection.front(entries) for pair in pairwise(case)])
    held = findings(steps, lambda step: min(changes(step)) >= 1 and max(changes(step)) <= JUMP)
    return held, (
        f"in {sum(each.holds for each in held)} of {len(steps)} steps to a larger ratio the content error falls and "
        f"the style error rises, neither by a factor above {JUMP:g}; the larger of the two is on average "
        f"{spread(steps, lambda step: max(changes(step)))}, at most {max(max(changes(step)) for step in steps):.1f}"
    )


def against_untrained(
    name: str, title: str, sign: int, is_usable: Callable[[Entry], bool]
) -> Callable[[Sequence[Entry]], Outcome]:
    """A test whether a quantity is larger (sign 1) or smaller (-1) with the trained network than untrained."""

    def test(entries: Sequence[Entry]) -> Outcome:
        equal = selection.compared(entries, UNTRAINED, "")
        layers = {layer: [pair for pair in same if all(map(is_usable, pair))] for layer, same in equal.layers.items()}
        both = needed([pair for same in layers.values() for pair in same])
        values = _by_layer(layers, name)
        numbers = f"{equal.words}, {title} with the trained and the untrained network is {values}{equal.without}"
        return findings(both, lambda pair: sign * (pair[0][name] - pair[1][name]) > 0), numbers

    return test


def _by_layer(layers: Mapping[str, Sequence[Pair]], name: str) -> str:
    """A quantity of both pictures of the pairs of each layer, as text."""
    texts = {layer: _of_both(same, itemgetter(name)) for layer, same in layers.items() if same}
    return ", ".join(f"{first} and {second} at {layer}" for layer, (first, second) in texts.items())


def _of_both(pairs: Sequence[Pair], reading: Callable[[Entry], float]) -> list[str]:
    """A quantity of the first pictures of pairs and of the second ones, as texts."""
    return [spread([pair[which] for pair in pairs], reading, 2) for which in (0, 1)]


def _canvas(entries: Sequence[Entry]) -> Outcome:
    equal = selection.compared(entries, "", "pixels")
    pixels = needed(selection.across([other for same in equal.layers.values() for _, other in same]))
    correlation = spread(pixels, lambda case: depth_trend(case, "psnr"), 2)
    return findings(pixels, lambda case: depth_trend(case, "psnr") < -TREND), (
        f"on plain pixels the rank correlation of PSNR with depth is {correlation}, {equal.words}; PSNR (dB) on "
        f"the {equal.entries[0].canvas} canvas and on pixels is {_by_layer(equal.layers, 'psnr')}{equal.without}"
    )


OVER_LAYERS, OVER_RATIOS, PAIRS = "series of layers", "series of α/β", "pairs of pictures"
COLOURS = ("local_chroma", "local_lightness", "delta_e")
CLAIMS = {
    "pixels": Claim("Low layers give the picture back almost pixel by pixel", _pixels, about=("psnr", "ssim")),
    "unconstrained": Claim(
        "Higher layers do not constrain the exact pixel values", _unconstrained, OVER_LAYERS, ("psnr", "deviation")
    ),
    "colour": Claim("Deep layers lose local colour", _colour, OVER_LAYERS, COLOURS),
    "objects": Claim("Higher layers keep objects and their arrangement", _objects, about=("layout",)),
    "upwards": Claim("A layer fixes what later layers see, not what earlier ones see", _upwards, "layers"),
    "texture": Claim("Style keeps texture and forgets arrangement", _texture, about=("layout",)),
    "structures": Claim(
        "Style over more layers has larger structures",
        _structures,
        "series of style layers",
        ("coherence", "wavelength"),
    ),
    "separable": Claim("Content and style can be set independently", _separable, OVER_RATIOS),
    "both": Claim("At no α/β are content and style both matched", _both, OVER_RATIOS),
    "smooth": Claim("The trade-off moves smoothly with α/β", _smooth, "steps of α/β"),
    "learned": Claim(
        "A trained layer keeps less of the pixels than an untrained one",
        against_untrained("psnr", "PSNR (dB)", -1, lambda e: block(e.layer) > 1),
        PAIRS,
    ),
    "canvas": Claim("Pixels fade with depth whatever the canvas", _canvas, OVER_LAYERS),
}
