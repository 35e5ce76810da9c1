"""Which algorithm computes a network's convolutions: the one with the shortest step on this machine, measured once.

Names of processors and their flags do not tell. With the same flag for bfloat16, one processor multiplies in it twice
as fast as in float32 and another half as fast.
"""

import json
import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import torch
from filelock import FileLock
from torch import Tensor, nn

from reconstruct import layers
from reconstruct.files import written_whole
from reconstruct.hardware import processor
from reconstruct.hardware.algorithms import Channels, ConvAlgorithm, converted
from reconstruct.hardware.cuda_graph import WARMUP_CALLS, CudaGraph

ROUNDING = 1.03  # how many times faster an algorithm that rounds more than float32 must be
LARGEST = 256  # pixels of the longer side that is timed: on larger pictures the same algorithm is the fastest

PATIENCE = 60.0  # seconds that one waits for another process's measurement
ROUNDS = 3
CALLS_ON_GPU = 10  # a round, so that waiting for the GPU does not count
FIRST_LOOK = 48  # pixels along a side, since an algorithm that is only emulated takes very long
MAX_FIRST_SLOWDOWN = 3.0  # times the time of the best at the first look; slower ones are not timed any further
FEATURES_OFF, GRADIENT_OFF = 0.02, 0.2  # of float32's norm; rounding to bfloat16 has 0.007 and 0.07 up to relu5_4

Seconds = Mapping[ConvAlgorithm, float]
NetworkStep = Callable[[], tuple[Tensor, Tensor]]
"""Features of the deepest layer, and the gradient of their sum of squares: the same every time."""


@dataclass(frozen=True)
class Task:
    """What is timed."""

    name: str  # tells it from others
    step: Callable[[ConvAlgorithm, Tensor], NetworkStep]  # for pictures like this one, ``(1, 3, H, W)``
    is_of_any_size: bool = True  # whether a smaller picture tells which algorithm is fastest


def choose(
    task: Task,
    size: tuple[int, int],
    allowed: Collection[ConvAlgorithm],
    device: torch.device,
    cache: Path,
    announce: Callable[[], None] = lambda: None,
) -> tuple[ConvAlgorithm, str]:
    """The fastest of the allowed algorithms, and why, in a line.

    Args:
        task: whose steps are timed.
        size: height and width of the picture.
        allowed: float32 and others.
        device: on which they are computed.
        cache: the folder of the times that are known, a file for each task and kind of machine. One that cannot be
            read, or written, is as good as none.
        announce: called before anything is measured, which takes seconds.
    """
    height, width = timed_size(size) if task.is_of_any_size else size
    valid_for = {"task": f"{task.name} at {width}×{height}", **processor.circumstances(device)}
    file = cache / f"{sha256(json.dumps(valid_for).encode()).hexdigest()[:16]}.json"
    if (known := _known(file, allowed)) is None:
        with _alone(cache):
            if (known := _known(file, allowed)) is None:
                announce()
                known = measure(task, (height, width), allowed, device)
                _keep(file, {"valid_for": valid_for, "seconds": {each: known.get(each) for each in allowed}})
    fastest = min(known, key=lambda each: known[each] * (1 if each is ConvAlgorithm.float32 else ROUNDING))
    return fastest, _reason(fastest, known, f"{width}×{height}", device)


def timed_size(size: tuple[int, int]) -> tuple[int, int]:
    """Height and width of what is timed; sizes that differ by a few pixels are one."""
    scale = min(1.0, LARGEST / max(size))
    height, width = (round(scale * side) for side in size)
    return _rounded(height), _rounded(width)


def _rounded(side: int) -> int:
    return side if side <= 16 else 8 * round(side / 8)


def _reason(fastest: ConvAlgorithm, known: Seconds, size: str, device: torch.device) -> str:
    times = ", ".join(f"{1000 * seconds:.3g} ms in {algorithm}" for algorithm, seconds in known.items())
    threads = "" if device.type == "cuda" else f", {torch.get_num_threads()} threads"
    return f"{fastest} is fastest: a step at {size} pixels takes {times} ({processor.name(device)}{threads})"


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """No other process measures meanwhile, as far as a lock can be had: they would disturb each other."""
    with ExitStack() as stack:
        with suppress(OSError, NotImplementedError):  # nobody may write there, or lock, or it takes too long
            cache.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(cache / "lock", timeout=PATIENCE))
        yield


def _known(file: Path, allowed: Collection[ConvAlgorithm]) -> Seconds | None:
    """Seconds by each algorithm that is right here; ``None`` if one was not measured, or anything is damaged."""
    try:
        seconds = json.loads(file.read_text(encoding="utf-8"))["seconds"]
        right = {algorithm: float(seconds[algorithm]) for algorithm in allowed if seconds[algorithm] is not None}
    except (OSError, KeyError, TypeError, ValueError):
        return None
    return right if right and all(each > 0 for each in right.values()) else None


