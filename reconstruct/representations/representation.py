"""What all representations are: one tensor a layer, compared layer by layer.

L = Σ_l w_l E_l        (Gatys et al., 2015, eq. 5)
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

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

    @abstractmethod
    def code(self, F: Tensor) -> Tensor:
        """One layer's code in at least float32, from its features ``(N, C, H, W)`` in the network's own precision."""

    @abstractmethod
    def layer_loss(self, code: Tensor, target: Tensor) -> Tensor:
        """E_l, a scalar: a multiple of ‖code - target‖²."""


def squared(x: Tensor) -> Tensor:
    """‖x‖², a scalar."""
    return x.square().sum()


def at_least_float32(x: Tensor) -> Tensor:
    """The same numbers, in float32 if they had fewer bits."""
    return x.float() if x.dtype.itemsize < 4 else x


def columns(F: Tensor) -> Tensor:
    """``(N, M, C)`` from features ``(N, C, H, W)``: a view of channels_last ones."""
    return F.permute(0, 2, 3, 1).flatten(1, 2)
