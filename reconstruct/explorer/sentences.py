"""What a picture is, in one sentence for somebody who has never seen the program."""

import math
from collections.abc import Sequence
from pathlib import PurePath

from reconstruct.naming import TERMS
from reconstruct.results import HALF, HALVED, NOISE, START, Result


def sentence(result: Result) -> str:
    """For example: from the style of relu1_1 to relu3_1 of The Starry Night."""
    parts = [
        f"the {term}{_statistic(result, term)} of {layers(result.layers[term])} of {title(result, term)}"
        for term in TERMS
        if term in result.layers
    ]
    joined = " and ".join(parts)
    return f"From {joined}{_weighed(result) if len(parts) > 1 else ''}{_begun(result)}"


def _weighed(result: Result) -> str:
    """The ratio of both weights, where it is known."""
    if "ratio" not in result.config:
        return ""
    return f", α/β = {'∞' if math.isinf(result.ratio) else f'{result.ratio:g}'}"


def _statistic(result: Result, term: str) -> str:
    """What was kept of the features, where that is not as in the paper."""
    return f" ({named})" if (named := result.statistic(term)) else ""


def _begun(result: Result) -> str:
    """What the optimisation began with, if it was a picture."""
    start = result.config["start"]
    if start == NOISE:
        return ""
    if start == HALF:
        return f", beginning with {HALVED}{_veiled(result)}"
    named = title(result, start if start in result.pictures else START)
    return f", beginning with {named}{_veiled(result)}"


def _veiled(result: Result) -> str:
    return " and noise over it" if result.config["start_noise"] else ""


def layers(names: Sequence[str]) -> str:
    """One layer, the first and the last of several, or all of two."""
    return (
        names[0]
        if len(names) == 1
        else f"{names[0]} and {names[1]}"
        if len(names) == 2
        else f"{names[0]} to {names[-1]}"
    )


def title(result: Result, term: str) -> str:
    """Of the original of a term, or the name of its code's file; "a picture" if neither is known."""
    if code := result.config.get(term, {}).get("code") if term in TERMS else None:
        return PurePath(code).name
    return str(result.pictures.get(term, {}).get("title", "")) or "a picture"
