"""Batch normalisation folded into the convolution before it: one linear map, with other weights.

At test time (Ioffe & Szegedy, 2015, algorithm 2) the output x of a convolution becomes, channel by channel::

    γ (x - μ) / √(σ² + ε) + β        so that        w' = w γ / √(σ² + ε),   b' = (b - μ) γ / √(σ² + ε) + β
"""

from collections.abc import Mapping

from torch import Tensor
from torch.nn.utils.fusion import fuse_conv_bn_weights

from reconstruct.errors import InputError
from reconstruct.weights import State

EPSILON = 1e-5  # of torch and torchvision
VECTORS = ("running_mean", "running_var", "weight", "bias")  # of a normalisation: a number a channel


def folded(state: State) -> State:
    """A state dict without batch normalisations; the same if it has none.

    `InputError` if one does not follow a convolution of as many channels.
    """
    convolutions: dict[str, Tensor] = {}
    last = ""
    for name, own in _modules(state).items():
        if "running_mean" in own:
            _check(name, own, convolutions.get(f"{last}weight"))
            weight, bias = convolutions[f"{last}weight"].float(), convolutions.get(f"{last}bias")
            mean, variance = own["running_mean"].float(), own["running_var"].float()
            scale, shift = (own[key].float() if key in own else None for key in ("weight", "bias"))
            bias = None if bias is None else bias.float()
            fused = fuse_conv_bn_weights(weight, bias, mean, variance, EPSILON, scale, shift)
            convolutions |= dict(zip((f"{last}weight", f"{last}bias"), fused, strict=True))
        else:
            convolutions |= {f"{name}{key}": value for key, value in own.items()}
            last = name
    return convolutions


def _check(name: str, own: Mapping[str, Tensor], weight: Tensor | None) -> None:
    vectors = [own[key].shape for key in VECTORS if key in own]
    fits = weight is not None and weight.ndim == 4 and all(shape == weight.shape[:1] for shape in vectors)
    if not fits or "running_var" not in own:
        raise InputError(
            f"network.weights: {name.rstrip('.') or 'a normalisation'} follows no convolution of as many channels; "
            "expected a VGG, with batch normalisation after its convolutions or without"
        )


def _modules(state: State) -> dict[str, dict[str, Tensor]]:
    """Name of a module, with its dot -> its tensors, in order."""
    modules: dict[str, dict[str, Tensor]] = {}
    for key, value in state.items():
        name, dot, last = key.rpartition(".")
        modules.setdefault(f"{name}{dot}", {})[last] = value
    return modules
