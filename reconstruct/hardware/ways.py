"""The ways to compute a convolution: float32 as it is written down, float32 by Winograd's algorithm, bfloat16."""

import copy
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

import torch
from torch import Tensor, nn

from reconstruct.hardware import winograd
from reconstruct.hardware.winograd import Winograd


class Way(StrEnum):
    """How one convolution is computed, with what follows it up to the next one."""

    float32 = "float32"
    winograd = "winograd"
    bfloat16 = "bfloat16"

    @property
    def dtype(self) -> torch.dtype:
        """Of the features."""
        return torch.bfloat16 if self is Way.bfloat16 else torch.float32


class Converting(nn.Module):
    """A stage between others that compute in another number format.

    What goes to a narrower format is rounded behind the stage and what comes from one is widened before it, so that
    what lies between two convolutions is as small as can be. A picture is never rounded: to bfloat16's 8 bits it would
    be off by 0.14 of 255 grey levels, which the first layers take for detail. Spared that, the squared error that
    rounding adds to a photograph's features is a quarter to a third at every layer, for 1 to 3 % of the time of a step
    up to relu5_1 (two cores of an AMD Zen 5).

    Args:
        stage: computes in `dtype`.
        dtype: of its inputs.
        result: of what comes out.
    """

    def __init__(self, stage: nn.Module, dtype: torch.dtype, result: torch.dtype) -> None:
        super().__init__()
        self.stage = stage
        self.dtype = dtype
        self.result = result

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` in any format to ``(N, O, H, W)`` in `result`."""
        converted: Tensor = self.stage(x.to(self.dtype)).to(self.result)
        return converted


def computing(convolution: nn.Conv2d, way: Way) -> nn.Module:
    """A module that computes what `convolution` does, in that way; itself where there is no other."""
    if way is Way.winograd and winograd.fits(convolution):
        return Winograd(convolution)
    return copy.deepcopy(convolution).to(way.dtype) if way is Way.bfloat16 else convolution


def in_turn(convolutions: Sequence[nn.Conv2d], ways: Sequence[Way]) -> list[nn.Module]:
    """Convolutions that follow each other, each computed in its way, with conversions where the format changes."""
    stages: list[nn.Module] = []
    before = torch.float32  # the picture
    for convolution, (way, following) in zip(convolutions, pairwise([*ways, ways[-1] if ways else None]), strict=True):
        assert way is not None
        assert following is not None
        result = torch.bfloat16 if Way.bfloat16 in (way, following) else torch.float32
        stage = computing(convolution, way)
        plain = before == way.dtype == result
        stages.append(stage if plain else Converting(stage, way.dtype, result))
        before = result
    return stages


def cheapest(seconds: Sequence[Mapping[Way, float]], conversions: Sequence[float]) -> list[Way]:
    """For convolutions that follow each other, the ways that take the least time together.

    Args:
        seconds: of each convolution, in every way in which it can be computed.
        conversions: what it costs more if a convolution's inputs come in the other number format.
    """
    reached: dict[Way, tuple[float, list[Way]]] = {way: (time, [way]) for way, time in seconds[0].items()}
    for times, conversion in zip(seconds[1:], conversions[1:], strict=True):
        reached = {way: _best(reached, way, time, conversion) for way, time in times.items()}
    return min(reached.values(), key=lambda found: found[0])[1]


def cost(ways: Sequence[Way], seconds: Sequence[Mapping[Way, float]], conversions: Sequence[float]) -> float:
    """Seconds of convolutions that follow each other, computed in these ways; the others as for `cheapest`."""
    changes = [False, *(before.dtype != way.dtype for before, way in pairwise(ways))]
    paid = sum(conversion * change for conversion, change in zip(conversions, changes, strict=True))
    return paid + sum(times[way] for times, way in zip(seconds, ways, strict=True))


def _best(
    reached: Mapping[Way, tuple[float, list[Way]]], way: Way, time: float, conversion: float
) -> tuple[float, list[Way]]:
    """The cheapest way there, from all ways in which the convolution before can be computed."""
    totals = {last: total + conversion * (last.dtype != way.dtype) for last, (total, _) in reached.items()}
    last = min(totals, key=lambda each: totals[each])
    return totals[last] + time, [*reached[last][1], way]
