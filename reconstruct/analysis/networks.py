"""The networks of an analysis: the usual one, those that are compared with it, and their names in figures.

An entry's network is "vgg19 vgg19_normalized average" or "vgg19 untrained 0 average": architecture, weights (and the
seed that drew them), pooling.
"""

import re
from collections.abc import Iterable, Sequence

from reconstruct.analysis.entries import Entry

TRAINED, UNTRAINED = "trained", "untrained"
_DRAWN = re.compile(rf"\S+ {UNTRAINED} (\d+) \S+")


def training(network: str) -> str:
    """`TRAINED` or `UNTRAINED`: whether the network was trained."""
    return UNTRAINED if _DRAWN.fullmatch(network) else TRAINED


def usual(entries: Iterable[Entry]) -> str:
    """The network that an analysis is about: the first trained one, else the first; empty if there are no entries."""
    networks = list(dict.fromkeys(entry.network for entry in entries))
    return next((name for name in networks if training(name) == TRAINED), next(iter(networks), ""))


def counterpart(network: str, entries: Iterable[Entry]) -> str:
    """The first untrained network of the same architecture and pooling; `network` itself if it is untrained."""
    if training(network) == UNTRAINED:
        return network
    names = dict.fromkeys(entry.network for entry in entries)
    return next((name for name in names if training(name) == UNTRAINED and _built(name) == _built(network)), "")


def _built(network: str) -> tuple[str, str]:
    """The architecture and the pooling."""
    parts = network.split() or [""]
    return parts[0], parts[-1]


def network_name(network: str) -> str:
    """A network's name for readers: "vgg19, untrained (seed 0), average pooling"."""
    architecture, pooling = _built(network)
    drawn = _DRAWN.fullmatch(network)
    weights = network.removeprefix(architecture).removesuffix(pooling).strip()
    return ", ".join([architecture, f"untrained (seed {drawn[1]})" if drawn else weights, f"{pooling} pooling"])


def network_note(entries: Sequence[Entry], used: Iterable[Entry]) -> str:
    """A note that names the networks of a figure and the others that were measured; empty if there are no others.

    The untrained counterparts of the figure's networks do not count as others.

    Args:
        entries: all measured pictures.
        used: the entries that the figure is about.
    """
    own = list(dict.fromkeys(entry.network for entry in used))
    known = {*own, *(counterpart(name, entries) for name in own)}
    others = [name for name in dict.fromkeys(entry.network for entry in entries) if name not in known]
    if not (own and others):
        return ""
    return f"network: {'; '.join(map(network_name, own))} (not in the figure: {'; '.join(map(network_name, others))})"
