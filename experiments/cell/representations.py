"""Settings -> what of the features must survive."""

from collections.abc import Callable, Mapping

from experiments.settings.own_class import is_own_class, own_class
from experiments.settings.schema import FEATURES, Config, Statistic
from reconstruct.errors import InputError, one_line
from reconstruct.representations import (
    Content,
    Covariance,
    Moments,
    Representation,
    Shifted,
    Sliced,
    Style,
    equal_weights,
)

Make = Callable[[Mapping[str, float], Config], Representation]
_KNOWN: dict[str, Make] = {
    FEATURES: lambda weights, config: Content(weights),
    Statistic.gram.name: lambda weights, config: Style(weights),
    Statistic.covariance.name: lambda weights, config: Covariance(weights),
    Statistic.moments.name: lambda weights, config: Moments(weights),
    Statistic.shifted.name: lambda weights, config: Shifted(weights, config.style.shifts),
    Statistic.sliced.name: lambda weights, config: Sliced(weights, config.seed),
}


def representation(config: Config, term: str) -> Representation:
    """A term's representation, by its statistic.

    Raises:
        InputError: there is no such class of the user's, or it does not take these parameters.
    """
    settings, layers = config.term(term), config.layers(term)
    weights = dict(zip(layers, settings.weights, strict=True)) if settings.weights else equal_weights(layers)
    if is_own_class(settings.statistic):
        return _own(settings.statistic, f"{term}.statistic", weights, settings.parameters)
    return _KNOWN[settings.statistic](weights, config)


def _own(name: str, key: str, weights: Mapping[str, float], parameters: Mapping[str, object]) -> Representation:
    made = own_class(name, key, Representation)  # type: ignore[type-abstract]
    try:
        return made(weights, **parameters)
    except TypeError as error:
        raise InputError(f"{key}={name}: cannot be made with {dict(parameters)} ({one_line(str(error))})") from error
