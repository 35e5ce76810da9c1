"""torch's L-BFGS made safe for this task."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor


class LBFGS(torch.optim.LBFGS):
    """Limited-memory BFGS (Liu & Nocedal, 1989), one evaluation a step and no line search.

    Args:
        params: what to optimise.
        lr: step length once the curvature is known.
        history: how many past steps describe the curvature.
    """

    def __init__(self, params: Iterable[Tensor], lr: float, history: int) -> None:
        # No tolerance: they are absolute, and how long to go on is the caller's decision.
        super().__init__(params, lr, max_iter=1, history_size=history, tolerance_grad=0, tolerance_change=0)

    def step(self, closure: Callable[[], Tensor]) -> Tensor:  # type: ignore[override]
        loss: Tensor = super().step(closure)
        return loss
