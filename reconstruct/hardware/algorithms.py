"""The algorithms for a convolution: float32 as it is written down, float32 by Winograd's algorithm, bfloat16."""

import copy
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

import torch
from torch import Tensor, nn

from reconstruct import layers
from reconstruct.hardware import winograd
from reconstruct.hardware.winograd import Winograd

WINOGRAD_CHANNELS = 128  # with fewer, Winograd's transforms cost what the multiplications save

Channels = Mapping[str, tuple[int, int]]
"""Convolution -> channels of its inputs and outputs, from the picture upwards (`reconstruct.layers.convolutions`)."""


class ConvAlgorithm(StrEnum):
    """How one convolution is computed, with what follows it up to the next one."""

    float32 = "float32"
    winograd = "winograd"
    bfloat16 = "bfloat16"

    @property
    def dtype(self) -> torch.dtype:
        """Of the features."""
        return torch.bfloat16 if self is ConvAlgorithm.bfloat16 else torch.float32


class Converting(nn.Module):
    """A stage between others that compute in another number format.

    What goes to a narrower format is rounded behind the stage and what comes from one is widened before it, so that
    what lies between two convolutions is as small as can be. A picture is never rounded: to bfloat16's 8 bits it would
    be off by 0.14 of 255 grey levels, which the first layers take for detail.

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


def fixed(convolutions: Channels, algorithm: ConvAlgorithm) -> dict[str, ConvAlgorithm]:
    """One algorithm for all, but float32 for the one that sees the picture, and where Winograd's does not pay."""
    fewest = WINOGRAD_CHANNELS if algorithm is ConvAlgorithm.winograd else layers.CHANNELS[0]
    wide = {tap: channels >= fewest for tap, (channels, _) in convolutions.items()}
    return {tap: algorithm if wide[tap] else ConvAlgorithm.float32 for tap in convolutions}


def assemble(convolutions: Sequence[nn.Conv2d], algorithms: Sequence[ConvAlgorithm]) -> list[nn.Module]:
    """Convolutions that follow each other, with conversions where the number format changes."""
    stages: list[nn.Module] = []
    before = torch.float32  # the picture
    for convolution, (algorithm, following) in zip(
        convolutions, pairwise([*algorithms, *algorithms[-1:]]), strict=True
    ):
        result = torch.bfloat16 if ConvAlgorithm.bfloat16 in (algorithm, following) else torch.float32
        stage = computing(convolution, algorithm)
        plain = before == algorithm.dtype == result
        stages.append(stage if plain else Converting(stage, algorithm.dtype, result))
        before = result
    return stages


def computing(convolution: nn.Conv2d, algorithm: ConvAlgorithm) -> nn.Module:
    """A module that computes what `convolution` does by that algorithm; itself where there is no other."""
    if algorithm is ConvAlgorithm.winograd and winograd.fits(convolution):
        return Winograd(convolution)
    bfloat16 = algorithm is ConvAlgorithm.bfloat16
    return copy.deepcopy(convolution).to(algorithm.dtype) if bfloat16 else convolution
