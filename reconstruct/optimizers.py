"""Limited-memory BFGS for reconstructions."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

EXPLODED = 10.0  # a loss this many times the best one so far means that the last step went astray
FIRST = 0.2  # of the reach: a step of which nothing but the direction is known
CURVED = 1e-8  # a pair counts if the cosine between its s and y is larger
CROSSTALK = 0.2  # a block's own curvature is not believed below this share of the change of its gradient


class LBFGS(torch.optim.Optimizer):
    """Limited-memory BFGS (Liu & Nocedal, 1989), one evaluation a step and no line search.

    With s the change of the parameters and y the change of the gradient in a step, the recursion begins with a diagonal
    guess of the inverse Hessian, usually a multiple of the identity. Here every channel of every parameter b, say the
    brightness of one level of a pyramid, has a multiple of its own (Barzilai & Borwein, 1988), averaged over the past,
    and all of them together explain the last step::

        h_b = c Σ s_b² / Σ s_b y_b        Σ_b h_b y_b² = sᵀy

    so that coarse and fine, brightness and colour need not share one step length. (Where s_b and y_b hardly agree, the
    denominator is `CROSSTALK` times √(Σ s_b² Σ y_b²) instead.)

    What a line search would guard against is guarded against otherwise: no step moves the picture further than
    `reach`, and a step after which the loss has exploded is taken back, with half the reach and a fresh history.

    torch's own L-BFGS compares losses and gradients with absolute thresholds, so that a small loss stops it, begins
    with a step of hardly any length, and asks the device for numbers many times a step. Here the size of the loss
    changes nothing, and no number leaves the device.

    Args:
        params: what to optimise, ``(1, C, …)`` with channels or a single row of numbers.
        position: where these parameters put the picture; linear in them but for an offset.
        lr: step length, in units of the quasi-Newton step.
        history: how many past steps describe the curvature.
        reach: longest step, as the root mean square over the picture's values.
    """

    def __init__(
        self, params: Iterable[Tensor], position: Callable[[], Tensor], lr: float, history: int, reach: float
    ) -> None:
        super().__init__(params, {"lr": lr, "history": history, "evaluations": 0})
        self._position = position
        (self._settings,) = self.param_groups
        self._params: list[Tensor] = self._settings["params"]
        if any(parameter.ndim > 1 and parameter.shape[0] != 1 for parameter in self._params):
            raise ValueError("parameters of LBFGS have the shape (1, C, …): one picture at a time")
        channels = [parameter.shape[1] if parameter.ndim > 1 else 1 for parameter in self._params]
        sizes = [parameter.numel() // n for parameter, n in zip(self._params, channels, strict=True) for _ in range(n)]
        self._block = torch.repeat_interleave(torch.tensor(sizes)).to(self._params[0].device)  # of each number
        self._memory.update(_blank(self._values(), history, len(sizes), reach))

    @property
    def _memory(self) -> dict[str, Any]:
        """All that is remembered between steps, as tensors, saved and restored with the optimizer."""
        memory: dict[str, Any] = self.state[self._params[0]]
        return memory

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken."""
        super().load_state_dict(state_dict)
        (self._settings,) = self.param_groups

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor]) -> Tensor:  # type: ignore[override]
        """Evaluate once and move once."""
        with torch.enable_grad():
            loss = closure()
        x, gradient = self._values(), torch.cat([_gradient(parameter).flatten() for parameter in self._params])
        exploded = ~((loss <= EXPLODED * self._memory["best_loss"]) & gradient.isfinite().all())
        self._learn(x, gradient, loss.detach(), exploded)
        moved = x + self._cut(x, self._direction(gradient))
        self._place(torch.where(exploded, self._memory["best"], moved))
        self._settings["evaluations"] += 1
        return loss

    def _learn(self, x: Tensor, gradient: Tensor, loss: Tensor, exploded: Tensor) -> None:
        """Keep the pair s, y of the last step; forget all pairs after an explosion."""
        memory = self._memory
        s, y = x - memory["x"], gradient - memory["gradient"]
        curvature = s @ y
        counts = (curvature > CURVED * s.norm() * y.norm()) & (memory["going"] > 0) & ~exploded
        slot = self._settings["evaluations"] % self._settings["history"]
        memory["s"][slot], memory["y"][slot] = torch.where(counts, s, 0), torch.where(counts, y, 0)
        memory["rho"][slot] = torch.where(counts, 1 / curvature, 0)
        memory["rho"] *= ~exploded
        for name, product in (("ss", s * s), ("sy", s * y), ("yy", y * y)):
            new = self._blockwise(product) / curvature + (1 - 1 / self._settings["history"]) * memory[name]
            memory[name] = torch.where(counts, new, memory[name]) * ~exploded
        memory["last_y"] = torch.where(counts, y, memory["last_y"])
        memory["last_sy"] = torch.where(counts, curvature, memory["last_sy"])
        better = loss < memory["best_loss"]
        memory["best"] = torch.where(better, x, memory["best"])
        memory["best_loss"] = torch.where(better, loss, memory["best_loss"])
        memory["reach"] = torch.where(exploded, memory["reach"] / 2, memory["reach"])
        memory["going"] = (~exploded).to(x.dtype)
        memory["x"], memory["gradient"] = x, gradient

    def _direction(self, gradient: Tensor) -> Tensor:
        """The two-loop recursion; a pair with rho = 0 is none."""
        memory, newest = self._memory, self._settings["evaluations"]
        slots = [(newest - k) % self._settings["history"] for k in range(min(newest + 1, self._settings["history"]))]
        d, alphas = -gradient, []
        for slot in slots:
            alphas.append(memory["rho"][slot] * (memory["s"][slot] @ d))
            d = d - alphas[-1] * memory["y"][slot]
        d = d * self._inverse_curvatures()
        for slot, alpha in zip(reversed(slots), reversed(alphas), strict=True):
            d = d + (alpha - memory["rho"][slot] * (memory["y"][slot] @ d)) * memory["s"][slot]
        direction: Tensor = self._settings["lr"] * d
        return direction

    def _inverse_curvatures(self) -> Tensor:
        """h_b for every number."""
        ss, sy, yy = (self._memory[name] for name in ("ss", "sy", "yy"))
        curvatures = torch.maximum(sy, CROSSTALK * (ss * yy).sqrt())
        usual = torch.where(sy.sum() > 0, ss.sum() / sy.sum(), 1)  # for a block of which nothing is known yet
        h = torch.where((curvatures > 0) & (ss > 0), ss / curvatures, usual)[self._block]
        explained = h @ self._memory["last_y"].square()
        return h * torch.where(explained > 0, self._memory["last_sy"] / explained, 1)

    def _cut(self, x: Tensor, direction: Tensor) -> Tensor:
        """`direction`, no longer than the reach; without any pair its length means nothing and is chosen."""
        start = self._position().clone()
        norm = direction.norm()
        probe = direction * torch.where(norm > 0, x.numel() ** 0.5 / norm, 0)  # long enough not to drown in rounding
        self._place(x + probe)
        reach = self._memory["reach"] / (self._position() - start).square().mean().sqrt()  # in lengths of the probe
        informed = (self._memory["rho"] > 0).any()
        length = torch.where(informed, torch.minimum(norm / x.numel() ** 0.5, reach), FIRST * reach)
        return torch.where(norm > 0, length, 0) * probe

    def _blockwise(self, numbers: Tensor) -> Tensor:
        return torch.zeros_like(self._memory["ss"]).index_add_(0, self._block, numbers)

    def _values(self) -> Tensor:
        return torch.cat([parameter.detach().flatten() for parameter in self._params])

    def _place(self, x: Tensor) -> None:
        parts = x.split([parameter.numel() for parameter in self._params])
        for parameter, part in zip(self._params, parts, strict=True):
            parameter.copy_(part.view_as(parameter))


def _blank(x: Tensor, history: int, blocks: int, reach: float) -> dict[str, Tensor]:
    return {
        "x": x,
        "gradient": torch.zeros_like(x),
        "going": x.new_zeros(()),  # 1 if the last step was taken from `x`, 0 at the beginning and if it was taken back
        "s": x.new_zeros(history, x.numel()),
        "y": x.new_zeros(history, x.numel()),
        "rho": x.new_zeros(history),  # 1 / sᵀy
        "ss": x.new_zeros(blocks),
        "sy": x.new_zeros(blocks),
        "yy": x.new_zeros(blocks),
        "last_y": torch.zeros_like(x),
        "last_sy": x.new_zeros(()),
        "best": x.clone(),
        "best_loss": x.new_full((), torch.inf),
        "reach": x.new_full((), reach),
    }


def _gradient(parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
