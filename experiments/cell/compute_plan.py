"""How a cell is computed: on which device, in which number format, by which convolutions."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import torch

from experiments.cell import devices, memory_estimate
from experiments.settings.inputs import Input
from experiments.settings.schema import Config, Crop, Precision
from reconstruct.errors import InputError
from reconstruct.hardware import memory
from reconstruct.hardware.precision import fastest, winograd_pays

# Compiling takes some 10 to 50 s and saves about 0.15 s a step for every million pixels (two cores with AMX). With
# Winograd's convolutions, which are not compiled, it made steps a tenth slower.
WORTH_COMPILING = 200e6  # pixels times steps


class Compilation(Enum):
    """Whether the network is compiled."""

    none = "it is not"
    if_possible = "it is where there is a compiler"
    required = "it is an error if there is none"


@dataclass(frozen=True)
class ComputePlan:
    """How one cell is computed. What is reported in the end is computed in float32 whatever it says.

    Attributes:
        dtype: of the features and gradients while optimising.
        winograd: whether to convolve in fewer multiplications.
        checkpointing: whether features are computed again on the way back instead of being kept.
    """

    device: torch.device
    dtype: torch.dtype
    winograd: bool
    checkpointing: bool
    compilation: Compilation

    @property
    def summary(self) -> str:
        """What a checkpoint depends on."""
        return f"{self.dtype} {self.winograd}"


def compute_plan(config: Config, pictures: Mapping[str, Input]) -> ComputePlan:
    """The plan for a cell with these originals.

    Raises:
        InputError: this machine has no such device, or not enough memory.
    """
    _respect_share()
    chosen = device(config.device)
    dtype, winograd = _arithmetic(config, chosen)
    shapes = [given.shape(config.size, config.crop is Crop.square) for given in pictures.values()]
    pixels = [height * width for height, width in shapes]
    compilation = _compilation(config, pixels[0], chosen, winograd)
    memory_estimate.check(config, max(pixels), chosen, dtype.itemsize)
    memory.keep_freed(large=max(pixels) <= memory_estimate.MANY)
    return ComputePlan(chosen, dtype, winograd, config.checkpointing, compilation)


def device(name: str) -> torch.device:
    """The device of that name, or for ``auto`` the GPU of this process, if there is one.

    Raises:
        InputError: there is no such device.
    """
    if name == "auto":
        count = torch.cuda.device_count()
        return torch.device("cuda", devices.own(count)) if count else torch.device("cpu")
    try:
        chosen = torch.device(name)
    except RuntimeError as error:
        raise InputError(f"device={name}: expected auto, cpu, cuda or cuda:N") from error
    if chosen.type not in ("cpu", "cuda"):
        raise InputError(f"device={name}: expected auto, cpu, cuda or cuda:N")
    if chosen.type == "cuda" and (chosen.index or 0) >= torch.cuda.device_count():
        raise InputError(f"device={name}: this machine shows {torch.cuda.device_count()} CUDA devices; try device=auto")
    return chosen


def _respect_share() -> None:
    """Compute on the cores that a cluster gave this job; torch itself would take all that the machine has."""
    given = os.environ.get("SLURM_CPUS_PER_TASK", "")
    if given.isdigit() and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(int(given))


def _arithmetic(config: Config, device: torch.device) -> tuple[torch.dtype, bool]:
    """Number format, and whether to convolve in fewer multiplications.

    The latter only in float32, since the transforms add to the rounding.
    """
    named = {"float32": torch.float32, "bfloat16": torch.bfloat16}
    dtype = fastest(device) if config.precision is Precision.auto else named[config.precision.name]
    exact = dtype == torch.float32
    if config.winograd == "true" and not exact:
        given = str(dtype).removeprefix("torch.")
        raise InputError(
            f"winograd=true needs precision=float32, not {given}; winograd=auto does without where it must"
        )
    return dtype, exact and (config.winograd == "true" or (config.winograd == "auto" and winograd_pays(device)))


def _compilation(config: Config, pixels: int, device: torch.device, winograd: bool) -> Compilation:
    if config.compile != "auto":
        return Compilation.required if config.compile == "true" else Compilation.none
    pays = config.steps * pixels >= WORTH_COMPILING and device.type == "cpu" and not winograd
    return Compilation.if_possible if pays else Compilation.none
