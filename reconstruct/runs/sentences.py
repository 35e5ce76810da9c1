"""What a picture is, in one sentence for somebody who has never seen the program."""

import math
from pathlib import PurePath

from reconstruct.runs.naming import TERMS, listed
from reconstruct.runs.results import HALF, HALVED, NOISE, START, Result
from reconstruct.runs.wording import layer_range, plain
from reconstruct.selection import from_ranges

MANY = 5  # ranges of channels, which are counted and not named


def sentence(result: Result) -> str:
    """For example: From the style of relu1_1–3_1 of The Starry Night."""
    terms = [term for term in TERMS if term in result.layers]
    codes = (f"the {_code(result, term)} of {title(result, term)}" for term in terms)
    is_weighed = len(terms) > 1 and "ratio" in result.config
    ratio = f", α/β = {'∞' if math.isinf(result.ratio) else f'{result.ratio:g}'}" if is_weighed else ""
    return f"From {' and '.join(codes)}{ratio}{_start(result)}"


def _code(result: Result, term: str) -> str:
    """A term with its statistic, where that is not the paper's, and its layers."""
    statistic = f" ({named})" if (named := result.statistic(term)) else ""
    return f"{term}{statistic} of {layer_range(result.layers[term])}{_part(result, term)}"


def _part(result: Result, term: str) -> str:
    """Which features of a term counted, if not all did."""
    channels, window = (result.settings.get(f"{term}.{key}", "") for key in ("channels", "window"))
    ranges = listed(channels)
    count = len(from_ranges(ranges))
    found = f", channel{'s' if count > 1 else ''} {', '.join(ranges)}" if 0 < len(ranges) < MANY else ""
    found = f", {count} channels" if len(ranges) >= MANY else found
    return f"{found}, in the window {plain(window)}" if window.startswith("[") else found


def _start(result: Result) -> str:
    """The picture that the optimisation started from, if it was not noise alone."""
    start = result.config["start"]
    if start == NOISE:
        return ""
    named = HALVED if start == HALF else title(result, start if start in result.pictures else START)
    return f", starting from {named}{' with noise over it' if result.config['start_noise'] else ''}"


def title(result: Result, term: str) -> str:
    """The title of a term's original, or the name of its code's file; "a picture" if neither is known."""
    if code := result.config.get(term, {}).get("code") if term in TERMS else None:
        return PurePath(code).name
    return str(result.pictures.get(term, {}).get("title", "")) or "a picture"
