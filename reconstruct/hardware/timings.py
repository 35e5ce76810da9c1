"""The times that were measured on this machine, kept in a file from one program to the next."""

import json
import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock

from reconstruct.errors import InputError
from reconstruct.files import written_whole
from reconstruct.hardware import processor
from reconstruct.hardware.timing import CONVERSION, Shape, Times, measure
from reconstruct.hardware.ways import Way

METHOD = 1  # raised when the ways themselves or how they are timed change
PATIENCE = 60.0  # seconds to wait for another process that measures

Entry = dict[str, float | None]
"""Way, or ``conversion``, -> seconds; ``None`` for a way that is wrong here, or hopelessly slow."""


@dataclass(frozen=True)
class Timings:
    """Times of convolutions on one device.

    Attributes:
        times: of each shape that was asked for.
        seconds: what measuring took now; 0 where all was known.
    """

    times: Mapping[Shape, Times]
    seconds: float


def timings(
    shapes: Iterable[Shape],
    ways: Collection[Way],
    device: torch.device,
    path: Path,
    tell: Callable[[], None] = lambda: None,
) -> Timings:
    """Times of convolutions in these ways: those known from `path`, the others measured now and added to it.

    What is known holds for this processor with its instructions, torch, threads and what libraries are told by the
    environment. A file that cannot be read, or written, is as good as none. `tell` is called before anything is
    measured, which takes seconds.

    Raises:
        InputError: a convolution is wrong in every one of these ways.
    """
    wanted = list(dict.fromkeys(shapes))
    if (known := _known(path, wanted, ways, device)) is not None:
        return Timings(known, 0.0)
    with _alone(path):  # two processes that measure at the same time would disturb each other
        tell()
        begun = time.perf_counter()
        found: dict[str, Entry] = {}
        for shape in wanted:
            if (known := _known(path, [shape], ways, device)) is None:
                found[_key(shape)] = _entry(measure(shape, ways, device), ways)
        record = _with(_read(path), found, device)
        _write(record, path)
        read, seconds = record[_machine(device)]["convolutions"], time.perf_counter() - begun
        try:
            return Timings({shape: _times(read[_key(shape)], ways) for shape in wanted}, seconds)
        except ValueError as error:
            insisted = " and ".join(ways)
            raise InputError(f"{insisted}: convolutions are wrong on {processor.name(device)}; try float32") from error


def _known(
    path: Path, shapes: Iterable[Shape], ways: Collection[Way], device: torch.device
) -> dict[Shape, Times] | None:
    """The times of all shapes in all ways; ``None`` if there is one that is not known, or is no time."""
    try:
        entries = _read(path)[_machine(device)]["convolutions"]
        return {shape: _times(entries[_key(shape)], ways) for shape in shapes}
    except (KeyError, TypeError, ValueError):
        return None


def _times(entry: Entry, ways: Collection[Way]) -> Times:
    found = {way: entry[way] for way in ways}
    right = {way: float(seconds) for way, seconds in found.items() if seconds is not None}
    conversion = float(entry[CONVERSION] or 0)
    if not right or not all(0 < seconds < math.inf for seconds in (*right.values(), conversion)):
        raise ValueError
    return Times(right, conversion)


def _entry(measured: Times, ways: Collection[Way]) -> Entry:
    return {**{way: measured.ways.get(way) for way in ways}, CONVERSION: measured.conversion}


def _with(record: dict[str, Any], found: Mapping[str, Entry], device: torch.device) -> dict[str, Any]:
    """The record with the new entries; of a shape that is known in other ways those stay."""
    machine = record.setdefault(_machine(device), {"on": processor.circumstances(device), "convolutions": {}})
    for key, entry in found.items():
        before = machine["convolutions"].get(key)
        machine["convolutions"][key] = (before if isinstance(before, dict) else {}) | entry
    return record


def _machine(device: torch.device) -> str:
    told = json.dumps([METHOD, processor.circumstances(device)])
    return sha256(told.encode()).hexdigest()[:16]


def _key(shape: Shape) -> str:
    return "×".join(map(str, astuple(shape)))


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return record if all(isinstance(each["convolutions"], dict) for each in record.values()) else {}
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return {}


def _write(record: Mapping[str, Any], path: Path) -> None:
    with suppress(OSError), written_whole(path) as file:
        file.write(json.dumps(record, indent=1, ensure_ascii=False).encode())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other process measures meanwhile, as far as a lock can be had."""
    lock = FileLock(f"{path}.lock", timeout=PATIENCE)
    held = False
    with suppress(OSError):  # nobody may write there; Timeout is one, too
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        held = True
    try:
        yield
    finally:
        if held:
            lock.release()
