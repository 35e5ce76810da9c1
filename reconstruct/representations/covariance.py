"""Covariances of channels: the Gram matrix of features about their means.

    C_ij = 1/M_l Σ_k (F_ik - μ_i) (F_jk - μ_j) = G_ij - μ_i μ_j        E_l = 1/(4 N_l²) Σ_ij (C_ij - A_ij)²

What it leaves out against the Gram matrix is how strong each channel is on average.
"""

from torch import Tensor

from reconstruct.representations.representation import at_least_float32, columns
from reconstruct.representations.style import Style, gram


class Covariance(Style):
    """How features vary together, over all positions, whatever their means; compared as Gram matrices are."""

    def code(self, F: Tensor) -> Tensor:
        """The covariances ``(N, C, C)`` of features ``(N, C, H, W)``."""
        mean = at_least_float32(columns(F)).mean(1)
        return gram(F) - mean[:, :, None] * mean[:, None, :]
