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
from experiments.settings.inputs import digest
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
        return {"kind": type(value).__name__} | {key: plain(item) for key, item in vars(value).items()}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def fingerprint(config: Config) -> str:
    """Sixteen hexadecimal digits."""
    settings = plain(config)
    for key in BESIDE_THE_POINT:
        del settings[key]
    if not settings["snapshots"]:  # a result without them is the same as before there were any
        del settings["snapshots"]
    for term in ("content", "style"):
        del settings[term]
    for term in config.active():
        settings[term] = _term(config, term)
    settings["network"]["weights"] = content(config.network.weights, "network.weights")
    settings["network"]["normalize_over"] = [
        content(p, "network.normalize_over") for p in config.network.normalize_over
    ]
    text = json.dumps([METHOD, settings], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _term(config: Config, term: str) -> list[Any]:
    settings = config.term(term)
    return [content(settings.picture, f"{term}.picture"), config.layers(term), settings.weights]


def content(name: str, key: str) -> str:
    """The digest of what a name stands for; the name itself for weights that are made or fetched elsewhere."""
    return name if name in ("torchvision", "untrained") else digest(name, key)


def inputs(config: Config) -> list[Mapping[str, str]]:
    """The files that the fingerprint depends on: setting, name and digest of each."""
    named = [(f"{name}.picture", term.picture) for name, term in config.terms().items()]
    named += [("network.weights", config.network.weights)]
    named += [("network.normalize_over", name) for name in config.network.normalize_over]
    return [{"key": key, "name": name, "digest": content(name, key)} for key, name in named]


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
