"""When two runs would give the same picture: the resolved configuration and the content of its input files.

Deliberately free of torch, so that a finished cell is recognised at once.
"""

import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from experiments.settings.inputs import UNTRAINED, Inputs
from experiments.settings.schema import Config
from reconstruct.runs.results import FORMAT, NOISE

# Raised whenever the same settings lead to another picture than before.
METHOD = 7

# Settings that say where results go or how they are shown, not what they are; `precision` and `device` stay in as
# they were asked for, so that a sweep can be taken up again on another machine.
BESIDE_THE_POINT = ("runs", "name", "figure", "parts", "film", "checkpointing", "page", "observer", "fresh")


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
    settings: dict[str, Any] = plain(config)
    for key in (*BESIDE_THE_POINT, "depth", "content", "style", "start", "start_noise"):
        del settings[key]
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
    return _digest([METHOD, FORMAT, settings])


def _term(config: Config, inputs: Inputs, name: str) -> list[Any]:
    """What a term's target is made from, and how."""
    term, layers = config.term(name), config.layers(name)
    weights = term.weights or [1 / len(layers)] * len(layers)
    own = [plain(term.parameters), inputs.classes[name].digest] if name in inputs.classes else []
    scale = [] if config.scale(name) == config.result_scale else list(config.scale(name))
    return [inputs.source(name).identity, layers, weights, term.statistic, term.effective_shifts, own, scale]


def _start(config: Config, inputs: Inputs) -> list[Any]:
    if config.start == NOISE:
        return [NOISE]
    return [inputs.start.identity if inputs.start else config.start, config.start_noise]


def _digest(record: object) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:16]
