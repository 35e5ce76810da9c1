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

    def loss(self, code: Code) -> Tensor:
        """The unweighted loss in this term's unit, a scalar."""
        return self.of_layers(self.layer_losses(code))

    def layer_losses(self, code: Code) -> dict[str, Tensor]:
        """layer -> E_l, scalars."""
        return self.representation.layer_losses(code, self.target)

    def of_layers(self, layer_losses: Mapping[str, Tensor]) -> Tensor:
        """The loss in this term's unit, a scalar, from layer -> E_l."""
        return self.representation.weighted(layer_losses) / self.unit

    def errors(self, code: Code, layer_losses: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """layer -> ‖code - target‖² / ‖target‖², scalars without gradient, from layer -> E_l of that code.

        E_l is a multiple of ‖code - target‖².
        """
        return {layer: loss.detach() / self._nothing(layer, code[layer].shape) for layer, loss in layer_losses.items()}

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
        """Losses of a picture ``(1, 3, H, W)`` without gradients, in less memory.

        Every term has a pass of its own, which keeps nothing of a layer but its code.
        """
        return self._evaluation({term.name: self._code(term, picture) for term in self.terms})

    def _evaluation(self, codes: Mapping[str, Code]) -> Evaluation:
        layers = {term.name: term.layer_losses(codes[term.name]) for term in self.terms}
        losses = {term.name: term.of_layers(layers[term.name]) for term in self.terms}
        having = (term for term in self.terms if term.has_errors)
        errors = {term.name: term.errors(codes[term.name], layers[term.name]) for term in having}
        # Left out of the sum, a term of weight 0 costs no gradient.
        weighted = [term.weight * losses[term.name] for term in self.terms if term.weight]
        return Evaluation(sum(weighted[1:], weighted[0]), losses, errors)

    @torch.no_grad()
    def relative_errors(self, picture: Tensor) -> dict[str, dict[str, float]]:
        """term -> layer -> ‖code - target‖² / ‖target‖² of a picture ``(1, 3, H, W)``.

        All codes of all layers are there at once, for a single pass.
        """
        every = self.network(picture, self.layers, lambda F: [term.representation.code(F) for term in self.terms])
        codes = [{layer: every[layer][k] for layer in t.representation.layers} for k, t in enumerate(self.terms)]
        return {term.name: _errors(term, code) for term, code in zip(self.terms, codes, strict=True)}

    def _code(self, term: Term, picture: Tensor) -> Code:
        return encode(self.network, term.representation, picture)


def _errors(term: Term, code: Code) -> dict[str, float]:
    errors = term.representation.relative_errors(code, term.target)
    return {layer: float(error) for layer, error in errors.items()}


@torch.no_grad()
def encode(network: Network, representation: Representation, picture: Tensor) -> dict[str, Tensor]:
    """The code of a picture ``(1, 3, H, W)`` under `representation`."""
    code: dict[str, Tensor] = network(picture, representation.layers, representation.code)
    return code


def reference_loss(representation: Representation, target: Code, other: Code | None = None) -> float:
    """The unit of the relative convention: the loss of the `other` picture, or of nothing at all (a zero code).

    With content and style together the other picture is the natural reference (the painting for content, the
    photograph for style): 1 then means "no better than that", and a ratio means the same at every size.
    """
    # Departure: the paper's losses have no unit; this is `losses=relative`.
    reference = other if other is not None else {layer: torch.zeros_like(code) for layer, code in target.items()}
    return float(representation.loss(reference, target))
