"""Figures from run folders, as matplotlib figures; saving is the caller's business. The one door to matplotlib."""

from reconstruct.figures.atlas import atlas
from reconstruct.figures.captions import caption
from reconstruct.figures.cells import Panel, panels
from reconstruct.figures.curves import curve, tradeoff
from reconstruct.figures.film import film
from reconstruct.figures.grid import grid
from reconstruct.figures.paper import fig1, fig2, fig3
from reconstruct.figures.sheet import Look, house_style

__all__ = [
    "Look",
    "Panel",
    "atlas",
    "caption",
    "curve",
    "fig1",
    "fig2",
    "fig3",
    "film",
    "grid",
    "house_style",
    "panels",
    "tradeoff",
]
