"""What settings are called: one spelling of every value, and numbers and layers in words.

Folders, figures, captions and the page take their words from here.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

NAMES_A_FILE = ("picture", "weights", "start", "code")  # last parts of keys whose values may be the names of files
OBSERVER = "observer"
UNKNOWN = "–"  # the value of a key that has no effect on a cell
TERMS = ("content", "style")
# Keys that say where results go, how they are shown or who looks at them, not what a cell is.
NOT_SETTINGS = (
    "experiment", "runs", "name", "figure", "film", "page", "observer", "fresh", "parts", "checkpointing", "hydra",
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|inf", re.ASCII)
_TAP = re.compile(r"([a-z]+)(\d+)_(\d+)")
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


def plain(value: str) -> str:
    """A value without brackets and quotes."""
    return value.strip("[]'\"").replace(",", ", ") or UNKNOWN


def layer_range(layers: Sequence[str], between: str = ", ") -> str:
    """relu1_1–5_1 for the first layer of blocks 1 to 5, relu3_1–3_4 for all of block 3; else relu1_1, 1_2, 4_1."""
    taps = [tap for layer in layers if (tap := _TAP.fullmatch(layer))]
    if len(layers) < 2 or len(taps) < len(layers) or len({tap[1] for tap in taps}) > 1:
        return between.join(layers)
    places = [(int(tap[2]), int(tap[3])) for tap in taps]
    steps = {(b - a, d - c) for (a, c), (b, d) in pairwise(places)}
    names = [f"{block}_{number}" for block, number in places]
    is_range = len(layers) > 2 and steps in ({(1, 0)}, {(0, 1)})
    return taps[0][1] + (f"{names[0]}–{names[-1]}" if is_range else between.join(names))


def tap_kind(layer: str) -> str:
    """What a layer's name begins with before its number: relu, conv; empty if it has no such name."""
    return tap[1] if (tap := _TAP.match(layer)) else ""


def numbers(values: Iterable[str]) -> dict[str, str]:
    """Value -> the number with all its digits, in one notation: 10⁻³, 1, ∞ or 0.015, 0.01; other values as they are."""
    values = list(values)
    given = {value: decimal for value in values if (decimal := _decimal(value)) is not None}
    finite = [decimal for decimal in given.values() if decimal.is_finite() and decimal != 0]
    powers = all(len(decimal.as_tuple().digits) == 1 and decimal.as_tuple().digits[0] == 1 for decimal in finite)
    fixed = not powers and all(-4 < decimal.adjusted() < 5 for decimal in finite)
    return {value: _written(given[value], fixed) if value in given else value or UNKNOWN for value in values}


def _decimal(value: str) -> Decimal | None:
    try:
        decimal = Decimal(value.strip()).normalize()
    except InvalidOperation:
        return None
    return None if decimal.is_nan() else decimal


def _written(decimal: Decimal, fixed: bool) -> str:
    if not decimal.is_finite():
        return "∞" if decimal > 0 else "−∞"
    exponent = decimal.adjusted()
    if fixed or decimal == 0 or (exponent in (0, 1) and decimal == decimal.to_integral_value()):
        return f"{decimal:f}"
    mantissa = f"{decimal.scaleb(-exponent):f}"
    return f"{'' if mantissa == '1' else f'{mantissa}·'}10{superscript(exponent)}"


def superscript(number: int) -> str:
    """A number in superscript digits: -3 is ⁻³."""
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def percent(error: float) -> str:
    """A relative error as text, in at most two digits: 0.0123 is 1.2 %, 0.000012 is 0.001 %, and less is <0.001 %."""
    value = 100 * error
    if 0 < value < 0.0005:
        return "<0.001 %"
    digits = ".0f" if value >= 10 else ".1f" if value >= 1 else ".2f" if value >= 0.1 else ".1g"
    return f"{value:{digits}} %"
