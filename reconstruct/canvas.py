"""The parameters that are optimised, and the picture they stand for.

The paper optimises the pixels themselves. Other coordinates of the same picture change nothing about what can be
expressed, but much about how fast an optimizer gets there (Olah et al., 2017, "Feature Visualization").
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

GREY = 0.5


class Canvas(nn.Module, ABC):
    """Calling it gives the picture ``(1, 3, H, W)``, RGB in [0, 1]."""

    def forward(self) -> Tensor:
        return clip(self.unclipped())

    @abstractmethod
    def unclipped(self) -> Tensor:
        """The picture before values outside [0, 1] are cut off."""


class Pixels(Canvas):
    """Every pixel's value, as in the paper.

    Args:
        start: the picture to begin with, ``(1, 3, H, W)``.
    """

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.pixels = nn.Parameter(start.clone())

    def unclipped(self) -> Tensor:
        return self.pixels


class Pyramid(Canvas):
    """A sum of levels, each half the size of the one before, enlarged to the size of the picture.

    A coarse level moves large areas at once, so that one gradient step sets brightness and shape as well as detail
    (a Laplacian pyramid's synthesis half: Burt & Adelson, 1983).

    Args:
        start: the picture to begin with, ``(1, 3, H, W)``; it goes into the finest level.
        levels: how many, the finest included; levels that would be smaller than a pixel are left out.
    """

    def __init__(self, start: Tensor, levels: int) -> None:
        super().__init__()
        sizes = [[max(1, side >> level) for side in start.shape[-2:]] for level in range(levels)]
        blank = [start.new_zeros(1, 3, *size) for size in sizes[1:] if min(size) > 1]
        self.levels = nn.ParameterList([start.clone(), *blank])

    def unclipped(self) -> Tensor:
        finest, *coarser = self.levels
        size = finest.shape[-2:]
        enlarged = (interpolate(level, size=size, mode="bilinear") for level in coarser)
        return sum(enlarged, start=finest)


def white_noise(height: int, width: int, contrast: float, generator: torch.Generator) -> Tensor:
    """Gaussian noise around mid-grey with standard deviation `contrast`: ``(1, 3, height, width)``."""
    return GREY + contrast * torch.randn(1, 3, height, width, generator=generator)


class _Clip(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        context.save_for_backward(x)
        return x.clamp(0, 1)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        (x,), (gradient,) = context.saved_tensors, gradients
        outwards = gradient * (x - x.clamp(0, 1)) < 0  # a step against the gradient would lead further outside
        return gradient.masked_fill(outwards, 0)


clip: Callable[[Tensor], Tensor] = _Clip.apply
"""Cut to [0, 1]. Unlike `torch.clamp`, a value outside keeps a gradient that leads back inside."""
