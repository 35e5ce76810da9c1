"""The sliced Wasserstein distance (Heitz et al., 2021, "A Sliced Wasserstein Loss for Neural Texture Synthesis").

The features of a layer are M_l points in N_l dimensions. Seen from a direction v they are M_l numbers; in ascending
order these tell their whole distribution. Two sets of points are compared from K directions, all of unit length::

    F_vk: the k-th smallest of v · F over positions        E_l = 1/(K M_l) Σ_vk (F_vk - P_vk)²

What it has beyond the Gram matrix are all higher moments: from enough directions the distribution itself.
"""

from collections.abc import Mapping
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from reconstruct.representations.representation import Representation, at_least_float32, columns


class Sliced(Representation):
    """The distribution of features over positions, seen from as many random directions as there are channels.

    Args:
        weights: layer -> w_l.
        seed: of the directions.
    """

    # Departure: Heitz et al. draw new directions at every step; here they stay, so that the loss is one function of
    # the picture, whose steps L-BFGS can learn from and whose value can be reported.

    def __init__(self, weights: Mapping[str, float], seed: int) -> None:
        super().__init__(weights)
        self.seed = seed

    def code(self, F: Tensor) -> Tensor:
        """The values from each direction in ascending order, ``(N, K, M)``, of features ``(N, C, H, W)``."""
        positions = at_least_float32(columns(F))
        seen = positions @ _directions(F.shape[1], self.seed, positions.device, positions.dtype)
        ordered: Tensor = seen.mT.contiguous().sort(dim=-1).values
        return ordered

    def layer_loss(self, code: Tensor, target: Tensor) -> Tensor:
        """E_l, a scalar, from two codes ``(N, K, M)``; the target's values are interpolated to the code's M."""
        return (code - _with_positions(target, code.shape[-1])).square().mean()


@lru_cache(maxsize=16)
def _directions(channels: int, seed: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Unit vectors, ``(C, K)``, evenly over the sphere, as many as there are channels.

    They are kept where they are needed: a GPU that repeats a step by itself cannot wait for them.
    """
    drawn = torch.randn(channels, channels, generator=torch.Generator().manual_seed(seed))
    unit: Tensor = drawn / drawn.norm(dim=0)
    return unit.to(device, dtype)


def _with_positions(ordered: Tensor, positions: int) -> Tensor:
    """The same distributions told by another number of values: below the k-th of M lie (k + ½) / M of all."""
    if ordered.shape[-1] == positions:
        return ordered
    return interpolate(ordered, size=positions, mode="linear", align_corners=False)
