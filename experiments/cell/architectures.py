"""Networks that are no VGG: how they are built; and what is known of any network's layers before it has weights."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from math import prod

import torch
from torch import Tensor, nn

from experiments.settings.inputs import ARCHITECTURE, DEFAULT, UNTRAINED, Input, NetworkInputs, network_inputs
from experiments.settings.own_class import own_function
from experiments.settings.schema import Config
from reconstruct.errors import InputError, nearest, one_line
from reconstruct.hardware.algorithm_choice import NetworkStep, Task, network_step
from reconstruct.hardware.algorithms import ConvAlgorithm
from reconstruct.layers import ARCHITECTURES, taps
from reconstruct.models import ALEXNET, Model, alexnet, loaded, model
from reconstruct.modules import Modules
from reconstruct.network import file_state, scaling, vgg_modules
from reconstruct.other_names import OTHERS, other_names
from reconstruct.receptive_fields import LayerInfo, survey

TRAINED_SIZE = (224, 224)  # pixels, which most networks were trained to be given
HEAD = ("layer", "channels × height × width", "stride", "receptive field", "numbers in the Gram matrix")
WHOLE = "the whole picture"
Layers = Mapping[str, LayerInfo]


def network(architecture: str, seed: int, files: NetworkInputs, preprocess: nn.Module | None) -> Modules:
    """The network with its weights.

    Raises:
        InputError: there is none of that name, or the weights are not its own.
        RunError: weights could not be fetched.
    """
    made, weights = _model(architecture, seed, files.weights, files.function), files.weights
    if weights.name not in (DEFAULT, UNTRAINED):
        loaded(made.module, file_state(weights.file), f"network.weights={weights.name}")
    return Modules(made.module, preprocess or scaling(made.mean, made.std), (made.size, made.size))


def _model(architecture: str, seed: int, weights: Input, function: Input | None) -> Model:
    """With the weights of its collection, if these are asked for; else as its constructor draws them from the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if function is not None:
            return Model(_own(architecture))
        if architecture == ALEXNET:
            return Model(alexnet())
        return model(architecture, "network", trained=weights.name == DEFAULT)


def _own(name: str) -> nn.Module:
    function = own_function(name, ARCHITECTURE)
    try:
        made = function()
    except Exception as error:  # whatever a user's function raises
        raise InputError(f"{ARCHITECTURE}={name}: fails ({one_line(repr(error))})") from error
    if not isinstance(made, nn.Module):
        raise InputError(f"{ARCHITECTURE}={name}: gives a {type(made).__name__}, expected a torch.nn.Module")
    return made


@lru_cache(maxsize=2)
def _untrained(architecture: str, function: Input | None) -> nn.Module:
    """For its layers alone."""
    if architecture in ARCHITECTURES:
        with torch.device("meta"):
            return vgg_modules(architecture)
    return _model(architecture, 0, Input("", UNTRAINED, None, UNTRAINED), function).module.eval()


@lru_cache(maxsize=8)
def layers(architecture: str, function: Input | None, height: int, width: int, until: tuple[str, ...] = ()) -> Layers:
    """What is known of its layers for pictures of that size, of all or at least of those in `until`.

    Raises:
        InputError: it takes none of that size.
    """
    try:
        return survey(_untrained(architecture, function), height, width, until)
    except InputError:
        raise
    except Exception as error:  # whatever its code raises for a picture that is too small, or no square
        reason = one_line(str(error).partition("\n")[0] or repr(error))
        raise InputError(f"network={architecture}: takes no picture of {width}×{height} pixels ({reason})") from error


@lru_cache(maxsize=8)
def kept(architecture: str, function: Input | None, wanted: tuple[str, ...]) -> tuple[float, float]:
    """Numbers that are kept for the gradient, for each pixel: in all, and in the largest map."""
    sizes = Modules(_untrained(architecture, function)).kept(wanted, *TRAINED_SIZE)
    return sum(sizes) / prod(TRAINED_SIZE), max(sizes, default=0) / prod(TRAINED_SIZE)


def layer_table(config: Config) -> Iterator[list[str]]:
    """A head, and a row for each layer, for square pictures of the size that is set; `InputError` as of `layers`."""
    architecture = config.network.architecture
    others = other_names(taps(ARCHITECTURES[architecture])) if config.network.is_vgg else {}
    yield [*HEAD, *(OTHERS if others else ())]
    known = layers(architecture, network_inputs(config.network).function, config.size, config.size)
    for layer, info in known.items():
        channels, height, width = info.shape
        down, across = info.field
        sees = WHOLE if down.size == float("inf") else _sides(down.size, across.size)
        shape = f"{channels} × {height} × {width}"
        yield [layer, shape, _sides(down.stride, across.stride), sees, str(channels**2), *others.get(layer, ())]


def _sides(down: float, across: float) -> str:
    return f"{down:g}" if down == across else f"{down:g} × {across:g}"


def table_to_deepest(config: Config) -> list[list[str]]:
    """The rows up to the deepest layer that is asked for; none if the network takes no square picture of that size."""
    with suppress(InputError):
        head, *rows = layer_table(config)
        last = max(number for number, row in enumerate(rows) if row[0] in config.asked_layers())
        return [head, *rows[: last + 1]]
    return []


def task(config: Config, files: NetworkInputs) -> Task:
    """Steps to the deepest of the layers that are asked for."""
    wanted = config.asked_layers()
    whole = Modules(_untrained(config.network.architecture, files.function))
    deepest = max(wanted, key=whole.taps.index)

    def step(algorithm: ConvAlgorithm, picture: Tensor) -> NetworkStep:
        form = whole.computed(algorithm, wanted).to(picture.device)
        return network_step(lambda x: form(x, [deepest])[deepest], picture)

    return Task(f"{config.network.architecture} to {deepest}", step, is_of_any_size=False)


def check_layers(config: Config, files: NetworkInputs, size: tuple[int, int] = TRAINED_SIZE) -> None:
    """Whether the network has the layers that are asked for, in pictures of that height and width.

    Raises:
        InputError: it lacks one, or takes no such picture.
    """
    known = layers(config.network.architecture, files.function, *size)
    for term in config.active():
        for layer in config.layers(term):
            if layer not in known:
                there = f"it has {next(iter(known))} … {list(known)[-1]}"
                named = config.network.architecture
                raise InputError(f"{term}.layers: {named} has no layer {layer!r}{nearest(layer, known)} ({there})")
