"""Reconstructed from one layer, measured at another: relative errors of content and of style, logarithmic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from reconstruct.analysis.entries import Entry
from reconstruct.analysis.networks import network_note
from reconstruct.analysis.selection import depth_cells, height_of, single, style_cells
from reconstruct.analysis.selection import matrix as errors_of
from reconstruct.report.figures.page.fitting import extent
from reconstruct.report.figures.page.notes import EDGE, paragraph
from reconstruct.report.figures.page.sheet import GAP, Look, Part, Sheet, laid_out
from reconstruct.report.figures.plots.axes import TICKS
from reconstruct.report.figures.plots.panels import Plot, rows
from reconstruct.runs.naming import numbers

LEAST, MOST = 1e-4, 1.0  # relative errors with the first and the last colour
COLOURS = "viridis_r"
BAR, WIDTH = 0.12, 2.0  # inches of the bar of colours
NOTE = "○ the smallest error of its row; light: small error, ‖code − target‖² / ‖target‖²"
Errors = Mapping[str, Mapping[str, float]]


def matrix(entries: Sequence[Entry], look: Look) -> list[Figure]:
    """A row for each reconstruction, a column for each layer, and a dot where the row's error is smallest."""
    return laid_out(_parts(entries, look), look)


def _parts(entries: Sequence[Entry], look: Look) -> Iterator[Part]:
    found = {term: errors_of(entries, term) for term in ("content", "style")}
    yield from rows([_plot(term, errors) for term, errors in found.items() if errors], look)
    yield _bar(look)
    yield paragraph(NOTE, look)
    yield paragraph(network_note(entries, [*depth_cells(entries), *single(style_cells(entries))]), look)


def _plot(term: str, errors: Errors) -> Plot:
    layers = sorted({layer for row in errors.values() for layer in row}, key=height_of)
    heading, draw = f"{term}: reconstructed from relu…", partial(_draw, errors, layers)
    return Plot(heading, "measured at relu…", draw, _named(layers), _named(errors), len(errors) / len(layers))


def _named(layers: Iterable[str]) -> list[str]:
    return [layer.removeprefix("relu") for layer in layers]


def _draw(errors: Errors, layers: Sequence[str], axes: Axes) -> None:
    values = np.array([[row.get(layer, np.nan) for layer in layers] for row in errors.values()])
    paint(axes, np.maximum(values, LEAST), LogNorm(LEAST, MOST))
    axes.plot(np.nanargmin(values, axis=1), range(len(errors)), "o", color="white", mec="0.2", ms=4.5, mew=0.7)


def paint(axes: Axes, values: NDArray[np.float64], scale: LogNorm) -> None:
    """Fill axes with a colour for each value, light for small ones."""
    axes.imshow(values, norm=scale, cmap=COLOURS, interpolation="nearest", aspect="auto")
    axes.spines[:].set_visible(False)


def _bar(look: Look) -> Part:
    """The bar of colours, with its numbers."""
    ticks = numbers(["0.0001", "0.001", "0.01", "0.1", "1"]) if look.labels else {}
    left = EDGE + extent("error", look.tiny)[0] + 2 * GAP

    def drawn(sheet: Sheet, top: float) -> None:
        axes = sheet.axes(left, top, WIDTH, BAR)
        axes.set_axis_on()
        scale = ScalarMappable(LogNorm(LEAST, MOST), COLOURS)
        bar = sheet.figure.colorbar(scale, cax=axes, orientation="horizontal", extend="both")
        words: dict[str, Any] = {"labels": list(ticks.values()), "size": look.tiny, "parse_math": False}
        bar.set_ticks(list(map(float, ticks)), **words)
        bar.minorticks_off()
        bar.outline.set_visible(False)
        sheet.text(EDGE, top + BAR / 2, "error", va="center", size=look.tiny)

    return Part(BAR + TICKS + extent("0", look.tiny)[1] + GAP, drawn)
