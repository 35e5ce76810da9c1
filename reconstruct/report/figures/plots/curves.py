"""Losses over steps and over seconds."""

import math
from collections.abc import Iterator

from matplotlib.figure import Figure

from reconstruct.report.figures.cells import Cells, Panel
from reconstruct.report.figures.labels import cell_names
from reconstruct.report.figures.page.notes import keys
from reconstruct.report.figures.page.sheet import DEFAULT, Look, Part, laid_out
from reconstruct.report.figures.pivot import Layout
from reconstruct.report.figures.plots.axes import key
from reconstruct.report.figures.plots.panels import log_plot, rows
from reconstruct.runs.results import TRACE
from reconstruct.runs.trace import read

SOONEST = 1e-4  # seconds; a logarithmic axis has no 0
Points = list[tuple[float, float, float]]
"""Evaluations of the loss so far, seconds, and total loss divided by the first one."""


def without_trace(cells: Cells) -> list[Panel]:
    """The cells without a finite, positive loss in their trace."""
    return [panel for panel in cells.panels if not _points(panel)]


def curve(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """Total loss of every cell, divided by its first, over steps and seconds, all axes logarithmic; no `layout`."""
    return laid_out(_parts(cells, look), look)


def _parts(cells: Cells, look: Look) -> Iterator[Part]:
    names = cell_names(cells)
    drawn = [(names[panel.folder] + _stalled(panel), points) for panel in cells.panels if (points := _points(panel))]
    lines = [[[(max(point[k], SOONEST), point[2]) for point in points] for _, points in drawn] for k in (0, 1)]
    every = zip(("evaluations of the loss", "seconds"), lines, strict=True)
    yield from rows([log_plot("loss / first loss", below, over, ends=True) for below, over in every], look)
    yield from keys([key(k, name) for k, (name, _) in enumerate(drawn)], look)


def _points(panel: Panel) -> Points:
    rows = [(row["step"] + 1, row["seconds"], row["total"]) for row in read(panel.folder / TRACE)]
    first = rows[0][2] if rows else 0.0
    positive = [(step, seconds, total / first) for step, seconds, total in rows if first > 0 and total > 0]
    return [point for point in positive if all(map(math.isfinite, point))]


def _stalled(panel: Panel) -> str:
    return " (not converged)" if panel.result and not panel.result.converged else ""
