"""Another program's recipe: plenoptic's Metamer, a picture that a model takes for another, by Adam on the pixels.

Duong et al. (2023), "Plenoptic: A platform for synthesizing model-optimized visual stimuli". It is not installed with
this program.
"""

import contextlib
import importlib
import io
import time
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from experiments.speed.classic import Recipe
from reconstruct.errors import InputError
from reconstruct.objective import Objective

PLENOPTIC = "plenoptic"
LEARNING_RATE = 0.01  # plenoptic's own default


class Plenoptic(Recipe):
    """A metamer of the features that `reference` asks for.

    Args:
        reference: what is minimised, in float32; its network and layers are used.
        original: the picture, ``(1, 3, H, W)``.
        seed: of the uniform noise at the beginning.
    """

    def __init__(self, reference: Objective, original: Tensor, seed: int) -> None:
        super().__init__(PLENOPTIC)
        self._reference = reference
        self._iterations = 0
        torch.manual_seed(seed)  # it draws from torch's own
        self._metamer: Any = _imported().Metamer(original, _Features(reference).eval())
        self._metamer.setup(torch.rand_like(original), torch.optim.Adam, {"lr": LEARNING_RATE})

    @property
    def step_seconds(self) -> float:
        """Mean seconds of an iteration."""
        return sum(self.seconds) / self._iterations

    def advance(self, evaluations: int) -> None:
        """Go on; only the last loss is known."""
        self._iterations += evaluations
        start = time.perf_counter()
        with contextlib.redirect_stderr(io.StringIO()):  # its bar
            self._metamer.synthesize(evaluations, stop_criterion=0.0)
        seconds = time.perf_counter() - start
        picture = self._metamer.metamer.detach().clamp(0, 1)
        self.keep(float(self._reference.evaluate(picture).total), picture, seconds)


class _Features(nn.Module):
    """Picture ``(1, 3, H, W)`` -> the features of all layers, ``(1, n)``."""

    def __init__(self, reference: Objective) -> None:
        super().__init__()
        self.network, self.layers = reference.network, reference.layers

    def forward(self, x: Tensor) -> Tensor:
        features = self.network(x, self.layers)
        return torch.cat([features[layer].flatten(1) for layer in self.layers], 1)


def check(names: Iterable[str]) -> None:
    """Raise `InputError` unless these rivals are known and installed."""
    for name in names:
        if name != PLENOPTIC:
            raise InputError(f"rivals: no {name!r}; expected {PLENOPTIC}")
        _imported()


def _imported() -> Any:
    try:
        return importlib.import_module(PLENOPTIC)
    except ImportError as error:
        raise InputError(f"rivals=[plenoptic] needs more: pip install plenoptic ({error})") from error
