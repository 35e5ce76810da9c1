"""Mean and standard deviation of each channel (Li et al., 2017, "Demystifying Neural Style Transfer", eq. 12).

    E_l = 1/N_l Σ_i (μ_i - μ̂_i)² + (σ_i - σ̂_i)²

What it leaves out against the Gram matrix is which channels occur together.
"""

import torch
from torch import Tensor

from reconstruct.representations.representation import Representation, at_least_float32, columns, squared

LEAST_VARIANCE = 1e-12  # below which the gradient of a standard deviation would be lost: of a channel that is constant


class Moments(Representation):
    """How strong each feature is, and how much that varies over positions."""

    def code(self, F: Tensor) -> Tensor:
        """μ and σ, ``(N, 2, C)``, of features ``(N, C, H, W)``."""
        positions = at_least_float32(columns(F))
        mean = positions.mean(1)
        variance = (positions - mean[:, None]).square().mean(1)
        return torch.stack([mean, variance.clamp(min=LEAST_VARIANCE).sqrt()], dim=1)

    def layer_loss(self, code: Tensor, target: Tensor) -> Tensor:
        """E_l, a scalar, from two codes ``(N, 2, C)``."""
        return squared(code - target) / code.shape[-1]
