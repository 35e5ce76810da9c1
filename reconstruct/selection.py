"""A part of a layer's features: some channels, some positions.

A window of the picture holds the positions whose centres lie in it. Of a map with H × W positions, the one in row y and
column x has its centre at ((x + 1/2) / W, (y + 1/2) / H). Deliberately free of torch, for whoever only asks for a part.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconstruct.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

Window = tuple[float, float, float, float]
"""Left, top, width and height, in parts of the picture."""
ANY: Window = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Selection:
    """Which features count.

    Attributes:
        channels: their numbers, from 0 on; empty for all.
        window: of the picture; of a width or height of 0 the one nearest position counts.
    """

    channels: Sequence[int] = field(default=())
    window: Window = ANY

    def __call__(self, F: "Tensor") -> "Tensor":
        """The chosen ones of features ``(N, C, H, W)``, ``(N, c, h, w)``.

        Raises:
            InputError: there is no such channel, or no position in the window.
        """
        if self.channels and max(self.channels) >= F.shape[1]:
            raise InputError(f"channels: there is no {max(self.channels)}; this layer has 0 to {F.shape[1] - 1}")
        left, top, width, height = self.window
        rows, columns = _positions(top, height, F.shape[2]), _positions(left, width, F.shape[3])
        if rows.start == rows.stop or columns.start == columns.stop:
            size = f"{F.shape[3]} × {F.shape[2]} positions"
            raise InputError(f"window={list(self.window)}: none of this layer's {size} has its centre there")
        part = F[:, :, rows, columns]
        return part[:, list(self.channels)] if self.channels else part


def from_ranges(channels: Iterable[str]) -> tuple[int, ...]:
    """3 and 0:64, which is 0 to 63, as numbers, each once."""
    ends = [[int(end) for end in each.split(":")] for each in channels]
    return tuple(sorted({number for first, *last in ends for number in range(first, last[0] if last else first + 1)}))


def in_ranges(numbers: Sequence[int]) -> list[str]:
    """Ascending numbers as a user would write them: 3, and 0:64 for 0 to 63."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number:
            ranges[-1][1] += 1
        else:
            ranges.append([number, number + 1])
    return [str(first) if end == first + 1 else f"{first}:{end}" for first, end in ranges]


def _positions(start: float, length: float, count: int) -> slice:
    """Of `count` positions along a side those whose centres lie in a part of it; for a point, the one at it."""
    if length == 0:
        at = min(int(start * count), count - 1)
        return slice(at, at + 1)
    inside = [k for k in range(count) if start <= (k + 0.5) / count <= start + length]
    return slice(inside[0], inside[-1] + 1) if inside else slice(0, 0)
