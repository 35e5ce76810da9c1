"""Which settings have an effect on a cell: what is told, listed, drawn and counted of it is made of these alone."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from experiments.settings.inputs import DEFAULT, UNTRAINED
from experiments.settings.schema import Config, Crop, PyramidSettings, known_networks
from reconstruct.runs import naming
from reconstruct.runs.naming import OBSERVER, TERMS, canonical, is_setting, listed
from reconstruct.runs.results import NOISE
from reconstruct.selection import in_ranges


def unused_settings(config: Config, keys: Iterable[str]) -> list[str]:
    """A line for each of the given settings that has no effect, with the setting that leaves it without."""
    idle, given = list(_idle(config)), [key.lstrip("+") for key in keys]
    return [f"{key} has no effect with {why}" for each, why in idle for key in given if _is_in(key, each, config)]


def taken_layers(config: Config, given: Mapping[str, str]) -> list[str]:
    """A line for each term of which layers were given by another program's names."""
    asked = {term: listed(canonical(f"{term}.layers", given.get(f"{term}.layers", ""))) for term in config.active()}
    return [
        f"{term}.layers: {', '.join(f'{name} is {tap}' for name, tap in pairs)} here"
        for term, names in asked.items()
        if (pairs := [(n, tap) for n, tap in zip(names, config.layers(term), strict=False) if n != tap])
    ]


def _idle(config: Config) -> Iterator[tuple[str, str]]:
    """Settings, or groups of them, that have no effect, each with the setting that leaves it without."""
    for name in set(TERMS) - set(config.active()):
        yield name, f"representation={config.representation.name}"
        yield "ratio", f"representation={config.representation.name}"
    yield from _idle_of_terms(config)
    if config.code:
        of_a_picture = ("size", "crop") if config.active() == ["content"] and config.start == NOISE else ()
        yield from ((key, "content.code") for key in ("content.picture", *of_a_picture))
    if config.start == NOISE:
        yield "start_noise", "start=noise, which is noise alone"
    if not config.network.is_vgg:
        yield from (
            (f"network.{key}", f"network={config.network.architecture}") for key in ("pooling", "normalize_over")
        )
    if config.network.weights != UNTRAINED:
        yield "network.seed", f"network.weights={config.network.weights}"


def _idle_of_terms(config: Config) -> Iterator[tuple[str, str]]:
    for name, term in config.terms().items():
        if not term.is_own:
            yield f"{name}.parameters", f"{name}.statistic={term.statistic}"
        if term.layers is not None:
            yield f"{name}.by_depth", f"{name}.layers"
        if not term.effective_shifts:
            yield f"{name}.shifts", f"{name}.statistic={term.statistic}"
    if all(term.layers is not None for term in config.terms().values()):
        yield "depth", " and ".join(f"{term}.layers" for term in config.active())


def _is_in(key: str, idle: str, config: Config) -> bool:
    """Whether a key is one of a group that has no effect; a picture to start with has one."""
    return f"{key}.".startswith(f"{idle}.") and key != f"{config.start}.picture"


def effective(config: Config) -> dict[str, Any]:
    """Key -> value, as JSON knows it, of every setting that has an effect; ``null`` of ours is left out."""
    idle, every = list(_idle(config)), dict(_flat(plain(config))) | _in_one_form(config)
    return {
        key: value
        for key, value in every.items()
        if (value is not None or ".parameters." in key)  # of a class whose default may be another one
        and is_setting(key)
        and not any(_is_in(key, group, config) for group, _ in idle)
    }


def _in_one_form(config: Config) -> dict[str, Any]:
    """Values that can be asked for in several ways; ``None`` for those of a default."""
    found: dict[str, Any] = {"snapshots": sorted(set(config.snapshots)), "style.shifts": config.style.effective_shifts}
    found["compile"] = str(config.compile == "true").lower()
    for name, term in config.terms().items():
        layers = config.layers(name)
        is_default = term.weights == [1 / len(layers)] * len(layers)
        numbers = in_ranges(term.selection.channels) if term.selection else []
        found |= {f"{name}.channels": numbers or None}
        found |= {f"{name}.layers": layers, f"{name}.weights": None if is_default else term.weights}
    size, is_square = config.scale("style")
    own = {"style.size": size, "style.crop": (Crop.square if is_square else Crop.none).name}
    return found | (dict.fromkeys(own) if (size, is_square) == config.result_scale else own)


def spelled(config: Config, given: Mapping[str, str]) -> dict[str, str]:
    """The same and the observer, each value as a user would write it.

    Of values as they were typed, the names of files in ``configs/`` stand in `given` alone.
    """
    files, idle = _chosen_files(config), list(_idle(config))
    found = {key: naming.spelled(value) for key, value in effective(config).items() if not key.endswith(".kind")}
    found |= {key: name for key, name in files.items() if name} | {OBSERVER: config.observer}
    for key, value in given.items():
        if (key in files or key not in found) and not any(_is_in(key, group, config) for group, _ in idle):
            found[key] = canonical(key, value)
    return {key: found[key] for key in sorted(found) if is_setting(key) or key == OBSERVER}


def _chosen_files(config: Config) -> dict[str, str]:
    """Group -> the file of ``configs/`` by which its settings can be chosen; empty where they are not those of one."""
    architecture, weights = config.network.architecture, config.network.weights
    networks = {(each.architecture, each.weights): name for name, each in known_networks().items()}
    own = weights if weights.startswith(f"{architecture}_") else architecture if weights == DEFAULT else ""
    is_shallow = isinstance(config.canvas, PyramidSettings) and config.canvas.levels == 2
    return {
        "network": networks.get((architecture, weights), own),
        "canvas": "shallow" if is_shallow else _kind(config.canvas).lower(),
        "optimizer": _kind(config.optimizer).lower(),
    }


def plain(value: Any) -> Any:
    """Dataclasses, enums and lists as JSON knows them."""
    if isinstance(value, Enum):
        return value.name
    if hasattr(value, "__dataclass_fields__"):
        return {"kind": _kind(value)} | {key: plain(item) for key, item in vars(value).items()}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def _kind(settings: object) -> str:
    return type(settings).__name__.removesuffix("Settings")


def _flat(config: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in config.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{above}{key}.")
        elif f"{above}{key}" != "kind":
            yield f"{above}{key}", value
