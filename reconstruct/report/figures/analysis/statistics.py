"""Made from one statistic, measured by another: relative errors, coloured against those of another painting."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from reconstruct.analysis.statistics import OTHER, StatisticError, medians
from reconstruct.report.figures.analysis.matrix import paint
from reconstruct.report.figures.page.notes import paragraph
from reconstruct.report.figures.page.sheet import Look, Part, laid_out
from reconstruct.report.figures.plots.panels import Plot, rows
from reconstruct.runs.naming import percent

LEAST = 1e-3  # of the error of another painting: the first colour
DARK = 0.02  # of it: beyond which numbers are written in white
NOTE = (
    "error: relative, mean over the matched layers, median over paintings and seeds; light: small against that of "
    "another painting"
)


def statistics(errors: Sequence[StatisticError], look: Look) -> list[Figure]:
    """A row for each matched statistic, a column for each compared one; no figure if nothing was measured."""
    return laid_out(_parts(found, look), look) if (found := medians(errors)) else []


def _parts(found: Mapping[str, Mapping[str, float]], look: Look) -> Iterator[Part]:
    names = list(next(iter(found.values())))
    draw = partial(_draw, found, names, look)
    yield from rows([Plot("made from ↓", "measured by", draw, names, list(found), 0.5)], look)
    yield paragraph(NOTE, look)


def _draw(found: Mapping[str, Mapping[str, float]], names: Sequence[str], look: Look, axes: Axes) -> None:
    values = np.array([[of.get(name, np.nan) for name in names] for of in found.values()])
    worst = values[list(found).index(OTHER)] if OTHER in found else np.nanmax(values, axis=0)
    shares = np.clip(values / np.maximum(worst, np.finfo(float).tiny), LEAST, 1)
    paint(axes, shares, LogNorm(LEAST, 1))
    for row, column in np.argwhere(np.isfinite(values)) if look.labels else ():
        colour, number = "white" if shares[row, column] > DARK else "0.15", percent(values[row, column])
        axes.text(column, row, number, ha="center", va="center", size=look.small, parse_math=False, color=colour)
