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


def spread(values: Sequence[float], digits: int = 1) -> str:
    """The mean of at least one value, and ± the standard deviation if there are several."""
    several = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{mean(values):.{digits}f}{several}"


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
