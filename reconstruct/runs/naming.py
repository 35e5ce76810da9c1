"""Which settings a cell has, and one spelling of every value."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NAMES_A_FILE = ("picture", "weights", "start", "code")  # last parts of keys whose values may be the names of files
OBSERVER = "observer"
TERMS = ("content", "style")
# Keys that say where results go, how they are shown or who looks at them, not what a cell is.
NOT_SETTINGS = (
    "experiment", "runs", "name", "figure", "film", "page", "observer", "fresh", "parts", "checkpointing", "hydra",
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|inf", re.ASCII)
_WEIGHTS = {"untrained": "_untrained", "torchvision": "", "torchvision_bn": "_bn"}  # end of a network's name


def settings(
    config: Mapping[str, Any], layers: Mapping[str, Sequence[str]], given: Mapping[str, str]
) -> dict[str, str]:
    """Key -> value of every setting that has an effect on a cell, and its observer, each in one spelling.

    Args:
        config: resolved, as JSON knows it.
        layers: term -> its layers; terms that the cell does not have are left out.
        given: key -> value as it was typed. The names of files in ``configs/`` stand here alone.
    """
    found = {key: spelled(value) for key, value in _flat(config) if value is not None}
    found |= {f"{term}.layers": spelled(list(names)) for term, names in layers.items()}
    chosen_by_name = [f"{term}.by_depth" for term in TERMS if config[term]["layers"] is not None]
    named = {key for key, value in config.items() if isinstance(value, Mapping)}
    found |= {key: canonical(key, value) for key, value in given.items() if key not in found or key in named}
    kept = [key for key in found if key not in chosen_by_name and _concerns(config, layers, key)]
    return {key: found[key] for key in sorted(kept) if is_setting(key) or key == OBSERVER}


def is_setting(key: str) -> bool:
    """Whether the value of a key says what a cell is."""
    return re.split(r"[.@/]", key.lstrip("+"))[0] not in NOT_SETTINGS


def _flat(config: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in config.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
            yield f"{above}{key}", _choice(value)
        elif key == "ratio":
            yield key, math.inf if value is None else value  # which JSON cannot write
        elif key != "kind":
            yield f"{above}{key}", value


def _choice(group: Mapping[str, Any]) -> str | None:
    """The file of ``configs/`` that a group of settings was chosen by, where that can be told."""
    match group:
        case {"architecture": architecture, "weights": str(weights)}:
            own_name = weights if weights.startswith(f"{architecture}_") else None
            return f"{architecture}{_WEIGHTS[weights]}" if weights in _WEIGHTS else own_name
        case {"kind": "Pyramid", "levels": 2}:
            return "shallow"
        case {"kind": str(kind)} if kind.lower() not in TERMS:
            return kind.lower()
    return None


def _concerns(config: Mapping[str, Any], layers: Mapping[str, Sequence[str]], key: str) -> bool:
    """Whether a setting has an effect: not one of a term that is not there, nor the ratio of a single term."""
    term, _, rest = key.partition(".")
    if key == "ratio":
        return len(layers) > 1
    if term not in TERMS:
        return True
    own_class = ":" in str(config[term]["statistic"])
    return (term in layers or config["start"] == term) and (own_class or not rest.startswith("parameters"))


def spelled(value: Any) -> str:
    """A value as a user would write it."""
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:.12g}" if float(f"{value:.12g}") == value else repr(value)
        case list():
            return f"[{','.join(map(spelled, value))}]"
    return str(value)


def canonical(key: str, value: str) -> str:
    """One spelling for all spellings of a number, a list or a word; the name of a file has only one."""
    if key.rpartition(".")[2] in NAMES_A_FILE:
        return unquoted(value)
    bare = re.sub(r"['\"]?\s*,\s*['\"]?", ",", re.sub(r"^['\"\[\s]+|['\"\]\s]+$", "", value))
    if value.lstrip().startswith("["):
        return f"[{bare}]"
    is_truth = bare.lower() in ("true", "false")
    return spelled(float(bare)) if _NUMBER.fullmatch(bare) else bare.lower() if is_truth else bare


def unquoted(value: str) -> str:
    """A value without the quotes around it."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return re.sub(r"\\(['\"])", r"\1", value[1:-1])
    return value


def listed(value: str) -> list[str]:
    """The elements of a list as it is spelled: ``[relu1_1,relu2_1]``."""
    return [unquoted(part.strip()) for part in value.strip("[]").split(",") if part.strip()]
