"""Claims about what another network sees in reconstructions: whether objects are still there when pixels are gone.

Photographs count whose object the observer recognises in the original. Thresholds were chosen before anything was
measured: `RECOGNISED`, the five best classes as ImageNet's evaluations have it, and that of a rank correlation.
"""

from collections.abc import Callable, Iterable, Sequence
from statistics import mean

import numpy as np

from reconstruct.analysis.entries import LPIPS, ORIGINAL, PROBABILITY, Entry, Kind
from reconstruct.analysis.networks import UNTRAINED
from reconstruct.analysis.outcomes import TREND, Outcome, depths, each, findings, of_photographs, plural, spread, trend
from reconstruct.analysis.selection import (
    across,
    at_level,
    by_layer,
    compared,
    depth_cells,
    depth_level,
    front,
    order,
    pairs,
    select,
    style_cells,
    without,
)
from reconstruct.layers import block

RECOGNISED = 0.3  # probability of the first class in an original, for its object to count as recognised
BEST = 5  # classes among which an object still counts as seen
DRAWS = 2000  # of photographs, for an interval


def interval(entries: Sequence[Entry], reading: Callable[[Entry], float]) -> tuple[float, float]:
    """The 95 % interval of a mean over photographs, by bootstrap: photographs are drawn again, with all their seeds.

    Efron & Tibshirani 1993, percentile method. Of one photograph, it is the mean twice.
    """
    means = np.array(of_photographs(entries, map(reading, entries)))
    drawn = np.random.default_rng(0).integers(len(means), size=(DRAWS, len(means)))
    low, high = np.quantile(means[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def _told(entries: Sequence[Entry], reading: Callable[[Entry], float], digits: int = 2) -> str:
    """The mean over photographs with its interval, as text."""
    low, high = interval(entries, reading)
    several = f" ({low:.{digits}f} to {high:.{digits}f})" if len({e.picture for e in entries}) > 1 else ""
    return f"{mean(of_photographs(entries, map(reading, entries))):.{digits}f}{several}"


def _recognised(entries: Iterable[Entry]) -> list[Entry]:
    """Those that were observed, of photographs whose object was recognised."""
    return [e for e in entries if e.seen.get(ORIGINAL, 0) >= RECOGNISED]


def _probability(entry: Entry) -> float:
    return entry.seen[PROBABILITY]


def _by_block(entries: Sequence[Entry], reading: Callable[[Entry], float]) -> str:
    """The mean in each block, with its interval."""
    blocks: dict[int, list[Entry]] = {}
    for e in sorted(entries, key=lambda e: block(e.layer)):
        blocks.setdefault(block(e.layer), []).append(e)
    return ", ".join(f"{_told(of, reading)} in block {number}" for number, of in blocks.items())


def _information(entries: Sequence[Entry]) -> Outcome:
    level = depth_level(entries)
    matched = _recognised(at_level(depth_cells(entries), level))
    ways = [trend(depths(case), [_probability(e) for e in case]) for case in across(matched)]
    if level is None or not ways:
        return [], ""
    ends = _recognised(select(depth_cells(entries), kind=Kind.RESULT))
    return findings([way >= -TREND for way in ways], across(matched)), (
        f"at a relative feature error of at most {level:g}, the probability of the original's class is "
        f"{_by_block(matched, _probability)}; rank correlation with depth {spread(across(matched), ways, 2)}; in the "
        f"end it is {_by_block(ends, _probability)}; in the originals {_told(matched, lambda e: e.seen[ORIGINAL])}"
        f"{without(depth_cells(entries), level)}"
    )


def _metamers(entries: Sequence[Entry]) -> Outcome:
    ends = [e for e in _recognised(select(depth_cells(entries), kind=Kind.RESULT)) if "null snr" in e.seen]
    if not ends:
        return [], ""
    held = [_beyond_chance(e) and e.seen["observer rank"] == 1 for e in ends]
    return findings(held, each(ends)), (
        f"features agree with the original's better than those of all random pairs of photographs do "
        f"{_where(ends, _beyond_chance)}; another network gives the class of the original "
        f"{_where(ends, lambda e: e.seen['observer rank'] == 1)}"
    )


def _beyond_chance(entry: Entry) -> bool:
    return all(entry.seen[f"null {name}"] == 100 for name in ("pearson", "spearman", "snr"))


def _where(entries: Sequence[Entry], holds: Callable[[Entry], bool]) -> str:
    """In how many cases something holds, and at which layers in all of them, as text."""
    rows = by_layer(entries, order(entries))
    every = [layer for layer, same in rows.items() if all(map(holds, same))]
    count = f"in {sum(map(holds, entries))} of {plural(len(entries), 'case')}"
    return f"{count}, in all at {', '.join(every)}" if every else f"{count}, in all at no layer"


def _identified(entries: Sequence[Entry]) -> Outcome:
    ends = [e for e in select(depth_cells(entries), kind=Kind.RESULT) if "identified" in e.seen]
    if not ends:
        return [], ""
    return findings([e.seen["identified among all"] == 1 for e in ends], each(ends)), (
        "the share of other originals that are less near than its own is "
        f"{_by_block(ends, lambda e: e.seen['identified'])}; by chance 0.5"
    )


def _hidden(entries: Sequence[Entry]) -> Outcome:
    cells = _recognised(select(style_cells(entries), kind=Kind.RESULT))
    if not cells:
        return [], ""
    seen = [e.seen["observer rank"] <= BEST for e in cells]
    return findings([not found for found in seen], each(cells)), (
        f"the original's class is among the {BEST} best in {sum(seen)} of {plural(len(cells), 'style')}; its "
        f"probability is {_told(cells, _probability)}, in the originals "
        f"{_told(cells, lambda e: e.seen[ORIGINAL])}"
    )


def blended_lines(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Lines over α/β of the photographs whose object is recognised in the original."""
    return [case for case in front(entries) if len(_recognised(case)) == len(case)]


def _blended(entries: Sequence[Entry]) -> Outcome:
    lines = blended_lines(entries)
    ways = [trend(range(len(case)), [_probability(e) for e in case]) for case in lines]
    if not ways:
        return [], ""
    ends = [[case[at] for case in lines] for at in (0, -1)]
    best = [max(case, key=_probability) for case in lines]
    ratios = ", ".join(f"{ratio:g}" for ratio in sorted({e.ratio or 0 for e in best}))
    return findings([way > TREND for way in ways], lines), (
        f"the probability of the photograph's class goes from {_told(ends[0], _probability)} at the smallest α/β to "
        f"{_told(best, _probability)} at the best and {_told(ends[1], _probability)} at the largest; best at α/β = "
        f"{ratios}; rank correlation {spread(lines, ways, 2)}"
    )


def _stylised(entries: Sequence[Entry]) -> Outcome:
    lines = [case for case in blended_lines(entries) if all(e.style_balance is not None for e in case)]
    if not lines:
        return [], ""
    stylised = [[e for e in case if _is_stylised(e)] for case in lines]
    held = [any(e.seen["observer rank"] <= BEST for e in case) for case in stylised]
    best = [max(case, key=_probability) for case in stylised if case]
    told = f"; the best recognised of each line has a probability of {_told(best, _probability)}" if best else ""
    return findings(held, lines), (
        f"the style is nearer to the painting than to the photograph in {sum(map(len, stylised))} of "
        f"{plural(sum(map(len, lines)), 'picture')}{told}"
    )


def _is_stylised(entry: Entry) -> bool:
    return entry.style_balance is not None and entry.style_balance < 1


def _learned(entries: Sequence[Entry]) -> Outcome:
    level, trained, untrained, left_out = compared(entries, UNTRAINED, "")
    both = [pair for same in pairs(_recognised(trained), _recognised(untrained)).values() for pair in same]
    if level is None or not both:
        return [], ""
    gaps = [_probability(e) - _probability(other) for e, other in both]
    return findings([gap > 0 for gap in gaps], both), (
        f"at a relative feature error of at most {level:g}, the probability of the original's class is "
        f"{_told([e for e, _ in both], _probability)}, with the untrained network "
        f"{_told([other for _, other in both], _probability)}{left_out}"
    )


def _learned_look(entries: Sequence[Entry]) -> Outcome:
    level, *compared_with, left_out = compared(entries, UNTRAINED, "")
    layers = pairs(*([e for e in of if LPIPS in e.seen] for of in compared_with))
    if level is None or not layers:
        return [], ""
    means = {
        layer: [mean(of_photographs(of, [e.seen[LPIPS] for e in of])) for of in zip(*same, strict=True)]
        for layer, same in layers.items()
    }
    told = ", ".join(f"{trained:.2f} and {untrained:.2f} at {layer}" for layer, (trained, untrained) in means.items())
    every = [pair for same in layers.values() for pair in same]
    return findings([e.seen[LPIPS] < other.seen[LPIPS] for e, other in every], every), (
        f"at a relative feature error of at most {level:g}, LPIPS to the original with the trained and the untrained "
        f"network: {told}{left_out}"
    )


RECOGNITION: dict[str, tuple[str, Callable[[Sequence[Entry]], Outcome]]] = {
    "information": ("Object information does not fall with depth", _information),
    "metamers": ("Content reconstructions match beyond chance and are recognised", _metamers),
    "identified": ("Another network tells from which photograph a reconstruction was made", _identified),
    "hidden": ("Style alone hides the object", _hidden),
    "blended": ("The object appears gradually as α/β grows", _blended),
    "stylised": (
        "A picture is still recognised while its style is nearer to the painting than to the photograph",
        _stylised,
    ),
    "learned_objects": ("A trained layer keeps the object better than an untrained one", _learned),
    "learned_look": ("A trained layer keeps how the picture looks better than an untrained one", _learned_look),
}
