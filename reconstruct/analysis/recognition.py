"""Claims about what another network sees in reconstructions: whether objects are still there when pixels are gone.

Photographs count whose object the observer recognises in the original. Thresholds were chosen before anything was
measured: `RECOGNISED`, the five best classes as in ImageNet's evaluations, and that of a rank correlation.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from reconstruct.analysis import selection
from reconstruct.analysis.claims import OVER_LAYERS, OVER_RATIOS, PAIRS, against_untrained
from reconstruct.analysis.entries import LPIPS, ORIGINAL, PROBABILITY, Entry, Kind
from reconstruct.analysis.outcomes import (
    TREND,
    Claim,
    Outcome,
    depth_trend,
    findings,
    needed,
    plural,
    spread,
    trend,
    with_interval,
)
from reconstruct.layers import block

RECOGNISED = 0.3  # probability of the first class in an original, for its object to count as recognised
BEST = 5  # classes among which an object still counts as seen
_probability, _in_original = itemgetter(PROBABILITY), itemgetter(ORIGINAL)


def _is_recognised(entry: Entry) -> bool:
    return entry.seen.get(ORIGINAL, 0) >= RECOGNISED


def _recognised(entries: Iterable[Entry]) -> list[Entry]:
    """Those that were observed, of photographs whose object was recognised."""
    return list(filter(_is_recognised, entries))


def _finished(entries: Sequence[Entry]) -> list[Entry]:
    """Content reconstructions of single layers."""
    return selection.select(selection.depth_cells(entries), kind=Kind.RESULT)


def _by_block(entries: Sequence[Entry], reading: Callable[[Entry], float]) -> str:
    """The mean in each block, with its interval."""
    blocks = selection.grouped(sorted(entries, key=lambda e: block(e.layer)), lambda e: block(e.layer))
    return ", ".join(f"{with_interval(same, reading)} in block {number}" for number, same in blocks.items())


def _information(entries: Sequence[Entry]) -> Outcome:
    equal = selection.at_equal_error(entries)
    matched = _recognised(equal.entries)
    series = needed(selection.across(matched))
    correlation = spread(series, lambda case: depth_trend(case, PROBABILITY), 2)
    return findings(series, lambda case: depth_trend(case, PROBABILITY) >= -TREND), (
        f"{equal.words}, the probability of the original's class is {_by_block(matched, _probability)}; rank "
        f"correlation with depth {correlation}; in the finished pictures it is "
        f"{_by_block(_recognised(_finished(entries)), _probability)}; in the originals "
        f"{with_interval(matched, _in_original)}{equal.without}"
    )


def _metamers(entries: Sequence[Entry]) -> Outcome:
    ends = needed([e for e in _recognised(_finished(entries)) if "null snr" in e.seen])

    def is_beyond_chance(entry: Entry) -> bool:
        return all(entry.seen[f"null {name}"] == 100 for name in ("pearson", "spearman", "snr"))

    def is_first(entry: Entry) -> bool:
        return entry.seen["observer rank"] == 1

    numbers = (
        "features agree with the original's better than those of all random pairs of photographs do "
        f"{_where(ends, is_beyond_chance)}; another network gives the class of the original {_where(ends, is_first)}"
    )
    return findings(ends, lambda e: is_beyond_chance(e) and is_first(e)), numbers


def _where(entries: Sequence[Entry], holds: Callable[[Entry], bool]) -> str:
    """In how many pictures something holds, and at which layers in all of them, as text."""
    every = [layer for layer, same in selection.by_layer(entries).items() if all(map(holds, same))]
    return (
        f"in {sum(map(holds, entries))} of {plural(len(entries), 'case')}, in all at {', '.join(every) or 'no layer'}"
    )


def _identified(entries: Sequence[Entry]) -> Outcome:
    ends = needed([e for e in _finished(entries) if "identified" in e.seen])
    shares = _by_block(ends, lambda e: e.seen["identified"])
    numbers = f"the share of other originals that are less similar than its own is {shares}; by chance 0.5"
    return findings(ends, lambda e: e.seen["identified"] == 1), numbers


def _is_seen(entry: Entry) -> bool:
    return entry.seen["observer rank"] <= BEST


def _hidden(entries: Sequence[Entry]) -> Outcome:
    cells = needed(_recognised(selection.select(selection.style_cells(entries), kind=Kind.RESULT)))
    return findings(cells, lambda e: not _is_seen(e)), (
        f"the original's class is among the {BEST} best in {sum(map(_is_seen, cells))} of "
        f"{plural(len(cells), 'style')}; its probability is {with_interval(cells, _probability)}, in the originals "
        f"{with_interval(cells, _in_original)}"
    )


def blended_lines(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Lines over α/β of the photographs whose object is recognised in the original."""
    return [case for case in selection.front(entries) if len(_recognised(case)) == len(case)]


def _blended(entries: Sequence[Entry]) -> Outcome:
    lines = needed(blended_lines(entries))

    def rise(case: Sequence[Entry]) -> float:
        return trend(range(len(case)), [_probability(e) for e in case])

    first, last = (with_interval([case[at] for case in lines], _probability) for at in (0, -1))
    best = [max(case, key=_probability) for case in lines]
    ratios = ", ".join(f"{ratio:g}" for ratio in sorted({e["ratio"] for e in best}))
    return findings(lines, lambda case: rise(case) > TREND), (
        f"the probability of the photograph's class goes from {first} at the smallest α/β to "
        f"{with_interval(best, _probability)} at the best and {last} at the largest; best at α/β = {ratios}; rank "
        f"correlation {spread(lines, rise, 2)}"
    )


def _stylised(entries: Sequence[Entry]) -> Outcome:
    lines = needed([case for case in blended_lines(entries) if all(e.style_balance is not None for e in case)])
    painted = [[e for e in case if e["style_balance"] < 1] for case in lines]
    best = [max(case, key=_probability) for case in painted if case]
    most = f"; the best recognised has a probability of {with_interval(best, _probability)}" if best else ""
    numbers = (
        f"the style is nearer to the painting than to the photograph in {sum(map(len, painted))} of "
        f"{plural(sum(map(len, lines)), 'picture')}{most}"
    )
    return findings(lines, lambda case: any(e["style_balance"] < 1 and _is_seen(e) for e in case)), numbers


RECOGNITION = {
    "information": Claim("Object information does not fall with depth", _information, OVER_LAYERS, (PROBABILITY,)),
    "metamers": Claim(
        "Content reconstructions match beyond chance and are recognised", _metamers, about=(PROBABILITY, "null snr")
    ),
    "identified": Claim(
        "Another network identifies the photograph behind a reconstruction", _identified, about=("identified",)
    ),
    "hidden": Claim("Style alone hides the object", _hidden, about=(PROBABILITY,)),
    "blended": Claim("Class probability rises with α/β", _blended, OVER_RATIOS, (PROBABILITY,)),
    "stylised": Claim(
        "A picture is still recognised while its style is nearer to the painting than to the photograph",
        _stylised,
        OVER_RATIOS,
        (PROBABILITY, "style_balance"),
    ),
    "learned_objects": Claim(
        "Training improves recognition at equal feature error",
        against_untrained(PROBABILITY, "the probability of the original's class", 1, _is_recognised),
        PAIRS,
        (PROBABILITY,),
    ),
    "learned_look": Claim(
        "Training improves perceptual similarity (LPIPS) at equal feature error",
        against_untrained(LPIPS, "LPIPS", -1, lambda e: LPIPS in e.seen),
        PAIRS,
        (LPIPS,),
    ),
}
