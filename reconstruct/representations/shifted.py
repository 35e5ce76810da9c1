"""Products of channels at positions that lie a shift apart.

After Berger & Memisevic (2017), "Incorporating long-range consistency in CNN-based texture generation".

For a shift by δ positions to the right, and likewise downwards::

    G^δ_ij = 1/M_δ Σ_xy F_i(x + δ, y) F_j(x, y)        M_δ: the positions that have such a neighbour

    E_l = 1/S Σ_δ 1/(4 N_l²) Σ_ij (G^δ_ij - A^δ_ij)²      S: the number of matrices, that of no shift among them

What it has beyond the Gram matrix is which features follow which, and how far away.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from reconstruct.errors import InputError
from reconstruct.representations.representation import Representation, at_least_float32, columns, squared
from reconstruct.representations.style import gram


class Shifted(Representation):
    """What occurs together, at one position and at positions that lie apart.

    Args:
        weights: layer -> w_l.
        shifts: in positions of each layer, positive. A layer whose map is too small for a shift is compared without.
    """

    def __init__(self, weights: Mapping[str, float], shifts: Sequence[int]) -> None:
        super().__init__(weights)
        if not shifts or min(shifts) < 1:
            raise InputError(f"shifts={list(shifts)}: expected whole numbers from 1 on")
        self.shifts = tuple(sorted(set(shifts)))

    def code(self, F: Tensor) -> Tensor:
        """The Gram matrix, then for each shift those to the right and downwards, ``(N, S, C, C)``."""
        shifts = [shift for shift in self.shifts if shift < min(F.shape[-2:])]
        places = [place for shift in shifts for place in ((0, shift), (shift, 0))]
        pairs: list[Tensor] = [_Products.apply(F, *place) for place in places]
        return torch.stack([gram(F), *pairs], dim=1)

    def layer_loss(self, code: Tensor, target: Tensor) -> Tensor:
        """E_l, a scalar, from two codes ``(N, S, C, C)``; over the shifts that both have, if one map is smaller."""
        S, N_l = min(code.shape[1], target.shape[1]), code.shape[-1]
        return squared(code[:, :S] - target[:, :S]) / (4 * N_l**2 * S)


class _Products(torch.autograd.Function):
    """Mean products of channels with those at places so far down and to the right, ``(N, C, C)``.

    As that of a Gram matrix, its gradient keeps no copy of the features, of which there would be two for each shift.
    """

    @staticmethod
    def forward(context: Any, F: Tensor, down: int, across: int) -> Tensor:
        context.save_for_backward(F)
        context.shift = down, across
        moved, there = (at_least_float32(columns(part)) for part in _parts(F, down, across))
        products: Tensor = moved.mT @ there / there.shape[1]
        return products

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (F,), (D,) = context.saved_tensors, gradients
        moved, there = (columns(part) for part in _parts(F, *context.shift))
        D = (D / there.shape[1]).to(F.dtype)
        gradient = torch.zeros_like(F)
        of_moved, of_there = _parts(gradient, *context.shift)
        of_moved += _as_map(there @ D.mT, of_moved)
        of_there += _as_map(moved @ D, of_there)
        return gradient, None, None


def _parts(F: Tensor, down: int, across: int) -> tuple[Tensor, Tensor]:
    """Views of all positions that lie so far from another one, and of these others."""
    height, width = F.shape[-2:]
    return F[..., down:, across:], F[..., : height - down, : width - across]


def _as_map(positions: Tensor, like: Tensor) -> Tensor:
    moved: Tensor = positions.unflatten(1, like.shape[-2:])
    return moved.permute(0, 3, 1, 2)
