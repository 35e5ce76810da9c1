"""The networks of an analysis: which one counts, which others are compared with it, and what they are called.

An entry's network is "vgg19 vgg19_normalized average" or "vgg19 untrained 0 average": architecture, weights (and the
seed that drew them), pooling.
"""

import re
from collections.abc import Iterable, Sequence

from reconstruct.analysis.entries import Entry

TRAINED, UNTRAINED = "trained", "untrained"
_DRAWN = re.compile(rf"\S+ {UNTRAINED} (\d+) \S+")


def training(network: str) -> str:
    """Whether a network was trained."""
    return UNTRAINED if _DRAWN.fullmatch(network) else TRAINED


def usual(entries: Iterable[Entry]) -> str:
    """The network that counts where nothing else is said: the first that was trained, if one was."""
    networks = list(dict.fromkeys(entry.network for entry in entries))
    return next((name for name in networks if training(name) == TRAINED), next(iter(networks), ""))


def counterpart(network: str, entries: Iterable[Entry]) -> str:
    """The first network that differs from `network` in nothing but that it was not trained; itself if it was not."""
    if training(network) == UNTRAINED:
        return network
    names = dict.fromkeys(entry.network for entry in entries)
    return next((name for name in names if training(name) == UNTRAINED and _built(name) == _built(network)), "")


def _built(network: str) -> tuple[str, str]:
    """Architecture and pooling."""
    parts = network.split() or [""]
    return parts[0], parts[-1]


def called(network: str) -> str:
    """In words."""
    architecture, pooling = _built(network)
    drawn = _DRAWN.fullmatch(network)
    weights = network.removeprefix(architecture).removesuffix(pooling).strip()
    return ", ".join([architecture, f"untrained (seed {drawn[1]})" if drawn else weights, f"{pooling} pooling"])


def told(entries: Sequence[Entry], shown: Iterable[Entry]) -> str:
    """Which networks are shown, where others were measured too; else nothing.

    That a network was also measured before its training goes without saying.
    """
    seen = list(dict.fromkeys(entry.network for entry in shown))
    known = {*seen, *(counterpart(name, entries) for name in seen)}
    others = [name for name in dict.fromkeys(entry.network for entry in entries) if name not in known]
    if not (seen and others):
        return ""
    return f"network: {'; '.join(map(called, seen))} (not shown: {'; '.join(map(called, others))})"
