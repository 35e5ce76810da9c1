"""Content and style joined, over α/β: what another network sees of the photograph, and how near the style is."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from statistics import mean

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.analysis.entries import PROBABILITY, Entry
from reconstruct.analysis.selection import front as lines_of
from reconstruct.figures.labels import numbers
from reconstruct.figures.page.sheet import COLOURS, Look, Pages, house_style
from reconstruct.figures.plots.notes import paragraph
from reconstruct.figures.plots.over_layers import OverLayers, rows

PANELS: dict[str, Callable[[Entry], float | None]] = {
    "class of the photograph (probability)": lambda e: e.seen.get(PROBABILITY),
    "style error": lambda e: e.own_error("style"),
    "content error": lambda e: e.own_error("content"),
}
NOTE = "thin: each photograph and seed; thick: their mean. errors: ‖code − target‖² / ‖target‖²"


def blending(entries: Sequence[Entry], look: Look) -> list[Figure]:
    """Curves over α/β of all lines that have the same ratios as the first.

    Returns:
        A figure for each page; none if nobody looked at the pictures.
    """
    every = [line for line in lines_of(entries) if all(PROBABILITY in e.seen for e in line)]
    if not every:
        return []
    ratios = [e.ratio for e in every[0]]
    lines = [line for line in every if [e.ratio for e in line] == ratios]
    words = numbers([repr(ratio) for ratio in ratios])
    plots = [OverLayers(panel, partial(_draw, lines, PANELS[panel])) for panel in PANELS]
    with house_style():
        pages = Pages(look)
        for part in rows(plots, [words[repr(ratio)] for ratio in ratios], "α/β", look):
            pages.add(part)
        pages.add(paragraph(NOTE, look))
        return pages.figures()


def _draw(lines: Sequence[Sequence[Entry]], reading: Callable[[Entry], float | None], axes: Axes) -> None:
    values = [[math.nan if (value := reading(e)) is None else value for e in line] for line in lines]
    for line in values:
        axes.plot(range(len(line)), line, "-", color=COLOURS[0], lw=0.6, alpha=0.4)
    known = [[value for value in column if math.isfinite(value)] for column in zip(*values, strict=True)]
    middle = [mean(column) if column else math.nan for column in known]
    axes.plot(range(len(middle)), middle, "o-", color=COLOURS[0], lw=1.8, ms=4)
    axes.set_ylim(bottom=0)
