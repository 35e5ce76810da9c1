"""Other programs that reconstruct from the same features, as anyone would use them; not installed with this one.

plenoptic (Duong et al., 2023, "Plenoptic: A platform for synthesizing model-optimized visual stimuli") makes a metamer,
a picture that a model takes for another, by Adam on the pixels.
"""

import contextlib
import importlib
import io
import math
import time
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from reconstruct.errors import InputError
from reconstruct.objective import Objective

RIVALS = ("plenoptic",)
LEARNING_RATE = 0.01  # plenoptic's own default


class Plenoptic:
    """A metamer of the features that `reference` asks for.

    Args:
        reference: what is minimised, in float32; its network and layers are used.
        original: the picture, ``(1, 3, H, W)``.
        seed: of the uniform noise at the beginning.

    Attributes:
        losses: those of `reference` at the pictures after each call of `advance`, cut to [0, 1] as files hold them.
        seconds: those that each call took.
        best: the lowest of the losses and its picture.

    Raises:
        InputError: it is not installed.
    """

    name = "plenoptic"

    def __init__(self, reference: Objective, original: Tensor, seed: int) -> None:
        metamer = _imported().Metamer
        self.losses: list[float] = []
        self.seconds: list[float] = []
        self.best = (math.inf, torch.empty(0))
        self._reference = reference
        self._iterations = 0
        torch.manual_seed(seed)  # it draws from torch's own
        self._metamer: Any = metamer(original, _Features(reference).eval())
        self._metamer.setup(torch.rand_like(original), torch.optim.Adam, {"lr": LEARNING_RATE})

    @property
    def step_seconds(self) -> float:
        """Mean seconds of an iteration."""
        return sum(self.seconds) / self._iterations

    def advance(self, iterations: int) -> None:
        """Go on."""
        self._iterations += iterations
        start = time.perf_counter()
        with contextlib.redirect_stderr(io.StringIO()):  # its bar
            self._metamer.synthesize(iterations, stop_criterion=0.0)
        self.seconds.append(time.perf_counter() - start)
        picture = self._metamer.metamer.detach().clamp(0, 1)
        loss = float(self._reference.evaluate(picture).total)
        self.losses.append(loss)
        if loss < self.best[0]:
            self.best = (loss, picture)


def check(names: Iterable[str]) -> None:
    """Whether these rivals are known and installed.

    Raises:
        InputError: one of them is not.
    """
    for name in names:
        if name not in RIVALS:
            raise InputError(f"rivals: no {name!r}; expected some of {', '.join(RIVALS)}")
        _imported()


def _imported() -> Any:
    try:
        return importlib.import_module("plenoptic")
    except ImportError as error:
        raise InputError(f"rivals=[plenoptic] needs more: pip install plenoptic ({error})") from error


class _Features(nn.Module):
    """Picture -> the features of all layers, in a row."""

    def __init__(self, reference: Objective) -> None:
        super().__init__()
        self.network, self.layers = reference.network, reference.layers

    def forward(self, x: Tensor) -> Tensor:
        """``(1, 3, H, W)`` to ``(1, n)``."""
        features = self.network(x, self.layers)
        return torch.cat([features[layer].flatten(1) for layer in self.layers], 1)
