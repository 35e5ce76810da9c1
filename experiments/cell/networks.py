"""The network that looks at the pictures, in each of its forms; loaded once for all cells of one process."""

import copy
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from experiments.cell import architectures
from experiments.cell.compute_plan import ComputePlan
from experiments.settings import schema
from experiments.settings.inputs import TORCHVISION, TORCHVISION_BN, UNTRAINED, Input, NetworkInputs
from reconstruct.errors import RunError
from reconstruct.hardware.algorithms import ConvAlgorithm
from reconstruct.layers import ARCHITECTURES
from reconstruct.network import Network, State, file_state, normalized, torchvision_state, untrained_state, vgg

NORMALIZING_SIZE = 256  # pixels


@dataclass(frozen=True)
class Networks:
    """One network in three forms.

    Attributes:
        exact: in float32, by torch's own convolutions: for what is reported.
        matched: in the plan's number format: for the targets.
        fast: by the plan's algorithms: for the steps.
    """

    exact: Network
    matched: Network
    fast: Network


def networks(
    settings: schema.NetworkSettings, files: NetworkInputs, plan: ComputePlan, picture: Tensor, layers: tuple[str, ...]
) -> Networks:
    """The forms that a plan needs for pictures like `picture`, ``(1, 3, H, W)``, up to the deepest of `layers`.

    Raises:
        InputError: the weights are not those of such a network.
        RunError: weights could not be fetched, or there is no compiler and the plan requires one.
    """
    exact = network(settings, files, plan.device)
    matched, plain = _computing(exact, plan.algorithm, layers)
    plain = plain.checkpointed() if plan.checkpointing else plain
    return Networks(exact, matched, _compiled(plain, picture, layers) if plan.compiled else plain)


def network(settings: schema.NetworkSettings, files: NetworkInputs, device: torch.device) -> Network:
    """The network in float32; for the same settings and files, the same object."""
    torch.backends.cudnn.allow_tf32 = False  # float32 shall mean float32, on a GPU too
    torch.backends.cudnn.deterministic = True  # and the same settings the same picture
    return _network(settings.architecture, settings.pooling.name, settings.seed, files, device)


def forget() -> None:
    """Let go of the networks that are kept for the next cell."""
    for kept in (_network, _computing):
        kept.cache_clear()


@lru_cache(maxsize=1)
def _network(architecture: str, pooling: str, seed: int, files: NetworkInputs, device: torch.device) -> Network:
    if architecture not in ARCHITECTURES:
        return architectures.network(architecture, seed, files).to(device)
    built = vgg(architecture, _state(architecture, files.weights, seed), pooling)  # type: ignore[arg-type]
    if files.normalize_over:
        built = normalized(built, [given.picture(NORMALIZING_SIZE, square=True) for given in files.normalize_over])
    return built.to(device)


def _state(architecture: str, weights: Input, seed: int) -> State:
    if weights.name in (TORCHVISION, TORCHVISION_BN):
        return torchvision_state(architecture, weights.name == TORCHVISION_BN)
    return untrained_state(architecture, seed) if weights.name == UNTRAINED else file_state(weights.file)


@lru_cache(maxsize=1)
def _computing(exact: Network, algorithm: ConvAlgorithm, layers: tuple[str, ...]) -> tuple[Network, Network]:
    """The network in the number format of an algorithm, by torch's own convolutions, and by this algorithm."""
    computed = exact if algorithm is ConvAlgorithm.float32 else exact.computed(algorithm, layers)
    return exact if algorithm is ConvAlgorithm.winograd else computed, computed


def _compiled(network: Network, picture: Tensor, layers: tuple[str, ...]) -> Network:
    """The network compiled for pictures like this one.

    Raises:
        RunError: there is no compiler, or it fails.
    """
    torch._dynamo.reset()  # else a sweep would come to the limit of compilations and silently go on without
    compiled = copy.copy(network)
    compiled.compile(dynamic=False)
    x = picture.clone().requires_grad_()
    try:
        torch.autograd.grad(sum(F.sum() for F in compiled(x, layers).values()), x)
    except Exception as error:  # torch wraps whatever it raised
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise RunError(f"compile=true: {reason}; compile=false does without a compiler") from error
    return compiled
