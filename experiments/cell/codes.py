"""A code from a file: features that are to be matched without a picture that has them."""

from functools import lru_cache

from experiments.settings.inputs import CODE, UNTRAINED, Input, Inputs
from experiments.settings.schema import Config
from reconstruct import codes
from reconstruct.codes import SavedCode
from reconstruct.errors import InputError, nearest
from reconstruct.layers import ARCHITECTURES, CHANNELS, block, taps


def content_code(config: Config, given: Input) -> SavedCode:
    """The features of content's layers; raises `InputError` if the file lacks one, or has maps of other networks."""
    saved, wanted = _read(given), config.layers("content")
    for layer in wanted:
        if layer not in saved.features:
            there = [each for each in saved.features if each in taps(ARCHITECTURES[config.network.architecture])]
            would = f" content.layers=[{','.join(there)}] would do" if there else " none of its names is a layer's"
            raise InputError(f"{CODE}={given.name}: has no {layer}{nearest(layer, there) or ';'}{would}")
        _check_channels(given, layer, saved.features[layer].shape[1])
    code = SavedCode({layer: saved.features[layer] for layer in wanted}, saved.size)
    try:
        code.shape()
    except InputError as error:
        raise InputError(f"{CODE}={given.name}: {error}") from error
    return code


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


def _check_channels(given: Input, layer: str, channels: int) -> None:
    expected = CHANNELS[block(layer) - 1]
    if channels != expected:
        raise InputError(f"{CODE}={given.name}: {layer} has {channels} channels, expected {expected}")


@lru_cache(maxsize=2)
def _read(given: Input) -> SavedCode:
    return codes.read(given.file)
