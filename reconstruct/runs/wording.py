"""Settings, layers, numbers and errors in words, for folders, figures, captions, the terminal and the page."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise

ERROR = "‖code − target‖² / ‖target‖²"  # what a relative error is
LAYERS = "The layers of {0} for pictures of {1} × {1} pixels"
ABOUT_LAYERS = (
    "The layers that are used are bold; deeper ones are left out. Stride: pixels between neighbouring positions. "
    "Receptive field: side of the square of pixels that a position can depend on."
)
UNKNOWN = "–"  # the value of a key that has no effect on a cell
_TAP = re.compile(r"([a-z]+)(\d+)_(\d+)")


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
