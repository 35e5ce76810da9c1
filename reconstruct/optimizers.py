"""torch's L-BFGS, made safe for reconstructions."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

EXPLODED = 10.0  # a loss this many times the best one so far means that the last step went astray


class LBFGS(torch.optim.LBFGS):
    """Limited-memory BFGS (Liu & Nocedal, 1989), one evaluation a step and no line search.

    What a line search would guard against is guarded against otherwise: no step moves the picture further than
    `reach`, and a step after which the loss has exploded is taken back, with half the reach and a fresh history.

    Args:
        params: what to optimise.
        position: where these parameters put the picture; linear in them but for an offset.
        lr: step length, in units of the quasi-Newton step.
        history: how many past steps describe the curvature.
        reach: longest step, as the root mean square over the picture's values.
    """

    def __init__(
        self, params: Iterable[Tensor], position: Callable[[], Tensor], lr: float, history: int, reach: float
    ) -> None:
        # No tolerance: torch's are absolute, and how long to go on is the caller's decision.
        super().__init__(params, lr, max_iter=1, history_size=history, tolerance_grad=0, tolerance_change=0)
        self._position = position
        self._memory["reach"] = reach

    @property
    def _memory(self) -> dict[str, Any]:
        """Where torch's L-BFGS keeps its own state, so that it is saved and restored with it."""
        memory: dict[str, Any] = self.state[self._params[0]]
        return memory

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor]) -> Tensor:  # type: ignore[override]
        """Evaluate once and move once."""
        before, start = self._values(), self._position().clone()
        loss: Tensor = super().step(lambda: self._guarded(closure))  # type: ignore[no-untyped-call]
        if self._memory["exploded"]:
            self._return_to_best()
            return loss
        moved = float((self._position() - start).square().mean().sqrt())
        if moved > self._memory["reach"]:
            self._shorten(before, self._memory["reach"] / moved)
        return loss

    def _guarded(self, closure: Callable[[], Tensor]) -> Tensor:
        loss = closure()
        value, best = float(loss.detach()), self._memory.get("best_loss", float("inf"))
        self._memory["exploded"] = "best" in self._memory and not value <= EXPLODED * best
        if self._memory["exploded"]:
            self.zero_grad(set_to_none=False)  # torch moves nothing when the gradient is zero
        elif value < best:
            self._memory.update(best_loss=value, best=self._values())
        return loss

    def _return_to_best(self) -> None:
        for parameter, value in zip(self._params, self._memory["best"], strict=True):
            parameter.copy_(value)
        self._memory["n_iter"] = 0  # torch then begins a new history
        self._memory["reach"] /= 2

    def _shorten(self, before: list[Tensor], share: float) -> None:
        for parameter, value in zip(self._params, before, strict=True):
            parameter.lerp_(value, 1 - share)
        self._memory["t"] *= share  # so that the history records the step that was really taken

    def _values(self) -> list[Tensor]:
        return [parameter.detach().clone() for parameter in self._params]
