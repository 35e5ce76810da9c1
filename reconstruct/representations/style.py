"""Style of layer l (Gatys et al., 2015, eq. 3 and 4), N_l channels, M_l positions, A the Gram matrix of the original.

G_ij = Σ_k F_ik F_jk        E_l = 1/(4 N_l² M_l²) Σ_ij (G_ij - A_ij)²
"""

from typing import Any

import torch
from torch import Tensor

from reconstruct.representations.representation import Representation, at_least_float32, columns, squared


class Style(Representation):
    """The correlations between features, over all positions: what occurs together, wherever it is."""

    def code(self, F: Tensor) -> Tensor:
        """The Gram matrix ``(N, C, C)`` of features ``(N, C, H, W)``."""
        return gram(F)

    def layer_loss(self, G: Tensor, A: Tensor) -> Tensor:
        """E_l of eq. 4, a scalar, from two Gram matrices ``(N, C, C)``."""
        # The 1/M_l² of eq. 4 stands in `gram`, so that pictures of different sizes compare.
        N_l = G.shape[-1]
        return squared(G - A) / (4 * N_l**2)


def gram(F: Tensor) -> Tensor:
    """Mean correlations of channels over positions, G_ij = 1/M_l Σ_k F_ik F_jk.

    Args:
        F: ``(N, C, H, W)``; for channels_last features nothing is copied.

    Returns:
        ``(N, C, C)``. The paper's G is M_l times this; its loss is the same (see `Style.layer_loss`).
    """
    gramian: Tensor = _Gram.apply(F)
    return gramian


class _Gram(torch.autograd.Function):
    """The product in at least float32, its gradient F (D + Dᵀ) / M_l in the features' own precision.

    Left to itself autograd would keep a float32 copy of the features and multiply twice, and the gradient would go on
    in the features' precision anyway.
    """

    @staticmethod
    def forward(context: Any, F: Tensor) -> Tensor:
        context.save_for_backward(F)
        positions = at_least_float32(columns(F))
        return positions.mT @ positions / positions.shape[1]

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        (F,), (D,) = context.saved_tensors, gradients
        positions = columns(F)
        symmetric = ((D + D.mT) / positions.shape[1]).to(F.dtype)
        gradient: Tensor = (positions @ symmetric).unflatten(1, F.shape[-2:]).permute(0, 3, 1, 2)
        return gradient
