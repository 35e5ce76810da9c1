"""What is swept: products of values."""

import itertools
from collections import Counter
from collections.abc import Collection

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig

from experiments.settings.overrides import quoted
from reconstruct.errors import InputError
from reconstruct.runs.naming import is_setting

Product = dict[str, list[str]]
"""Key -> values: the cells are all combinations."""

Point = dict[str, str]
"""Key -> value: one of them."""


def points(config: DictConfig) -> list[Point]:
    """What is swept: all combinations of the preset's `parts`, or of one product, each with the command line's values.

    The command line wins; values of a key that some parts sweep go to those parts alone. What a part takes from a group
    of configs/, such as its representation or network, is what it is there for; it is left out where the command line
    asks for another. `InputError` if no part has the values that were given, or a value was given twice.
    """
    every = [
        dict(zip(made, values, strict=True))
        for made in _products(config)
        for values in itertools.product(*made.values())
    ]
    return list({tuple(sorted(point.items())): point for point in every}.values())


def _products(config: DictConfig) -> list[Product]:
    common = dict(_swept(key, values) for key, values in (config.hydra.sweeper.get("params") or {}).items())
    given: Product = {}
    for override in OverridesParser.create().parse_overrides(list(config.hydra.overrides.task)):
        given[override.get_key_element()] = _strings(override)
    parts = [dict(_swept(key, values) for key, values in part.items()) for part in config.get("parts") or [{}]]
    groups = set(config.hydra.runtime.choices) & set(given)
    axes = {key for part in parts for key, values in part.items() if len(values) > 1}
    made = [
        common | part | _for(part, given, axes) | _kept(part, groups)
        for part in parts
        if all(set(values) <= set(given[key]) for key, values in _kept(part, groups).items())
    ]
    if not made:
        raise InputError(f"{' '.join(config.hydra.overrides.task)}: none of the preset's parts has these values")
    for product in made:
        _check(product)
    return made


def _kept(part: Product, groups: Collection[str]) -> Product:
    return {key: values for key, values in part.items() if key in groups}


def _for(part: Product, given: Product, axes: Collection[str]) -> Product:
    """What of the command line concerns a part: not the values of a key that only other parts sweep."""
    return {key: values for key, values in given.items() if key in part or key not in axes}


def _swept(key: str, values: object) -> tuple[str, list[str]]:
    """A key of a preset, as Hydra has to be told of it, and its values."""
    (override,) = OverridesParser.create().parse_overrides([quoted(f"{key}={values}")])
    return override.get_key_element(), _strings(override)


def _strings(override: Override) -> list[str]:
    values = override.sweep_string_iterator() if override.is_sweep_override() else [override.get_value_element_as_str()]
    return list(map(str, values))


def _check(product: Product) -> None:
    for key, values in product.items():
        if len(values) > 1 and not is_setting(key):
            raise InputError(f"{key}={','.join(values)}: does not change what a cell is; give one value")
        if not values:
            raise InputError(f"{key}: expected at least one value")
        value, count = Counter(values).most_common(1)[0]
        if count > 1:
            raise InputError(f"{key}={','.join(values)}: {value} is given {count} times; give every value once")
