"""Plots, side by side if there is room: each with a heading, and numbers or names at its axes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from reconstruct.report.figures.page.fitting import Fitted, extent, fit, fit_all
from reconstruct.report.figures.page.notes import EDGE
from reconstruct.report.figures.page.sheet import GAP, Look, Part, Sheet, head, letter
from reconstruct.report.figures.plots.axes import TICKS, below, limits, stacked, style, width_of_numbers, write_numbers

MARGIN = 0.14  # of logarithmic axes, around all points
NARROWEST, WIDEST, LOWEST, HIGHEST = 1.7, 6.0, 0.8, 3.0  # inches of the axes
TRADE_OFF = ("style error", "content error")  # on the axes of a trade-off
PAD = 0.07  # inches between axes and the text above and below
Line = Sequence[tuple[float, float]]
"""Points in the order in which a line joins them."""


@dataclass(frozen=True)
class Plot:
    """A plot."""

    heading: str  # what is on the vertical axis; it stands above the plot
    below: str  # what is on the horizontal axis
    draw: Callable[[Axes], None]  # a function that draws into the axes
    names: Sequence[str] = ()  # at 0, 1, 2 … of the horizontal axis; without any it has numbers
    rows: Sequence[str] = ()  # at 0, 1, 2 … of the vertical axis, from the top; without any it has numbers
    tall: float = 0.69  # height over width


def log_plot(
    heading: str, below: str, lines: Sequence[Line], also: Callable[[Axes], None] = lambda _: None, ends: bool = False
) -> Plot:
    """Lines on logarithmic axes; in the end `also` gets the axes with the lines in them.

    With `ends`, only the last point of each line has a mark.
    """

    def draw(axes: Axes) -> None:
        axes.set(xscale="log", yscale="log", autoscale_on=False)
        for k, line in enumerate(lines):
            colour, mark = style(k)
            axes.plot(*zip(*line, strict=True), f"{mark}-", color=colour, ms=4, lw=1.3, markevery=[-1] if ends else 1)
        if lines:
            axes.set_xlim(limits(axes.dataLim.intervalx, logarithmic=True, margin=MARGIN))
            axes.set_ylim(limits(axes.dataLim.intervaly, logarithmic=True, margin=MARGIN))
        also(axes)

    return Plot(heading, below, draw)


def rows(plots: Sequence[Plot], look: Look) -> list[Part]:
    """A part for each row of plots; there is at least one plot."""
    left = GAP + max(_left(each, look) for each in plots)
    most = min(look.columns or 2, len(plots))
    columns = next((n for n in range(most, 1, -1) if _width(n, left, look) >= NARROWEST), 1)
    width = min(_width(columns, left, look), WIDEST)
    words = [f"{letter(k)}  {each.heading}" if look.letters else each.heading for k, each in enumerate(plots)]
    headings = fit_all(words, left + width - GAP, look.small, 2)
    starts = range(0, len(plots), columns)
    return [_Row(plots[k : k + columns], headings[k : k + columns], (left, width), look).part() for k in starts]


def _left(each: Plot, look: Look) -> float:
    """The width in inches of the numbers or names at the left of a plot."""
    names = max((extent(name, look.tiny)[0] for name in each.rows), default=0.0) + TICKS
    return names if each.rows else width_of_numbers(look.tiny)


def _width(columns: int, left: float, look: Look) -> float:
    return (look.width - EDGE) / columns - left - GAP


class _Row:
    """Plots side by side.

    Args:
        horizontal: free inches at the left of axes, and the width of axes in inches.
    """

    def __init__(
        self, plots: Sequence[Plot], headings: Sequence[Fitted], horizontal: tuple[float, float], look: Look
    ) -> None:
        self.plots, self.headings, self.look = plots, headings, look
        self.left, self.width = horizontal
        self.names = [below(each.names, self.width / max(1, len(each.names)), look.tiny) for each in plots]
        self.words = [fit(each.below, self.width, look.small) for each in plots]
        labels = max(extent("0", look.tiny)[1], *(names.depth for names in self.names)) + TICKS + PAD
        self.foot = labels + max(words.height for words in self.words) + 2 * PAD if look.labels else 2 * PAD
        self.under = labels
        self.top = max(heading.height for heading in headings) + 2 * PAD if look.labels else 2 * PAD
        room = look.height - head(look) - self.top - self.foot
        wanted = max(each.tall for each in plots) * self.width
        self.height = max(LOWEST, min(wanted, HIGHEST, room))

    def part(self) -> Part:
        return Part(self.top + self.height + self.foot, self._draw)

    def _draw(self, sheet: Sheet, top: float) -> None:
        for column, heading in enumerate(self.headings):
            start = column * (self.left + self.width + GAP)
            axes = sheet.axes(start + self.left, top + self.top, self.width, self.height)
            axes.set_axis_on()
            axes.tick_params(labelsize=self.look.tiny)
            self.plots[column].draw(axes)
            self._label(axes, column)
            sheet.fitted(start + GAP, top + self.top - PAD, heading, va="bottom")
            middle, foot = start + self.left + self.width / 2, top + self.top + self.height + self.under
            sheet.fitted(middle, foot, self.words[column], ha="center", va="top")

    def _label(self, axes: Axes, column: int) -> None:
        """Write numbers or names at both axes, unless the look has no labels."""
        each, size = self.plots[column], self.look.tiny
        if each.names:
            axes.set_xlim(-0.5, len(each.names) - 0.5)
            self.names[column].write(axes.xaxis)
        else:
            write_numbers(axes.xaxis, self.width, size)
        if each.rows:
            stacked(each.rows, self.height / len(each.rows), size).write(axes.yaxis)
        else:
            write_numbers(axes.yaxis, self.height, size, self.left - TICKS)
        axes.tick_params(labelbottom=self.look.labels, labelleft=self.look.labels)
