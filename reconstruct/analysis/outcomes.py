"""What the test of a claim gives: whether it holds in each case, and the numbers as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from scipy.stats import spearmanr

from reconstruct.analysis.entries import Entry
from reconstruct.analysis.selection import order

FACTOR = 2.0  # times
TREND = 0.5  # rank correlation


@dataclass(frozen=True)
class Finding:
    """Whether a claim holds in one case, and what was looked at.

    Attributes:
        holds: whether it does.
        entries: the measured pictures that were compared.
        of: what was looked at, where a claim looks at more than one thing.
    """

    holds: bool
    entries: tuple[Entry, ...]
    of: str = ""


Outcome = tuple[list[Finding], str]
"""What was found in each case, and the numbers as text, the main one before the first semicolon.

A claim without cases was not measured.
"""


UNCERTAINTY = (
    "Numbers are means over photographs, each of which counts once, by the mean over its seeds. ± is the standard "
    "deviation over photographs; brackets have the 95 % interval of the mean, by bootstrap over photographs. Of one "
    "photograph there is neither. A case is what a claim is tested on: mostly one photograph with one seed, for some "
    "one layer, a pair of pictures, or one step of α/β."
)


def of_photographs(of: Iterable[Entry | Sequence[Entry]], values: Iterable[float]) -> list[float]:
    """The mean of each photograph's values, however many there are of it.

    Args:
        of: for each value the picture, or the pictures of one photograph, that it was measured on.
        values: at least one.
    """
    found: dict[str, list[float]] = {}
    for each, value in zip(of, values, strict=True):
        found.setdefault((each if isinstance(each, Entry) else each[0]).picture, []).append(value)
    return [mean(values) for values in found.values()]


def spread(of: Iterable[Entry | Sequence[Entry]], values: Iterable[float], digits: int = 1) -> str:
    """The mean over photographs, and ± the standard deviation over them if there are several; see `of_photographs`."""
    means = of_photographs(of, values)
    several = f" ± {stdev(means):.{digits}f}" if len(means) > 1 else ""
    return f"{mean(means):.{digits}f}{several}"


def plural(count: int, noun: str) -> str:
    """1 picture, 2 pictures."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def trend(x: Sequence[float], y: Sequence[float]) -> float:
    """Spearman's rank correlation, -1 to 1; 0 if one of the two does not vary."""
    if len(set(x)) < 2 or len(set(y)) < 2:
        return 0.0
    return float(spearmanr(x, y).statistic)


def findings(held: Iterable[bool], cases: Iterable[Iterable[Entry]], of: str = "") -> list[Finding]:
    """One for each case, with the pictures that it compares."""
    return [Finding(bool(holds), tuple(case), of) for holds, case in zip(held, cases, strict=True)]


def each(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Every entry as a case of its own."""
    return [[e] for e in entries]


def depths(entries: Sequence[Entry]) -> list[int]:
    """The place of each entry's layer among all that were measured, from the picture upwards."""
    layers = order(entries)
    return [layers.index(e.layer) for e in entries]
