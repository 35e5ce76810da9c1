"""What recipe=fast is measured against.

The classic recipe, as the usual programs have it; nothing is slowed down on purpose: float32, NCHW, the pixels
themselves from white noise, rectification in place (so that only rectified layers can be asked for), Gram matrices by
`bmm`, and torch's own L-BFGS (history 10, the loss scaled up so that it does not stop) or Adam.

plenoptic's Metamer (Duong et al., 2023, "Plenoptic: A platform for synthesizing model-optimized visual stimuli"), a
picture that a model takes for another, by Adam on the pixels. It is not installed with this program.
"""

import contextlib
import copy
import importlib
import io
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from reconstruct.errors import InputError
from reconstruct.network import Network, Stages
from reconstruct.objective import Objective
from reconstruct.representations import Content
from reconstruct.synthesis import INITIAL_LOSS

HISTORY = 10
PLENOPTIC = "plenoptic"
LEARNING_RATE = 0.01  # plenoptic's own default


class Recipe(ABC):
    """An optimisation that goes on for as many evaluations as it is asked for.

    Attributes:
        losses: of the objective, at pictures whose values are within [0, 1].
        seconds: those that each of them took.
        best: the lowest of the losses and its picture.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.losses: list[float] = []
        self.seconds: list[float] = []
        self.best = (math.inf, torch.empty(0))

    def keep(self, loss: float, picture: Tensor, seconds: float) -> None:
        """Note a loss, its picture and the seconds that it took."""
        self.seconds.append(seconds)
        self.losses.append(loss)
        if loss < self.best[0]:
            self.best = (loss, picture)

    @property
    def step_seconds(self) -> float:
        """Median seconds of an evaluation."""
        return median(self.seconds)

    @abstractmethod
    def advance(self, evaluations: int) -> None:
        """Go on."""


class Classic(Recipe):
    """The classic recipe; its picture is cut to [0, 1] before every evaluation.

    Args:
        reference: what is minimised, in float32; its weights, targets and layers are used, its code is not.
        size: height and width of the picture.
        seed: of the white noise, standard deviation 0.29 around grey, as uniform noise has it.
        learning_rate: Adam's; ``None`` for L-BFGS.
    """

    def __init__(
        self, reference: Objective, size: tuple[int, int], seed: int, learning_rate: float | None = None
    ) -> None:
        super().__init__("L-BFGS" if learning_rate is None else f"Adam {learning_rate:g}")
        self._terms, self._layers = reference.terms, reference.layers
        self._preprocess, self._stages = _modules(reference.network)
        device = next(reference.network.parameters()).device
        noise = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(seed))
        self._x = (0.5 + 0.29 * noise).to(device).requires_grad_()
        self._optimizer: torch.optim.Optimizer = (
            torch.optim.LBFGS([self._x], max_iter=1, history_size=HISTORY, tolerance_grad=0, tolerance_change=0)
            if learning_rate is None
            else torch.optim.Adam([self._x], learning_rate)
        )

    def advance(self, evaluations: int) -> None:
        """Go on."""
        for _ in range(evaluations):
            start = time.perf_counter()
            with torch.no_grad():
                self._x.clamp_(0, 1)
            before = self._x.detach().clone()
            loss = float(self._optimizer.step(self._closure)) * self._unit  # type: ignore[arg-type]
            self.keep(loss, before, time.perf_counter() - start)

    def _closure(self) -> Tensor:
        self._optimizer.zero_grad()
        loss = self._loss()
        if not self.losses:
            self._unit = float(loss.detach()) / INITIAL_LOSS
        scaled = loss / self._unit
        scaled.backward()
        return scaled.detach()

    def _loss(self) -> Tensor:
        features = self._features()
        losses = []
        for term in self._terms:
            E = _content if isinstance(term.representation, Content) else _style
            for layer, w in term.representation.weights.items():
                losses.append(term.weight / term.unit * w * E(features[layer], term.target[layer]))
        return torch.stack(losses).sum()

    def _features(self) -> Mapping[str, Tensor]:
        x, features = self._preprocess(self._x), {}
        for name, stage in self._stages.items():
            x = stage(x)
            if name in self._layers:
                features[name] = x
            if len(features) == len(self._layers):
                break
        return features


def _modules(network: Network) -> tuple[nn.Module, dict[str, nn.Module]]:
    assert isinstance(network, Stages)  # as VGG's are
    modules = copy.deepcopy(network).to(memory_format=torch.contiguous_format)
    stages = {
        name: nn.ReLU(inplace=True) if isinstance(stage, nn.ReLU) else stage for name, stage in modules.stages.items()
    }
    return modules.preprocess, stages


def _content(F: Tensor, P: Tensor) -> Tensor:
    return ((F - P) ** 2).sum() / 2


def _style(F: Tensor, A: Tensor) -> Tensor:
    rows = F.flatten(2)
    G = torch.bmm(rows, rows.transpose(1, 2)) / rows.shape[2]
    return ((G - A) ** 2).sum() / (4 * F.shape[1] ** 2)


class Plenoptic(Recipe):
    """A metamer of the features that `reference` asks for, of an original ``(1, 3, H, W)``, from uniform noise."""

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
