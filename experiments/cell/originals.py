"""What a cell's targets are computed from: pictures, or features from a file; and the shape of its result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from experiments.cell import architectures
from experiments.settings.inputs import CODE, UNTRAINED, Input, Inputs
from experiments.settings.schema import Config
from reconstruct import codes, layers
from reconstruct.codes import SavedCode
from reconstruct.errors import InputError, nearest

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
        _check_side(config, inputs, term, (picture.shape[-2], picture.shape[-1]))
    if config.code:
        features, shape = _code(config, inputs)
        return Originals(pictures, {"content": {layer: F.to(device) for layer, F in features.items()}}, shape)
    return Originals(pictures, {}, _result_shape(config, inputs, device))


def shapes(config: Config, inputs: Inputs) -> list[Shape]:
    """Of the result, then of the originals, from the headers of files; raises `InputError` as `originals`."""
    of_pictures = {term: given.shape(*config.scale(term)) for term, given in inputs.pictures.items()}
    for term, shape in of_pictures.items():
        _check_side(config, inputs, term, shape)
    if config.code:
        return [_code(config, inputs)[1], *of_pictures.values()]
    first, given = next(iter(inputs.pictures.items()))
    result = given.shape(*config.result_scale)
    _check_side(config, inputs, first, result, "size")
    return [result, *of_pictures.values()]


def _result_shape(config: Config, inputs: Inputs, device: torch.device) -> Shape:
    term, given = next(iter(inputs.pictures.items()))
    picture = _picture(given, *config.result_scale, device)
    shape = picture.shape[-2], picture.shape[-1]
    _check_side(config, inputs, term, shape, "size")
    return shape


def _check_side(config: Config, inputs: Inputs, term: str, shape: Shape, key: str = "") -> None:
    key = key or ("style.size" if term == "style" and config.style.size else "size")
    seen = config.asked_layers() if key == "size" else tuple(config.layers(term))
    size = config.size if key == "size" else config.style.size
    if not config.network.is_vgg:
        architectures.layers(config.network.architecture, inputs.network.function, *shape, seen)
        return
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


def _code(config: Config, inputs: Inputs) -> tuple[Mapping[str, Tensor], Shape]:
    """The features of content's layers, and the shape of a picture that has them.

    Raises:
        InputError: the file lacks a layer, has maps of other networks, or ones that are too small.
    """
    given, wanted = inputs.codes["content"], config.layers("content")
    saved, known = _read(given), _channels(config, inputs)
    for layer in wanted:
        if layer not in saved.features:
            there = [each for each in saved.features if each in known]
            would = f" content.layers=[{','.join(there)}] would do" if there else " none of its names is a layer's"
            raise InputError(f"{CODE}={given.name}: has no {layer}{nearest(layer, there) or ';'}{would}")
        channels, expected = saved.features[layer].shape[1], known[layer]
        if channels != expected:
            raise InputError(f"{CODE}={given.name}: {layer} has {channels} channels, expected {expected}")
    features = {layer: saved.features[layer] for layer in wanted}
    if not config.network.is_vgg:
        return features, _size_of(saved, given)
    try:
        shape = SavedCode(features, saved.size).shape()
    except InputError as error:
        raise InputError(f"{CODE}={given.name}: {error}") from error
    _check_room(config.asked_layers(), shape, f"{CODE}={given.name}: is of", "choose lower layers")
    return features, shape


def _channels(config: Config, inputs: Inputs) -> Mapping[str, int]:
    """Layer -> channels, of the network that looks at the pictures."""
    network = config.network
    if network.is_vgg:
        taps = layers.taps(layers.ARCHITECTURES[network.architecture])
        return {tap: layers.CHANNELS[layers.block(tap) - 1] for tap in taps}
    known = architectures.layers(network.architecture, inputs.network.function, *architectures.TRAINED_SIZE)
    return {layer: info.shape[0] for layer, info in known.items()}


def _size_of(saved: SavedCode, given: Input) -> Shape:
    if saved.size is None:
        raise InputError(f"{CODE}={given.name}: does not say the size of its picture; reconstruct-code writes it")
    return saved.size


def network_description(config: Config, inputs: Inputs) -> str:
    """Which network it is, in words that do not depend on where the files of its weights are."""
    network, given = config.network, inputs.network
    weights = f"weights {given.weights.short_identity}" if given.weights.path else given.weights.name
    drawn = f", seed {network.seed}" if network.weights == UNTRAINED else ""
    over = " and ".join(sorted(picture.short_identity for picture in given.normalize_over))
    scaled = f", normalised over {over}" if over else ""
    return f"{network.architecture}, {weights}{drawn}{scaled}, {network.pooling.name} pooling"


def other_network(config: Config, inputs: Inputs) -> str:
    """A line about a code that has another network's features; empty if it has this one's, or does not say."""
    if not config.code:
        return ""
    given, own = inputs.codes["content"], network_description(config, inputs)
    theirs = _read(given).network
    if theirs in ("", own):
        return ""
    return f"{CODE}={given.name}: has features of another network ({theirs}) than this one ({own})"


@lru_cache(maxsize=2)
def _read(given: Input) -> SavedCode:
    return codes.read(given.file)
