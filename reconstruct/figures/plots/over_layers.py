"""Plots over layers, side by side if there is room."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from matplotlib.axes import Axes

from reconstruct.figures.page.fitting import Fitted, extent, fit, fit_all
from reconstruct.figures.page.sheet import GAP, Look, Part, Sheet, head
from reconstruct.figures.plots.axes import plot
from reconstruct.figures.plots.notes import EDGE
from reconstruct.figures.plots.scales import TICKS, below, finish_values, width_of_numbers

NARROWEST, WIDEST, LOWEST, HIGHEST = 1.7, 6.0, 0.8, 3.0  # inches of the axes
SHAPE = 0.69  # of their height to their width
PAD = 0.07  # inches between axes and the text above and below


@dataclass(frozen=True)
class OverLayers:
    """A plot over layers: its heading, and a function that draws into its axes, at 0, 1, 2 … for the layers."""

    heading: str
    draw: Callable[[Axes], None]


def rows(plots: Sequence[OverLayers], names: Sequence[str], words: str, look: Look) -> Iterator[Part]:
    """A part for each row of plots.

    Args:
        plots: at least one.
        names: of the layers.
        words: the text below each plot.
        look: the choices of the reader.
    """
    left = width_of_numbers(look.tiny) + GAP
    most = min(look.columns or 2, len(plots))
    columns = next((n for n in range(most, 1, -1) if _width(n, left, look) >= NARROWEST), 1)
    width = min(_width(columns, left, look), WIDEST)
    headings = fit_all([each.heading for each in plots], left + width - GAP - indent(look), look.small, 2)
    for start in range(0, len(plots), columns):
        some = slice(start, start + columns)
        yield _Row(plots[some], headings[some], names, words, (left, width), look, start).part()


def _width(columns: int, left: float, look: Look) -> float:
    return (look.width - EDGE) / columns - left - GAP


def indent(look: Look) -> float:
    """The width in inches of the letter before a heading; 0 if the look has no letters."""
    return extent("m", look.tiny, "bold")[0] + GAP if look.letters else 0.0


class _Row:
    """Plots side by side.

    Args:
        horizontal: free inches at the left of axes, and the width of axes in inches.
        number: how many plots are above this row.
    """

    def __init__(
        self,
        plots: Sequence[OverLayers],
        headings: Sequence[Fitted],
        names: Sequence[str],
        words: str,
        horizontal: tuple[float, float],
        look: Look,
        number: int,
    ) -> None:
        self.plots, self.headings, self.number = plots, headings, number
        self.left, self.width = horizontal
        self.indent = indent(look)
        self.names = below(names, self.width / max(1, len(names)), look.tiny)
        self.words = fit(words, self.width, look.small)
        self.top = max(heading.height for heading in headings) + 2 * PAD if look.labels else 2 * PAD
        foot = TICKS + self.names.depth + PAD + self.words.height + 2 * PAD
        self.foot = foot if look.labels else 2 * PAD
        room = look.height - head(look) - self.top - self.foot
        height = min(max(SHAPE * self.width, LOWEST), HIGHEST)
        self.height = max(LOWEST, min(height, room)) if isfinite(room) else height

    def part(self) -> Part:
        return Part(self.top + self.height + self.foot, self._draw)

    def _draw(self, sheet: Sheet, top: float) -> None:
        for column, (each, heading) in enumerate(zip(self.plots, self.headings, strict=True)):
            start = column * (self.left + self.width + GAP)
            axes = plot(sheet, start + self.left, top + self.top, self.width, self.height)
            each.draw(axes)
            finish_values(axes, sheet, self.left)
            axes.set_xlim(-0.5, len(self.names.words) - 0.5)
            self.names.write(axes.xaxis, sheet)
            sheet.fitted(start + GAP + self.indent, top + self.top - PAD, heading, va="bottom")
            foot = top + self.top + self.height + TICKS + self.names.depth + PAD
            sheet.fitted(start + self.left + self.width / 2, foot, self.words, ha="center", va="top")
            if sheet.look.letters:
                sheet.letter(start + GAP / 2, top + self.top - PAD - heading.height - 0.04, self.number + column)