def _keep(file: Path, record: Mapping[str, object]) -> None:
    with suppress(OSError), written_whole(file) as whole:
        whole.write(json.dumps(record, indent=1, ensure_ascii=False).encode())


def measure(
    task: Task, size: tuple[int, int], algorithms: Collection[ConvAlgorithm], device: torch.device
) -> dict[ConvAlgorithm, float]:
    """Seconds of a step by each algorithm that is right and not hopeless: the least, which is disturbed least."""
    picture = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0)).to(device)
    look = picture[..., :FIRST_LOOK, :FIRST_LOOK] if task.is_of_any_size else picture
    exact = task.step(ConvAlgorithm.float32, look)
    steps = {algorithm: task.step(algorithm, look) for algorithm in algorithms}
    right = {algorithm: step for algorithm, step in steps.items() if _is_like(step, exact)}
    looks = _least_seconds(right, device)
    longest = MAX_FIRST_SLOWDOWN * min(looks.values())
    hopeful = [each for each in right if each is ConvAlgorithm.float32 or looks[each] <= longest]
    return _least_seconds({each: task.step(each, picture) for each in hopeful}, device)


def _is_like(step: NetworkStep, exact: NetworkStep) -> bool:
    """Whether features and gradient are the same but for rounding; what some machines do in bfloat16 is not."""
    try:
        F, gradient = step()
    except RuntimeError:  # a machine that cannot do it
        return False
    G, expected = exact()
    features_alike = float((F - G).norm()) <= FEATURES_OFF * float(G.norm())
    return features_alike and float((gradient - expected).norm()) <= GRADIENT_OFF * float(expected.norm())


def _least_seconds(steps: Mapping[ConvAlgorithm, NetworkStep], device: torch.device) -> dict[ConvAlgorithm, float]:
    """Timed in turn, so that a busy machine slows all of them."""
    on_gpu = device.type == "cuda"
    repeated = {algorithm: CudaGraph(step, device) for algorithm, step in steps.items()}
    for task in repeated.values():
        for _ in range(WARMUP_CALLS + 1 if on_gpu else 0):
            task()
    least = dict.fromkeys(steps, math.inf)
    for _ in range(ROUNDS):
        for algorithm, task in repeated.items():
            least[algorithm] = min(least[algorithm], _seconds(task, CALLS_ON_GPU if on_gpu else 1, device))
    return least


def _seconds(task: CudaGraph[tuple[Tensor, Tensor]], count: int, device: torch.device) -> float:
    _wait(device)
    start = time.perf_counter()
    for _ in range(count):
        task()
    _wait(device)
    return (time.perf_counter() - start) / count


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def vgg_task(convolutions: Channels) -> Task:
    """Steps through a VGG's convolutions, more than one, with random weights."""
    name = f"{len(convolutions)} convolutions to {list(convolutions)[-1]}"
    return Task(name, lambda algorithm, picture: network_step(_network(convolutions, algorithm), picture))


def network_step(network: Callable[[Tensor], Tensor], picture: Tensor) -> NetworkStep:
    """Forwards and backwards through a network."""
    if isinstance(network, nn.Module):
        network = network.to(picture.device).to(memory_format=torch.channels_last)
    x = picture.clone(memory_format=torch.channels_last).requires_grad_()

    def step() -> tuple[Tensor, Tensor]:
        F = network(x)
        (gradient,) = torch.autograd.grad(F.float().square().sum(), x)
        return F.detach(), gradient

    return step


def _network(convolutions: Channels, algorithm: ConvAlgorithm) -> nn.Sequential:
    generator = torch.Generator().manual_seed(0)
    plain = [_convolution(*channels, generator) for channels in convolutions.values()]
    stages: list[nn.Module] = []
    above = pairwise([*convolutions, list(convolutions)[-1]])
    for stage, (tap, following) in zip(converted(plain, algorithm), above, strict=True):
        stages += [stage, nn.ReLU(inplace=True), *[nn.AvgPool2d(2)] * (layers.block(following) - layers.block(tap))]
    return nn.Sequential(*stages)


def _convolution(channels: int, outputs: int, generator: torch.Generator) -> nn.Conv2d:
    """With random weights that keep the size of what goes through it."""
    convolution = nn.utils.skip_init(nn.Conv2d, channels, outputs, 3, padding=1).requires_grad_(False)
    convolution.weight.normal_(std=(2 / (9 * channels)) ** 0.5, generator=generator)
    convolution.bias.zero_()
    return convolution  # type: ignore[no-any-return]
