"""When two runs would give the same picture: the resolved configuration and the content of its input files.

Deliberately free of torch, so that a finished cell is recognised at once.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from experiments.settings import schema
from experiments.settings.inputs import Inputs
from experiments.settings.schema import Config

# Raised whenever the same settings lead to another picture than before.
METHOD = 5

# Settings that say where results go or how they are shown, not what they are; `precision` and `device` stay in as
# they were asked for, so that a sweep can be taken up again on another machine.
BESIDE_THE_POINT = ("runs", "name", "figure", "parts", "film", "checkpointing")


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
    """Sixteen hexadecimal digits, equal for two cells that give the same picture."""
    settings = plain(config)
    for key in BESIDE_THE_POINT:
        del settings[key]
    if not settings["snapshots"]:  # a result without them is the same as before there were any
        del settings["snapshots"]
    for term in ("content", "style"):
        del settings[term]
    for name, chosen in config.terms().items():
        settings[name] = [inputs.pictures[name].digest, config.layers(name), chosen.weights]
    settings["network"]["weights"] = inputs.network.weights.digest
    settings["network"]["normalize_over"] = [given.digest for given in inputs.network.normalize_over]
    text = json.dumps([METHOD, settings], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def request(values: Mapping[str, str], sources: Iterable[Path]) -> str:
    """A digest of what was asked for, before it is resolved: overrides, configuration files and program.

    Of the sources, absolute paths are folders of configuration files; others are names.

    Equal requests on equal inputs have equal fingerprints. Composing a configuration takes Hydra a second; this takes
    a millisecond, so that a sweep of hundreds of cells is taken up again at once.
    """
    chosen = {key: value for key, value in values.items() if key.split(".")[0] not in (*BESIDE_THE_POINT, "hydra")}
    known = [_files(source) if source.is_absolute() else source.name for source in sources]
    record = [METHOD, version("reconstruct"), dict(sorted(chosen.items())), known]
    return hashlib.sha256(json.dumps(record).encode()).hexdigest()[:16]


@lru_cache
def _files(folder: Path) -> str:
    told = [str(file.relative_to(folder)).encode() + file.read_bytes() for file in sorted(folder.rglob("*.yaml"))]
    return hashlib.sha256(b"\0".join([*told, Path(schema.__file__).read_bytes()])).hexdigest()
