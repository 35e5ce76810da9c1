"""Content of layer l (Gatys et al., 2015, eq. 1), F the features of the picture and P those of the original.

L_l = 1/2 Σ_ij (F_ij - P_ij)²
"""

from torch import Tensor

from reconstruct.representations.representation import Representation, at_least_float32, squared


class Content(Representation):
    """The features themselves: what is where."""

    def code(self, F: Tensor) -> Tensor:
        """The features, ``(N, C, H, W)``."""
        return at_least_float32(F)

    def layer_loss(self, F: Tensor, P: Tensor) -> Tensor:
        """L_l of eq. 1, a scalar, from two codes ``(N, C, H, W)``."""
        return squared(F - P) / 2
