"""Configuration -> the library's objects, checked before anything heavy runs."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from experiments import inputs, schema
from reconstruct import assets, layers, optimizers
from reconstruct.canvas import DECORRELATED, RGB, Canvas, Pixels, Pyramid, pink_noise, white_noise
from reconstruct.errors import InputError
from reconstruct.network import Network, State, file_state, normalized, torchvision_state, untrained_state, vgg
from reconstruct.objective import Objective, Term, encode, reference_loss
from reconstruct.precision import fastest
from reconstruct.representations import Content, Representation, Style, equal_weights
from reconstruct.synthesis import Synthesis

NORMALIZING_SIZE = 256  # pixels


@dataclass(frozen=True)
class Cell:
    """All that one reconstruction needs, ready to run.

    Attributes:
        originals: term -> the picture whose code is the target, ``(1, 3, H, W)``.
        synthesis: the loop, in the precision of `dtype`.
        judge: the same objective in float32, for what is reported.
    """

    originals: dict[str, Tensor]
    synthesis: Synthesis
    judge: Objective
    dtype: torch.dtype
    device: torch.device


def cell(config: schema.Config) -> Cell:
    """Everything for one reconstruction; wrong input is an `InputError`."""
    _check_layers(config)
    device = _device(config.device)
    torch.backends.cudnn.allow_tf32 = False  # float32 shall mean float32, on a GPU too
    square = config.crop is schema.Crop.square
    originals = {
        term: inputs.picture(getattr(config, term).picture, f"{term}.picture", config.size, square)
        for term in config.active()
    }
    for term, original in originals.items():
        _check_reach(config, term, original)
    exact = network(config.network).to(device)
    dtype = _dtype(config.precision, device)
    originals = {term: original.to(device) for term, original in originals.items()}
    canvas = _canvas(config, next(iter(originals.values()))).to(device)
    objective = _objective(config, exact.cast(dtype), originals)
    synthesis = Synthesis(canvas, objective, _optimizer(config.optimizer, canvas), config.steps)
    return Cell(originals, synthesis, _objective(config, exact, originals), dtype, device)


def network(settings: schema.Network) -> Network:
    """The network in float32."""
    built = vgg(settings.architecture, _state(settings), settings.pooling.name)  # type: ignore[arg-type]
    if not settings.normalize_over:
        return built
    key = "network.normalize_over"
    return normalized(built, [inputs.picture(name, key, NORMALIZING_SIZE, True) for name in settings.normalize_over])


def _state(settings: schema.Network) -> State:
    match settings.weights:
        case "torchvision":
            return torchvision_state(settings.architecture)
        case "untrained":
            return untrained_state(settings.architecture, settings.seed)
        case name if name in assets.weights():
            return file_state(inputs.fetched(name))
        case path:
            return file_state(inputs.source(path, "network.weights"))


def _check_layers(config: schema.Config) -> None:
    available = layers.taps(layers.ARCHITECTURES[config.network.architecture])
    for term in config.active():
        layers.check(config.layers(term), available, f"{term}.layers")


def _check_reach(config: schema.Config, term: str, original: Tensor) -> None:
    wanted = [layer for active in config.active() for layer in config.layers(active)]
    least, side = layers.smallest_side(wanted), min(original.shape[-2:])
    if side < least:
        height, width = original.shape[-2:]
        deepest = max(wanted, key=layers.block)
        raise InputError(
            f"size={config.size}: {term}.picture is then {width}×{height} pixels, and {deepest} needs at least "
            f"{least} on the shorter side; choose a larger size or a lower layer"
        )


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise InputError(f"device={name}: expected auto, cpu, cuda or cuda:N") from error
    if device.type not in ("cpu", "cuda"):
        raise InputError(f"device={name}: expected auto, cpu, cuda or cuda:N")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise InputError(f"device={name}: this machine shows {torch.cuda.device_count()} CUDA devices; try device=auto")
    return device


def _dtype(precision: schema.Precision, device: torch.device) -> torch.dtype:
    if precision is schema.Precision.auto:
        return fastest(device)
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[precision.name]


_COLOURS = {schema.Colours.rgb: RGB, schema.Colours.decorrelated: DECORRELATED}


def _canvas(config: schema.Config, like: Tensor) -> Canvas:
    generator = torch.Generator().manual_seed(config.seed)
    height, width = like.shape[-2:]
    contrast, colours = config.canvas.contrast, _COLOURS[config.canvas.colours]
    match config.canvas:
        case schema.Pixels():
            return Pixels(white_noise(height, width, contrast, generator), colours)
        case schema.Pyramid(levels=levels, damping=damping):
            return Pyramid(pink_noise(height, width, levels, contrast, generator), damping, colours)
        case other:
            raise AssertionError(f"no canvas for {type(other).__name__}")


def _optimizer(settings: schema.Optimizer, canvas: Canvas) -> torch.optim.Optimizer:
    match settings:
        case schema.LBFGS(lr=lr, history=history, reach=reach):
            return optimizers.LBFGS(canvas.parameters(), canvas.position, lr, history, reach)
        case schema.Adam(lr=lr):
            return torch.optim.Adam(canvas.parameters(), lr)
        case other:
            raise AssertionError(f"no optimizer for {type(other).__name__}")


_REPRESENTATIONS: dict[str, Callable[[dict[str, float]], Representation]] = {"content": Content, "style": Style}


def _objective(config: schema.Config, network: Network, originals: dict[str, Tensor]) -> Objective:
    codes = {
        term: (representation := _representation(config, term), encode(network, representation, originals[term]))
        for term in config.active()
    }
    units = {term: _unit(config, term, *codes[term], network, originals) for term in codes}
    weights = _weights(config.ratio) if len(codes) == 2 else dict.fromkeys(codes, 1.0)
    return Objective(network, [Term(term, *codes[term], weights[term], units[term]) for term in codes])


def _weights(ratio: float) -> dict[str, float]:
    """α and β from α/β; at 0 and infinity one of the terms is only watched."""
    return {"content": 1.0, "style": 0.0} if math.isinf(ratio) else {"content": ratio, "style": 1.0}


def _representation(config: schema.Config, term: str) -> Representation:
    names = config.layers(term)
    given = getattr(config, term).weights
    return _REPRESENTATIONS[term](dict(zip(names, given, strict=True)) if given else equal_weights(names))


def _unit(
    config: schema.Config,
    term: str,
    representation: Representation,
    target: dict[str, Tensor],
    network: Network,
    originals: dict[str, Tensor],
) -> float:
    """1 in the paper's convention; in the relative one the loss of the other picture, or of a zero code."""
    if config.losses is schema.Losses.paper:
        return 1.0
    others = [picture for name, picture in originals.items() if name != term]
    other = encode(network, representation, _shaped_like(others[0], originals[term])) if others else None
    unit = reference_loss(representation, target, other)
    if unit == 0:
        raise InputError(
            f"losses=relative: nothing to measure {term} against, both pictures are the same; try losses=paper"
        )
    return unit


def _shaped_like(picture: Tensor, model: Tensor) -> Tensor:
    """Stretched to the size of `model`: content can only be compared position by position."""
    return torch.nn.functional.interpolate(picture, size=model.shape[-2:], mode="bilinear", antialias=True)


def credits(config: schema.Config) -> dict[str, dict[str, str]]:
    """term -> name, title and credit of its original."""
    return {term: _credit(getattr(config, term).picture) for term in config.active()}


def _credit(name: str) -> dict[str, str]:
    asset = assets.ASSETS.get(name)
    if asset is None:
        return {"name": Path(name).name, "title": Path(name).stem, "credit": ""}
    return {"name": name, "title": asset.title, "credit": asset.credit}
