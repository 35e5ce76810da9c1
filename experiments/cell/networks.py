"""Which network on which device in which precision; loaded once for all cells of one process."""

import copy
import os
from functools import lru_cache

import torch
from torch import Tensor

from experiments.cell import devices
from experiments.settings import inputs, schema
from experiments.settings.fingerprint import content
from experiments.terminal.progress import say
from reconstruct import assets
from reconstruct.errors import InputError, RunError
from reconstruct.hardware.precision import fastest, winograd_pays
from reconstruct.network import Network, State, file_state, normalized, torchvision_state, untrained_state, vgg

NORMALIZING_SIZE = 256  # pixels

# Compiling takes some 10 to 50 s and saves about 0.15 s a step for every million pixels (two cores with AMX). With
# Winograd's convolutions, which are not compiled, it made steps a tenth slower.
WORTH_COMPILING = 200e6  # pixels times steps


def device(name: str) -> torch.device:
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


def respect_share() -> None:
    """Compute on the cores that a cluster gave this job; torch itself would take all that the machine has."""
    given = os.environ.get("SLURM_CPUS_PER_TASK", "")
    if given.isdigit() and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(int(given))


def dtype(precision: schema.Precision, device: torch.device) -> torch.dtype:
    if precision is schema.Precision.auto:
        return fastest(device)
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[precision.name]


def winograd(asked: str, dtype: torch.dtype, device: torch.device) -> bool:
    """Whether to convolve in fewer multiplications: only in float32, since the transforms add to the rounding."""
    if asked == "true" and dtype != torch.float32:
        given = str(dtype).removeprefix("torch.")
        raise InputError(
            f"winograd=true needs precision=float32, not {given}; winograd=auto does without where it must"
        )
    return asked == "true" or (asked == "auto" and dtype == torch.float32 and winograd_pays(device))


def network(settings: schema.Network, device: torch.device) -> Network:
    """The network in float32; asked again for the same, the same object."""
    torch.backends.cudnn.allow_tf32 = False  # float32 shall mean float32, on a GPU too
    over = tuple(settings.normalize_over)
    contents = content(settings.weights, "network.weights"), *(content(p, "network.normalize_over") for p in over)
    return _network(
        settings.architecture, settings.weights, settings.pooling.name, over, settings.seed, contents, device
    )


@lru_cache(maxsize=1)
def _network(
    architecture: str,
    weights: str,
    pooling: str,
    normalize_over: tuple[str, ...],
    seed: int,
    contents: tuple[str, ...],  # only so that a file that has changed is read again
    device: torch.device,
) -> Network:
    built = vgg(architecture, _state(architecture, weights, seed), pooling)  # type: ignore[arg-type]
    if normalize_over:
        key = "network.normalize_over"
        built = normalized(built, [inputs.picture(name, key, NORMALIZING_SIZE, True) for name in normalize_over])
    return built.to(device)


@lru_cache(maxsize=1)
def cast(network: Network, dtype: torch.dtype) -> Network:
    """The network in that precision; asked again for the same, the same object."""
    return network if network.dtype == dtype else network.cast(dtype)


@lru_cache(maxsize=1)
def with_winograd(network: Network, layers: tuple[str, ...]) -> Network:
    """The network in fewer multiplications; asked again for the same, the same object."""
    return network.with_winograd(layers)


def _state(architecture: str, weights: str, seed: int) -> State:
    match weights:
        case "torchvision":
            return torchvision_state(architecture)
        case "untrained":
            return untrained_state(architecture, seed)
        case name if name in assets.weights():
            return file_state(inputs.fetched(name))
        case path:
            return file_state(inputs.source(path, "network.weights"))


def for_optimising(network: Network, config: schema.Config, picture: Tensor, layers: tuple[str, ...]) -> Network:
    """`network` with activation checkpointing and compiled, if that is asked for or pays."""
    if config.checkpointing:
        network = network.checkpointed()
    long = config.steps * picture[0, 0].numel() >= WORTH_COMPILING
    pays = long and picture.device.type == "cpu" and not network.winograd
    if config.compile == "false" or (config.compile == "auto" and not pays):
        return network
    return _compiled(network, picture, layers, config.compile == "true")


def _compiled(network: Network, picture: Tensor, layers: tuple[str, ...], required: bool) -> Network:
    torch._dynamo.reset()  # else a sweep would come to the limit of compilations and silently go on without
    compiled = copy.copy(network)
    compiled.compile(dynamic=False)
    try:
        sum(F.sum() for F in compiled(picture.clone().requires_grad_(), layers).values()).backward()
    except Exception as error:  # no compiler, or one that fails: torch wraps whatever it raised
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        if required:
            raise RunError(f"compile=true: {reason}; compile=false does without a compiler") from error
        say(f"not compiled, which only costs time ({reason})")
        return network
    return compiled
