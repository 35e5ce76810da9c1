"""Axes of plots: numbers in plain text, and names in a row; as many as there is room for."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axis import Axis, YAxis
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from reconstruct.report.figures.page.fitting import STEP, extent
from reconstruct.report.figures.page.notes import Key
from reconstruct.report.figures.page.sheet import COLOURS
from reconstruct.report.figures.page.venues import LEAST
from reconstruct.runs.wording import numbers

TICKS = 0.12  # inches from axes to their labels
APART = 0.06  # inches between two labels
STEPS = (1, 2, 2.5, 5, 10)  # from one number to the next, times a power of ten
SUBS = ((1, 2, 5), (1, 3), (1,))  # numbers in a decade
WIDEST = "2·10⁻⁸"  # of the expected numbers; wider ones are written smaller
MARKS = {"o": "●", "s": "■", "^": "▲", "D": "◆", "v": "▼"}  # matplotlib's marker -> the same as text


def style(number: int) -> tuple[str, str]:
    """The colour and the mark of a line: 0, 1, 2 …"""
    return COLOURS[number % len(COLOURS)], list(MARKS)[number // len(COLOURS) % len(MARKS)]


def key(number: int, name: str) -> Key:
    """The name of a line, with its mark and in its colour."""
    colour, mark = style(number)
    return f"{MARKS[mark]} {name}", colour


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


def number(value: float) -> str:
    """A number as text: 0.2 rather than 2·10⁻¹, but 2·10⁻⁷."""
    word = f"{0.0 if abs(value) < 1e-15 else value:.6g}"
    return numbers([word])[word] if "e" in word else word


def write_numbers(axis: Axis, length: float, size: float, room: float = math.inf) -> None:
    """Write the most round numbers that have room on a finished axis of that length in inches.

    Numbers, `size` points large, are written smaller where they are wider than the `room` in inches beside the axis.
    """
    ticks = next(_with_room(axis, length, size), {})
    while size > LEAST and any(extent(word, size)[0] > room for word in ticks.values()):
        size = max(LEAST, size - STEP)
    _write(axis, list(ticks), list(ticks.values()), size)


def _with_room(axis: Axis, length: float, size: float) -> Iterator[dict[float, str]]:
    """Round numbers that have room -> their text; the most numbers first."""
    low, high = sorted(axis.get_view_interval())
    is_logarithmic = axis.get_scale() == "log"
    for found in _candidates(low, high, is_logarithmic):
        ticks = [float(tick) for tick in found if low <= tick <= high]
        words = _words(ticks, is_logarithmic)
        start, *places, end = axis.get_transform().transform(np.array([low, *ticks, high]))
        sizes = [extent(word, size)[isinstance(axis, YAxis)] + APART for word in words]
        spaces = zip(pairwise(places), pairwise(sizes), strict=True)
        has_room = all(length * (b - a) / (end - start) >= (c + d) / 2 for (a, b), (c, d) in spaces)
        if has_room and len(set(words)) == len(ticks) > 1:
            yield dict(zip(ticks, words, strict=True))


def _words(ticks: Sequence[float], logarithmic: bool) -> list[str]:
    if not logarithmic:
        return [number(tick) for tick in ticks]
    known = numbers([f"{tick:.9g}" for tick in ticks])
    return [known[f"{tick:.9g}"] for tick in ticks]


def _candidates(low: float, high: float, logarithmic: bool) -> Iterator[Sequence[float]]:
    if logarithmic:
        for subs in SUBS:
            yield LogLocator(subs=subs, numticks=100).tick_values(low, high)
        for most in range(9, 1, -1):
            yield LogLocator(numticks=most).tick_values(low, high)
    for most in range(6, 0, -1):
        yield MaxNLocator(most, steps=STEPS).tick_values(low, high)


def _write(axis: Axis, places: Sequence[float], words: Sequence[str], size: float, angle: float = 0) -> None:
    axis.set_ticks(list(places), list(words), size=size, rotation=angle)
    axis.set_minor_locator(NullLocator())


@dataclass(frozen=True)
class Names:
    """Names at 0, 1, 2 … of an axis."""

    words: Sequence[str]  # one text for each name, empty if there is no room for it
    size: float  # in points
    angle: float  # in degrees
    depth: float  # their extent in inches, away from the axes

    def write(self, axis: Axis) -> None:
        """Write the names at an axis."""
        _write(axis, range(len(self.words)), self.words, self.size, self.angle)


def below(names: Sequence[str], distance: float, size: float) -> Names:
    """Names below axes, with a distance in inches from one to the next: horizontal if they fit, else upright."""
    extents = [extent(name, size) for name in names]
    if all(width + APART <= distance for width, _ in extents):
        return Names(names, size, 0, max((height for _, height in extents), default=0.0))
    return stacked(names, distance, size, 90)


def stacked(names: Sequence[str], distance: float, size: float, angle: float = 0) -> Names:
    """Names at the left of axes: smaller if the distance in inches is small, and at the least size not all of them."""
    while size > LEAST and _tallest(names, size) > distance:
        size = max(LEAST, size - STEP)
    every = max(1, math.ceil(_tallest(names, size) / distance))
    words = [name if k % every == 0 else "" for k, name in enumerate(names)]
    return Names(words, size, angle, max((extent(name, size)[0] for name in names), default=0.0))


def _tallest(names: Sequence[str], size: float) -> float:
    return max((extent(name, size)[1] for name in names), default=0.0)
