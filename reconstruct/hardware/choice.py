"""Which algorithm computes a network's convolutions: the one with the shortest step on this machine, measured once."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import torch
from filelock import FileLock

from reconstruct.files import written_whole
from reconstruct.hardware import processor
from reconstruct.hardware.algorithms import Channels, ConvAlgorithm
from reconstruct.hardware.timing import measure

ROUNDING = 1.03  # how many times faster an algorithm that rounds more than float32 must be
LARGEST = 256  # pixels of the longer side that is timed: on larger pictures the same algorithm is the fastest

Seconds = Mapping[ConvAlgorithm, float]


@dataclass(frozen=True)
class Choice:
    """What was chosen, and why, in a line."""

    algorithm: ConvAlgorithm
    reason: str


def choose(
    convolutions: Channels,
    size: tuple[int, int],
    allowed: Collection[ConvAlgorithm],
    device: torch.device,
    cache: Path,
    announce: Callable[[], None] = lambda: None,
) -> Choice:
    """The fastest of the allowed algorithms.

    Args:
        convolutions: more than one; the first sees the picture, which is never rounded.
        size: height and width of the picture.
        allowed: float32 and others.
        device: on which they are computed.
        cache: the folder of the times that are known, a file for each task and kind of machine. One that cannot be
            read, or written, is as good as none.
        announce: called before anything is measured, which takes seconds.
    """
    height, width = timed_size(size)
    task = f"{len(convolutions)} convolutions to {list(convolutions)[-1]} at {width}×{height}"
    valid_for = {"task": task, **processor.circumstances(device)}
    file = cache / f"{sha256(json.dumps(valid_for).encode()).hexdigest()[:16]}.json"
    with _alone(cache):
        if (known := _known(file, allowed)) is None:
            announce()
            known = measure(convolutions, (height, width), allowed, device)
            _keep(file, {"valid_for": valid_for, "seconds": {each: known.get(each) for each in allowed}})
    fastest = min(known, key=lambda each: known[each] * (1 if each is ConvAlgorithm.float32 else ROUNDING))
    return Choice(fastest, _reason(fastest, known, f"{width}×{height}", device))


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
        with suppress(OSError):  # nobody may write there
            cache.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(cache / "lock"))
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
