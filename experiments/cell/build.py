"""Configuration -> the library's objects, checked before anything heavy runs."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from experiments.cell import memory_estimate, networks
from experiments.settings import inputs, schema
from experiments.settings.fingerprint import content
from reconstruct import assets, layers, optimizers
from reconstruct.canvas import DECORRELATED, RGB, Canvas, Fourier, Pixels, Pyramid, white_noise
from reconstruct.errors import InputError
from reconstruct.hardware import memory
from reconstruct.network import Network
from reconstruct.objective import Objective, Term, encode, reference_loss
from reconstruct.representations import Content, Representation, Style, equal_weights
from reconstruct.synthesis import Synthesis


@dataclass(frozen=True)
class Cell:
    """All that one reconstruction needs, ready to run.

    Attributes:
        originals: term -> the picture whose code is the target, ``(1, 3, H, W)``.
        synthesis: the loop, in the precision of `dtype`.
        judge: the same objective in float32, for what is reported.
        winograd: whether `synthesis` convolves in fewer multiplications.
    """

    originals: dict[str, Tensor]
    synthesis: Synthesis
    judge: Objective
    dtype: torch.dtype
    winograd: bool
    device: torch.device


def cell(config: schema.Config) -> Cell:
    """Everything for one reconstruction; wrong input is an `InputError`."""
    networks.respect_share()
    device = networks.device(config.device)
    dtype = networks.dtype(config.precision, device)
    winograd = networks.winograd(config.winograd, dtype, device)
    originals = checked_originals(config, device, dtype)
    memory.keep_freed(large=max(picture[0, 0].numel() for picture in originals.values()) <= memory_estimate.MANY)
    exact = networks.network(config.network, device)
    canvas = _canvas(config, next(iter(originals.values()))).to(device)
    matched = _objective(config, networks.cast(exact, dtype), originals)
    seen = networks.with_winograd(matched.network, matched.layers) if winograd else matched.network
    network = networks.for_optimising(seen, config, canvas().detach(), matched.layers)
    objective = Objective(network, matched.terms)
    synthesis = Synthesis(canvas, objective, _optimizer(config.optimizer, canvas), config.steps)
    return Cell(originals, synthesis, _objective(config, exact, originals), dtype, winograd, device)


def checked_originals(config: schema.Config, device: torch.device, dtype: torch.dtype) -> dict[str, Tensor]:
    """The pictures of all terms, after everything about the request that can be wrong without a network was checked."""
    memory_estimate.check(config, max(_pixels(config, term) for term in config.active()), device, dtype.itemsize)
    originals = {term: _original(config, term, device) for term in config.active()}
    for term, original in originals.items():
        _check_reach(config, term, original)
    return originals


def _pixels(config: schema.Config, term: str) -> int:
    height, width = inputs.shape(
        config.term(term).picture, f"{term}.picture", config.size, config.crop is schema.Crop.square
    )
    return height * width


def _original(config: schema.Config, term: str, device: torch.device) -> Tensor:
    name, key = config.term(term).picture, f"{term}.picture"
    return _picture(name, key, content(name, key), config.size, config.crop is schema.Crop.square, device)


@lru_cache(maxsize=4)
def _picture(name: str, key: str, digest: str, size: int, square: bool, device: torch.device) -> Tensor:
    """The same object for the same file, so that its code is found again; the digest notices a file that changed."""
    return inputs.picture(name, key, size, square).to(device)


def forget() -> None:
    """Let go of what is kept for the next cell."""
    for kept in (_picture, _target, networks.cast, networks.with_winograd):
        kept.cache_clear()


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


_COLOURS = {schema.Colours.rgb: RGB, schema.Colours.decorrelated: DECORRELATED}


def _canvas(config: schema.Config, like: Tensor) -> Canvas:
    generator = torch.Generator().manual_seed(config.seed)
    height, width = like.shape[-2:]
    contrast, colours = config.canvas.contrast, _COLOURS[config.canvas.colours]
    start = white_noise(height, width, contrast, generator)
    match config.canvas:
        case schema.Pixels():
            return Pixels(start, colours)
        case schema.Fourier():
            return Fourier(start, colours)
        case schema.Pyramid(levels=levels, damping=damping):
            return Pyramid(start, levels, damping, colours)
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
        term: (_representation(config, term), _target(network, term, tuple(config.layers(term)), originals[term]))
        for term in config.active()
    }
    units = {term: _unit(config, term, *codes[term], network, originals) for term in codes}
    weights = _weights(config.ratio) if len(codes) == 2 else dict.fromkeys(codes, 1.0)
    return Objective(network, [Term(term, *codes[term], weights[term], units[term]) for term in codes])


@lru_cache(maxsize=4)
def _target(network: Network, term: str, names: tuple[str, ...], original: Tensor) -> dict[str, Tensor]:
    """The code of an original; for the same picture and layers, the next cell of this process finds it ready."""
    return encode(network, _REPRESENTATIONS[term](equal_weights(names)), original)


def _weights(ratio: float) -> dict[str, float]:
    """α and β from α/β; at 0 and infinity one of the terms is only watched."""
    return {"content": 1.0, "style": 0.0} if math.isinf(ratio) else {"content": ratio, "style": 1.0}


def _representation(config: schema.Config, term: str) -> Representation:
    names = config.layers(term)
    given = config.term(term).weights
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
    return {name: _credit(term.picture) for name, term in config.terms().items()}


def _credit(name: str) -> dict[str, str]:
    asset = assets.ASSETS.get(name)
    if asset is None:
        return {"name": Path(name).name, "title": Path(name).stem, "credit": ""}
    return {"name": name, "title": asset.title, "credit": asset.credit}
