"""Made from one thing, measured by another: errors as colours, of layers and of statistics of texture."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from reconstruct.analysis.entries import Entry, network_note
from reconstruct.analysis.selection import depth_cells, single, style_cells
from reconstruct.analysis.selection import matrix as errors_of
from reconstruct.analysis.statistics import OTHER, StatisticError, medians
from reconstruct.layers import place, shortened
from reconstruct.report.figures.page.fitting import extent, fit
from reconstruct.report.figures.page.notes import EDGE, paragraph
from reconstruct.report.figures.page.sheet import GAP, Look, Part, Sheet, laid_out
from reconstruct.report.figures.plots.axes import TICKS
from reconstruct.report.figures.plots.panels import Plot, rows
from reconstruct.runs.wording import ERROR, numbers, percent

LEAST, MOST = 1e-4, 1.0  # relative errors with the first and the last colour
LEAST_SHARE = 1e-3  # of the error of another painting: the first colour of a statistic
DARK = 0.02  # of it: beyond which numbers are written in white
COLOURS = "viridis_r"
BAR, WIDTH = 0.12, 2.0  # inches of the bar of colours
NOTE = f"○ the smallest error of its row; light: small error, {ERROR}"
OF_STATISTICS = (
    "error: relative, mean over the matched layers, median over paintings and seeds; light: small against that of "
    "another painting"
)
Errors = Mapping[str, Mapping[str, float]]
"""What was matched -> what is measured -> error."""


def matrix(entries: Sequence[Entry], look: Look) -> list[Figure]:
    """A row for each reconstruction, a column for each layer, and a dot where the row's error is smallest."""
    return laid_out(_of_layers(entries, look), look)


def statistics(errors: Sequence[StatisticError], look: Look) -> list[Figure]:
    """A row for each matched statistic, a column for each compared one; no figure if nothing was measured."""
    return laid_out(_of_statistics(found, look), look) if (found := medians(errors)) else []


def _of_layers(entries: Sequence[Entry], look: Look) -> Iterator[Part]:
    found = {term: errors_of(entries, term) for term in ("content", "style")}
    yield from rows([_plot(term, errors) for term, errors in found.items() if errors], look)
    yield _bar(look)
    yield paragraph(NOTE, look)
    yield paragraph(network_note(entries, [*depth_cells(entries), *single(style_cells(entries))]), look)


def _plot(term: str, errors: Errors) -> Plot:
    layers = sorted({layer for row in errors.values() for layer in row}, key=place)
    (begin, columns), (_, made) = shortened(layers), shortened([*errors])
    draw = partial(_draw_layers, _values(errors, layers))
    heading, below = f"{term}: reconstructed from {begin}", f"measured at {begin}"
    return Plot(heading, below, draw, columns, made, len(errors) / len(layers))


def _values(errors: Errors, names: Iterable[str]) -> NDArray[np.float64]:
    names = list(names)
    return np.array([[row.get(name, np.nan) for name in names] for row in errors.values()])


def _draw_layers(values: NDArray[np.float64], axes: Axes) -> None:
    _paint(axes, np.maximum(values, LEAST), LogNorm(LEAST, MOST))
    axes.plot(np.nanargmin(values, axis=1), range(len(values)), "o", color="white", mec="0.2", ms=4.5, mew=0.7)


def _paint(axes: Axes, values: NDArray[np.float64], scale: LogNorm) -> None:
    """Fill axes with a colour for each value, light for small ones."""
    axes.imshow(values, norm=scale, cmap=COLOURS, interpolation="nearest", aspect="auto")
    axes.spines[:].set_visible(False)


def _bar(look: Look) -> Part:
    """The bar of colours, with its numbers."""
    ticks = numbers(["0.0001", "0.001", "0.01", "0.1", "1"]) if look.labels else {}
    error = fit("error", look.width, look.tiny)
    left = EDGE + error.width + 2 * GAP

    def drawn(sheet: Sheet, top: float) -> None:
        axes = sheet.axes(left, top, WIDTH, BAR)
        axes.set_axis_on()
        scale = ScalarMappable(LogNorm(LEAST, MOST), COLOURS)
        bar = sheet.figure.colorbar(scale, cax=axes, orientation="horizontal", extend="both")
        bar.set_ticks(list(map(float, ticks)), labels=list(ticks.values()), size=look.tiny)
        bar.minorticks_off()
        bar.outline.set_visible(False)
        sheet.fitted(EDGE, top + BAR / 2, error, va="center")

    return Part(BAR + TICKS + extent("0", look.tiny)[1] + GAP, drawn)


def _of_statistics(found: Errors, look: Look) -> Iterator[Part]:
    names = list(next(iter(found.values())))
    draw = partial(_draw_statistics, found, names, look)
    yield from rows([Plot("made from ↓", "measured by", draw, names, list(found), 0.5)], look)
    yield paragraph(OF_STATISTICS, look)


def _draw_statistics(found: Errors, names: Sequence[str], look: Look, axes: Axes) -> None:
    """Draw errors as shares of those of another painting."""
    values = _values(found, names)
    worst = values[list(found).index(OTHER)] if OTHER in found else np.nanmax(values, axis=0)
    shares = np.clip(values / np.maximum(worst, np.finfo(float).tiny), LEAST_SHARE, 1)
    _paint(axes, shares, LogNorm(LEAST_SHARE, 1))
    for row, column in np.argwhere(np.isfinite(values)) if look.labels else ():
        colour, number = "white" if shares[row, column] > DARK else "0.15", percent(values[row, column])
        axes.text(column, row, number, ha="center", va="center", size=look.small, color=colour)
