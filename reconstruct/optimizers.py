"""Limited-memory BFGS for reconstructions."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

EXPLODED = 10.0  # a loss this many times the best one so far means that the last step went astray
BACKOFF = 0.5  # a step from where the last one rose and taught nothing, against what it would be
FIRST_STEP = 0.2  # of the reach: a step of which nothing but the direction is known
MIN_CURVATURE = 1e-8  # a pair counts if the cosine between its s and y is larger
WITHOUT_DOUBLE = ("mps",)  # devices that cannot compute in double precision
MIN_BLOCK_CURVATURE = 0.2  # a block's own curvature is not believed below this share of the change of its gradient


class BlockLBFGS(torch.optim.Optimizer):
    """Limited-memory BFGS (Liu & Nocedal, 1989), one evaluation a step and no line search.

    With s the change of the parameters and y the change of the gradient in a step, the recursion begins with a diagonal
    guess of the inverse Hessian, usually a multiple of the identity. Here every channel of every parameter b, say the
    brightness of one level of a pyramid, has a multiple of its own (Barzilai & Borwein, 1988), averaged over the past,
    and all of them together explain the last step::

        h_b = c Σ s_b² / Σ s_b y_b        Σ_b h_b y_b² = sᵀy

    so that coarse and fine, brightness and colour need not share one step length. (Where s_b and y_b hardly agree, the
    denominator is `MIN_BLOCK_CURVATURE` times √(Σ s_b² Σ y_b²) instead.)

    What a line search would guard against is guarded against otherwise. No step moves the picture further than `reach`.
    After a step that made the loss rise, the next one begins again where that one began, with what was learned from it,
    or shorter if that is nothing. A step after which the loss has exploded is taken back, with half the reach and a
    fresh history.

    torch's own L-BFGS compares losses and gradients with absolute thresholds, so that a small loss stops it, begins
    with a step of hardly any length, and asks the device for numbers many times a step. Here the size of the loss
    changes nothing, no number leaves the device, and what is remembered stays in place, so that a GPU can repeat a
    step by itself (`reconstruct.hardware.cuda_graph`).

    Args:
        params: what to optimise, ``(1, C, …)`` with channels or a single row of numbers.
        position: where these parameters put the picture; linear in them but for an offset.
        lr: step length, in units of the quasi-Newton step.
        history: how many past steps describe the curvature.
        reach: longest step, as the root mean square over the picture's values.
    """

    @torch.no_grad()
    def __init__(
        self, params: Iterable[Tensor], position: Callable[[], Tensor], lr: float, history: int, reach: float
    ) -> None:
        super().__init__(params, {"lr": lr, "history": history})
        self._position = position
        (self._settings,) = self.param_groups
        self._params: list[Tensor] = self._settings["params"]
        if any(parameter.ndim > 1 and parameter.shape[0] != 1 for parameter in self._params):
            raise ValueError("parameters of BlockLBFGS have the shape (1, C, …): one picture at a time")
        channels = [parameter.shape[1] if parameter.ndim > 1 else 1 for parameter in self._params]
        self._sizes = [p.numel() // n for p, n in zip(self._params, channels, strict=True) for _ in range(n)]  # blocks
        start = self._values()
        self._origin = self._position_of(torch.zeros_like(start))
        self._place(start)
        self._memory.update(_blank(start, history, len(self._sizes), reach))

    @property
    def _memory(self) -> dict[str, Any]:
        """All that is remembered between steps, as tensors, saved and restored with the optimizer."""
        memory: dict[str, Any] = self.state[self._params[0]]
        return memory

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken."""
        super().load_state_dict(state_dict)
        (self._settings,) = self.param_groups
        self._memory["newest"] = self._memory["newest"].long()  # torch gives all that is loaded the parameters' type

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor]) -> Tensor:  # type: ignore[override]
        """Evaluate once and move once."""
        with torch.enable_grad():
            loss = closure()
        x, raw = self._values(), torch.cat([_gradient(parameter).flatten() for parameter in self._params])
        memory = self._memory
        exploded = ~((loss <= EXPLODED * memory["best_loss"]) & (raw @ raw).isfinite())
        risen = ~exploded & (loss > memory["best_loss"]) & (memory["moved"] > 0)
        self._learn(x, torch.where(exploded, 0, raw), exploded, risen)
        self._keep_best(x, loss.detach(), exploded)
        # Departure: no line search, one evaluation a step; what it would guard against is guarded against in `_cut`, by
        # beginning again where a step began after which the loss has risen, and by taking back one after which it has
        # exploded.
        moved = memory["x"] + memory["step_scale"] * self._cut(self._direction(memory["gradient"]))
        self._place(torch.where(exploded, memory["best"], moved))
        return loss

    def _remember(self, **new: Tensor) -> None:
        """Overwrite state tensors in place (a CUDA graph needs fixed addresses)."""
        for name, value in new.items():
            self._memory[name].copy_(value)

    def _learn(self, x: Tensor, gradient: Tensor, exploded: Tensor, risen: Tensor) -> None:
        """Keep the pair s, y of the last step and its products with the others; forget all after an explosion.

        Where the loss has risen, the next step begins where the last one did, else from here.
        """
        memory = self._memory
        self._remember(newest=(memory["newest"] + 1) % self._settings["history"])
        s, y, slot = x - memory["x"], gradient - memory["gradient"], memory["newest"]
        curvature = s @ y
        counts = (curvature > MIN_CURVATURE * s.norm() * y.norm()) & (memory["moved"] > 0) & ~exploded
        pair = {"s": torch.where(counts, s, 0), "y": torch.where(counts, y, 0)}
        for name, vector in pair.items():
            memory[name].index_copy_(0, slot, vector[None])
        memory["kept"].mul_(~exploded).index_copy_(0, slot, counts.to(x.dtype)[None])
        x, gradient = torch.where(risen, memory["x"], x), torch.where(risen, memory["gradient"], gradient)
        with_s = torch.stack([pair["y"], gradient]) @ memory["s"].T
        with_y = self._blockwise(torch.stack([*pair.values(), gradient]), memory["y"])
        memory["s_y"].index_copy_(1, slot, with_s[0][:, None]).index_copy_(0, slot, with_y[:, 0].sum(0)[None])
        squares = with_y[:, 1]
        memory["y_y"].index_copy_(1, slot, squares[:, None]).index_copy_(2, slot, squares[:, :, None])
        products = with_y[:, :2].index_select(2, slot)[:, :, 0]
        self._average(counts, exploded, self._blockwise(s[None], s[None])[:, 0, 0], products, curvature)
        self._remember(s_g=with_s[1], y_g=with_y[:, 2], moved=~exploded, x=x, gradient=gradient)
        self._remember(step_scale=torch.where(risen & ~counts, BACKOFF * memory["step_scale"], 1))

    def _average(self, counts: Tensor, exploded: Tensor, ss: Tensor, products: Tensor, curvature: Tensor) -> None:
        """Σ s², Σ s y and Σ y² of every block, over the past."""
        memory, sy, yy = self._memory, products[:, 0], products[:, 1]
        for name, product in (("ss", ss), ("sy", sy), ("yy", yy)):
            new = product / curvature + (1 - 1 / self._settings["history"]) * memory[name]
            self._remember(**{name: torch.where(counts, new, memory[name]) * ~exploded})
        for name, value in (("last_yy", yy), ("last_sy", curvature)):
            self._remember(**{name: torch.where(counts, value, memory[name])})

    def _keep_best(self, x: Tensor, loss: Tensor, exploded: Tensor) -> None:
        memory = self._memory
        better = loss < memory["best_loss"]
        self._remember(
            best=torch.where(better, x, memory["best"]),
            best_loss=torch.where(better, loss, memory["best_loss"]),
            reach=torch.where(exploded, memory["reach"] / 2, memory["reach"]),
        )

    def _direction(self, gradient: Tensor) -> Tensor:
        """The two-loop recursion, both loops as triangular systems of the pairs' products::

            R α = -Sᵀg        Rᵀ c = diag(R) α + Yᵀ h (g + Y α)        d = S c - h (g + Y α)

        with R the upper triangle of SᵀY, oldest pair first (compare Byrd, Nocedal & Schnabel, 1994).
        """
        memory, h = self._memory, self._inverse_curvatures()
        history = self._settings["history"]
        order = (memory["newest"] + 1 + torch.arange(history, device=gradient.device)) % history
        kept = memory["kept"][order]
        R = memory["s_y"][order][:, order].triu() * kept[:, None] * kept + (1 - kept).diag()
        a = _solve(R, -memory["s_g"][order] * kept, upper=True)
        curved = h @ memory["y_g"][:, order] + torch.einsum("b,bij->ij", h, memory["y_y"])[order][:, order] @ a
        c = _solve(R.T, (R.diagonal() * a + curved) * kept, upper=False)
        back = torch.argsort(order)
        v = gradient + a[back] @ memory["y"]
        for part, h_b in zip(v.split(self._sizes), h.unbind(), strict=True):
            part.mul_(h_b)
        direction: Tensor = self._settings["lr"] * (c[back] @ memory["s"] - v)
        return direction

    def _inverse_curvatures(self) -> Tensor:
        """h_b for every block."""
        ss, sy, yy = (self._memory[name] for name in ("ss", "sy", "yy"))
        curvatures = torch.maximum(sy, MIN_BLOCK_CURVATURE * (ss * yy).sqrt())
        usual = torch.where(sy.sum() > 0, ss.sum() / sy.sum(), 1)  # for a block of which nothing is known yet
        # Departure: one number for every block where others have one for all parameters.
        h = torch.where((curvatures > 0) & (ss > 0), ss / curvatures, usual)
        explained = h @ self._memory["last_yy"]
        return h * torch.where(explained > 0, self._memory["last_sy"] / explained, 1)

    def _cut(self, direction: Tensor) -> Tensor:
        """`direction`, no longer than the reach; without any pair its length means nothing and is chosen."""
        norm = direction.norm()
        probe = direction * torch.where(norm > 0, direction.numel() ** 0.5 / norm, 0)  # long enough for float32
        moves = self._position_of(probe) - self._origin
        reach = self._memory["reach"] / moves.square().mean().sqrt()  # in lengths of the probe
        informed = (self._memory["kept"] > 0).any()
        length = torch.where(informed, torch.minimum(norm / direction.numel() ** 0.5, reach), FIRST_STEP * reach)
        return torch.where(norm > 0, length, 0) * probe

    def _blockwise(self, first: Tensor, second: Tensor) -> Tensor:
        """The products of two lists of vectors, ``(k, n)`` and ``(m, n)``, block by block: ``(blocks, k, m)``."""
        parts = zip(first.split(self._sizes, dim=1), second.split(self._sizes, dim=1), strict=True)
        return torch.stack([a @ b.T for a, b in parts])

    def _values(self) -> Tensor:
        return torch.cat([parameter.detach().flatten() for parameter in self._params])

    def _place(self, x: Tensor) -> None:
        parts = x.split([parameter.numel() for parameter in self._params])
        for parameter, part in zip(self._params, parts, strict=True):
            parameter.copy_(part.view_as(parameter))

    def _position_of(self, x: Tensor) -> Tensor:
        self._place(x)
        position: Tensor = self._position().clone()
        return position


