"""The parameters that are optimised, and the picture they stand for.

The paper optimises the pixels themselves. Other coordinates of the same picture change nothing about what can be
expressed, but much about how fast an optimizer gets there (Olah, Mordvintsev & Schubert, 2017, "Feature
Visualization"). Here the picture is a linear function of the parameters, cut to [0, 1] at the end::

    picture = clip(position)        position = 1/2 + colours · planes
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

# Columns: brightness, red against blue, green against magenta, each as large as it varies over natural pictures
# (square root of the covariance of ImageNet's RGB values, from Olah et al., 2017), the largest column scaled to 1.
_COVARIANCE_ROOT = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
DECORRELATED = _COVARIANCE_ROOT / _COVARIANCE_ROOT.norm(dim=0).max()
RGB = torch.eye(3)


class Canvas(nn.Module, ABC):
    """Calling it gives the picture ``(1, 3, H, W)``, RGB in [0, 1].

    Args:
        colours: ``(3, 3)``, from the parameters' channels to RGB: `RGB` or `DECORRELATED`.
    """

    def __init__(self, colours: Tensor) -> None:
        super().__init__()
        self.register_buffer("colours", colours)

    def forward(self) -> Tensor:
        """The picture, ``(1, 3, H, W)``."""
        # Departure: values are kept in [0, 1]; the paper's recipe leaves them unbounded until the picture is saved.
        return clip(self.position())

    def position(self) -> Tensor:
        """The picture before it is cut to [0, 1], ``(1, 3, H, W)``; linear in the parameters but for an offset."""
        return 0.5 + torch.einsum("rc,nchw->nrhw", self.colours, self.planes())

    @abstractmethod
    def planes(self) -> Tensor:
        """The picture in the parameters' own channels, ``(1, 3, H, W)``, 0 for grey."""


class Pixels(Canvas):
    """Every pixel's value, as in the paper.

    Args:
        start: differences from grey to begin with, ``(1, 3, H, W)`` in RGB.
    """

    def __init__(self, start: Tensor, colours: Tensor = RGB) -> None:
        super().__init__(colours)
        self.pixels = nn.Parameter(_in_channels(start, colours))

    def planes(self) -> Tensor:
        """The parameters themselves, ``(1, 3, H, W)``."""
        return self.pixels


# Departure: the paper optimises pixels. A pyramid, Fourier coefficients and decorrelated colours are other coordinates
# of the same pictures.
class Pyramid(Canvas):
    """A sum of levels, each half the size of the one before: from the coarsest on, enlarged and added to the next.

    A coarse level moves large areas at once, so that one step sets brightness and shape as well as detail (the
    synthesis half of a Laplacian pyramid: Burt & Adelson, 1983).

    Args:
        start: differences from grey to begin with, ``(1, 3, H, W)`` in RGB, all of it in the finest level.
        levels: how many, at most; those that would be a single row or column are left out.
        damping: a; level k counts 2^(-a k) times, so that a larger a leaves more to the fine levels.
    """

    def __init__(self, start: Tensor, levels: int, damping: float, colours: Tensor = RGB) -> None:
        super().__init__(colours)
        height, width = start.shape[-2:]
        coarser = [torch.zeros(1, 3, *size) for size in pyramid_sizes(height, width, levels)[1:]]
        self.levels = nn.ParameterList([_in_channels(start, colours), *coarser])
        self.scales = [2.0 ** (-damping * level) for level in range(len(self.levels))]

    def planes(self) -> Tensor:
        """The sum of all levels, ``(1, 3, H, W)``."""
        planes = torch.zeros_like(self.levels[-1])
        for level, scale in zip(reversed(self.levels), reversed(self.scales), strict=True):
            planes = _enlarged(planes, level.shape[-2], level.shape[-1]) + scale * level
        return planes


