"""How a cell is computed: on which device, by which algorithm, compiled or not."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout

from experiments.cell import architectures, memory_estimate
from experiments.cell.originals import shapes as shapes_of
from experiments.settings.inputs import Inputs
from experiments.settings.schema import Config, Precision
from experiments.terminal.progress import say
from reconstruct import layers
from reconstruct.assets import cache_folder
from reconstruct.errors import InputError
from reconstruct.hardware import memory
from reconstruct.hardware.algorithm_choice import choose, vgg_task
from reconstruct.hardware.algorithms import ConvAlgorithm

TIMINGS = "timings"  # a folder in the user's cache


@dataclass(frozen=True)
class ComputePlan:
    """How the steps of one cell are computed. What is reported in the end is computed in float32 whatever it says."""

    device: torch.device
    algorithm: ConvAlgorithm  # of the convolutions up to the deepest layer, but for the first, which sees the picture
    checkpointing: bool  # whether features are computed again on the way back instead of being kept
    compiled: bool  # whether the network is: where that is asked for, since no gain was measured
    reason: str = ""  # why it is so, in a line

    @property
    def precision(self) -> str:
        """float32, or bfloat16 (all but the first convolution, which sees the picture)."""
        return "bfloat16" if self.algorithm is ConvAlgorithm.bfloat16 else "float32"

    def record(self) -> dict[str, Any]:
        """What a checkpoint needs to go on in the same way, and what is reported."""
        return {"device": self.device.type, "algorithm": self.algorithm.value, "compiled": self.compiled}


def compute_plan(config: Config, inputs: Inputs, begun: Mapping[str, Any] | None = None) -> ComputePlan:
    """The plan for a cell with these inputs; that of its checkpoint, if it has one for such a device.

    `InputError` if this machine has no such device, or not enough memory.
    """
    _respect_share()
    chosen = device(config.device)
    shapes = shapes_of(config, inputs)
    pixels = max(height * width for height, width in shapes)
    if begun and begun["device"] == chosen.type:
        algorithm = ConvAlgorithm(begun["algorithm"])
        reason = f"{algorithm}, as in its checkpoint"
    else:
        _refuse_early(config, pixels, chosen)
        algorithm, reason = _choice(config, inputs, chosen, *shapes[0])
    memory_estimate.check(config, pixels, chosen, algorithm.dtype.itemsize)
    memory.keep_freed(large=pixels <= memory_estimate.MANY)
    return ComputePlan(chosen, algorithm, config.checkpointing, config.compile == "true", reason)


def _refuse_early(config: Config, pixels: int, device: torch.device) -> None:
    """What does not fit, however it is computed, is refused before anything is measured."""
    sizes = [algorithm.dtype.itemsize for algorithm in _allowed(config, device)]
    if not memory_estimate.fits(config, pixels, device, min(sizes)):
        memory_estimate.check(config, pixels, device, max(sizes))


def device(name: str) -> torch.device:
    """The device of that name, or for ``auto`` the GPU of this process, if there is one.

    `InputError` if there is no such device.
    """
    if name == "auto":
        count = torch.cuda.device_count()
        return torch.device("cuda", own_gpu(count)) if count else torch.device("cpu")
    chosen = torch.device(name)
    if chosen.type == "mps" and not torch.backends.mps.is_available():
        raise InputError(f"device={name}: this machine shows no Metal device; try device=auto")
    if chosen.type == "cuda" and (chosen.index or 0) >= torch.cuda.device_count():
        raise InputError(f"device={name}: this machine shows {torch.cuda.device_count()} CUDA devices; try device=auto")
    return chosen


@lru_cache(maxsize=1)
def own_gpu(count: int) -> int:
    """Index, below `count`, of a GPU that no other process of this user has taken, from now until this one ends.

    So cells that run side by side on one machine have one each. If all are taken, one is shared.
    """
    user = os.getuid() if hasattr(os, "getuid") else "user"  # each has temporary files of their own on such a system
    for index in range(count):
        lock = FileLock(Path(tempfile.gettempdir()) / f"reconstruct-{user}-gpu-{_gpu_name(index)}.lock")
        with suppress(Timeout, OSError):
            lock.acquire(timeout=0)
            _taken.append(lock)
            return index
    return os.getpid() % count


_taken: list[FileLock] = []  # a lock that nobody refers to would be let go of


def _gpu_name(index: int) -> str:
    """The GPU's own name: an index counts only those that are visible to this process."""
    visible = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    return visible[index] if index < len(visible) else str(index)


def _respect_share() -> None:
    """Compute on the cores that a cluster gave this job; torch itself would take all that the machine has."""
    given = os.environ.get("SLURM_CPUS_PER_TASK", "")
    if given.isdigit() and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(int(given))


def _choice(config: Config, inputs: Inputs, device: torch.device, height: int, width: int) -> tuple[ConvAlgorithm, str]:
    if config.network.is_vgg:
        convolutions = layers.convolutions(config.network.architecture, config.asked_layers())
        task, possible = vgg_task(convolutions), [each for each in ConvAlgorithm if each.concerns(convolutions)]
    else:
        task, possible = architectures.task(config, inputs.network), [ConvAlgorithm.bfloat16]
    asked = [each if each in possible else ConvAlgorithm.float32 for each in _allowed(config, device)]
    if len(allowed := list(dict.fromkeys(asked))) == 1:
        return allowed[0], f"{allowed[0]}: there is no choice"
    where = f"{task.name} at {width}×{height} pixels"
    announce = partial(say, f"measuring which algorithm for {where} is fastest here, once")
    return choose(task, (height, width), allowed, device, cache_folder() / TIMINGS, announce)


def _allowed(config: Config, device: torch.device) -> list[ConvAlgorithm]:
    """The algorithms among which there is a choice."""
    if config.winograd == "true":
        if config.precision is Precision.bfloat16:
            raise InputError("winograd=true needs precision=float32, not bfloat16; winograd=auto does without")
        if device.type == "mps":
            raise InputError("winograd=true needs a device with double precision, not mps; winograd=auto does without")
        return [ConvAlgorithm.winograd]
    exact = [ConvAlgorithm.float32] + [ConvAlgorithm.winograd] * (config.winograd == "auto" and device.type == "cpu")
    rounded = [ConvAlgorithm.bfloat16]
    every = exact if device.type == "mps" else exact + rounded  # bfloat16 needs a macOS that cannot be asked for
    return {Precision.float32: exact, Precision.bfloat16: rounded, Precision.auto: every}[config.precision]