def _solve(triangle: Tensor, right: Tensor, upper: bool) -> Tensor:
    """In double precision; where the device has none, on the processor."""
    place = _with_double(right.device)
    left, column = triangle.to(place).double(), right.to(place).double()[:, None]
    double: Tensor = torch.linalg.solve_triangular(left, column, upper=upper)
    return double[:, 0].to(right.dtype).to(right.device)


def _with_double(device: torch.device) -> torch.device:
    return torch.device("cpu") if device.type in WITHOUT_DOUBLE else device


def _blank(x: Tensor, history: int, blocks: int, reach: float) -> dict[str, Tensor]:
    return {
        "x": x,
        "gradient": torch.zeros_like(x),
        "newest": torch.full((1,), history - 1, device=x.device),  # the row of the last pair
        "step_scale": x.new_ones(()),  # of a step that is taken, less where the last ones taught nothing
        "moved": x.new_zeros(()),  # 1 if the last step was taken from `x`, 0 at the beginning and if it was taken back
        "s": x.new_zeros(history, x.numel()),
        "y": x.new_zeros(history, x.numel()),
        "kept": x.new_zeros(history),  # 1 where a row of s and y is a pair
        "s_y": x.new_zeros(history, history),
        "y_y": x.new_zeros(blocks, history, history),
        "s_g": x.new_zeros(history),
        "y_g": x.new_zeros(blocks, history),
        "ss": x.new_zeros(blocks),
        "sy": x.new_zeros(blocks),
        "yy": x.new_zeros(blocks),
        "last_yy": x.new_zeros(blocks),
        "last_sy": x.new_zeros(()),
        "best": x.clone(),
        "best_loss": x.new_full((), torch.inf),
        "reach": x.new_full((), reach),
    }


def _gradient(parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
