"""What of the features must survive: their values (content) or their correlations (style).

Content of layer l (Gatys et al., 2015, eq. 1), F the features of the picture and P those of the original::

    L_l = 1/2 Σ_ij (F_ij - P_ij)²

Style of layer l (eq. 3 and 4), N channels and M positions, A the Gram matrix of the original::

    G_ij = Σ_k F_ik F_jk        E_l = 1/(4 N² M²) Σ_ij (G_ij - A_ij)²

Both are summed over layers with weights w_l (eq. 5).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from reconstruct.errors import InputError

Code = Mapping[str, Tensor]


def equal_weights(layers: Iterable[str]) -> dict[str, float]:
    """w_l = 1 / number of layers, as in the paper."""
    layers = tuple(layers)
    return {layer: 1 / len(layers) for layer in layers}


class Representation(ABC):
    """A code made of one tensor a layer, and a distance between two codes.

    Args:
        weights: layer -> w_l.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        if not weights:
            raise InputError("a representation needs at least one layer; none was given")
        self.weights = dict(weights)

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers whose features are needed."""
        return tuple(self.weights)

    def encode(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The code of a picture, from its features ``(N, C, H, W)``; computed in at least float32."""
        return {layer: self.code(features[layer]) for layer in self.layers}

    def loss(self, code: Code, target: Code) -> Tensor:
        """Σ_l w_l E_l, a scalar."""
        return self.weighted(self.layer_losses(code, target))

    def layer_losses(self, code: Code, target: Code) -> dict[str, Tensor]:
        """layer -> E_l, scalars."""
        return {layer: self.layer_loss(code[layer], target[layer]) for layer in self.layers}

    def weighted(self, layer_losses: Mapping[str, Tensor]) -> Tensor:
        """Σ_l w_l E_l, a scalar, from layer -> E_l (eq. 5)."""
        losses = [w * layer_losses[layer] for layer, w in self.weights.items()]
        return sum(losses[1:], losses[0])

    def relative_errors(self, code: Code, target: Code) -> dict[str, Tensor]:
        """layer -> ‖code - target‖² / ‖target‖², scalars: 0 for a perfect match, 1 for knowing nothing."""
        return {layer: _squared(code[layer] - target[layer]) / _squared(target[layer]) for layer in self.layers}

    @abstractmethod
    def code(self, F: Tensor) -> Tensor:
        """One layer's code in at least float32, from its features ``(N, C, H, W)`` in the network's own precision."""

    @abstractmethod
    def layer_loss(self, code: Tensor, target: Tensor) -> Tensor:
        """E_l, a scalar."""


class Content(Representation):
    """The features themselves: what is where."""

    def code(self, F: Tensor) -> Tensor:
        """The features, ``(N, C, H, W)``."""
        return _at_least_float32(F)

    def layer_loss(self, F: Tensor, P: Tensor) -> Tensor:
        """L_l of eq. 1, a scalar, from two codes ``(N, C, H, W)``."""
        return _squared(F - P) / 2


class Style(Representation):
    """The correlations between features, over all positions: what occurs together, wherever it is."""

    def code(self, F: Tensor) -> Tensor:
        """The Gram matrix ``(N, C, C)`` of features ``(N, C, H, W)``."""
        return gram(F)

    def layer_loss(self, G: Tensor, A: Tensor) -> Tensor:
        """E_l of eq. 4, a scalar, from two Gram matrices ``(N, C, C)``."""
        # The 1/M² of eq. 4 stands in `gram`, so that pictures of different sizes compare.
        N = G.shape[-1]
        return _squared(G - A) / (4 * N**2)


def gram(F: Tensor) -> Tensor:
    """Mean correlations of channels over positions, G_ij = 1/M Σ_k F_ik F_jk.

    Args:
        F: ``(N, C, H, W)``; for channels_last features nothing is copied.

    Returns:
        ``(N, C, C)``. The paper's G is M times this; its loss is the same (see `Style.layer_loss`).
    """
    gramian: Tensor = _Gram.apply(F)
    return gramian


class _Gram(torch.autograd.Function):
    """The product in at least float32, its gradient F (D + Dᵀ) / M in the features' own precision.

    Left to itself autograd would keep a float32 copy of the features and multiply twice, and the gradient would go on
    in the features' precision anyway.
    """

    @staticmethod
    def forward(context: Any, F: Tensor) -> Tensor:
        context.save_for_backward(F)
        columns = _at_least_float32(_columns(F))
        return columns.mT @ columns / columns.shape[1]

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        (F,), (D,) = context.saved_tensors, gradients
        columns = _columns(F)
        symmetric = ((D + D.mT) / columns.shape[1]).to(F.dtype)
        gradient: Tensor = (columns @ symmetric).unflatten(1, F.shape[-2:]).permute(0, 3, 1, 2)
        return gradient


def _columns(F: Tensor) -> Tensor:
    """``(N, M, C)``: a view of channels_last features."""
    return F.permute(0, 2, 3, 1).flatten(1, 2)


def _squared(x: Tensor) -> Tensor:
    return x.square().sum()


def _at_least_float32(x: Tensor) -> Tensor:
    return x.float() if x.dtype.itemsize < 4 else x
