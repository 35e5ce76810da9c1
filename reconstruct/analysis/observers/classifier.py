"""Networks that were trained to name what a photograph shows, as observers: the pinned one, any of timm or torchvision.

Recognised: an observer gives a picture the class that it gives the original. Identified: it finds the picture nearer to
its own original than to another one (VanRullen & Reddy 2019, for reconstructions from brain activity); by chance, half
of the time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, interpolate

from reconstruct.analysis.entries import ORIGINAL, PROBABILITY
from reconstruct.analysis.observers.names import PINNED
from reconstruct.errors import InputError
from reconstruct.models import loaded, model, require_timm
from reconstruct.network import file_state


@dataclass(frozen=True)
class Observation:
    """What an observer sees in a picture."""

    probabilities: Tensor  # of the classes, ``(K,)``
    embedding: Tensor  # what the last linear layer is given, ``(D,)``

    def beside(self, original: "Observation", others: Sequence["Observation"]) -> dict[str, float]:
        """Column of ``measures.csv`` -> number: the original's most probable class, and whose embedding is nearest.

        Identified is the share of other originals that are less similar than the picture's own; a tie counts half.
        """
        shown = original.probabilities.argmax()
        embeddings = torch.stack([original.embedding, *(other.embedding for other in others)])
        own, *similar = cosine_similarity(self.embedding[None], embeddings).tolist()
        found = {
            PROBABILITY: float(self.probabilities[shown]),
            ORIGINAL: float(original.probabilities[shown]),
            "observer rank": 1 + float((self.probabilities > self.probabilities[shown]).sum()),
            "observer cosine": own,
        }
        shares = [(own > other) + (own == other) / 2 for other in similar]
        return found | ({"identified": sum(shares) / len(shares)} if shares else {})


class Classifier:
    """An observer.

    Args:
        name: as it is asked for.
        model: from prepared pictures to logits ``(1, K)``; its last linear layer gives them.
        classes: K names.
        size: pixels of a side of the square that the model was trained to be given.
        scale: mean and standard deviation of the colours that it was trained with, of RGB in [0, 1].

    Raises:
        InputError: the model has no linear layer.
    """

    def __init__(self, name: str, model: nn.Module, classes: Sequence[str], size: int, *scale: Sequence[float]) -> None:
        linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
        if not linear:
            raise InputError(f"observer={name}: it has no linear layer, whose input is the embedding; expected another")
        self.name, self.classes = name, tuple(classes)
        self._model, self._size, self._scale = model.eval().requires_grad_(False), size, scale
        self._embedded: list[Tensor] = []
        linear[-1].register_forward_pre_hook(lambda _, given: self._embedded.append(given[0]))

    @torch.no_grad()
    def __call__(self, picture: Tensor) -> Observation:
        """What it sees in a picture ``(1, 3, H, W)``, RGB in [0, 1], on the processor, in float32."""
        self._embedded.clear()
        logits = self._model(self.prepared(picture.float().cpu()))
        return Observation(logits[0].softmax(dim=0), self._embedded.pop().flatten())

    def prepared(self, picture: Tensor) -> Tensor:
        """The largest centred square of a picture ``(1, 3, H, W)``, as the model was trained to be given it.

        The whole square is shown, not its middle as many evaluations do: what a layer has lost may lie at the edge.
        """
        side = min(picture.shape[-2:])
        top, left = ((length - side) // 2 for length in picture.shape[-2:])
        square = picture[..., top : top + side, left : left + side]
        shown = interpolate(square, (self._size, self._size), mode="bicubic", antialias=True).clamp(0, 1)
        mean, std = (picture.new_tensor(values)[:, None, None] for values in self._scale)
        return (shown - mean) / std


def observer(name: str, weights: Callable[[], Path]) -> Classifier:
    """The observer of that name, one that `names.check` has passed.

    Args:
        name: `PINNED`, ``timm:NAME`` or ``torchvision:NAME``.
        weights: gives the file with the pinned observer's weights.

    Raises:
        InputError: there is no such model, or timm is not installed.
        RunError: its weights are not on this machine and cannot be fetched.
    """
    if name != PINNED:
        made = model(name, "observer")
        return Classifier(name, made.module, made.classes, made.size, made.mean, made.std)
    require_timm(f"observer={PINNED}")
    # EfficientNet-Lite0 (Tan & Le 2019; Liu 2020): 4.7 million parameters, 75 % of ImageNet's validation set.
    made = model("timm:tf_efficientnet_lite0", "observer", trained=False)
    loaded(made.module, file_state(weights()), f"observer={PINNED}")
    return Classifier(PINNED, made.module, made.classes, 224, [127 / 255] * 3, [128 / 255] * 3)
