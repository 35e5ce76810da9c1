"""Inverted at one layer, measured at another: relative errors of content and of style, logarithmic."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from reconstruct.atlas.entries import Entry
from reconstruct.atlas.selection import matrix as errors_of
from reconstruct.atlas.selection import order
from reconstruct.figures.sheet import FAINT, SMALL, WIDTH, Look, Sheet, house_style

SIDE, LEFT = 2.6, 0.6
LEAST = 1e-4  # relative error; less looks alike


def matrix(entries: Sequence[Entry], look: Look) -> Figure:
    """A row a reconstruction, a column a layer; a dot where the row's error is smallest."""
    layers = order(entries)
    with house_style():
        sheet = Sheet(SIDE + 1.35, look)
        for number, term in enumerate(("content", "style")):
            left = LEFT + number * (SIDE + 0.25)
            axes = sheet.axes(left, 0.35, SIDE, SIDE)
            sheet.text(left, 0.27, term, va="bottom", weight="bold")
            _heat(axes, errors_of(entries, term), layers)
            sheet.text(left + SIDE / 2, SIDE + 0.85, "measured at relu…", ha="center", va="top", size=SMALL)
            if number:
                axes.set_yticklabels([])
        sheet.text(0.06, 0.35 + SIDE / 2, "made from relu…", va="center", rotation=90, size=SMALL)
        _bar(sheet, sheet.figure.axes[0])
        words = "● the smallest error of its row"
        sheet.text(LEFT, SIDE + 1.08, words, va="top", size=SMALL - 1, color=FAINT)
        return sheet.figure


def _heat(axes: Axes, rows: Mapping[str, Mapping[str, float]], layers: Sequence[str]) -> None:
    values = np.full((len(layers), len(layers)), np.nan)
    for layer, errors in rows.items():
        values[layers.index(layer)] = [errors[m] for m in layers]
    axes.set_axis_on()
    axes.imshow(np.maximum(values, LEAST), norm=LogNorm(LEAST, 1), cmap="viridis_r", interpolation="nearest")
    for layer, errors in rows.items():
        best = min(layers, key=lambda m: errors[m])
        axes.plot(layers.index(best), layers.index(layer), "o", color="white", mec="0.2", ms=4.5, mew=0.7)
    names = [layer.removeprefix("relu") for layer in layers]
    axes.set_xticks(range(len(layers)), names, rotation=90, size=SMALL - 2)
    axes.set_yticks(range(len(layers)), names, size=SMALL - 2)
    axes.spines[:].set_visible(False)


def _bar(sheet: Sheet, heat: Axes) -> None:
    axes = sheet.axes(WIDTH - 0.7, 0.35, 0.12, SIDE)
    axes.set_axis_on()
    bar = sheet.figure.colorbar(heat.images[0], cax=axes)
    bar.ax.tick_params(labelsize=SMALL - 2)
    bar.outline.set_visible(False)
    sheet.text(WIDTH - 0.62, 0.27, "error", va="bottom", ha="center", size=SMALL - 1)
