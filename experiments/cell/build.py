"""Configuration and inputs -> the library's objects, checked before anything heavy runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from experiments.cell import architectures, networks
from experiments.cell.compute_plan import ComputePlan, compute_plan, device
from experiments.cell.originals import Shape, network_description, other_network, stretched
from experiments.cell.originals import originals as originals_of
from experiments.cell.terms import terms, warnings
from experiments.settings import schema
from experiments.settings.inputs import Inputs
from experiments.settings.inputs import inputs as inputs_of
from experiments.terminal.progress import say
from reconstruct import optimizers
from reconstruct.canvas import DECORRELATED, RGB, Canvas, Fourier, Pixels, Pyramid, under_noise, white_noise
from reconstruct.codes import SavedCode
from reconstruct.objective import Objective
from reconstruct.runs.results import START
from reconstruct.synthesis import Synthesis


@dataclass(frozen=True)
class Cell:
    """All that one reconstruction needs, ready to run.

    Attributes:
        originals: term -> the picture whose code is the target, ``(1, 3, H, W)``; none where a code came from a file.
        start: the picture that it begins with, with noise over it; None for noise alone.
        synthesis: the loop, computed as `plan` says.
        reference: the same objective in float32, for what is reported.
        record: what a checkpoint needs to go on by the same plan.
    """

    originals: Mapping[str, Tensor]
    start: Tensor | None
    synthesis: Synthesis
    reference: Objective
    plan: ComputePlan
    record: Mapping[str, Any]

    @property
    def pictures(self) -> dict[str, Tensor]:
        """Name -> originals, and the start if it is a picture."""
        return {**self.originals} | ({} if self.start is None else {START: self.start})


def cell(
    config: schema.Config, inputs: Inputs, begun: Mapping[str, Any] | None = None, start: Tensor | None = None
) -> Cell:
    """Everything for one reconstruction.

    Args:
        config: the settings.
        inputs: the files.
        begun: the record of its plan, from its checkpoint.
        start: the picture to begin with, ``(1, 3, H, W)``; stretched to the shape of the result.

    Raises:
        InputError: a setting or a file is wrong, or there is not enough memory.
        RunError: weights or samples could not be fetched.
    """
    if not config.network.is_vgg:
        architectures.check_layers(config, inputs.network)
    plan = compute_plan(config, inputs, begun)
    originals = originals_of(config, inputs, plan.device)
    start = None if start is None else stretched(start, *originals.shape)
    canvas = _canvas(config, originals.shape, start).to(plan.device)
    forms = networks.networks(config.network, inputs.network, plan, canvas().detach(), config.asked_layers())
    reference, matched = (Objective(n, terms(config, n, originals)) for n in (forms.exact, forms.matched))
    if begun is None:
        for line in filter(
            None, [*warnings(config, reference.terms, forms.exact, originals), other_network(config, inputs)]
        ):
            say(line)
    objective = Objective(forms.fast, matched.terms)
    synthesis = Synthesis(canvas, objective, _optimizer(config.optimizer, canvas), config.steps, config.until)
    return Cell(originals.pictures, start, synthesis, reference, plan, plan.record())


def code_of(config: schema.Config) -> SavedCode:
    """The features that content's layers have of content's picture, in float32."""
    found, chosen = inputs_of(config), device(config.device)
    picture = originals_of(config, found, chosen).pictures["content"]
    with torch.no_grad():
        features = networks.network(config.network, found.network, chosen)(picture, config.layers("content"))
    code = {layer: F.cpu() for layer, F in features.items()}
    return SavedCode(code, (picture.shape[-2], picture.shape[-1]), network_description(config, found))


_COLOURS = {schema.Colours.rgb: RGB, schema.Colours.decorrelated: DECORRELATED}


def _canvas(config: schema.Config, shape: Shape, picture: Tensor | None) -> Canvas:
    generator = torch.Generator().manual_seed(config.seed)
    colours = _COLOURS[config.canvas.colours]
    noise = white_noise(*shape, config.canvas.contrast, generator)
    start = noise if picture is None else under_noise(picture, noise, config.start_noise)
    match config.canvas:
        case schema.PixelsSettings():
            return Pixels(start, colours)
        case schema.FourierSettings():
            return Fourier(start, colours)
        case schema.PyramidSettings(levels=levels, damping=damping):
            return Pyramid(start, levels, damping, colours)
    raise AssertionError(f"no canvas for {type(config.canvas).__name__}")


def _optimizer(settings: schema.OptimizerSettings, canvas: Canvas) -> torch.optim.Optimizer:
    match settings:
        case schema.LBFGSSettings(lr=lr, history=history, reach=reach):
            return optimizers.BlockLBFGS(canvas.parameters(), canvas.position, lr, history, reach)
        case schema.AdamSettings(lr=lr):
            on_gpu = next(canvas.parameters()).is_cuda
            return torch.optim.Adam(canvas.parameters(), lr, capturable=on_gpu)  # which a GPU can repeat by itself
    raise AssertionError(f"no optimizer for {type(settings).__name__}")
