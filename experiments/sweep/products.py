"""What is swept: products of values, as Hydra's sweeper takes them one at a time."""

import itertools
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig

from experiments.settings.overrides import quoted
from reconstruct.errors import InputError
from reconstruct.results import NOT_SETTINGS

Product = dict[str, list[str]]
"""Key -> values: the cells are all combinations."""

Point = dict[str, str]
"""Key -> value: one of them."""


def products(config: DictConfig) -> list[Product]:
    """What is swept: the preset's `parts`, if there are any, each with the common parameters and the command line's.

    The command line wins; values of a key that some parts sweep go to those parts alone. What a part takes from a group
    of configs/, such as its representation or network, is what it is there for; it is left out where the command line
    asks for another.

    Raises:
        InputError: no part has the values that were given, or a value was given twice.
    """
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


def points(product: Product) -> list[Point]:
    """Every combination of its values."""
    return [dict(zip(product, values, strict=True)) for values in itertools.product(*product.values())]


def narrowed(made_of: Sequence[Product], wanted: Sequence[Mapping[str, str]]) -> list[Product]:
    """The products with only the values that the wanted points have."""
    chosen_points = {tuple(sorted(point.items())) for point in wanted}
    left = [[p for p in points(product) if tuple(sorted(p.items())) in chosen_points] for product in made_of]
    return [
        {key: list(dict.fromkeys(point[key] for point in chosen)) for key in chosen[0]} for chosen in left if chosen
    ]


def split(product: Product, most: int) -> list[Product]:
    """Products of at most so many points each, which together have the same points.

    The values of the first key that allows it are divided; of those before it, each goes alone.
    """
    values = {key: of for key, of in product.items() if len(of) > 1}
    if math.prod(map(len, values.values())) <= most:
        return [product]
    key, of = next(iter(values.items()))
    rest = math.prod(len(others) for others in values.values()) // len(of)
    step = max(1, most // rest)
    parts = [product | {key: of[start : start + step]} for start in range(0, len(of), step)]
    return [smaller for part in parts for smaller in split(part, most)]


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
        if len(values) > 1 and key in NOT_SETTINGS:
            raise InputError(f"{key}={','.join(values)}: says where results go; sweep it one command at a time")
        if not values:
            raise InputError(f"{key}: expected at least one value")
        value, count = Counter(values).most_common(1)[0]
        if count > 1:
            raise InputError(f"{key}={','.join(values)}: {value} is given {count} times; give every value once")
