"""Networks by name: ``torchvision:NAME`` and ``timm:NAME``, to be inverted or to observe. The door to both collections.

A model comes with what its weights' record says of the pictures that it was trained on. Deliberately free of torch
until one is made, so that a wrong name is told at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from reconstruct.errors import InputError, RunError, nearest

if TYPE_CHECKING:
    from torch import nn

# Mean and standard deviation of ImageNet's RGB values in [0, 1], with which most networks were trained.
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
COLLECTIONS = ("torchvision", "timm")
ALEXNET = "alexnet"


@dataclass(frozen=True)
class Model:
    """A network as somebody else wrote it.

    Attributes:
        module: from prepared pictures ``(N, 3, H, W)`` to logits.
        mean, std: of the colours that it was trained with, RGB in [0, 1].
        size: pixels of a side of the square that it was trained to be given.
        classes: names of what the logits stand for, where they are known.
    """

    module: "nn.Module"
    mean: Sequence[float] = IMAGENET[0]
    std: Sequence[float] = IMAGENET[1]
    size: int = 224
    classes: Sequence[str] = field(default=())


def model(name: str, key: str, trained: bool = True) -> Model:
    """The model of that name.

    Args:
        name: ``torchvision:NAME`` or ``timm:NAME``.
        key: the setting that names it.
        trained: whether with the weights that its collection has; else as torch's generator draws them.

    Raises:
        InputError: there is no such model, or timm is not installed.
        RunError: its weights are not on this machine and cannot be fetched.
    """
    collection, _, own = name.partition(":")
    return {"timm": _timm, "torchvision": _torchvision}[collection](own, f"{key}={name}", trained)


def alexnet(state: Mapping[str, Any] | None = None) -> "nn.Sequential":
    """The convolutions of AlexNet (Krizhevsky, 2014, without groups), ``conv1`` to ``pool5``, with these weights."""
    from torch import nn

    shapes = [(3, 64, 11, 4, 2), (64, 192, 5, 1, 2), (192, 384, 3, 1, 1), (384, 256, 3, 1, 1), (256, 256, 3, 1, 1)]
    made = nn.Sequential()
    for number, shape in enumerate(shapes, 1):
        made.add_module(f"conv{number}", nn.Conv2d(*shape))
        made.add_module(f"relu{number}", nn.ReLU())
        if number in (1, 2, 5):
            made.add_module(f"pool{number}", nn.MaxPool2d(3, 2))
    return made if state is None else loaded(made, state, "network.weights")  # type: ignore[return-value]


def _timm(name: str, asked: str, trained: bool) -> Model:
    require_timm(asked)
    timm: Any = import_module("timm")
    if not timm.is_model(name):
        raise InputError(f"{asked}: timm has no such model{nearest(name, timm.list_models(), 'timm:')}")
    made = _fetched(asked, lambda: timm.create_model(name, pretrained=trained))
    known = timm.data.resolve_model_data_config(made)
    classes = imagenet_classes(timm) if made.num_classes == 1000 else [str(k) for k in range(made.num_classes)]
    return Model(made, known["mean"], known["std"], known["input_size"][-1], classes)


def _torchvision(name: str, asked: str, trained: bool) -> Model:
    import torchvision
    from torchvision.models import _api

    there = torchvision.models.list_models(module=torchvision.models)
    if name not in there:
        raise InputError(f"{asked}: torchvision has no such model{nearest(name, there, 'torchvision:')}")
    weights = torchvision.models.get_model_weights(name).DEFAULT
    vars(_api)["load_state_dict_from_url"] = _tensors_only  # torchvision itself would run what a pickle says
    # Its builders know what goes with weights: other inputs, other names of tensors.
    chosen = {"weights": weights, "progress": False} if trained else {"weights": None}
    made = _fetched(asked, lambda: torchvision.models.get_model(name, **chosen))
    shown = weights.transforms()
    return Model(made, shown.mean, shown.std, shown.crop_size[0], weights.meta["categories"])


def _tensors_only(url: str, **how: Any) -> Any:
    import torch

    return torch.hub.load_state_dict_from_url(url, **{**how, "map_location": "cpu", "weights_only": True})


def require_timm(asked: str) -> None:
    """Whether something that is timm's can be had.

    Raises:
        InputError: timm is not installed.
    """
    if not has_timm():
        raise InputError(f"{asked} needs timm: pip install 'reconstruct[observer]'")


def has_timm() -> bool:
    """Whether timm is installed, without importing it."""
    return find_spec("timm") is not None


def imagenet_classes(timm: Any) -> list[str]:
    """The names of ImageNet's thousand classes, each by its first word."""
    info = timm.data.ImageNetInfo()
    return [str(info.index_to_description(k)).partition(",")[0] for k in range(1000)]


def _fetched(asked: str, fetch: Callable[[], Any]) -> Any:
    """What `fetch` gives: from this machine where it is there already."""
    try:
        return fetch()
    except Exception as error:  # whatever the clients of their hosts raise, which differ from version to version
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise RunError(f"{asked}: its weights are not on this machine and cannot be fetched ({reason})") from error


def loaded(module: "nn.Module", state: Mapping[str, Any], asked: str) -> "nn.Module":
    """The module with the tensors of a file: under its own names, or in its own order where all names differ.

    Raises:
        InputError: they are not those of such a module.
    """
    own = module.state_dict()
    if not own.keys() & state.keys() and len(own) == len(state):
        state = dict(zip(own, state.values(), strict=True))
    try:
        missing, _ = module.load_state_dict(state, strict=False)
    except RuntimeError as error:  # of other shapes
        reason = str(error).strip().splitlines()[-1].strip()
        raise InputError(f"{asked}: the weights are not those of this network ({reason})") from error
    if missing:
        raise InputError(f"{asked}: {len(missing)} of the network's {len(own)} tensors are not there ({missing[0]} …)")
    return module
