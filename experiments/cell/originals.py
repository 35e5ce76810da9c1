"""The pictures that a cell's targets are computed from."""

from collections.abc import Mapping
from functools import lru_cache

import torch
from torch import Tensor

from experiments.settings.inputs import Input
from experiments.settings.schema import Config, Crop
from reconstruct import layers
from reconstruct.errors import InputError


def originals(config: Config, pictures: Mapping[str, Input], device: torch.device) -> dict[str, Tensor]:
    """The name of a term -> its picture, ``(1, 3, H, W)``.

    Raises:
        InputError: a file is no picture, or it is too small at this size for the layers that are asked for.
        RunError: a sample could not be fetched.
    """
    square = config.crop is Crop.square
    loaded = {term: _picture(given, config.size, square, device) for term, given in pictures.items()}
    least, deepest = layers.smallest_side(config.asked_layers()), max(config.asked_layers(), key=layers.block)
    for term, picture in loaded.items():
        height, width = picture.shape[-2:]
        if min(height, width) < least:
            raise InputError(
                f"size={config.size}: {term}.picture is then {width}×{height} pixels, and {deepest} needs at least "
                f"{least} on the shorter side; choose a larger size or a lower layer"
            )
    return loaded


@lru_cache(maxsize=2)
def _picture(given: Input, size: int, square: bool, device: torch.device) -> Tensor:
    """Read once for all cells of a process: decoding a large photograph takes longer than a step."""
    return given.picture(size, square).to(device)


def forget() -> None:
    """Let go of the pictures that are kept for the next cell."""
    _picture.cache_clear()
