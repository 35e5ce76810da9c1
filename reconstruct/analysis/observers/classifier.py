"""A network that was trained to name what a photograph shows: pictures in, class probabilities and embeddings out."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from reconstruct.errors import InputError


@dataclass(frozen=True)
class Observation:
    """What an observer sees in pictures.

    Attributes:
        probabilities: of the classes, ``(N, K)``.
        embeddings: what the last linear layer is given, ``(N, D)``.
    """

    probabilities: Tensor
    embeddings: Tensor


@dataclass(frozen=True)
class Preparation:
    """What a classifier was trained to be given: the largest centred square, resized, and scaled in each colour.

    The whole square is shown, not its middle as many evaluations do: what a layer has lost may lie at the edge.

    Attributes:
        size: pixels of a side.
        mean, std: of RGB in [0, 1].
    """

    size: int
    mean: Sequence[float]
    std: Sequence[float]

    def __call__(self, pictures: Tensor) -> Tensor:
        """Pictures ``(N, 3, H, W)``, RGB in [0, 1] -> ``(N, 3, size, size)``."""
        height, width = pictures.shape[-2:]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        square = pictures[..., top : top + side, left : left + side]
        shown = interpolate(square, (self.size, self.size), mode="bicubic", antialias=True).clamp(0, 1)
        mean, std = (pictures.new_tensor(values)[:, None, None] for values in (self.mean, self.std))
        return (shown - mean) / std


class Classifier:
    """An observer.

    Args:
        name: as it is asked for.
        model: from prepared pictures to logits ``(N, K)``; its last linear layer gives them.
        classes: K names.
        preparation: what comes before the model.

    Raises:
        InputError: the model has no linear layer.
    """

    def __init__(self, name: str, model: nn.Module, classes: Sequence[str], preparation: Preparation) -> None:
        linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
        if not linear:
            raise InputError(f"observer={name}: it has no linear layer, whose input is the embedding; expected another")
        self.name, self.classes = name, tuple(classes)
        self._model, self._prepare = model.eval().requires_grad_(False), preparation
        self._embedded: list[Tensor] = []
        linear[-1].register_forward_pre_hook(lambda _, given: self._embedded.append(given[0]))

    @torch.no_grad()
    def __call__(self, pictures: Tensor) -> Observation:
        """What it sees in pictures ``(N, 3, H, W)``, RGB in [0, 1], on the processor, in float32."""
        self._embedded.clear()
        logits = self._model(self._prepare(pictures.float().cpu()))
        return Observation(logits.softmax(dim=1), self._embedded.pop().flatten(1))
