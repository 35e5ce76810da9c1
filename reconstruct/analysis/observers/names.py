"""How an observer is asked for. Deliberately free of torch, so that a wrong name is told at once."""

import importlib.util

from reconstruct.errors import InputError, nearest

AUTO, NONE = "auto", "none"
PINNED = "efficientnet_lite0"
KINDS = ("timm", "torchvision")


def check(name: str, architecture: str) -> None:
    """Whether there can be such an observer of reconstructions from a network.

    Raises:
        InputError: the name says nothing, it needs timm, which is not installed, or it is the network that was
            inverted, which would only see its own work.
    """
    kind, _, model = name.partition(":")
    if name not in (AUTO, NONE, PINNED) and not (kind in KINDS and model):
        expected = f"expected {AUTO}, {NONE}, {PINNED}, timm:NAME or torchvision:NAME"
        raise InputError(f"observer={name}: {expected}{nearest(name, (AUTO, NONE, PINNED))}")
    if model.partition(".")[0].removesuffix("_bn") == architecture:
        raise InputError(f"observer={name}: that is the network that was inverted; expected another")
    if name == PINNED or kind == "timm":
        require_timm(name)


def require_timm(name: str) -> None:
    """Whether an observer that is one of timm's can be had.

    Raises:
        InputError: timm is not installed.
    """
    if importlib.util.find_spec("timm") is None:  # without importing it
        raise InputError(f"observer={name} needs timm: pip install 'reconstruct[observer]'")
