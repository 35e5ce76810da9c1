"""What is minimised: a weighted sum of representations' losses, all on one forward pass.

L = α L_content + β L_style        (Gatys et al., 2015, eq. 7)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    """

    name: str
    representation: Representation
    target: Code
    weight: float = 1.0
    unit: float = 1.0

    def loss(self, code: Code) -> Tensor:
        """The unweighted loss in this term's unit, a scalar."""
        return self.representation.loss(code, self.target) / self.unit


@dataclass(frozen=True)
class Evaluation:
    """`total`, the weighted sum, and `terms`, each term's own unweighted loss; scalars, attached to the graph."""

    total: Tensor
    terms: Mapping[str, Tensor]


class Objective:
    """Picture -> `Evaluation`."""

    def __init__(self, network: Network, terms: Sequence[Term]) -> None:
        self.network = network
        self.terms = tuple(terms)
        self.layers = tuple(sorted({layer for term in terms for layer in term.representation.layers}))
        if not any(term.weight for term in terms):
            raise InputError("an objective needs a term whose weight is not 0")

    def __call__(self, picture: Tensor) -> Evaluation:
        """Losses of a picture ``(1, 3, H, W)``."""
        features = self.network(picture, self.layers)
        losses = {term.name: term.loss(term.representation.encode(features)) for term in self.terms}
        # A term of weight 0 is only watched: left out of the sum, it costs no gradient.
        weighted = [term.weight * losses[term.name] for term in self.terms if term.weight]
        return Evaluation(sum(weighted[1:], weighted[0]), losses)

    @torch.no_grad()
    def relative_errors(self, picture: Tensor) -> dict[str, dict[str, float]]:
        """term -> layer -> ‖code - target‖² / ‖target‖²."""
        features = self.network(picture, self.layers)
        return {term.name: _errors(term, features) for term in self.terms}


def _errors(term: Term, features: Mapping[str, Tensor]) -> dict[str, float]:
    errors = term.representation.relative_errors(term.representation.encode(features), term.target)
    return {layer: float(error) for layer, error in errors.items()}


@torch.no_grad()
def encode(network: Network, representation: Representation, picture: Tensor) -> dict[str, Tensor]:
    """The code of a picture ``(1, 3, H, W)`` under `representation`."""
    return representation.encode(network(picture, representation.layers))


def reference_loss(representation: Representation, target: Code, other: Code | None = None) -> float:
    """The unit of the relative convention: the loss of the `other` picture, or of nothing at all (a zero code).

    With content and style together the other picture is the natural reference (the painting for content, the
    photograph for style): 1 then means "no better than that", and a ratio means the same at every size.
    """
    reference = other if other is not None else {layer: torch.zeros_like(code) for layer, code in target.items()}
    return float(representation.loss(reference, target))
