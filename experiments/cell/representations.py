"""Settings -> what of the features must survive."""

import math
from collections.abc import Callable, Mapping, Sequence

from torch import Tensor

from experiments.settings.own_class import own_class
from experiments.settings.schema import FEATURES, Config, Statistic
from reconstruct.errors import InputError, one_line
from reconstruct.representations import (
    Code,
    Content,
    Covariance,
    Moments,
    Representation,
    Shifted,
    Sliced,
    Style,
    equal_weights,
)

Make = Callable[[Mapping[str, float], Sequence[int], int], Representation]
KNOWN: Mapping[str, Make] = {
    Statistic.gram.name: lambda weights, shifts, seed: Style(weights),
    Statistic.covariance.name: lambda weights, shifts, seed: Covariance(weights),
    Statistic.moments.name: lambda weights, shifts, seed: Moments(weights),
    Statistic.shifted.name: lambda weights, shifts, seed: Shifted(weights, shifts),
    Statistic.sliced.name: lambda weights, shifts, seed: Sliced(weights, seed),
}
"""Statistic of style -> what makes it of layers' weights, shifts and the seed."""


def representation(config: Config, term: str) -> Representation:
    """A term's representation, by its statistic.

    Raises:
        InputError: there is no such class of the user's, or it does not take these parameters.
    """
    settings, layers = config.term(term), config.layers(term)
    weights = dict(zip(layers, settings.weights, strict=True)) if settings.weights else equal_weights(layers)
    if settings.is_own:
        return _own(settings.statistic, f"{term}.statistic", weights, settings.parameters)
    if settings.statistic == FEATURES:
        return Content(weights)
    return KNOWN[settings.statistic](weights, settings.effective_shifts, config.seed)


def _own(name: str, key: str, weights: Mapping[str, float], parameters: Mapping[str, object]) -> Representation:
    made = own_class(name, key, Representation)  # type: ignore[type-abstract]
    try:
        return made(weights, **parameters)
    except Exception as error:  # whatever a user's class raises
        raise InputError(f"{key}={name}: cannot be made with {dict(parameters)} ({one_line(str(error))})") from error


def check_own(config: Config, term: str, made: Representation, target: Code) -> None:
    """Whether a class of the user's gives a tensor and one number a layer.

    Raises:
        InputError: it does not.
    """
    if not config.term(term).is_own:
        return
    named = f"{term}.statistic={config.term(term).statistic}"
    for layer, code in target.items():
        if not isinstance(code, Tensor):
            raise InputError(f"{named}: code gives {_shown(code)} at {layer}, expected a tensor")
    for layer, loss in made.layer_losses(target, target).items():
        if not isinstance(loss, Tensor) or loss.ndim:
            raise InputError(f"{named}: layer_loss gives {_shown(loss)} at {layer}, expected a tensor of shape []")


def _shown(given: object) -> str:
    """What a user's class gave, for a message."""
    return f"a tensor of shape {list(given.shape)}" if isinstance(given, Tensor) else f"a {type(given).__name__}"


def warning(config: Config, term: str, made: Representation, target: Code) -> str:
    """A line about shifts that no layer has room for, or losses of the user's own that cannot be reported; or none."""
    if config.term(term).is_own:
        return _without_errors(config, term, made, target)
    return _without_room(made, target) if isinstance(made, Shifted) else ""


def _without_room(made: Shifted, target: Code) -> str:
    known = max(code.shape[1] // 2 for code in target.values())  # two matrices for each shift, and that of none
    left_out = ", ".join(map(str, made.shifts[known:]))
    return f"style.shifts: no layer of this size has room for {left_out}, which counts for nothing" if left_out else ""


def has_errors(made: Representation, target: Code) -> bool:
    """Whether relative errors mean anything: whether a loss is a multiple of ‖code − target‖²."""
    codes = ({layer: share * code for layer, code in target.items()} for share in (0.0, 0.5))
    whole, half = (made.layer_losses(code, target) for code in codes)
    return all(math.isclose(float(whole[layer]), 4 * float(half[layer]), rel_tol=0.01) for layer in whole)


def _without_errors(config: Config, term: str, made: Representation, target: Code) -> str:
    if has_errors(made, target):
        return ""
    what = f"{term}.statistic={config.term(term).statistic}: layer_loss is no multiple of ‖code − target‖²"
    if config.until is not None or config.snapshots:
        raise InputError(f"{what}; until and snapshots need one")
    return f"{what}, so its loss is reported without a relative error"
