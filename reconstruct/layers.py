"""Names of the places where a VGG network is tapped, their order and their near misses.

A VGG is five *blocks* of convolutions; each block ends in a pooling. ``conv4_2`` is the output of the second
convolution of block 4, ``relu4_2`` the same after rectification (what Gatys et al. call "conv4_2"), ``pool4`` the
block's pooled output.
"""

import re
from collections.abc import Iterable, Sequence

from reconstruct.errors import InputError, nearest
from reconstruct.other_names import near

# Convolutions in each of the five blocks; Simonyan & Zisserman (2015), table 1, columns A, B, D and E.
ARCHITECTURES: dict[str, tuple[int, ...]] = {
    "vgg11": (1, 1, 2, 2, 2),
    "vgg13": (2, 2, 2, 2, 2),
    "vgg16": (2, 2, 3, 3, 3),
    "vgg19": (2, 2, 4, 4, 4),
}

# Channels of each block's convolutions, the same table.
CHANNELS = (64, 128, 256, 512, 512)


def taps(convolutions: Sequence[int]) -> tuple[str, ...]:
    """All taps of a network, from the picture upwards, given the number of convolutions in each block."""
    return tuple(tap for block, count in enumerate(convolutions, 1) for tap in _block_taps(block, count))


def _block_taps(block: int, count: int) -> Iterable[str]:
    for i in range(1, count + 1):
        yield f"conv{block}_{i}"
        yield f"relu{block}_{i}"
    yield f"pool{block}"


EVERY = taps(ARCHITECTURES["vgg19"])
"""The taps of all VGGs, from the picture upwards."""


def place(layer: str) -> list[str | int]:
    """What the layers of one network are sorted by: a VGG's from the picture upwards, others by numbers in names."""
    parts = re.split(r"(\d+)", layer)
    return ["", EVERY.index(layer)] if layer in EVERY else [int(each) if each.isdigit() else each for each in parts]


def shortened(layers: Sequence[str]) -> tuple[str, list[str]]:
    """What all names begin with, as ``relu…``, and the rest of each: the names themselves if they are not all relu."""
    are_rectified = all(re.fullmatch(r"relu\d.*", layer) for layer in layers)
    return ("relu…", [layer.removeprefix("relu") for layer in layers]) if are_rectified else ("", list(layers))


def block(tap: str) -> int:
    """The block that a tap belongs to, counted from 1; `InputError` if it is not the name of a layer."""
    match = re.match(r"[a-z]+(\d+)", tap)
    if match is None:
        raise InputError(f"{tap!r} is not the name of a layer; names look like conv4_2, relu4_2 or pool4")
    return int(match[1])


def convolutions(architecture: str, layers: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Channels of the inputs and of the outputs of every convolution on the way to the deepest of `layers`."""
    there = taps(ARCHITECTURES[architecture])
    passed = there[: max(map(there.index, layers)) + 1]
    found, before = {}, 3
    for tap in (tap for tap in passed if tap.startswith("conv")):
        found[tap] = (before, CHANNELS[block(tap) - 1])
        before = CHANNELS[block(tap) - 1]
    return found


def check(given: Sequence[str], available: Sequence[str], key: str) -> None:
    """Raise `InputError` unless `given` are distinct members of `available`; `key` names the setting at fault."""
    for layer in given:
        if layer not in available:
            hint = f"; did you mean {guess!r}?" if (guess := near(layer, available)) else nearest(layer, available)
            raise InputError(
                f"{key}: there is no layer {layer!r}{hint} "
                f"(this network has {available[0]} … {available[-1]}: conv, relu and pool of its blocks)"
            )
    repeated = sorted({layer for layer in given if list(given).count(layer) > 1})
    if repeated:
        raise InputError(f"{key}: {repeated[0]} is named more than once; name every layer once")


def halvings(tap: str) -> int:
    """How often the sides of a picture have been halved at a layer: once for each pooling passed."""
    return block(tap) - (not tap.startswith("pool"))


def smallest_side(layers: Iterable[str]) -> int:
    """The shortest side in pixels at which all `layers` still have a position: each pooling passed halves it.

    Of a layer of another network nothing is known: 1.
    """
    return max(1 << halvings(layer) if layer in EVERY else 1 for layer in layers)
