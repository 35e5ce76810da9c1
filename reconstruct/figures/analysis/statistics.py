"""Made from one statistic, measured by another: relative errors, coloured against those of another painting."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from reconstruct.analysis.statistics import OTHER, StatisticError, medians
from reconstruct.figures.page.fitting import extent, fit
from reconstruct.figures.page.sheet import GAP, Look, Pages, Part, Sheet, head, house_style
from reconstruct.figures.plots.axes import plot
from reconstruct.figures.plots.notes import paragraph
from reconstruct.naming import percent

FROM, BY = "made from", "measured by"
CELL, LINE = 0.42, 0.22  # inches: the height of a row, and of a line of labels
LEAST = 1e-3  # of the error of another painting: the first colour
DARK = 0.02  # of it: beyond which numbers are written in white
NOTE = (
    "error: relative, mean over the matched layers, median over paintings and seeds; light: small against that of "
    "another painting"
)


def statistics(errors: Sequence[StatisticError], look: Look) -> list[Figure]:
    """A row for each matched statistic, a column for each compared one.

    Returns:
        A figure for each page; none if nothing was measured.
    """
    found = medians(errors)
    if not found:
        return []
    with house_style(look):
        pages = Pages(look)
        pages.add(_Matrix(found, look).part())
        pages.add(paragraph(NOTE, look))
        return pages.figures()


Shares = NDArray[np.float64]


class _Matrix:
    """The table of medians."""

    def __init__(self, found: Mapping[str, Mapping[str, float]], look: Look) -> None:
        self.found, self.look = found, look
        self.rows, self.columns = list(found), list(next(iter(found.values())))
        room = look.width / 3
        self.names = [fit(name, room, look.small, 2) for name in self.rows]
        self.left = max(name.width for name in self.names) + 2 * GAP
        self.width = (look.width - self.left - GAP) / len(self.columns)
        self.heads = [fit(name, self.width - GAP, look.small, 2) for name in self.columns]
        self.head = max(name.height for name in self.heads) + LINE + 2 * GAP
        self.cell = min(CELL, max(0.2, (look.height - head(look) - self.head - 1) / len(self.rows)))

    def part(self) -> Part:
        return Part(self.head + self.cell * len(self.rows) + GAP, self._draw)

    def _draw(self, sheet: Sheet, top: float) -> None:
        axes = plot(sheet, self.left, top + self.head, self.width * len(self.columns), self.cell * len(self.rows))
        self._colours(axes)
        if self.look.labels:
            self._labels(sheet, top)
            self._numbers(axes)

    def _colours(self, axes: Axes) -> None:
        axes.imshow(self._shares(), norm=LogNorm(LEAST, 1), cmap="viridis_r", interpolation="nearest", aspect="auto")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)

    def _shares(self) -> Shares:
        """Errors as shares of another painting's, or of the largest where there is none."""
        values = np.array([[self.found[row].get(column, np.nan) for column in self.columns] for row in self.rows])
        worst = values[self.rows.index(OTHER)] if OTHER in self.rows else np.nanmax(values, axis=0)
        shares: Shares = np.clip(values / np.maximum(worst, np.finfo(float).tiny), LEAST, 1)
        return shares

    def _labels(self, sheet: Sheet, top: float) -> None:
        for row, name in enumerate(self.names):
            sheet.fitted(GAP, top + self.head + (row + 0.5) * self.cell, name, va="center")
        for column, name in enumerate(self.heads):
            middle = self.left + (column + 0.5) * self.width
            sheet.fitted(middle, top + self.head - GAP, name, ha="center", va="bottom")
        bold: dict[str, Any] = {"weight": "bold", "size": self.look.small, "va": "bottom"}
        sheet.text(GAP, top + self.head - GAP, f"{FROM} ↓", **bold)
        width = extent(f"{BY} →", self.look.small, "bold")[0]
        sheet.text(min(self.left, self.look.width - width), top + LINE, f"{BY} →", **bold)

    def _numbers(self, axes: Axes) -> None:
        shares = self._shares()
        for row, made in enumerate(self.rows):
            for column, by in enumerate(self.columns):
                if by in self.found[made]:
                    color = "white" if shares[row, column] > DARK else "0.15"
                    place: dict[str, Any] = {
                        "ha": "center",
                        "va": "center",
                        "size": self.look.small,
                        "parse_math": False,
                    }
                    axes.text(column, row, percent(self.found[made][by]), color=color, **place)
