"""How long a convolution takes on this machine in each of the ways to compute it: measured, not guessed.

Names of processors and their flags do not tell. With the same flag for bfloat16, one processor multiplies in it twice
as fast as in float32 and another half as fast; Winograd's algorithm is twice as slow for some shapes and four times as
fast for others.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from reconstruct.hardware.repetition import WARM, Repeated
from reconstruct.hardware.ways import Way, computing

MOST = 1.5e9  # operations of a convolution that is timed; of a larger one fewer rows are
ROWS = 8  # a multiple of them, so that no part of a tile of Winograd's algorithm is computed in vain
FEWEST = 1024  # positions: for fewer, a way that reads more weights than another would look worse than it is
FIRST_LOOK = 8  # rows, since a way that a machine has no instructions for takes very long
LOOKS = 5
HOPELESS = 8.0  # times the time of the best at the first look: not looked at again
ROUNDS = 4  # at least, and for a convolution that takes little time up to
MOST_ROUNDS = 20
ENOUGH = 0.1  # seconds for one convolution, after which nothing is repeated but what must be
FEW_ROUNDS = 2  # of a way that then takes so many times the time of the best:
LOST = 1.6
AT_ONCE = 10  # calls on a GPU, so that waiting for it does not count
CONVERSION = "conversion"
Key = TypeVar("Key")
OFF = {Way.float32: 1e-5, Way.winograd: 1e-4, Way.bfloat16: 0.02}  # of the norm: what is further off is not right


@dataclass(frozen=True)
class Shape:
    """A 3×3 convolution: channels of its inputs and outputs, height and width."""

    channels: int
    outputs: int
    height: int
    width: int

    @property
    def operations(self) -> float:
        """Multiplications and additions of the convolution as it is written down."""
        return 18.0 * self.channels * self.outputs * self.height * self.width

    @property
    def timed(self) -> "Shape":
        """A part of it, if it is large, with as many rows as tell how long the whole takes."""
        rows = max(self.height * MOST / self.operations, FEWEST / self.width)
        return self.with_rows(ROWS * math.ceil(rows / ROWS))

    def with_rows(self, rows: int) -> "Shape":
        """The first rows of it."""
        return Shape(self.channels, self.outputs, min(self.height, rows), self.width)


@dataclass(frozen=True)
class Times:
    """Seconds for a convolution, the rectification behind it and the gradient of both.

    Attributes:
        ways: of every way that gives the right result.
        conversion: of its inputs into bfloat16 and of their gradient back.
    """

    ways: Mapping[Way, float]
    conversion: float


def measure(shape: Shape, ways: Iterable[Way], device: torch.device) -> Times:
    """Time a convolution in these ways, in turn, several times; the least counts, which other programs disturb least.

    It takes about a quarter of a second for a convolution on two cores, and leaves torch's random numbers alone.
    """
    timed = shape.timed
    convolution, x, g = _convolution(shape, device), *_maps(timed, device)
    exact = _Trial(convolution, x, g)
    trials = {way: _Trial(computing(convolution, way), x.to(way.dtype), g.to(way.dtype)) for way in ways}
    first = {way: trial.first_look() for way, trial in trials.items()}
    right = [way for way, look in first.items() if look.is_like(exact.first_look(), OFF[way])]
    if not right:
        return Times({}, 0.0)
    looks = {way: min(_seconds(first[way], device) for _ in range(LOOKS)) for way in right}
    hopeful = {way: trials[way] for way in right if looks[way] <= HOPELESS * min(looks.values())}
    scale = shape.height / timed.height
    least = {way: scale * seconds for way, seconds in _least(hopeful, device).items()}
    (conversion,) = _least({CONVERSION: _Conversion(x)}, device).values()
    return Times(least, scale * conversion)


def _convolution(shape: Shape, device: torch.device) -> nn.Conv2d:
    """With random weights that keep the size of what goes through it."""
    convolution = nn.utils.skip_init(nn.Conv2d, shape.channels, shape.outputs, 3, padding=1).requires_grad_(False)
    generator = torch.Generator().manual_seed(0)
    convolution.weight.normal_(std=(9 * shape.channels / 2) ** -0.5, generator=generator)
    convolution.bias.zero_()
    return convolution.to(device, memory_format=torch.channels_last)  # type: ignore[no-any-return]


def _maps(shape: Shape, device: torch.device) -> tuple[Tensor, Tensor]:
    """Random inputs, as rectified as features are, and a random gradient of the outputs."""
    generator = torch.Generator().manual_seed(0)
    row = torch.randn(1, max(shape.channels, shape.outputs), 1, shape.width + shape.height, generator=generator)
    rows = torch.stack([row[:, :, 0, k : k + shape.width] for k in range(shape.height)], 2)
    x, g = rows[:, : shape.channels].relu(), rows[:, : shape.outputs]
    return tuple(each.to(device).contiguous(memory_format=torch.channels_last) for each in (x, g))  # type: ignore[return-value]


def _least(tasks: Mapping[Key, Callable[[], object]], device: torch.device) -> dict[Key, float]:
    """The least seconds of each task; of those that have lost already, after a few rounds."""
    repeated = {name: Repeated(task, device) for name, task in tasks.items()}
    for task in repeated.values():
        for _ in range(WARM + 1 if device.type == "cuda" else 1):
            task()
    least = dict.fromkeys(tasks, float("inf"))
    start = time.perf_counter()
    for number in range(MOST_ROUNDS):
        if number >= ROUNDS and time.perf_counter() - start > ENOUGH:
            break
        lost = LOST * min(least.values())
        for name in (name for name in tasks if number < FEW_ROUNDS or least[name] <= lost):
            least[name] = min(least[name], _seconds(repeated[name], device))
    return least


def _seconds(task: Callable[[], object], device: torch.device) -> float:
    count = AT_ONCE if device.type == "cuda" else 1
    _wait(device)
    start = time.perf_counter()
    for _ in range(count):
        task()
    _wait(device)
    return (time.perf_counter() - start) / count


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


class _Trial:
    """A convolution in one way; called, it goes through it and a rectification, forwards and backwards."""

    def __init__(self, stage: nn.Module, x: Tensor, g: Tensor) -> None:
        self._stage, self._x, self._g = stage, x.detach().requires_grad_(), g

    def __call__(self) -> Tensor:
        (gradient,) = torch.autograd.grad(self._stage(self._x).relu_(), self._x, self._g)
        return gradient

    def first_look(self) -> "_Trial":
        """The same with a few rows."""
        last = torch.channels_last
        x, g = (each[:, :, :FIRST_LOOK].detach().contiguous(memory_format=last) for each in (self._x, self._g))
        return _Trial(self._stage, x, g)

    def _outcome(self) -> tuple[Tensor, Tensor]:
        """The convolution alone: a rectification would be let through elsewhere after the least rounding."""
        y = self._stage(self._x)
        (gradient,) = torch.autograd.grad(y, self._x, self._g)
        return y.detach().float(), gradient.float()

    def is_like(self, exact: "_Trial", tolerance: float) -> bool:
        """Whether result and gradient are the same but for rounding; what some machines do in bfloat16 is not."""
        try:
            pairs = list(zip(self._outcome(), exact._outcome(), strict=True))
        except RuntimeError:  # a machine that cannot do it
            return False
        return all(float((mine - its).norm()) <= tolerance * float(its.norm()) for mine, its in pairs)


class _Conversion:
    """A convolution's inputs into bfloat16, and their gradient back."""

    def __init__(self, x: Tensor) -> None:
        self._x, self._g = x.detach().requires_grad_(), x.detach().bfloat16()

    def __call__(self) -> Tensor:
        (gradient,) = torch.autograd.grad(self._x.to(torch.bfloat16), self._x, self._g)
        return gradient
