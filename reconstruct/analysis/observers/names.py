"""How an observer is asked for. Deliberately free of torch, so that a wrong name is told at once."""

from reconstruct.errors import InputError, nearest
from reconstruct.models import COLLECTIONS, require_timm

AUTO, NONE = "auto", "none"
PINNED = "efficientnet_lite0"


def check(name: str, architecture: str) -> None:
    """Raise `InputError` unless there can be such an observer of reconstructions from a network.

    The network that was inverted would only see its own work.
    """
    kind, _, model = name.partition(":")
    if name not in (AUTO, NONE, PINNED) and not (kind in COLLECTIONS and model):
        expected = f"expected {AUTO}, {NONE}, {PINNED}, timm:NAME or torchvision:NAME"
        raise InputError(f"observer={name}: {expected}{nearest(name, (AUTO, NONE, PINNED))}")
    if model.partition(".")[0].removesuffix("_bn") == architecture:
        raise InputError(f"observer={name}: that is the network that was inverted; expected another")
    if name == PINNED or kind == "timm":
        require_timm(f"observer={name}")
