"""When two runs would give the same picture: the resolved configuration and the content of its input files.

Deliberately free of torch, so that a finished cell is recognised at once.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

from experiments.settings.inputs import UNTRAINED, Inputs, inputs
from experiments.settings.schema import Config
from reconstruct.runs import naming
from reconstruct.runs.results import FORMAT, NOISE

# Raised whenever the same settings lead to another picture than before. `precision` and `device` count as they were
# asked for, so that a sweep can be taken up again on another machine.
METHOD = 8


@dataclass(frozen=True)
class Provenance:
    """What a cell is made from: settings, files, and the fingerprint of both."""

    config: Config
    inputs: Inputs
    fingerprint: str

    @classmethod
    def of(cls, config: Config) -> Self:
        """Looks the files up now; raises `InputError` if one is not there or cannot be read."""
        found = inputs(config)
        return cls(config, found, fingerprint(config, found))


def plain(value: Any) -> Any:
    """Dataclasses, enums and lists as JSON knows them."""
    if isinstance(value, Enum):
        return value.name
    if hasattr(value, "__dataclass_fields__"):
        kind = type(value).__name__.removesuffix("Settings")
        return {"kind": kind} | {key: plain(item) for key, item in vars(value).items()}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def fingerprint(config: Config, inputs: Inputs) -> str:
    """Sixteen hexadecimal digits, equal for two cells that give the same picture, however they were asked for.

    Cells whose records have another format are other cells, so that none of them stands in the way of these.

    What has no effect counts for nothing: a depth once it has chosen layers, the ratio of a term alone, the seed of a
    network that is trained, a painting's own size where it is that of the result. So do the spelling of equal weights
    and the order of snapshots.
    """
    every = plain(config)
    left_out = (*naming.NOT_SETTINGS, "depth", "content", "style", "start", "start_noise")
    settings: dict[str, Any] = {key: value for key, value in every.items() if key not in left_out}
    for name in config.active():
        settings[name] = _term(config, inputs, name)
    settings["start"] = _start(config, inputs)
    if len(config.active()) == 1:
        del settings["ratio"]
    if list(inputs.codes) == config.active() and config.start == NOISE:
        del settings["size"], settings["crop"]
    if config.network.weights != UNTRAINED:
        del settings["network"]["seed"]
    settings["network"]["weights"] = inputs.network.weights.identity
    settings["network"]["normalize_over"] = [given.identity for given in inputs.network.normalize_over]
    settings["snapshots"] = sorted(set(config.snapshots))
    return hashlib.sha256(json.dumps([METHOD, FORMAT, settings], sort_keys=True).encode()).hexdigest()[:16]


def _term(config: Config, inputs: Inputs, name: str) -> list[Any]:
    """What a term's target is made from, and how."""
    term, layers = config.term(name), config.layers(name)
    weights = term.weights or [1 / len(layers)] * len(layers)
    source = inputs.codes[name] if name in inputs.codes else inputs.pictures[name]
    own = [plain(term.parameters), inputs.classes[name].digest] if name in inputs.classes else []
    scale = [] if config.scale(name) == config.result_scale else list(config.scale(name))
    return [source.identity, layers, weights, term.statistic, term.effective_shifts, own, scale]


def _start(config: Config, inputs: Inputs) -> list[Any]:
    if config.start == NOISE:
        return [NOISE]
    return [inputs.start.identity if inputs.start else config.start, config.start_noise]


def spelled(config: Config, given: Mapping[str, str]) -> dict[str, str]:
    """Every setting that has an effect, in one spelling; `given` is what was typed."""
    return naming.settings(plain(config), {term: config.layers(term) for term in config.active()}, given)
