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
from experiments.terminal.progress import say
from reconstruct.errors import InputError, RunError
from reconstruct.hardware.algorithms import ConvAlgorithm
from reconstruct.layers import ARCHITECTURES
from reconstruct.network import (
    Network,
    State,
    begins_with_preprocessing,
    file_state,
    normalized,
    preprocessing,
    torchvision_state,
    untrained_state,
    vgg,
)

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
    preprocessed = settings.preprocessing.name if settings.preprocessing else ""
    return _network(settings.architecture, settings.pooling.name, settings.seed, preprocessed, files, device)


def forget() -> None:
    """Let go of the networks that are kept for the next cell."""
    for kept in (_network, _computing):
        kept.cache_clear()


@lru_cache(maxsize=1)
def _network(
    architecture: str, pooling: str, seed: int, preprocessed: str, files: NetworkInputs, device: torch.device
) -> Network:
    given = preprocessing(preprocessed) if preprocessed else None
    if architecture not in ARCHITECTURES:
        return architectures.network(architecture, seed, files, given).to(device)
    state = _state(architecture, files.weights, seed)
    _check_preprocessing(preprocessed, begins_with_preprocessing(state), files.weights)
    built = vgg(architecture, state, pooling, given)  # type: ignore[arg-type]
    if files.normalize_over:
        built = normalized(built, [given.picture(NORMALIZING_SIZE, square=True) for given in files.normalize_over])
    return built.to(device)


def _check_preprocessing(preprocessed: str, is_known: bool, weights: Input) -> None:
    """Refuse one where the weights have their own; a line where it is taken for granted."""
    if preprocessed and is_known:
        raise InputError(f"network.preprocessing={preprocessed}: {weights.name} begins with its own; leave it out")
    if weights.path and not preprocessed and not is_known:
        say(
            f"network.weights={weights.name}: taken to expect what torchvision's networks do; weights from Caffe, such "
            "as Gatys et al.'s, need network.preprocessing=caffe (and imagenet silences this line)"
        )


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
