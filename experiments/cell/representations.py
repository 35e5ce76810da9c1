"""Settings -> what of the features must survive."""

import math
from collections.abc import Callable, Mapping, Sequence

from experiments.settings.own_class import is_own_class, own_class
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
    if is_own_class(settings.statistic):
        return _own(settings.statistic, f"{term}.statistic", weights, settings.parameters)
    if settings.statistic == FEATURES:
        return Content(weights)
    return KNOWN[settings.statistic](weights, settings.positions, config.seed)


def _own(name: str, key: str, weights: Mapping[str, float], parameters: Mapping[str, object]) -> Representation:
    made = own_class(name, key, Representation)  # type: ignore[type-abstract]
    try:
        return made(weights, **parameters)
    except Exception as error:  # whatever a user's class raises
        raise InputError(f"{key}={name}: cannot be made with {dict(parameters)} ({one_line(str(error))})") from error


def check_losses(config: Config, term: str, made: Representation, target: Code) -> None:
    """Whether a class of the user's gives one number a layer.

    Raises:
        InputError: it does not.
    """
    if config.term(term).is_own:
        for layer, loss in made.layer_losses(target, target).items():
            if loss.numel() != 1:
                named = f"{term}.statistic={config.term(term).statistic}"
                raise InputError(f"{named}: layer_loss gives {list(loss.shape)} at {layer}, expected one number")


def remark(config: Config, term: str, made: Representation, target: Code) -> str:
    """A line about a class of the user's whose losses are no multiples of ‖code − target‖²; empty if they are."""
    if not config.term(term).is_own:
        return ""
    codes = ({layer: share * code for layer, code in target.items()} for share in (0.0, 0.5))
    whole, half = (made.layer_losses(code, target) for code in codes)
    if all(math.isclose(float(whole[layer]), 4 * float(half[layer]), rel_tol=0.01) for layer in whole):
        return ""
    named = f"{term}.statistic={config.term(term).statistic}"
    return f"{named}: layer_loss is no multiple of ‖code − target‖², so that its relative errors are none"
