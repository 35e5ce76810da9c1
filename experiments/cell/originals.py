"""What a cell's targets are computed from: pictures, or features from a file; and the shape of its result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from experiments.cell.codes import content_code
from experiments.settings.inputs import CODE, Input, Inputs
from experiments.settings.schema import Config
from reconstruct import layers
from reconstruct.codes import SavedCode
from reconstruct.errors import InputError

Shape = tuple[int, int]
"""Height and width."""


@dataclass(frozen=True)
class Originals:
    """What the targets are computed from.

    Attributes:
        pictures: the name of a term -> its picture, ``(1, 3, H, W)``.
        features: the name of a term without a picture -> layer -> ``(1, C, H, W)``.
        shape: height and width of the result: those of its first original, at the result's own size.
    """

    pictures: Mapping[str, Tensor]
    features: Mapping[str, Mapping[str, Tensor]]
    shape: Shape


def originals(config: Config, inputs: Inputs, device: torch.device) -> Originals:
    """All of a cell; raises `InputError` for a file that is no picture or no code, or too small for the layers."""
    pictures = {term: _picture(given, *config.scale(term), device) for term, given in inputs.pictures.items()}
    for term, picture in pictures.items():
        _check_side(config, term, (picture.shape[-2], picture.shape[-1]))
    if config.code:
        code = content_code(config, inputs.codes["content"])
        features = {layer: F.to(device) for layer, F in code.features.items()}
        return Originals(pictures, {"content": features}, _shape_of_code(config, inputs.codes["content"], code))
    return Originals(pictures, {}, _result_shape(config, inputs, device))


def shapes(config: Config, inputs: Inputs) -> list[Shape]:
    """Of the result, then of the originals, from the headers of files; raises `InputError` as `originals`."""
    of_pictures = {term: given.shape(*config.scale(term)) for term, given in inputs.pictures.items()}
    for term, shape in of_pictures.items():
        _check_side(config, term, shape)
    if config.code:
        given = inputs.codes["content"]
        return [_shape_of_code(config, given, content_code(config, given)), *of_pictures.values()]
    first, given = next(iter(inputs.pictures.items()))
    result = given.shape(*config.result_scale)
    _check_side(config, first, result, "size")
    return [result, *of_pictures.values()]


def _result_shape(config: Config, inputs: Inputs, device: torch.device) -> Shape:
    term, given = next(iter(inputs.pictures.items()))
    picture = _picture(given, *config.result_scale, device)
    shape = picture.shape[-2], picture.shape[-1]
    _check_side(config, term, shape, "size")
    return shape


def _shape_of_code(config: Config, given: Input, code: SavedCode) -> Shape:
    shape = code.shape()
    _check_room(config.asked_layers(), shape, f"{CODE}={given.name}: is of", "choose lower layers")
    return shape


def _check_side(config: Config, term: str, shape: Shape, key: str = "") -> None:
    key = key or ("style.size" if term == "style" and config.style.size else "size")
    seen = config.asked_layers() if key == "size" else tuple(config.layers(term))
    size = config.size if key == "size" else config.style.size
    _check_room(seen, shape, f"{key}={size}: {term}.picture is then", "choose a larger size or a lower layer")


def _check_room(seen: Sequence[str], shape: Shape, what: str, advice: str) -> None:
    """Whether every layer that is seen still has a position in a picture of that shape."""
    least, deepest = layers.smallest_side(seen), max(seen, key=layers.block)
    height, width = shape
    if min(shape) < least:
        raise InputError(
            f"{what} {width}×{height} pixels, and {deepest} needs at least {least} on the shorter side; {advice}"
        )


@lru_cache(maxsize=4)
def _picture(given: Input, size: int, square: bool, device: torch.device) -> Tensor:
    """Read once for all cells of a process: decoding a large photograph takes longer than a step."""
    return given.picture(size, square).to(device)


def stretched(picture: Tensor, height: int, width: int) -> Tensor:
    """`picture`, ``(1, 3, H, W)``, as ``(1, 3, height, width)``; the same where it has that size."""
    if tuple(picture.shape[-2:]) == (height, width):
        return picture
    return interpolate(picture, size=(height, width), mode="bilinear", antialias=True)


def forget() -> None:
    """Let go of the pictures that are kept for the next cell."""
    _picture.cache_clear()
