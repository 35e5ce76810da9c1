"""Configuration and inputs -> the library's objects, checked before anything heavy runs."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from experiments.cell import networks
from experiments.cell.compute_plan import ComputePlan, compute_plan
from experiments.cell.originals import originals as originals_of
from experiments.settings import schema
from experiments.settings.inputs import Inputs
from reconstruct import optimizers
from reconstruct.canvas import DECORRELATED, RGB, Canvas, Fourier, Pixels, Pyramid, white_noise
from reconstruct.errors import InputError
from reconstruct.network import Network
from reconstruct.objective import Objective, Term, encode, reference_loss
from reconstruct.representations import Content, Representation, Style, equal_weights
from reconstruct.synthesis import Synthesis


@dataclass(frozen=True)
class Cell:
    """All that one reconstruction needs, ready to run.

    Attributes:
        originals: term -> the picture whose code is the target, ``(1, 3, H, W)``.
        synthesis: the loop, computed as `plan` says.
        reference: the same objective in float32, for what is reported.
        record: what a checkpoint needs to go on by the same plan.
    """

    originals: dict[str, Tensor]
    synthesis: Synthesis
    reference: Objective
    plan: ComputePlan
    record: Mapping[str, Any]


def cell(config: schema.Config, inputs: Inputs, begun: Mapping[str, Any] | None = None) -> Cell:
    """Everything for one reconstruction.

    Args:
        config: the settings.
        inputs: the files.
        begun: the record of the plan by which the cell was begun.

    Raises:
        InputError: a setting or a file is wrong, or there is not enough memory.
        RunError: weights or samples could not be fetched.
    """
    plan = compute_plan(config, inputs.pictures, begun)
    originals = originals_of(config, inputs.pictures, plan.device)
    canvas = _canvas(config, next(iter(originals.values()))).to(plan.device)
    forms = networks.networks(config.network, inputs.network, plan, canvas().detach(), config.asked_layers())
    reference, matched = (Objective(n, _terms(config, n, originals)) for n in (forms.exact, forms.matched))
    objective = Objective(forms.fast, matched.terms)
    synthesis = Synthesis(canvas, objective, _optimizer(config.optimizer, canvas), config.steps, config.until)
    return Cell(originals, synthesis, reference, plan, plan.record(forms.compiled))


_COLOURS = {schema.Colours.rgb: RGB, schema.Colours.decorrelated: DECORRELATED}


def _canvas(config: schema.Config, like: Tensor) -> Canvas:
    generator = torch.Generator().manual_seed(config.seed)
    height, width = like.shape[-2:]
    contrast, colours = config.canvas.contrast, _COLOURS[config.canvas.colours]
    start = white_noise(height, width, contrast, generator)
    match config.canvas:
        case schema.PixelsSettings():
            return Pixels(start, colours)
        case schema.FourierSettings():
            return Fourier(start, colours)
        case schema.PyramidSettings(levels=levels, damping=damping):
            return Pyramid(start, levels, damping, colours)
        case other:
            raise AssertionError(f"no canvas for {type(other).__name__}")


def _optimizer(settings: schema.OptimizerSettings, canvas: Canvas) -> torch.optim.Optimizer:
    match settings:
        case schema.LBFGSSettings(lr=lr, history=history, reach=reach):
            return optimizers.BlockLBFGS(canvas.parameters(), canvas.position, lr, history, reach)
        case schema.AdamSettings(lr=lr):
            on_gpu = next(canvas.parameters()).is_cuda
            return torch.optim.Adam(canvas.parameters(), lr, capturable=on_gpu)  # which a GPU can repeat by itself
        case other:
            raise AssertionError(f"no optimizer for {type(other).__name__}")


_REPRESENTATIONS: dict[str, Callable[[dict[str, float]], Representation]] = {"content": Content, "style": Style}


def _terms(config: schema.Config, network: Network, originals: dict[str, Tensor]) -> list[Term]:
    """The terms of the objective, their targets as this network sees them."""
    terms, weights = [], _weights(config)
    for name, original in originals.items():
        representation = _representation(config, name)
        target = encode(network, representation, original)
        term = Term(name, representation, target, weights[name], 1.0)
        others = [picture for other, picture in originals.items() if other != name]
        relative = config.losses is schema.Losses.relative
        terms.append(_relative(term, network, original, others) if relative else term)
    return terms


def _weights(config: schema.Config) -> dict[str, float]:
    """α and β from α/β; at 0 and infinity one of the terms is only watched."""
    if len(config.active()) == 1:
        return dict.fromkeys(config.active(), 1.0)
    return {"content": 1.0, "style": 0.0} if math.isinf(config.ratio) else {"content": config.ratio, "style": 1.0}


def _representation(config: schema.Config, term: str) -> Representation:
    names = config.layers(term)
    given = config.term(term).weights
    return _REPRESENTATIONS[term](dict(zip(names, given, strict=True)) if given else equal_weights(names))


def _relative(term: Term, network: Network, original: Tensor, others: list[Tensor]) -> Term:
    """The term in units of the loss of the other picture, or of a code that is zero where there is no other."""
    other = encode(network, term.representation, _shaped_like(others[0], original)) if others else None
    unit = reference_loss(term.representation, term.target, other)
    if unit == 0:
        raise InputError(
            f"losses=relative: nothing to measure {term.name} against, both pictures are the same; try losses=paper"
        )
    return replace(term, unit=unit)


def _shaped_like(picture: Tensor, model: Tensor) -> Tensor:
    """Stretched to the size of `model`: content can only be compared position by position."""
    return torch.nn.functional.interpolate(picture, size=model.shape[-2:], mode="bilinear", antialias=True)
