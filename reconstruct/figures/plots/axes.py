"""Axes of plots, and logarithmic scales whose numbers are plain text, as many as there is room for."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from reconstruct.figures.page.fitting import extent
from reconstruct.figures.page.sheet import Sheet
from reconstruct.naming import numbers

APART = 0.06  # inches between two numbers
Dashes = str | tuple[int, tuple[float, ...]]
MARKS = ("o", "s", "^", "D", "v")
DASHES: tuple[Dashes, ...] = ("-", "--", ":", "-.", (0, (8, 2)), (0, (4, 1, 1, 1, 1, 1)), (0, (1, 3)))


def plot(sheet: Sheet, left: float, top: float, width: float, height: float, **settings: Any) -> Axes:
    """Axes for curves, with this box in inches; `settings` are those of matplotlib's `Axes.set`."""
    axes = sheet.axes(left, top, width, height)
    axes.set_axis_on()
    axes.set(**settings)
    axes.tick_params(labelsize=sheet.look.tiny)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_fontsize(sheet.look.small)
        axis.label.set_parse_math(False)
    return axes


def finish_logarithmic(axes: Axes, sheet: Sheet, which: Sequence[str] = ("x", "y")) -> None:
    """Write numbers on the scales of finished logarithmic axes."""
    box = axes.get_position()
    lengths = {"x": box.width * sheet.width, "y": box.height * sheet.figure.get_figheight()}
    for name in which:
        axis: Axis = getattr(axes, f"{name}axis")
        low, high = sorted(getattr(axes, f"get_{name}lim")())
        ticks = _ticks(low, high, lengths[name], sheet.look.tiny, sideways=name == "x")
        axis.set_major_locator(FixedLocator(list(ticks)))
        axis.set_major_formatter(FixedFormatter(list(ticks.values()) if sheet.look.labels else []))
        axis.set_minor_locator(NullLocator())
        for label in axis.get_ticklabels():
            label.set_parse_math(False)


def _ticks(low: float, high: float, length: float, size: float, sideways: bool) -> dict[float, str]:
    """The most numbers that have room -> their text; empty if there are fewer than two."""
    if not 0 < low < high < math.inf:
        return {}
    for ticks in _candidates(low, high):
        words = numbers([f"{tick:.9g}" for tick in ticks])
        if len(words) < max(2, len(ticks)):
            continue
        places = [length * math.log(tick / low) / math.log(high / low) for tick in ticks]
        sizes = [extent(word, size)[0 if sideways else 1] + APART for word in words.values()]
        spaced = all(b - a >= (c + d) / 2 for (a, b), (c, d) in zip(pairwise(places), pairwise(sizes), strict=True))
        if spaced:
            return dict(zip(ticks, words.values(), strict=True))
    return {}


def _candidates(low: float, high: float) -> Iterator[list[float]]:
    """Numbers within an axis: 1, 2, 5 of every decade, 1 and 3, 1, every second, third … decade; else round ones."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        yield [step * 10.0**k for k in decades for step in steps if low <= step * 10.0**k <= high]
    for every in range(2, len(decades) + 2):
        yield [10.0**k for k in decades if k % every == 0 and low <= 10.0**k <= high]
    for most in (5, 3, 2, 1):
        yield [tick for tick in MaxNLocator(most).tick_values(low, high) if low <= tick <= high]
