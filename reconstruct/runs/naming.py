"""Which settings a cell has, and one spelling of every value."""

import re
from collections.abc import Mapping
from typing import Any

NAMES_A_FILE = ("picture", "weights", "start", "code")  # last parts of keys whose values may be the names of files
OBSERVER = "observer"
TERMS = ("content", "style")
# Keys that say where results go, how they are shown or who looks at them, not what a cell is.
NOT_SETTINGS = (
    "experiment", "runs", "name", "figure", "film", "page", "observer", "fresh", "parts", "checkpointing", "hydra",
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|inf", re.ASCII)


def is_setting(key: str) -> bool:
    """Whether the value of a key says what a cell is."""
    return re.split(r"[.@/]", key.lstrip("+"))[0] not in NOT_SETTINGS


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


def canonical_values(given: Mapping[str, str]) -> dict[str, str]:
    """Key -> value as it was given, each value in one spelling."""
    return {key: canonical(key, value) for key, value in given.items()}


def unquoted(value: str) -> str:
    """A value without the quotes around it."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return re.sub(r"\\(['\"])", r"\1", value[1:-1])
    return value


def listed(value: str) -> list[str]:
    """The elements of a list as it is spelled: ``[relu1_1,relu2_1]``."""
    return [unquoted(part.strip()) for part in value.strip("[]").split(",") if part.strip()]
