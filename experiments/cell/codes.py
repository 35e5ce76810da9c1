"""A code from a file: features that are to be matched without a picture that has them."""

from functools import lru_cache

from experiments.settings.inputs import CODE, Input
from experiments.settings.schema import Config
from reconstruct import codes
from reconstruct.codes import SavedCode
from reconstruct.errors import InputError, nearest
from reconstruct.layers import CHANNELS, block


def content_code(config: Config, given: Input) -> SavedCode:
    """The features of content's layers.

    Raises:
        InputError: the file is no code, lacks a layer, or its maps are not those of such a network.
    """
    saved, wanted = _read(given), config.layers("content")
    for layer in wanted:
        if layer not in saved.features:
            there = ",".join(saved.features)
            near = nearest(layer, saved.features) or ";"
            raise InputError(f"{CODE}={given.name}: has no {layer}{near} content.layers=[{there}] would do")
        _check_channels(given, layer, saved.features[layer].shape[1])
    code = SavedCode({layer: saved.features[layer] for layer in wanted}, saved.size)
    try:
        code.shape()
    except InputError as error:
        raise InputError(f"{CODE}={given.name}: {error}") from error
    return code


def _check_channels(given: Input, layer: str, channels: int) -> None:
    expected = CHANNELS[block(layer) - 1]
    if channels != expected:
        raise InputError(f"{CODE}={given.name}: {layer} has {channels} channels, expected {expected}")


@lru_cache(maxsize=2)
def _read(given: Input) -> SavedCode:
    return codes.read(given.file)
