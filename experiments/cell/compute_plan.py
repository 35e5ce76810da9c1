"""How a cell is computed: on which device, each convolution in which way, compiled or not."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, Self

import torch

from experiments.cell import devices, memory_estimate
from experiments.cell.originals import shapes as shapes_of
from experiments.settings.inputs import Inputs
from experiments.settings.schema import Config, Precision
from experiments.terminal.progress import say
from reconstruct import layers
from reconstruct.assets import cache_folder
from reconstruct.errors import InputError
from reconstruct.hardware import memory
from reconstruct.hardware.choice import fastest, insisted
from reconstruct.hardware.ways import Way

TIMINGS = "timings.json"  # in the user's cache
# Compiling takes some 10 to 50 s, and a step without its convolutions is about a seventh of the whole.
WORTH_COMPILING = 300.0  # seconds that the convolutions of all steps take
LONG = 50e6  # pixels times steps: a run for which measuring is worth its while, even if there is no choice of ways


class Compilation(Enum):
    """Whether the network is compiled."""

    none = "it is not"
    if_faster = "it is where there is a compiler and a step is faster then"
    if_possible = "it is where there is a compiler"
    required = "it is an error if there is none"


@dataclass(frozen=True)
class ComputePlan:
    """How the steps of one cell are computed. What is reported in the end is computed in float32 whatever it says.

    Attributes:
        ways: convolution -> the way in which it is computed; all on the way to the deepest layer.
        checkpointing: whether features are computed again on the way back instead of being kept.
        reason: why it is so, in a line.
    """

    device: torch.device
    ways: Mapping[str, Way]
    checkpointing: bool
    compilation: Compilation
    reason: str = ""

    @property
    def precision(self) -> str:
        """float32, bfloat16 (all but the first convolution, which sees the picture) or mixed."""
        kinds = {str(way.dtype).removeprefix("torch.") for way in list(self.ways.values())[1:] or self.ways.values()}
        return kinds.pop() if len(kinds) == 1 else "mixed"

    @property
    def winograd(self) -> bool:
        """Whether a convolution is computed by Winograd's algorithm."""
        return Way.winograd in self.ways.values()

    @property
    def itemsize(self) -> int:
        """Bytes of a feature, of most of them at least."""
        return 2 if self.precision == "bfloat16" else 4

    def record(self, compiled: bool) -> dict[str, Any]:
        """What a checkpoint needs to go on in the same way: `Begun`."""
        ways = {tap: way.value for tap, way in self.ways.items()}
        return {"device": self.device.type, "ways": ways, "compiled": compiled}


@dataclass(frozen=True)
class Begun:
    """The plan by which a cell was begun, from its checkpoint."""

    ways: Mapping[str, Way]
    compiled: bool

    @classmethod
    def of(cls, record: Mapping[str, Any], device: torch.device) -> Self | None:
        """The plan, if it was made for such a device."""
        try:
            ways = {str(tap): Way(way) for tap, way in record["ways"].items()}
            return cls(ways, bool(record["compiled"])) if record["device"] == device.type else None
        except (KeyError, ValueError, AttributeError, TypeError):
            return None


def compute_plan(config: Config, inputs: Inputs, begun: Mapping[str, Any] | None = None) -> ComputePlan:
    """The plan for a cell with these inputs; that of its checkpoint, if it was begun.

    Raises:
        InputError: this machine has no such device, or not enough memory.
    """
    _respect_share()
    chosen = device(config.device)
    shapes = shapes_of(config, inputs)
    earlier = Begun.of(begun, chosen) if begun else None
    pixels = max(height * width for height, width in shapes)
    if not earlier:
        _refuse_early(config, pixels, chosen)
    plan = _as_begun(config, chosen, earlier) if earlier else _plan(config, chosen, *shapes[0])
    memory_estimate.check(config, pixels, chosen, plan.itemsize)
    memory.keep_freed(large=pixels <= memory_estimate.MANY)
    return plan


def _refuse_early(config: Config, pixels: int, device: torch.device) -> None:
    """What does not fit, however it is computed, is refused before anything is measured."""
    sizes = [way.dtype.itemsize for way in _allowed(config, device)]
    if not memory_estimate.fits(config, pixels, device, min(sizes)):
        memory_estimate.check(config, pixels, device, max(sizes))


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
        raise InputError(f"device={name}: expected auto, cpu, cuda, cuda:N or mps") from error
    if chosen.type not in ("cpu", "cuda", "mps"):
        raise InputError(f"device={name}: expected auto, cpu, cuda, cuda:N or mps")
    if chosen.type == "mps" and not torch.backends.mps.is_available():
        raise InputError(f"device={name}: this machine shows no Metal device; try device=auto")
    if chosen.type == "cuda" and (chosen.index or 0) >= torch.cuda.device_count():
        raise InputError(f"device={name}: this machine shows {torch.cuda.device_count()} CUDA devices; try device=auto")
    return chosen


def _respect_share() -> None:
    """Compute on the cores that a cluster gave this job; torch itself would take all that the machine has."""
    given = os.environ.get("SLURM_CPUS_PER_TASK", "")
    if given.isdigit() and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(int(given))


def _as_begun(config: Config, device: torch.device, begun: Begun) -> ComputePlan:
    compilation = Compilation.if_possible if begun.compiled else Compilation.none
    return ComputePlan(device, begun.ways, config.checkpointing, compilation, "as it was begun")


def _plan(config: Config, device: torch.device, height: int, width: int) -> ComputePlan:
    convolutions = layers.convolutions(config.network.architecture, config.asked_layers())
    allowed, measured = _allowed(config, device), None
    if len(allowed) > 1 or (device.type == "cpu" and config.steps * height * width >= LONG):
        tell = partial(_tell, height, width)
        measured = fastest(convolutions, (height, width), allowed, device, cache_folder() / TIMINGS, tell)
    chosen = measured if measured and len(allowed) > 1 else insisted(convolutions, allowed[0])
    compilation = _compilation(config, measured.seconds if measured else 0.0, device)
    return ComputePlan(device, chosen.ways, config.checkpointing, compilation, chosen.reason)


def _tell(height: int, width: int) -> None:
    say(f"measuring which way of computing is fastest here, once for these layers at {width}×{height} pixels")


def _allowed(config: Config, device: torch.device) -> list[Way]:
    """The ways among which there is a choice."""
    if config.winograd == "true":
        if config.precision is Precision.bfloat16:
            raise InputError("winograd=true needs precision=float32, not bfloat16; winograd=auto does without")
        if device.type == "mps":
            raise InputError("winograd=true needs a device with double precision, not mps; winograd=auto does without")
        return [Way.winograd]
    exact = [Way.float32] + [Way.winograd] * (config.winograd == "auto" and device.type == "cpu")
    rounded = [Way.bfloat16]
    every = exact if device.type == "mps" else exact + rounded  # bfloat16 needs a macOS that cannot be asked for
    return {Precision.float32: exact, Precision.bfloat16: rounded, Precision.auto: every}[config.precision]


def _compilation(config: Config, seconds: float, device: torch.device) -> Compilation:
    """Args: seconds: of a step's convolutions, 0 where they were not measured."""
    if config.compile != "auto":
        return Compilation.required if config.compile == "true" else Compilation.none
    pays = config.steps * seconds >= WORTH_COMPILING and device.type == "cpu"
    return Compilation.if_faster if pays else Compilation.none
