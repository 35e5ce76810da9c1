"""In which way each convolution of a network is computed: as it is insisted on, or what is fastest on this machine."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from reconstruct import layers
from reconstruct.hardware import processor
from reconstruct.hardware.timing import Shape, Times
from reconstruct.hardware.timings import timings
from reconstruct.hardware.ways import Way, cheapest, cost

EXACTLY = 1.03  # a way that rounds more than float32 as it is written down must be faster by that much
TOGETHER = 1.03  # and a mixture of number formats by that much than the best single one
WIDE = 128  # channels: with fewer, Winograd's transforms cost what the multiplications save

Channels = Mapping[str, tuple[int, int]]
"""Convolution -> channels of its inputs and outputs, from the picture upwards (`reconstruct.layers.convolutions`)."""


@dataclass(frozen=True)
class Choice:
    """What was chosen.

    Attributes:
        ways: convolution -> way.
        seconds: of all of them in a step, but for the first; 0 where nothing was measured.
        reason: why, in a line.
    """

    ways: Mapping[str, Way]
    seconds: float
    reason: str


def insisted(convolutions: Channels, way: Way) -> Choice:
    """That way wherever it can be: the picture is not rounded, and a few channels are no case for Winograd's."""
    fewest = WIDE if way is Way.winograd else layers.CHANNELS[0]
    ways = {tap: way if channels >= fewest else Way.float32 for tap, (channels, _) in convolutions.items()}
    return Choice(ways, 0.0, "as the settings say")


def fastest(
    convolutions: Channels,
    size: tuple[int, int],
    allowed: Collection[Way],
    device: torch.device,
    known: Path,
    tell: Callable[[], None] = lambda: None,
) -> Choice:
    """The ways that take the least time together, conversions between number formats counted.

    Args:
        convolutions: at least one; the first sees the picture, which is never rounded.
        size: height and width of the picture.
        allowed: ways among which there is a choice.
        device: on which they are computed.
        known: the file of the times that are known.
        tell: called before anything is measured, which takes seconds.
    """
    first, *others = convolutions
    if not others:
        return Choice({first: Way.float32}, 0.0, "a single convolution")
    shapes = [_shape(tap, *convolutions[tap], *size) for tap in others]
    measured = timings(shapes, allowed, device, known, tell)
    times = [measured.times[shape] for shape in shapes]
    chosen = _chosen([_weighed(each) for each in times], [each.conversion for each in times])
    seconds = cost(chosen, [each.ways for each in times], [each.conversion for each in times])
    totals = {way: total for way in allowed if (total := _total(times, way)) is not None}
    ways = {first: Way.float32, **dict(zip(others, chosen, strict=True))}
    return Choice(ways, seconds, _reason(ways.values(), totals, seconds, measured.seconds, device))


def _chosen(seconds: Sequence[Mapping[Way, float]], conversions: Sequence[float]) -> list[Way]:
    """The cheapest ways in a single number format, or in both where that saves more than noise."""
    formats = {way.dtype for way in Way}
    single = [
        [{way: time for way, time in each.items() if way.dtype is dtype} for each in seconds] for dtype in formats
    ]
    pure = [cheapest(each, conversions) for each in single if all(each)]
    mixed = cheapest(seconds, conversions)
    best = min(pure, key=lambda ways: cost(ways, seconds, conversions), default=mixed)
    gain = cost(best, seconds, conversions) / cost(mixed, seconds, conversions)
    return mixed if gain >= TOGETHER else best


def _shape(tap: str, channels: int, outputs: int, height: int, width: int) -> Shape:
    """Of a convolution in a picture of that size; what differs by a few pixels need not be measured anew."""
    halvings = layers.block(tap) - 1
    return Shape(channels, outputs, *(_rounded(max(1, side >> halvings)) for side in (height, width)))


def _rounded(side: int) -> int:
    return side if side <= 16 else 8 * round(side / 8)


def _weighed(times: Times) -> dict[Way, float]:
    """Seconds, of ways that round more a little above what they are."""
    return {way: seconds * (1 if way is Way.float32 else EXACTLY) for way, seconds in times.ways.items()}


def _total(times: Iterable[Times], way: Way) -> float | None:
    """Seconds of all convolutions in one way; ``None`` if one cannot be computed in it."""
    seconds = [each.ways.get(way) for each in times]
    return None if None in seconds else sum(filter(None, seconds))


def _reason(
    ways: Collection[Way], totals: Mapping[Way, float], seconds: float, took: float, device: torch.device
) -> str:
    counts = [f"{list(ways).count(way)} in {way}" for way in Way if way in ways]
    others = [f"all in {way} {_milliseconds(total)}" for way, total in totals.items()]
    measured = f", measured in {took:.1f} s" if took else ""
    where = f"{processor.name(device)}{'' if device.type == 'cuda' else f', {torch.get_num_threads()} threads'}"
    told = f"convolutions: {', '.join(counts)}: {_milliseconds(seconds)} a step ({'; '.join(others)})"
    return f"{told} on {where}{measured}"


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms"
