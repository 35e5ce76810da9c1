"""Figures from run folders, as matplotlib figures; saving is the caller's business. The one door to matplotlib.

Each function takes the cells of the figure and the look that a reader chose, and returns a figure for each page. The
figures of an analysis (`reconstruct.report.figures.analysis.atlas`), which compute with pictures, and films
(`reconstruct.report.figures.film`) are imported by name, so that all others are drawn without torch.
"""

from collections.abc import Callable

from matplotlib.figure import Figure

from reconstruct.report.figures.captions import alt, caption, left_out, notes
from reconstruct.report.figures.cells import Cells, Panel, cells_of
from reconstruct.report.figures.labels import relabelled
from reconstruct.report.figures.page.saving import FORMATS, save
from reconstruct.report.figures.page.sheet import Look, house_style
from reconstruct.report.figures.pivot import Layout
from reconstruct.report.figures.plots.curves import curve
from reconstruct.report.figures.plots.tradeoff import tradeoff
from reconstruct.report.figures.tables import paper
from reconstruct.report.figures.tables.features import features
from reconstruct.report.figures.tables.grid import grid
from reconstruct.report.figures.tables.separate import write_panels

DRAWN_BY: dict[str, Callable[[Cells, Look, Layout | None], list[Figure]]] = {
    "fig1": paper.fig1,
    "fig2": paper.fig2,
    "fig3": paper.fig3,
    "grid": grid,
    "curve": curve,
    "tradeoff": tradeoff,
    "features": features,
}
LAYOUTS = {"fig1": paper.FIG1, "fig2": paper.FIG2, "fig3": paper.FIG3, "features": Layout()}
"""The rows and columns of kinds that let no reader choose them."""

__all__ = [
    "DRAWN_BY", "FORMATS", "LAYOUTS", "Cells", "Layout", "Look", "Panel", "alt", "caption", "cells_of", "grid",
    "house_style", "left_out", "notes", "relabelled", "save", "write_panels",
]  # fmt: skip
