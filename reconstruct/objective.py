"""What is minimised: a weighted sum of representations' losses, all on one forward pass.

L = α L_content + β L_style        (Gatys et al., 2015, eq. 7)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from reconstruct.errors import InputError
from reconstruct.network import Network
from reconstruct.representations import Code, Representation


@dataclass(frozen=True)
class Term:
    """One representation to be matched.

    Attributes:
        name: content or style, in reports.
        representation: what is compared.
        target: the code to be reached.
        weight: α or β.
        unit: the loss that counts as 1: 1 itself in the paper's convention, `reference_loss` in the relative one.
        has_errors: whether E_l is a multiple of ‖code - target‖², without which there are no relative errors.
    """

    name: str
    representation: Representation
    target: Code
    weight: float = 1.0
    unit: float = 1.0
    has_errors: bool = True
    _known: dict[tuple[str, torch.Size], float] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __call__(self, code: Code) -> tuple[Tensor, dict[str, Tensor]]:
        """The unweighted loss in this term's unit, and layer -> ‖code - target‖² / ‖target‖² (no gradient): scalars."""
        layers = self.representation.layer_losses(code, self.target)
        found = layers.items() if self.has_errors else ()
        errors = {layer: loss.detach() / self._nothing(layer, code[layer].shape) for layer, loss in found}
        return self.representation.weighted(layers) / self.unit, errors

    def _nothing(self, layer: str, shape: torch.Size) -> float:
        """E_l of a zero code of that shape."""
        if (layer, shape) not in self._known:
            target = self.target[layer]
            self._known[layer, shape] = float(self.representation.layer_loss(target.new_zeros(shape), target))
        return self._known[layer, shape]


@dataclass(frozen=True)
class Evaluation:
    """What an objective says of a picture.

    Attributes:
        total: the weighted sum, a scalar, attached to the graph.
        terms: each term's own unweighted loss, likewise.
        errors: term -> layer -> ‖code - target‖² / ‖target‖², detached scalars; without terms that have none.
    """

    total: Tensor
    terms: Mapping[str, Tensor]
    errors: Mapping[str, Mapping[str, Tensor]]


class Objective:
    """Picture -> `Evaluation`."""

    def __init__(self, network: Network, terms: Sequence[Term]) -> None:
        self.network = network
        self.terms = tuple(terms)
        self.layers = tuple(sorted({layer for term in terms for layer in term.representation.layers}))
        self.deciding = tuple(term.name for term in terms if term.weight)  # a term of weight 0 is only watched
        if not self.deciding:
            raise InputError("an objective needs a term whose weight is not 0")

    def __call__(self, picture: Tensor) -> Evaluation:
        """Losses of a picture ``(1, 3, H, W)``."""
        features = self.network(picture, self.layers)
        return self._evaluation({term.name: term.representation.encode(features) for term in self.terms})

    @torch.no_grad()
    def evaluate(self, picture: Tensor) -> Evaluation:
        """Losses of a picture ``(1, 3, H, W)`` without gradients, in less memory: of a layer only codes are kept."""
        codes = self.network(picture, self.layers, self._codes)
        layers = {term.name: term.representation.layers for term in self.terms}
        return self._evaluation({name: {layer: codes[layer][name] for layer in own} for name, own in layers.items()})

    def relative_errors(self, picture: Tensor) -> dict[str, dict[str, float]]:
        """term -> layer -> ‖code - target‖² / ‖target‖² of a picture ``(1, 3, H, W)``."""
        errors = self.evaluate(picture).errors
        return {term: {layer: float(error) for layer, error in layers.items()} for term, layers in errors.items()}

    def _codes(self, layer: str, F: Tensor) -> dict[str, Tensor]:
        """term -> its code of a layer."""
        asking = [term for term in self.terms if layer in term.representation.layers]
        return {term.name: term.representation.code(F) for term in asking}

    def _evaluation(self, codes: Mapping[str, Code]) -> Evaluation:
        found = {term.name: term(codes[term.name]) for term in self.terms}
        losses = {name: loss for name, (loss, _) in found.items()}
        # Left out of the sum, a term of weight 0 costs no gradient.
        weighted = [term.weight * losses[term.name] for term in self.terms if term.weight]
        errors = {name: errors for name, (_, errors) in found.items() if errors}
        return Evaluation(sum(weighted[1:], weighted[0]), losses, errors)


@torch.no_grad()
def encode(network: Network, representation: Representation, picture: Tensor) -> dict[str, Tensor]:
    """The code of a picture ``(1, 3, H, W)`` under `representation`."""
    code: dict[str, Tensor] = network(picture, representation.layers, lambda _, F: representation.code(F))
    return code


def reference_loss(representation: Representation, target: Code, other: Code | None = None) -> float:
    """The unit of the relative convention: the loss of the `other` picture, or of nothing at all (a zero code).

    With content and style together the other picture is the natural reference (the painting for content, the
    photograph for style): 1 then means "no better than that", and a ratio means the same at every size.
    """
    # Departure: the paper's losses have no unit; this is `losses=relative`.
    reference = other if other is not None else {layer: torch.zeros_like(code) for layer, code in target.items()}
    return float(representation.loss(reference, target))
