"""Which layers a network has, how large their maps are, and what of the picture a position of them sees.

A convolution or pooling with kernel k, stride s, dilation d and padding p makes of positions that lie j pixels apart,
and of which the first sees the pixels a to b::

    a' = a - p j        b' = b + (d (k - 1) - p) j        j' = s j

Where two ways meet, in a sum or side by side, a position sees what it sees on either. What mixes all positions, like
attention or normalisation by a picture's own mean, sees the whole picture. All of it follows from one pass on which
nothing is computed: tensors without numbers carry it along, through whatever a network's code does with them.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves, tree_map_only

MAP = (0, 1, 2, 3)  # the order of a map's dimensions: pictures, channels, rows, columns
MIXING = ("adaptive_avg_pool2d", "group_norm", "instance_norm", "matmul", "bmm", "__matmul__", "einsum",
          "scaled_dot_product_attention", "multi_head_attention_forward")  # fmt: skip


@dataclass(frozen=True)
class Axis:
    """What the positions of a map see along one side of the picture, in pixels.

    Attributes:
        stride: between neighbouring positions.
        first, last: the pixels that the first position sees; before 0 lies padding.
    """

    stride: float = 1.0
    first: float = 0.0
    last: float = 0.0

    @property
    def size(self) -> float:
        """Of the receptive field; infinite where it is the whole picture."""
        return self.last - self.first + 1

    def slid_over(self, kernel: int, stride: int, before: int, after: int, dilation: int = 1) -> "Axis":
        """Of what a kernel makes that slides over the positions, with so much padding on both sides."""
        last = self.last + (dilation * (kernel - 1) - before) * self.stride
        return Axis(self.stride * stride, self.first - before * self.stride, last)

    def joined(self, other: "Axis") -> "Axis":
        """Of what sees what either sees."""
        stride = max(self.stride, other.stride)
        return Axis(stride, min(self.first, other.first), max(self.last, other.last))


Field = tuple[Axis, Axis]
"""Down and across."""
PIXEL: Field = (Axis(), Axis())
EVERYTHING: Field = (Axis(1.0, -math.inf, math.inf),) * 2


@dataclass(frozen=True)
class LayerInfo:
    """What is known of a layer before anything is computed.

    Attributes:
        module: the name of the module.
        shape: channels, height and width of its maps; tokens are a column, and vectors a single position.
        field: what a position sees; `EVERYTHING` where that cannot be told.
        order: of the dimensions, as the network's code has them.
    """

    module: str
    shape: tuple[int, int, int]
    field: Field
    order: tuple[int, ...] = MAP


def as_map(output: Tensor, order: Sequence[int] = MAP) -> Tensor:
    """A layer's output as ``(N, C, H, W)``: maps, tokens ``(N, L, C)`` and vectors ``(N, C)``."""
    if output.ndim == 3:
        return output.mT[..., None]
    if output.ndim == 2:
        return output[..., None, None]
    return output if tuple(order) == MAP else output.permute([list(order).index(each) for each in MAP])


def survey(module: nn.Module, height: int, width: int, until: Collection[str] = ()) -> dict[str, LayerInfo]:
    """Layer -> what is known of it, in the order in which a picture of that size passes them.

    A layer is a call of a module, named as the module is; a second call of the same one has ``_1`` behind its name.
    Once those in `until` are known, it does not matter whether the rest fails.

    Raises:
        RuntimeError: whatever the network raises, as for a picture that is too small for it.
    """
    found: dict[str, LayerInfo] = {}

    def note(layer: str, name: str, output: Any) -> None:
        if isinstance(output, _Seen) and 2 <= output.ndim <= 4:
            channels, rows, columns = as_map(output, output.order).shape[1:]
            found[layer] = LayerInfo(name, (channels, rows, columns), output.field, output.order)

    meta = {name: each.to("meta") for name, each in [*module.named_parameters(), *module.named_buffers()]}
    kind = next((each.dtype for each in meta.values() if each.is_floating_point()), torch.float32)
    picture = _seen(torch.empty(1, 3, height, width, device="meta", dtype=kind), PIXEL, MAP)
    with hooked(module, [name for name, _ in module.named_modules() if name], note), torch.no_grad():
        try:
            torch.func.functional_call(module, meta, (picture,))
        except Exception:
            if not until or not found.keys() >= {*until}:
                raise
    return found