class Fourier(Canvas):
    """Fourier coefficients, those of an octave of frequencies together in one parameter, ``(1, 3, n, 2)``.

    By themselves they are only another basis of the same space, in which one step length for all numbers means about
    what it means for `Pixels`. An optimizer that gives each parameter its own sets coarse and fine separately.

    Args:
        start: differences from grey to begin with, ``(1, 3, H, W)`` in RGB.
    """

    def __init__(self, start: Tensor, colours: Tensor = RGB) -> None:
        super().__init__(colours)
        self.size = height, width = start.shape[-2:]
        octave = _octaves(height, width)
        order = torch.argsort(octave, stable=True)
        spectrum = torch.view_as_real(torch.fft.rfft2(_in_channels(start, colours), norm="ortho")).flatten(2, 3)
        counts = torch.unique(octave, return_counts=True)[1].tolist()
        self.octaves = nn.ParameterList([part.contiguous() for part in spectrum[:, :, order].split(counts, dim=2)])
        self.place: Tensor
        self.register_buffer("place", torch.argsort(order))

    def planes(self) -> Tensor:
        """The inverse Fourier transform of all octaves, ``(1, 3, H, W)``."""
        spectrum = torch.cat(list(self.octaves), dim=2).index_select(2, self.place)
        rows: Tensor = spectrum.unflatten(2, (self.size[0], -1)).contiguous()
        planes: Tensor = torch.fft.irfft2(torch.view_as_complex(rows), s=self.size, norm="ortho")
        return planes


def _enlarged(planes: Tensor, height: int, width: int) -> Tensor:
    """Bilinear interpolation of ``(N, C, h, w)`` to ``(N, C, H, W)``.

    On a GPU it is two products of matrices: the gradient of torch's own adds there in an order that changes from one
    run to the next.
    """
    if planes.device.type == "cpu":
        return interpolate(planes, size=(height, width), mode="bilinear")
    down = _interpolation(planes.shape[-2], height, planes.device)
    across = _interpolation(planes.shape[-1], width, planes.device)
    return down @ planes @ across.T


@lru_cache(maxsize=64)
def _interpolation(before: int, after: int, device: torch.device) -> Tensor:
    """The matrix of linear interpolation, ``(after, before)``."""
    points = torch.eye(before, device=device)[None, None]
    return interpolate(points, size=(after, before), mode="bilinear")[0, 0]


def _octaves(height: int, width: int) -> Tensor:
    """The octave of each coefficient of a real spectrum, row by row; the mean belongs to the lowest."""
    rows, columns = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None, :]
    frequencies = (rows.square() + columns.square()).sqrt().flatten()
    octaves: Tensor = frequencies.clamp(min=1 / max(height, width)).log2().floor().long()
    return octaves


def _in_channels(rgb: Tensor, colours: Tensor) -> Tensor:
    return torch.einsum("cr,nrhw->nchw", torch.linalg.inv(colours), rgb).contiguous()


def pyramid_sizes(height: int, width: int, levels: int) -> list[tuple[int, int]]:
    """Heights and widths, finest first; levels that would be a single row or column are left out."""
    sizes = [(height >> level, width >> level) for level in range(levels)]
    return [size for level, size in enumerate(sizes) if level == 0 or min(size) > 1]


def white_noise(height: int, width: int, contrast: float, generator: torch.Generator) -> Tensor:
    """Gaussian noise with mean 0 and standard deviation `contrast`, ``(1, 3, height, width)``."""
    # Departure: the paper says "white noise" and no more; here it is Gaussian, around grey, of a chosen strength.
    return contrast * torch.randn(1, 3, height, width, generator=generator)


def under_noise(picture: Tensor, noise: Tensor, share: float) -> Tensor:
    """A start that is a picture with noise over it: (1 - a) (picture - 1/2) + a noise, differences from grey.

    Args:
        picture: ``(1, 3, H, W)``, RGB in [0, 1].
        noise: differences from grey, as large.
        share: a, from 0 for the picture itself to 1 for the noise alone.
    """
    return (1 - share) * (picture - 0.5) + share * noise


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
