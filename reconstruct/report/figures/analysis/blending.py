"""Content and style joined, over α/β: what another network sees of the photograph, and how near the style is."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import mean

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.analysis.entries import ORIGINAL, PROBABILITY, Entry
from reconstruct.analysis.outcomes import of_photographs, plural
from reconstruct.analysis.recognition import blended_lines
from reconstruct.analysis.selection import front as lines_of
from reconstruct.report.figures.page.notes import paragraph
from reconstruct.report.figures.page.sheet import COLOURS, FAINT, Look, Part, laid_out
from reconstruct.report.figures.plots.panels import Plot, rows
from reconstruct.runs.naming import numbers

CLASS = "class of the photograph (probability)"
PANELS: dict[str, Callable[[Entry], float | None]] = {
    CLASS: lambda e: e.seen.get(PROBABILITY),
    "style error": lambda e: e.own_error("style"),
    "content error": lambda e: e.own_error("content"),
}


def blending(entries: Sequence[Entry], look: Look) -> list[Figure]:
    """Curves over α/β of all lines that have the same ratios as the first.

    Of photographs whose object is recognised in the original, as the claim has it; of all, if it is in none.

    There is no figure if no other network looked at the pictures.
    """
    observed = [line for line in lines_of(entries) if all(PROBABILITY in e.seen for e in line)]
    recognised = blended_lines(entries)
    every = recognised or observed
    if not every:
        return []
    return laid_out(_parts(every, bool(recognised), look), look)


def _parts(every: Sequence[Sequence[Entry]], recognised: bool, look: Look) -> Iterator[Part]:
    ratios = [e.ratio for e in every[0]]
    lines = [line for line in every if [e.ratio for e in line] == ratios]
    words = numbers([repr(ratio) for ratio in ratios])
    names = [words[repr(ratio)] for ratio in ratios]
    yield from rows([Plot(panel, "α/β", partial(_draw, lines, panel), names) for panel in PANELS], look)
    yield paragraph(_note(lines, recognised), look)


def _note(lines: Sequence[Sequence[Entry]], recognised: bool) -> str:
    photographs = plural(len({line[0].picture for line in lines}), "photograph")
    which = ", whose object is recognised in the original" if recognised else ""
    each = f"thin: each of {plural(len(lines), 'line')} of {photographs}{which}; thick: the mean over photographs"
    return f"{each}. dotted: the photographs themselves. errors: ‖code − target‖² / ‖target‖²"


def _draw(lines: Sequence[Sequence[Entry]], panel: str, axes: Axes) -> None:
    reading = PANELS[panel]
    values = [[math.nan if (value := reading(e)) is None else value for e in line] for line in lines]
    for line in values:
        axes.plot(range(len(line)), line, "-", color=COLOURS[0], lw=0.6, alpha=0.4)
    middle = [_mean(lines, column) for column in zip(*values, strict=True)]
    axes.plot(range(len(middle)), middle, "o-", color=COLOURS[0], lw=1.8, ms=4, clip_on=False)
    whole = [line[0].seen[ORIGINAL] for line in lines if ORIGINAL in line[0].seen] if panel == CLASS else []
    if whole:
        axes.axhline(mean(whole), color=FAINT, lw=0.7, ls=":")
    axes.set_ylim(bottom=0)


def _mean(lines: Sequence[Sequence[Entry]], values: Sequence[float]) -> float:
    """Over photographs, of the finite values of lines."""
    known = [(line, value) for line, value in zip(lines, values, strict=True) if math.isfinite(value)]
    return mean(of_photographs(*zip(*known, strict=True))) if known else math.nan
