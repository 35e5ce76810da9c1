"""Numbers about pictures ``(1, 3, H, W)``, RGB in [0, 1]: a reconstruction next to its original, or several together.

How well features agree is a matter of representations and network: see `Objective.relative_errors`.
"""

import math
from dataclasses import dataclass
from itertools import combinations
from statistics import mean

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import structural_similarity
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, mse_loss

BRIGHTNESS = (0.299, 0.587, 0.114)  # of red, green and blue: ITU-R BT.601
TILES = 4  # of a side, in another order: large enough to hold texture, few enough seams
LAYOUT = 8  # fields of a side: coarser than any texture, finer than where things are


def psnr(picture: Tensor, original: Tensor) -> float:
    """Peak signal-to-noise ratio of two pictures ``(1, 3, H, W)`` in dB, infinite for equal ones.

    It is 10 log₁₀(1 / mean squared error).
    """
    error = float(mse_loss(picture, original))
    return 10 * math.log10(1 / error) if error > 0 else math.inf


def ssim(picture: Tensor, original: Tensor) -> float | None:
    """Structural similarity of two pictures ``(1, 3, H, W)``, 1 for equal ones.

    With the Gaussian window of Wang et al. (2004), mean over the channels; ``None`` for pictures smaller than that
    window (11 pixels).
    """
    if min(picture.shape[-2:]) < 11:
        return None
    x, y = map(_array, (picture, original))
    return float(
        structural_similarity(
            x, y, data_range=1.0, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
    )


def _array(picture: Tensor) -> NDArray[np.float64]:
    """A picture ``(1, 3, H, W)`` as ``(H, W, 3)``."""
    return np.asarray(picture[0].permute(1, 2, 0).cpu(), dtype=np.float64)


@dataclass(frozen=True)
class ColourError:
    """How far the colours of a picture are from the original's, in units of CIELAB (1976, white point D65).

    Black and white are 100 apart. Of lightness L* and of chroma (a*, b*) it is the root of the mean squared distance.

    Attributes:
        lightness, chroma: of the pixels.
        local_lightness, local_chroma: of the means over `LAYOUT` × `LAYOUT` fields: whether a place has its colour,
            whatever its texture.
        delta_e: mean colour difference ΔE of the pixels, as CIEDE2000 has it (Sharma et al. 2005).
    """

    lightness: float
    chroma: float
    local_lightness: float
    local_chroma: float
    delta_e: float

    @classmethod
    def of(cls, picture: Tensor, original: Tensor) -> "ColourError":
        """Of a picture ``(1, 3, H, W)`` to an original of the same shape, both sRGB in [0, 1]."""
        x, y = (rgb2lab(_array(p)) for p in (picture, original))
        difference = torch.from_numpy(x - y).permute(2, 0, 1)
        lightness, chroma = _lightness_and_chroma(difference)
        local_lightness, local_chroma = _lightness_and_chroma(adaptive_avg_pool2d(difference, LAYOUT))
        return cls(lightness, chroma, local_lightness, local_chroma, float(deltaE_ciede2000(x, y).mean()))


def _lightness_and_chroma(difference: Tensor) -> tuple[float, float]:
    """Root mean squared lengths of the first and of the last two of three channels ``(3, H, W)``."""
    squares = difference.square().mean(dim=(1, 2))
    return math.sqrt(squares[0]), math.sqrt(squares[1:].sum())


def layout(picture: Tensor, original: Tensor) -> float:
    """Layout correlation of two pictures ``(1, 3, H, W)``: 1 if bright and dark are in the same places, 0 by chance.

    Pearson's correlation of brightness averaged over `LAYOUT` × `LAYOUT` fields; 0 where one of them is uniform.
    """
    x, y = (_fields(p) - _fields(p).mean() for p in (picture, original))
    lengths = float(x.norm() * y.norm())
    return float((x * y).sum()) / lengths if lengths > 1e-9 else 0.0


def _fields(picture: Tensor) -> Tensor:
    return adaptive_avg_pool2d(brightness(picture), LAYOUT).double()


def brightness(picture: Tensor) -> Tensor:
    """Brightness ``(N, 1, H, W)`` of pictures ``(N, 3, H, W)``, by ITU-R BT.601."""
    weights = picture.new_tensor(BRIGHTNESS)
    return torch.einsum("nchw,c->nhw", picture, weights).unsqueeze(1)


def wavelength(picture: Tensor) -> float:
    """Mean wavelength of a picture ``(1, 3, H, W)`` in pixels: how large its structures are.

    It is 1 over the mean frequency of brightness, weighted with its power.

    A picture of stripes has the distance between two stripes; white noise, whose power is everywhere the same, 2.6.
    Infinite for a uniform picture.
    """
    plane = brightness(picture)[0, 0].double()
    power = torch.fft.fft2(plane - plane.mean()).abs().square()
    rows, columns = (torch.fft.fftfreq(side, dtype=torch.float64) for side in plane.shape)
    frequency = (rows[:, None].square() + columns[None, :].square()).sqrt().to(power.device)
    total = float((frequency * power).sum())
    return float(power.sum()) / total if total > 1e-12 else math.inf


def deviation(pictures: Tensor) -> Tensor:
    """Where pictures ``(S, 3, H, W)`` of different seeds differ: their standard deviation in every pixel, ``(H, W)``.

    The root mean square over the three colours of the sample standard deviation (S - 1 in the denominator).
    """
    return pictures.var(dim=0, correction=1).mean(dim=0).sqrt()


def mutual_psnr(pictures: Tensor) -> float:
    """Mean PSNR in dB of all pairs of two and more pictures ``(S, 3, H, W)``: how much seeds agree."""
    return mean(psnr(a, b) for a, b in combinations(pictures, 2))


def rearranged(picture: Tensor, tiles: int = TILES) -> Tensor | None:
    """A picture ``(1, 3, H, W)`` with its `tiles` × `tiles` parts in another order: its texture, arranged otherwise.

    The order is always the same, and no part stays in its place. What does not divide at the right and below
    stays as it is; ``None`` if the picture is too small.
    """
    height, width = (side // tiles for side in picture.shape[-2:])
    if not (height and width):
        return None
    cycle = torch.randperm(tiles**2, generator=torch.Generator().manual_seed(0))
    order = torch.empty_like(cycle)
    order[cycle] = cycle.roll(1)
    inside = picture[..., : height * tiles, : width * tiles]
    parts = inside.unflatten(3, (tiles, width)).unflatten(2, (tiles, height)).permute(2, 4, 0, 1, 3, 5).flatten(0, 1)
    moved = parts[order].unflatten(0, (tiles, tiles)).permute(2, 3, 0, 4, 1, 5)
    result = picture.clone()
    result[..., : height * tiles, : width * tiles] = moved.flatten(4, 5).flatten(2, 3)
    return result
