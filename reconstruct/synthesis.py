"""The loop: a canvas is changed, one evaluation a step, until its picture has the codes that the objective asks for."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

import torch
from torch import Tensor

from reconstruct.canvas import Canvas
from reconstruct.errors import RunError
from reconstruct.hardware.cuda_graph import CudaGraph
from reconstruct.objective import Evaluation, Objective

# Adam adds 1e-8 to the size of every gradient, so that a small loss would silently stop it. Every run therefore starts,
# as the optimizer sees it, at this loss.
INITIAL_LOSS = 1e6


# An optimizer may take a step back that led to NaN or infinity, as BlockLBFGS does with half its reach. After this many
# in a row it will not.
PATIENCE = 10


class Diverged(RunError):
    """A loss became NaN or infinite and stayed so."""


@dataclass(frozen=True)
class Step:
    """One evaluation.

    Attributes:
        number: counted from 0.
        picture: the very picture that has these losses, ``(1, 3, H, W)``.
        total: the weighted sum of the losses.
        terms: each term's own unweighted loss.
        gradient_norm: Euclidean norm of the total's gradient with respect to the canvas's parameters.
        seconds: spent optimising up to and including this step; what is done between steps does not count.
        errors: term -> layer -> ‖code - target‖² / ‖target‖².
        error: the largest of the relative errors of the terms that count, each a mean over its layers; infinite where
            none has any.
    """

    number: int
    picture: Tensor
    total: float
    terms: dict[str, float]
    gradient_norm: float
    seconds: float
    errors: dict[str, dict[str, float]] = field(default_factory=dict)
    error: float = math.inf


class Synthesis:
    """Iterating over it optimises `canvas` and gives a `Step` after each evaluation.

    Args:
        canvas: where to begin; it is changed.
        objective: what to minimise.
        optimizer: over the canvas's parameters; must call its closure once a step.
        steps: how many evaluations.
        until: the relative error at which it ends before that; ``None`` for never.
    """

    def __init__(
        self,
        canvas: Canvas,
        objective: Objective,
        optimizer: torch.optim.Optimizer,
        steps: int,
        until: float | None = None,
    ) -> None:
        self.canvas = canvas
        self.objective = objective
        self.optimizer = optimizer
        self.steps = steps
        self.until = until
        self.reached = False
        self.done = 0
        self.seconds = 0.0
        self.lost = 0
        self.best = Step(-1, canvas().detach(), math.inf, {}, math.inf, 0.0)
        self._scale: Tensor | None = None
        self._names: list[tuple[str, str]] = []
        self._repeated = CudaGraph(self._step, self.best.picture.device)

    def __iter__(self) -> Iterator[Step]:
        while self.done < self.steps and not self.reached:
            step = self._advance()
            self.done += 1
            self.reached = self.until is not None and step.error <= self.until
            self.lost = 0 if math.isfinite(step.total) else self.lost + 1
            if step.total < self.best.total:
                self.best = step
            yield step
            self._check(step)
        self._repeated.release()

    def _advance(self) -> Step:
        start = time.perf_counter()
        picture, numbers = self._repeated()
        total, gradient_norm, *others = numbers.tolist()  # the only time a step waits for the device
        self.seconds += time.perf_counter() - start
        terms, errors = self._named(others)
        known = [mean(errors[name].values()) for name in self.objective.deciding if name in errors]
        error = max(known, default=math.inf)
        return Step(self.done, picture.clone(), total, terms, gradient_norm, self.seconds, errors, error)

    def _step(self) -> tuple[Tensor, Tensor]:
        """One evaluation and one move: the picture that was evaluated, and all numbers about it in a row."""
        seen: list[tuple[Tensor, Evaluation]] = []

        def closure() -> Tensor:
            picture = self.canvas()
            evaluation = self.objective(picture)
            seen.append((picture.detach().clone(), evaluation))
            scaled = evaluation.total * self._scale_for(evaluation)
            parameters = list(self.canvas.parameters())
            gradients = torch.autograd.grad(scaled, parameters, allow_unused=True)
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient
            return scaled

        self.optimizer.step(closure)  # type: ignore[arg-type]  # torch's stub says float
        (picture, evaluation), *_ = seen
        return picture, self._numbers(evaluation)

    def _scale_for(self, evaluation: Evaluation) -> Tensor:
        if self._scale is None:
            total = evaluation.total.detach()
            self._scale = torch.where((total > 0) & total.isfinite(), INITIAL_LOSS / total, 1.0)
        return self._scale

    def _numbers(self, evaluation: Evaluation) -> Tensor:
        """Total, gradient norm, the terms and all errors, in one tensor; `_named` knows which is which."""
        gradients = [p.grad.norm() for p in self.canvas.parameters() if p.grad is not None]
        norm = torch.stack(gradients).norm() / self._scale_for(evaluation)
        self._names = [(term, layer) for term, layers in evaluation.errors.items() for layer in layers]
        errors = [evaluation.errors[term][layer] for term, layer in self._names]
        return torch.stack([each.detach() for each in (evaluation.total, norm, *evaluation.terms.values(), *errors)])

    def _named(self, numbers: list[float]) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
        """Each term's loss, and term -> layer -> error."""
        terms = [term.name for term in self.objective.terms]
        errors: dict[str, dict[str, float]] = {term: {} for term in dict.fromkeys(term for term, _ in self._names)}
        for (term, layer), error in zip(self._names, numbers[len(terms) :], strict=True):
            errors[term][layer] = error
        return dict(zip(terms, numbers, strict=False)), errors

    def _check(self, step: Step) -> None:
        if self.lost < min(PATIENCE, self.steps):
            return
        counting = {name: step.terms[name] for name in self.objective.deciding}
        name = next((name for name, loss in counting.items() if not math.isfinite(loss)), "weighted")
        raise Diverged(
            f"the {name} loss became {step.terms.get(name, step.total)} at step {step.number + 1 - self.lost}; "
            "try optimizer=adam, a smaller optimizer.lr or precision=float32"
        )

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on from here, bit for bit: plain tensors and numbers."""
        return {
            "canvas": self.canvas.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "done": self.done,
            "seconds": self.seconds,
            "lost": self.lost,
            "reached": self.reached,
            "scale": self._scale,
            "best": vars(self.best),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken."""
        self.canvas.load_state_dict(state["canvas"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.done = state["done"]
        self.seconds = state["seconds"]
        self.lost = state.get("lost", 0)
        self.reached = state.get("reached", False)
        self._scale = None if state["scale"] is None else state["scale"].to(self.canvas().device)
        self.best = Step(**state["best"])
