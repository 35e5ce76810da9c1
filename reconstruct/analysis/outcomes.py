"""What the test of a claim gives: whether it holds in each case, and the numbers as text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import TypeVar

import numpy as np
from scipy.stats import spearmanr

from reconstruct.analysis.entries import Entry
from reconstruct.analysis.selection import grouped, order

FACTOR = 2.0  # times
TREND = 0.5  # rank correlation
DRAWS = 2000  # of photographs, for an interval

Case = Entry | Sequence[Entry]
"""What a claim is tested on: one picture, or several of one photograph that are compared."""

AnyCase = TypeVar("AnyCase", bound=Case)


@dataclass(frozen=True)
class Finding:
    """Whether a claim holds in one case, and what was looked at."""

    holds: bool  # whether it does
    entries: tuple[Entry, ...]  # the measured pictures that were compared
    of: str = ""  # what was looked at, where a claim looks at more than one thing


Outcome = tuple[list[Finding], str]
"""What was found in each case, and the numbers as text, the main one before the first semicolon."""

Cases = TypeVar("Cases", bound=Sequence[object])


class NotMeasured(Exception):
    """A claim has no cases; the message says why, where that is known."""


def needed(cases: Cases, why: str = "") -> Cases:
    """The cases that a claim is tested on; `NotMeasured` if there are none."""
    if not cases:
        raise NotMeasured(why)
    return cases


@dataclass(frozen=True)
class Claim:
    """A statement that measured numbers can support."""

    text: str  # the statement
    test: Callable[[Sequence[Entry]], Outcome]  # measured pictures -> what was found; raises `NotMeasured`
    cases: str = "pictures"  # what it is tested on, in the plural
    about: tuple[str, ...] = ("psnr", "ssim", "layout")  # the quantities that stand beside its pictures


UNCERTAINTY = (
    "Numbers are means over photographs, each first averaged over its seeds; ± is their standard deviation, brackets "
    "give the 95 % interval of the mean (bootstrap over photographs). For a single photograph there is neither."
)


def of_photographs(cases: Iterable[Case], values: Iterable[float]) -> list[float]:
    """The mean of each photograph's values, however many there are of it; `cases` are what they were measured on."""
    measured = grouped(zip(cases, values, strict=True), lambda pair: _photograph(pair[0]))
    return [mean(value for _, value in same) for same in measured.values()]


def _photograph(case: Case) -> str:
    return (case if isinstance(case, Entry) else case[0]).picture


def spread(cases: Iterable[AnyCase], reading: Callable[[AnyCase], float], digits: int = 1) -> str:
    """The mean over photographs, and ± the standard deviation over them if there are several; see `of_photographs`."""
    cases = list(cases)
    means = of_photographs(cases, map(reading, cases))
    several = f" ± {stdev(means):.{digits}f}" if len(means) > 1 else ""
    return f"{mean(means):.{digits}f}{several}"


def with_interval(cases: Sequence[AnyCase], reading: Callable[[AnyCase], float]) -> str:
    """The mean over photographs with its 95 % interval, if there are several.

    By bootstrap, percentile method (Efron & Tibshirani 1993): photographs are resampled, with all their seeds.
    """
    means = np.array(of_photographs(cases, map(reading, cases)))
    drawn = np.random.default_rng(0).integers(len(means), size=(DRAWS, len(means)))
    low, high = np.quantile(means[drawn].mean(axis=1), [0.025, 0.975])
    return f"{means.mean():.2f}{f' ({low:.2f} to {high:.2f})' if len(means) > 1 else ''}"


def plural(count: int, noun: str) -> str:
    """1 picture, 2 pictures."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def trend(x: Sequence[float], y: Sequence[float]) -> float:
    """Spearman's rank correlation, -1 to 1; 0 if one of the two does not vary."""
    if len(set(x)) < 2 or len(set(y)) < 2:
        return 0.0
    return float(spearmanr(x, y).statistic)


def depth_trend(case: Sequence[Entry], name: str) -> float:
    """The rank correlation of a quantity with the depth of the layers that pictures were made from."""
    layers = order(case)
    return trend([layers.index(e.layer) for e in case], [e[name] for e in case])


def findings(cases: Iterable[AnyCase], holds: Callable[[AnyCase], bool], of: str = "") -> list[Finding]:
    """One for each case, with the pictures that it compares."""
    return [Finding(bool(holds(case)), (case,) if isinstance(case, Entry) else tuple(case), of) for case in cases]
