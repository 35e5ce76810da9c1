"""The algorithms for a network's convolutions: float32 as it is written down, float32 by Winograd's, bfloat16."""

import copy
from collections.abc import Mapping, Sequence
from enum import StrEnum

import torch
from torch import Tensor, nn

from reconstruct.hardware import winograd
from reconstruct.hardware.winograd import Winograd

WINOGRAD_CHANNELS = 128  # with fewer, Winograd's transforms cost what the multiplications save

Channels = Mapping[str, tuple[int, int]]
"""Convolution -> channels of its inputs and outputs, from the picture upwards (`reconstruct.layers.convolutions`)."""


class ConvAlgorithm(StrEnum):
    """How the convolutions of a network are computed, but for the first, which sees the picture: always in float32."""

    float32 = "float32"
    winograd = "winograd"
    bfloat16 = "bfloat16"

    @property
    def dtype(self) -> torch.dtype:
        """Of the features."""
        return torch.bfloat16 if self is ConvAlgorithm.bfloat16 else torch.float32

    def concerns(self, convolutions: Channels) -> bool:
        """Whether it computes any of them otherwise than float32 does."""
        widest = max([channels for channels, _ in convolutions.values()][1:], default=0)
        fewest = WINOGRAD_CHANNELS if self is ConvAlgorithm.winograd else 1
        return self is not ConvAlgorithm.float32 and widest >= fewest


class Rounded(nn.Module):
    """The convolution that sees the picture, where all others compute in bfloat16.

    Only its result is rounded: to bfloat16's 8 bits a picture would be off by 0.14 of 255 grey levels, which the first
    layers take for detail.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.convolution = convolution

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` in float32 to ``(N, O, H, W)`` in bfloat16."""
        rounded: Tensor = self.convolution(x).to(torch.bfloat16)
        return rounded


def converted(convolutions: Sequence[nn.Conv2d], algorithm: ConvAlgorithm) -> list[nn.Module]:
    """Modules that compute what these convolutions do, which follow each other from the picture upwards."""
    first, others = convolutions[:1], convolutions[1:]
    if algorithm is ConvAlgorithm.bfloat16 and others:
        return [*map(Rounded, first), *(copy.deepcopy(each).to(torch.bfloat16) for each in others)]
    return [*first, *(_by_winograd(each) if algorithm is ConvAlgorithm.winograd else each for each in others)]


def _by_winograd(convolution: nn.Conv2d) -> nn.Module:
    pays = convolution.in_channels >= WINOGRAD_CHANNELS and winograd.fits(convolution)
    return Winograd(convolution) if pays else convolution
