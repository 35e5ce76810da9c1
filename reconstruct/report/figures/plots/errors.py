"""Content error against style error: a line for reconstructions that differ in α/β only."""

from collections.abc import Callable, Sequence
from itertools import chain

from matplotlib.axes import Axes

from reconstruct.report.figures.plots.axes import limits, style
from reconstruct.report.figures.plots.panels import Plot

MARGIN = 0.14  # of the axes, around all points


Errors = Sequence[tuple[float, float]]
"""Errors of content and of style, in the order in which a line joins them."""


def plot(lines: Sequence[Errors], also: Callable[[Axes], None]) -> Plot:
    """Both axes are logarithmic; `also` draws what else there is, at the end."""

    def draw(axes: Axes) -> None:
        axes.set(xscale="log", yscale="log", autoscale_on=False)
        for k, line in enumerate(lines):
            colour, mark = style(k)
            axes.plot(*zip(*line, strict=True), f"{mark}-", color=colour, ms=4, lw=1.3)
        content_errors, style_errors = zip(*chain(*lines), strict=True)
        axes.set_xlim(limits(content_errors, logarithmic=True, margin=MARGIN))
        axes.set_ylim(limits(style_errors, logarithmic=True, margin=MARGIN))
        also(axes)

    return Plot("style error", "content error", draw)
