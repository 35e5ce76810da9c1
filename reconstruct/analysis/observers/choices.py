"""The observers that can be had, by name: the pinned one, and any classifier of timm or torchvision."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from reconstruct.analysis.observers.classifier import Classifier, Preparation
from reconstruct.analysis.observers.names import PINNED, require_timm
from reconstruct.errors import InputError, RunError, nearest


def observer(name: str, weights: Callable[[], Path]) -> Classifier:
    """The observer of that name, one that `check` has passed.

    Args:
        name: `PINNED`, ``timm:NAME`` or ``torchvision:NAME``.
        weights: gives the file with the pinned observer's weights.

    Raises:
        InputError: there is no such model, or timm is not installed.
        RunError: its weights are not on this machine and cannot be fetched.
    """
    kind, _, model = name.partition(":")
    return {"timm": _timm, "torchvision": _torchvision}[kind](name, model) if model else _pinned(weights)


def _pinned(weights: Callable[[], Path]) -> Classifier:
    """EfficientNet-Lite0 (Tan & Le 2019; Liu 2020): 4.7 million parameters, 75 % of ImageNet's validation set."""
    timm = _imported_timm(PINNED)
    model = timm.create_model("tf_efficientnet_lite0")
    state = torch.load(weights(), weights_only=True, map_location="cpu")
    model.load_state_dict(_renamed(state, model))
    return Classifier(PINNED, model, _imagenet(timm), Preparation(224, [127 / 255] * 3, [128 / 255] * 3))


def _renamed(state: Mapping[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """The same tensors under the model's own names: both list them from the picture upwards."""
    return dict(zip(model.state_dict(), state.values(), strict=True))


def _timm(name: str, model: str) -> Classifier:
    timm = _imported_timm(name)
    if not timm.is_model(model):
        raise InputError(f"observer={name}: timm has no such model{nearest(model, timm.list_models(), 'timm:')}")
    made = _fetched(name, lambda: timm.create_model(model, pretrained=True))
    known = timm.data.resolve_model_data_config(made)
    classes = _imagenet(timm) if made.num_classes == 1000 else [str(k) for k in range(made.num_classes)]
    return Classifier(name, made, classes, Preparation(known["input_size"][-1], known["mean"], known["std"]))


def _torchvision(name: str, model: str) -> Classifier:
    import torchvision
    from torchvision.models import _api

    there = torchvision.models.list_models(module=torchvision.models)
    if model not in there:
        raise InputError(f"observer={name}: torchvision has no such model{nearest(model, there, 'torchvision:')}")
    weights = torchvision.models.get_model_weights(model).DEFAULT
    vars(_api)["load_state_dict_from_url"] = _tensors_only  # torchvision itself would run what a pickle says
    # Its builders know what goes with weights: other inputs, other names of tensors.
    made = _fetched(name, lambda: torchvision.models.get_model(model, weights=weights, progress=False))
    shown = weights.transforms()
    return Classifier(name, made, weights.meta["categories"], Preparation(shown.crop_size[0], shown.mean, shown.std))


def _tensors_only(url: str, **how: Any) -> Any:
    return torch.hub.load_state_dict_from_url(url, **{**how, "map_location": "cpu", "weights_only": True})


def _imported_timm(name: str) -> Any:
    require_timm(name)
    import timm

    return timm


def _imagenet(timm: Any) -> list[str]:
    """The names of ImageNet's thousand classes, each by its first word."""
    info = timm.data.ImageNetInfo()
    return [str(info.index_to_description(k)).partition(",")[0] for k in range(1000)]


def _fetched(name: str, fetch: Callable[[], Any]) -> Any:
    """What `fetch` gives: from this machine where it is there already."""
    try:
        return fetch()
    except Exception as error:  # whatever the clients of their hosts raise, which differ from version to version
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise RunError(
            f"observer={name}: its weights are not on this machine and cannot be fetched ({reason})"
        ) from error
