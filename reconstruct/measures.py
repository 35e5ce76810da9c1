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
TOLERANCE = 8  # a shift may be off by one part in so many
LARGEST = 128  # positions of a side; of larger features, the middle is compared
CHUNK = 1024  # rows of the table of distances that are held at once


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


def coherence(picture: Tensor, original: Tensor, stride: int) -> float:
    """The size in pixels of the structures that a picture has in common with an original, at least `stride`.

    f(x) is the place of the original whose features are nearest to those of the picture at x. Where the picture repeats
    a piece of the original, f runs along with x. k(Δ) is the share of places, of both directions, at which f(x + Δ) is
    f(x) + Δ, but for a deviation of Δ / 8, beyond what chance gives; beyond the edge it is not. The size of the
    structures is the sum of k over all shifts, positive and negative::

        size = k(0) + 2 Σ k(Δ)

    If the picture is made of the original's tiles of s × s in another order, k(Δ) = 1 - Δ/s, and the size is s. One
    that shares the original's spectrum but not its phases has no pieces of it, and next to no size. Texture synthesis
    by copying calls pieces whose neighbours are copied along *coherent* (Ashikhmin 2001); this is ours, made for the
    claim that styles over more layers have larger structures, which a spectrum cannot tell.

    Args:
        picture: its features at one layer, ``(1, C, H, W)``.
        original: likewise.
        stride: pixels from one position of these features to the next.
    """
    F, P = _middle(picture), _middle(original)
    rows, columns = nearest(F, P)
    shares = [_share(rows, columns, shift, P[0].numel()) for shift in range(1, min(F.shape[-2:]))]
    return stride * (1 + 2 * sum(shares))


def _middle(features: Tensor) -> Tensor:
    """The middle ``(C, H, W)``, at most `LARGEST` positions of a side, in float32."""
    height, width = features.shape[-2:]
    top, left = max(0, height - LARGEST) // 2, max(0, width - LARGEST) // 2
    return features[0, :, top : top + LARGEST, left : left + LARGEST].float()


def nearest(F: Tensor, P: Tensor) -> tuple[Tensor, Tensor]:
    """Row and column, each ``(H, W)``, of the position of P ``(C, H', W')`` that is nearest to one of F ``(C, H, W)``.

    By the Euclidean distance of their features.
    """
    codes, others = F.flatten(1).T, P.flatten(1)
    squares = others.square().sum(dim=0)
    found = [(squares - 2 * part @ others).argmin(dim=1) for part in codes.split(CHUNK)]
    place = torch.cat(found).unflatten(0, F.shape[1:]).cpu()
    return place // P.shape[2], place % P.shape[2]


def _share(rows: Tensor, columns: Tensor, shift: int, places: int) -> float:
    """k(Δ): from 0, for chance, to 1 - Δ / side, as the others would lie beyond the edge."""
    slack = 1 + shift // TOLERANCE
    down = _runs_along(rows, columns, shift, slack)
    across = _runs_along(columns.T, rows.T, shift, slack)
    chance = min(1.0, (2 * slack + 1) ** 2 / places)
    inside = (down.numel() + across.numel()) / (2 * rows.numel())
    share = (int(down.sum()) + int(across.sum())) / (2 * rows.numel())
    return max(0.0, (share - chance * inside) / (1 - chance)) if chance < 1 else 0.0


def _runs_along(along: Tensor, beside: Tensor, shift: int, slack: int) -> Tensor:
    """Whether places that are `shift` apart in the first direction are found as far apart, and beside each other."""
    forward = (along[shift:] - along[:-shift] - shift).abs() <= slack
    straight = (beside[shift:] - beside[:-shift]).abs() <= slack
    return forward & straight