@contextmanager
def hooked(module: nn.Module, names: Iterable[str], see: Callable[[str, str, Any], Any]) -> Iterator[None]:
    """Meanwhile each call of these modules is seen.

    Args:
        module: whose parts they are.
        names: of the modules.
        see: called with the layer, the module's name and the output; what it gives goes on instead, unless ``None``.
    """
    calls: Counter[str] = Counter()

    def hook(name: str) -> Callable[..., Any]:
        def called(module: nn.Module, given: Any, output: Any) -> Any:
            calls[name] += 1
            return see(name if calls[name] == 1 else f"{name}_{calls[name] - 1}", name, output)

        return called

    handles = [module.get_submodule(name).register_forward_hook(hook(name)) for name in set(names)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


class _Seen(Tensor):
    """A tensor that knows what its positions see."""

    field: Field
    order: tuple[int, ...]

    @classmethod
    def __torch_function__(
        cls, function: Any, types: Any, given: Sequence[Any] = (), named: Mapping[str, Any] | None = None
    ) -> Any:
        named = named or {}
        seen = [each for each in tree_leaves((given, named)) if isinstance(each, _Seen) and hasattr(each, "field")]
        with torch._C.DisableTorchFunctionSubclass():
            output = function(*given, **named)
        if not seen:
            return output
        name = getattr(function, "__name__", "").strip("_")
        order = _permuted(seen[0].order, given[1:]) if name == "permute" else max((s.order for s in seen), key=len)
        return tree_map_only(Tensor, lambda made: _seen(made, _field(name, given, named, seen, made), order), output)


def _seen(tensor: Tensor, field: Field, order: tuple[int, ...]) -> _Seen:
    marked = tensor.as_subclass(_Seen)
    marked.field, marked.order = field, order
    return marked


def _permuted(order: tuple[int, ...], given: Sequence[Any]) -> tuple[int, ...]:
    dimensions = given[0] if isinstance(given[0], list | tuple) else given
    return tuple(order[each] for each in dimensions) if len(dimensions) == len(order) else MAP


def _field(name: str, given: Sequence[Any], named: Mapping[str, Any], seen: Sequence[_Seen], made: Tensor) -> Field:
    """What the positions of a function's output see."""
    down, across = zip(*(each.field for each in seen), strict=True)
    joined = _all(down), _all(across)
    if windows := _windows(name, given, named):
        return joined[0].slid_over(*windows[0]), joined[1].slid_over(*windows[1])
    is_lost = made.ndim == 4 and tuple(made.shape[-2:]) == (1, 1) != tuple(seen[0].shape[-2:])
    return EVERYTHING if name in MIXING or made.ndim <= 2 or is_lost else joined


def _all(axes: Sequence[Axis]) -> Axis:
    first, *others = axes
    for each in others:
        first = first.joined(each)
    return first


Window = tuple[int, int, int, int, int]
"""Kernel, stride, padding before and after, dilation."""


def _windows(name: str, given: Sequence[Any], named: Mapping[str, Any]) -> tuple[Window, Window] | None:
    """How a function's kernel slides down and across; ``None`` if it has none."""
    if name == "pad":
        left, right, top, bottom = [*(given[1] if len(given) > 1 else named["pad"]), 0, 0][:4]
        return (1, 1, top, bottom, 1), (1, 1, left, right, 1)
    names = {
        "conv2d": _CONVOLUTION,
        "avg_pool2d": _POOLING,
        "max_pool2d": _POOLING,
        "max_pool2d_with_indices": _POOLING,
    }
    if name not in names:
        return None
    known = {**dict(zip(names[name], given, strict=False)), **named}
    kernel = known["weight"].shape[-2:] if name == "conv2d" else _pair(known["kernel_size"])
    stride, dilation = (
        _pair(known.get("stride") or (1 if name == "conv2d" else kernel)),
        _pair(known.get("dilation", 1)),
    )
    padding = known.get("padding", 0)
    if isinstance(padding, str):  # "same" or "valid"
        padding = [(d * (k - 1)) // 2 if padding == "same" else 0 for k, d in zip(kernel, dilation, strict=True)]
    made = [(k, s, p, p, d) for k, s, p, d in zip(kernel, stride, _pair(padding), dilation, strict=True)]
    return made[0], made[1]


_CONVOLUTION = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
_POOLING = ("input", "kernel_size", "stride", "padding")


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (tuple(value) * 2)[:2]
