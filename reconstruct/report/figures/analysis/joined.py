"""Content and style joined, over α/β: content error against style error, and what another network sees."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import mean

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.analysis.entries import ORIGINAL, PROBABILITY, Entry, network_note
from reconstruct.analysis.outcomes import of_photographs, plural
from reconstruct.analysis.recognition import blended_lines
from reconstruct.analysis.selection import front as lines_of
from reconstruct.files import unique_ends
from reconstruct.report.figures.cells import opened
from reconstruct.report.figures.page.notes import paragraph
from reconstruct.report.figures.page.sheet import COLOURS, FAINT, Look, Part, laid_out
from reconstruct.report.figures.plots.axes import style
from reconstruct.report.figures.plots.panels import Plot, rows
from reconstruct.report.figures.plots.tradeoff import Point, trade_off
from reconstruct.runs.results import PICTURE
from reconstruct.runs.sweeps import Sweep
from reconstruct.runs.wording import ERROR, numbers

Lines = Sequence[Sequence[Entry]]
DOTTED = "dotted: the smallest error of each; "
CLASS = "class of the photograph (probability)"
PANELS: dict[str, Callable[[Entry], float | None]] = {
    CLASS: lambda e: e.seen.get(PROBABILITY),
    "style error": lambda e: e.own_error("style"),
    "content error": lambda e: e.own_error("content"),
}


def front(sweep: Sweep, entries: Sequence[Entry], look: Look) -> list[Figure]:
    """Content error against style error, a line for each photograph and seed; dotted, the smallest value of each."""
    return laid_out(_front(sweep, entries, look), look)


def _front(sweep: Sweep, entries: Sequence[Entry], look: Look) -> Iterator[Part]:
    lines = lines_of(entries)
    words = numbers([repr(e.ratio) for line in lines for e in line])
    points = [
        [Point(words[repr(e.ratio)], _errors(e), opened(sweep.folder / e.cell / PICTURE)) for e in reversed(line)]
        for line in lines
    ]
    yield from trade_off(list(zip(_names(lines), points, strict=True)), look, partial(_mark, lines))
    yield paragraph(f"{DOTTED if _are_few(lines) else ''}errors: {ERROR}", look)
    yield paragraph(network_note(entries, [e for line in lines for e in line]), look)


def _errors(e: Entry) -> tuple[float, float]:
    return e.own_error("content"), e.own_error("style")


def _are_few(lines: Lines) -> bool:
    """Whether every line has a colour of its own."""
    return len(lines) <= len(COLOURS)


def _names(lines: Lines) -> list[str]:
    """A name for each line: its photograph, its seed, and what differs between lines."""
    firsts = [line[0] for line in lines]
    photographs, paintings = unique_ends(e.picture for e in firsts), unique_ends(e.painting for e in firsts)
    several = [term for term in ("content", "style") if len({e.layers[term] for e in firsts}) > 1]

    def name(e: Entry) -> Iterator[str]:
        yield photographs[e.picture]
        if len(paintings) > 1:
            yield f"in the style of {paintings[e.painting]}"
        yield from (f"{term} {' '.join(e.layers[term])}" for term in several)
        if e.seed is not None:
            yield f"seed {e.seed}"

    return [", ".join(name(e)) for e in firsts]


def _mark(lines: Lines, axes: Axes) -> None:
    """Draw the smallest errors of few lines."""
    for k, line in enumerate(lines if _are_few(lines) else ()):
        content, style_errors = zip(*map(_errors, line), strict=True)
        axes.axvline(min(content), color=style(k)[0], lw=0.8, ls=":")
        axes.axhline(min(style_errors), color=style(k)[0], lw=0.8, ls=":")


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
    return laid_out(_blending(every, bool(recognised), look), look)


def _blending(every: Sequence[Sequence[Entry]], recognised: bool, look: Look) -> Iterator[Part]:
    ratios = [e.ratio for e in every[0]]
    lines = [line for line in every if [e.ratio for e in line] == ratios]
    words = numbers([repr(ratio) for ratio in ratios])
    names = [words[repr(ratio)] for ratio in ratios]
    yield from rows([Plot(panel, "α/β", partial(_draw_blended, lines, panel), names) for panel in PANELS], look)
    yield paragraph(_note(lines, recognised), look)


def _note(lines: Sequence[Sequence[Entry]], recognised: bool) -> str:
    photographs = plural(len({line[0].picture for line in lines}), "photograph")
    which = ", whose object is recognised in the original" if recognised else ""
    each = f"thin: each of {plural(len(lines), 'line')} of {photographs}{which}; thick: the mean over photographs"
    return f"{each}. dotted: the photographs themselves. errors: {ERROR}"


def _draw_blended(lines: Sequence[Sequence[Entry]], panel: str, axes: Axes) -> None:
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
