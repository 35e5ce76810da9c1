"""Which algorithm computes a network's convolutions: the one with the shortest step on this machine, measured once."""

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock

from reconstruct.files import written_whole
from reconstruct.hardware import processor
from reconstruct.hardware.algorithms import Channels, ConvAlgorithm, fixed
from reconstruct.hardware.timing import measure

ROUNDING = 1.03  # how many times faster an algorithm that rounds more than float32 must be
LARGEST = 256  # pixels of the longer side that is timed: on larger pictures the same algorithm is the fastest
PATIENCE = 60.0  # seconds to wait for another process that measures

Seconds = Mapping[ConvAlgorithm, float]


@dataclass(frozen=True)
class Choice:
    """What was chosen: convolution -> algorithm, and why, in a line."""

    algorithms: Mapping[str, ConvAlgorithm]
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
        cache: the file of the times that are known, of any machine. One that cannot be read, or written, is as good
            as none.
        announce: called before anything is measured, which takes seconds.
    """
    height, width = timed_size(size)
    key = f"{len(convolutions)} convolutions to {list(convolutions)[-1]} at {width}×{height}"
    if (known := _known(cache, device, key, allowed)) is None:
        with _alone(cache):  # two processes that measure at the same time would disturb each other
            if (known := _known(cache, device, key, allowed)) is None:
                announce()
                measured = measure(convolutions, (height, width), allowed, device)
                # Whoever could not wait for another process takes over what that has kept, so that all choose alike.
                if (known := _known(cache, device, key, allowed)) is None:
                    known = measured
                    _keep(cache, device, key, {each: known.get(each) for each in allowed})
    fastest = min(known, key=lambda each: known[each] * (1 if each is ConvAlgorithm.float32 else ROUNDING))
    return Choice(fixed(convolutions, fastest), _reason(fastest, known, f"{width}×{height}", device))


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


def _alone(cache: Path) -> ExitStack:
    """No other process measures meanwhile, as far as a lock can be had."""
    stack = ExitStack()
    with suppress(OSError):  # nobody may write there, or another process measures for long
        cache.parent.mkdir(parents=True, exist_ok=True)
        stack.enter_context(FileLock(f"{cache}.lock", timeout=PATIENCE))
    return stack


def _known(cache: Path, device: torch.device, key: str, allowed: Collection[ConvAlgorithm]) -> Seconds | None:
    """Seconds by each algorithm that is right here; ``None`` if one was not measured, or anything is damaged."""
    try:
        entry = _read(cache)[_machine(device)]["steps"][key]
        found = {algorithm: entry[algorithm] for algorithm in allowed}
        right = {algorithm: float(seconds) for algorithm, seconds in found.items() if seconds is not None}
    except (KeyError, TypeError, ValueError):
        return None
    return right if right and all(seconds > 0 for seconds in right.values()) else None


def _keep(cache: Path, device: torch.device, key: str, seconds: Mapping[ConvAlgorithm, float | None]) -> None:
    record = _read(cache)
    machine = record.setdefault(_machine(device), {"on": processor.circumstances(device), "steps": {}})
    machine["steps"][key] = seconds
    with suppress(OSError), written_whole(cache) as file:
        file.write(json.dumps(record, indent=1, ensure_ascii=False).encode())


def _machine(device: torch.device) -> str:
    return sha256(json.dumps(processor.circumstances(device)).encode()).hexdigest()[:16]


def _read(cache: Path) -> dict[str, Any]:
    try:
        record = json.loads(cache.read_text(encoding="utf-8"))
        return {machine: each for machine, each in record.items() if isinstance(each["steps"], dict)}
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return {}
