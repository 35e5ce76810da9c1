"""Content and style joined, over α/β: content error against style error, and what another network sees."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import mean
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from reconstruct.analysis.entries import ORIGINAL, PROBABILITY, Entry, network_note
from reconstruct.analysis.outcomes import of_photographs, plural
from reconstruct.analysis.recognition import blended_lines
from reconstruct.analysis.selection import front as lines_of
from reconstruct.files import unique_ends
from reconstruct.report.figures.page.fitting import extent
from reconstruct.report.figures.page.notes import keys, paragraph
from reconstruct.report.figures.page.sheet import COLOURS, FAINT, Look, Part, laid_out
from reconstruct.report.figures.plots.axes import key, style
from reconstruct.report.figures.plots.panels import TRADE_OFF, Plot, log_plot, rows
from reconstruct.runs.wording import numbers

Lines = Sequence[Sequence[Entry]]
ERRORS = "errors: ‖code − target‖² / ‖target‖²"
DOTTED = "dotted: the smallest error of each; "
AWAY = 0.05  # inches from a point to its label
PLACES = ((1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (0, -1), (1, 0), (-1, 0))  # of a label around its point
CLASS = "class of the photograph (probability)"
PANELS: dict[str, Callable[[Entry], float | None]] = {
    CLASS: lambda e: e.seen.get(PROBABILITY),
    "style error": lambda e: e.own_error("style"),
    "content error": lambda e: e.own_error("content"),
}


def front(entries: Sequence[Entry], look: Look) -> list[Figure]:
    """Content error against style error, a line for each photograph and seed; dotted, the smallest value of each."""
    return laid_out(_front(entries, look), look)


def _front(entries: Sequence[Entry], look: Look) -> Iterator[Part]:
    lines = lines_of(entries)
    points = [list(map(_errors, line)) for line in lines]
    yield from rows([log_plot(*TRADE_OFF, points, partial(_mark, lines, look))], look)
    yield from keys([key(k, name) for k, name in enumerate(_names(lines))], look)
    yield paragraph(f"at the points: α/β; {DOTTED if _are_few(lines) else ''}{ERRORS}", look)
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


def _mark(lines: Lines, look: Look, axes: Axes) -> None:
    """Draw the smallest errors of few lines, and α/β at the points."""
    for k, line in enumerate(lines if _are_few(lines) else ()):
        content, style_errors = zip(*map(_errors, line), strict=True)
        axes.axvline(min(content), color=style(k)[0], lw=0.8, ls=":")
        axes.axhline(min(style_errors), color=style(k)[0], lw=0.8, ls=":")
    if look.labels:
        _write_ratios(lines, look.tiny, axes)


def _write_ratios(lines: Lines, size: float, axes: Axes) -> None:
    """Write α/β at every point where there is room, at the ends of lines first."""
    words = numbers([repr(e.ratio) for line in lines for e in line])
    points = [(k, e, e in (line[0], line[-1])) for k, line in enumerate(lines) for e in line]
    taken = [Bbox([_place(e, axes)] * 2) for _, e, _ in points]
    for k, e, _ in sorted(points, key=lambda point: not point[2]):
        word = words[repr(e.ratio)]
        boxes = (box for box in _boxes(_place(e, axes), extent(word, size), axes) if not box.count_overlaps(taken))
        if (box := next(boxes, None)) is not None:
            middle = axes.transAxes.inverted().transform(box.get_points().mean(axis=0) * axes.figure.dpi)
            look: dict[str, Any] = {"ha": "center", "va": "center", "parse_math": False, "transform": axes.transAxes}
            axes.text(middle[0], middle[1], word, size=size, color=style(k)[0], **look)
            taken.append(box)


def _place(e: Entry, axes: Axes) -> Any:
    """Inches from the lower left corner of the figure."""
    return axes.transData.transform(_errors(e)) / axes.figure.dpi


def _boxes(point: Any, size: tuple[float, float], axes: Axes) -> Iterator[Bbox]:
    """The places of a label around a point that are inside the axes, in inches."""
    low, high = axes.bbox.get_points() / axes.figure.dpi
    for place in PLACES:
        middle = point + place * (AWAY + np.array(size) / 2)
        box = np.array([middle - np.array(size) / 2, middle + np.array(size) / 2])
        if (box >= low).all() and (box <= high).all():
            yield Bbox(box)


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
    return f"{each}. dotted: the photographs themselves. {ERRORS}"


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
