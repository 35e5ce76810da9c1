"""What other programs call the layers of a VGG.

``conv4_2`` is its second convolution of block 4, ``relu4_2`` that after rectification. The same are elsewhere::

    torchvision   features.21, features.22      the number of the module
    Keras         block4_conv2                  after rectification; block4_pool
    counted       conv_10, relu_10, pool_3      one after the other, as in the PyTorch tutorial
"""

import re
from collections.abc import Mapping, Sequence

OTHERS = ("torchvision", "Keras", "counted")
_OWN = re.compile(r"(?:max|avg|average)?(conv|relu|pool)[ _.-]?(\d+)(?:[ _.-](\d+))?")


def other_names(taps: Sequence[str]) -> Mapping[str, tuple[str, str, str]]:
    """Tap -> its names in `OTHERS`; empty where it has none."""
    found, counts = {}, dict.fromkeys(("conv", "relu", "pool"), 0)
    for place, tap in enumerate(taps):
        kind, block, number = _parts(tap)
        counts[kind] += 1
        keras = {"conv": "", "relu": f"block{block}_conv{number}", "pool": f"block{block}_pool"}[kind]
        found[tap] = f"features.{place}", keras, f"{kind}_{counts[kind]}"
    return found


def taken_for(name: str, taps: Sequence[str]) -> str:
    """The tap that another program calls by that name; the name itself if none does.

    A name with block and number is this program's own, and means so wherever it comes from.
    """
    bare = re.sub(r"^(.*\.)?features[\[_ .](\d+)\]?$", r"features.\2", name.strip().lower())
    own = _OWN.sub(lambda found: _joined(*found.groups()), bare)
    known = {other: tap for tap, names in other_names(taps).items() for other in names if other}
    return next((tap for tap in (name, own, known.get(bare.removeprefix("vgg."), "")) if tap in taps), name)


def _joined(kind: str, block: str, number: str | None) -> str:
    return f"pool{block}" if kind == "pool" else f"{kind}{block}_{number}" if number else f"{kind}_{block}"


def near(name: str, taps: Sequence[str]) -> str:
    """The tap that is nearest to a name by its numbers; empty if it has none."""
    if keras := re.match(r"block(\d+)_(conv|pool)(\d*)", name):
        return near(_joined("pool" if keras[2] == "pool" else "relu", keras[1], keras[3] or "1"), taps)
    if (parts := _OWN.match(name.strip().lower())) is None:
        return ""
    kind, block, number = parts.groups()
    alike = [tap for tap in taps if _parts(tap)[0] == kind]
    if number is None and kind != "pool" and "_" in name:  # counted
        return alike[min(int(block), len(alike)) - 1]
    wanted = (int(block[0]), int(block[1:] or 1)) if number is None else (int(block), int(number))
    return min(alike, key=lambda tap: tuple(abs(a - b) for a, b in zip(_parts(tap)[1:], wanted, strict=True)))


def _parts(tap: str) -> tuple[str, int, int]:
    parts = re.fullmatch(r"([a-z]+)(\d+)(?:_(\d+))?", tap)
    assert parts is not None
    return parts[1], int(parts[2]), int(parts[3] or 1)
