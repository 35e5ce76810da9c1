"""How large the structures are that a picture has in common with another, wherever they are.

f(x) is the place of the original whose features are nearest to those of the picture at x. Where the picture repeats a
piece of the original, f runs along with x. k(Δ) is the share of places, of both directions, at which f(x + Δ) is
f(x) + Δ, but for a deviation of Δ / 8, beyond what chance gives; beyond the edge it is not. The size of the structures
is the sum of k over all shifts, positive and negative::

    size = k(0) + 2 Σ k(Δ)

If the picture is made of the original's tiles of s × s in another order, k(Δ) = 1 - Δ/s, and the size is s. A picture
that shares the original's spectrum but not its phases has no pieces of it, and next to no size. Texture synthesis by
copying calls pieces whose neighbours are copied along *coherent* (Ashikhmin 2001); this is ours, made for the claim
that styles over more layers have larger structures, which a spectrum cannot tell.
"""

import torch
from torch import Tensor

TOLERANCE = 8  # a shift may be off by one part in so many
LARGEST = 128  # positions of a side; of larger features, the middle is compared
CHUNK = 1024  # rows of the table of distances that are held at once


def coherence(picture: Tensor, original: Tensor, stride: int) -> float:
    """The size in pixels of the structures that a picture has in common with an original, at least `stride`.

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
