"""Scales of plots that are not logarithmic: numbers, and names in a row; as many as there is room for."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from reconstruct.figures.page.fitting import STEP, extent
from reconstruct.figures.page.sheet import Sheet
from reconstruct.figures.page.venues import LEAST
from reconstruct.figures.plots.axes import finish_logarithmic
from reconstruct.naming import numbers

TICKS = 0.12  # inches from axes to their labels
APART = 0.06  # inches between two numbers
STEPS = (1, 2, 2.5, 5, 10)  # from one number to the next, times a power of ten
WIDEST = "2·10⁻⁸"  # of the expected numbers; wider ones are written smaller


def width_of_numbers(size: float) -> float:
    """The width in inches of the numbers at the left of axes, at a size in points."""
    return extent(WIDEST, size)[0] + TICKS


def limits(values: Iterable[float], logarithmic: bool = False, margin: float = 0.05) -> tuple[float, float]:
    """The two ends of an axis with room for at least one value; if all values are almost equal, the axis is wider."""
    places = [math.log2(value) if logarithmic else value for value in values]
    least, most = min(places), max(places)
    span = max(most - least, 1.0 if logarithmic else max(1e-3 * abs(least), 1e-3 * abs(most), 1e-6))
    middle, half = (least + most) / 2, (0.5 + margin) * span
    return (2 ** (middle - half), 2 ** (middle + half)) if logarithmic else (middle - half, middle + half)


def finish_values(axes: Axes, sheet: Sheet, room: float) -> None:
    """Write numbers at the left of finished axes, in at most `room` inches, on a linear or a logarithmic scale."""
    if axes.get_yscale() == "log":
        finish_logarithmic(axes, sheet, ("y",))
    else:
        _finish_linear(axes, sheet)
    words = [label.get_text() for label in axes.get_yticklabels()]
    size = largest(words, room - TICKS, sheet.look.tiny)
    for label in axes.get_yticklabels():
        label.set(size=size, parse_math=False)


def _finish_linear(axes: Axes, sheet: Sheet) -> None:
    low, high = axes.get_ylim()
    length = axes.get_position().height * sheet.figure.get_figheight()
    ticks = next(_spaced(low, high, length, sheet.look.tiny), {})
    _put(axes.yaxis, list(ticks), list(ticks.values()) if sheet.look.labels else [])


def _spaced(low: float, high: float, length: float, size: float) -> Iterator[dict[float, str]]:
    """Round numbers that have room -> their text; the most numbers first."""
    for most in (6, 5, 4, 3, 2, 1):
        found = MaxNLocator(most, steps=STEPS).tick_values(low, high)
        ticks = [float(tick) for tick in found if low <= tick <= high]
        words = [number(tick) for tick in ticks]
        places = [length * (tick - low) / (high - low) for tick in ticks]
        needed = max((extent(word, size)[1] for word in words), default=0.0) + APART
        if len(set(words)) == len(ticks) and all(b - a >= needed for a, b in pairwise(places)):
            yield dict(zip(ticks, words, strict=True))


def number(value: float) -> str:
    """A number as text: 0.2 rather than 2·10⁻¹, but 2·10⁻⁷."""
    word = f"{0.0 if abs(value) < 1e-15 else value:.6g}"
    return numbers([word])[word] if "e" in word else word


def largest(words: Sequence[str], room: float, size: float) -> float:
    """The largest size, up to `size` points, at which each text fits into `room` inches; `LEAST` if there is none."""
    while size > LEAST and any(extent(word, size)[0] > room for word in words):
        size = max(LEAST, size - STEP)
    return size


def _put(axis: Axis, places: Sequence[float], words: Sequence[str]) -> None:
    axis.set_major_locator(FixedLocator(list(places)))
    axis.set_major_formatter(FixedFormatter(list(words)))
    axis.set_minor_locator(NullLocator())
    for label in axis.get_ticklabels():
        label.set_parse_math(False)


@dataclass(frozen=True)
class Names:
    """Names at 0, 1, 2 … of an axis.

    Attributes:
        words: one text for each name, empty if there is no room for it.
        size: in points.
        upright: whether they are turned.
        depth: their extent in inches, away from the axes.
    """

    words: Sequence[str]
    size: float
    upright: bool
    depth: float

    def write(self, axis: Axis, sheet: Sheet) -> None:
        """Write the names at an axis."""
        _put(axis, range(len(self.words)), self.words if sheet.look.labels else [])
        axis.set_tick_params(labelsize=self.size, labelrotation=90 if self.upright else 0)


def below(names: Sequence[str], distance: float, size: float) -> Names:
    """Names below axes, with a distance in inches from one to the next: horizontal if they fit, else upright."""
    extents = [extent(name, size) for name in names]
    if all(width + APART <= distance for width, _ in extents):
        return Names(names, size, False, max((height for _, height in extents), default=0.0))
    return replace(stacked(names, distance, size), upright=True)


def stacked(names: Sequence[str], distance: float, size: float) -> Names:
    """Names at the left of axes: smaller if the distance in inches is small, and at the least size not all of them."""
    while size > LEAST and _tall(names, size) > distance:
        size = max(LEAST, size - STEP)
    every = max(1, math.ceil(_tall(names, size) / distance))
    words = [name if k % every == 0 else "" for k, name in enumerate(names)]
    return Names(words, size, False, max((extent(name, size)[0] for name in names), default=0.0))


def _tall(names: Sequence[str], size: float) -> float:
    return max((extent(name, size)[1] for name in names), default=0.0)
