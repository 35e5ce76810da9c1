"""Bars with time left and the current loss on a terminal; plain lines, now and then, in a log file."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm.auto import tqdm

from reconstruct.results import PICTURE, Result, Sweep

if TYPE_CHECKING:
    from reconstruct.synthesis import Step

LOG_EVERY = 30.0  # seconds between two lines in a log


def say(line: str) -> None:
    """One line to the user, above any bar."""
    tqdm.write(line, file=sys.stderr)


def _is_interactive() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules


@contextmanager
def fetching() -> Iterator[Callable[[str, int, int | None], None]]:
    """A callable for `assets.fetch` that shows how much of which archive has arrived."""
    bars: dict[str, Any] = {}

    def show(name: str, received: int, total: int | None) -> None:
        if name not in bars:
            if not _is_interactive():
                say(f"fetching {name} …")
            options = {"unit": "B", "unit_scale": True, "unit_divisor": 1024, "disable": not _is_interactive()}
            bars[name] = tqdm(desc=f"fetching {name}", total=total, leave=False, **options)
        bars[name].update(received - bars[name].n)

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()


@dataclass(frozen=True)
class Place:
    """Where a cell stands in its sweep: so many of `total` finished, in so many seconds of optimisation."""

    finished: int
    total: int
    seconds: float

    @classmethod
    def of(cls, sweep: Sweep) -> "Place":
        done = [result for _, result in sweep.results() if result is not None]
        return cls(len(done), len(sweep.cells), sum(result.seconds for result in done))


class Bars:
    """A recorder: one bar for the cell and, in a sweep, one above it for the whole."""

    def __init__(self, label: str, steps: int, done: int, place: Place | None) -> None:
        self._label, self._steps = label, steps
        self._logged = time.monotonic()
        hidden = not _is_interactive()
        self._whole = None
        if place is not None:
            self._whole = tqdm(
                total=place.total,
                desc="sweep",
                leave=False,
                disable=hidden,
                bar_format="{desc}: {percentage:3.0f}%|{bar}| {n:.1f}/{total} cells [{elapsed}<{remaining}{postfix}]",
                smoothing=0,
                position=0,
            )
            if not hidden:
                self._whole.start_t -= place.seconds  # so that time and rate are those of the sweep, not of this cell
            self._whole.update(place.finished)
        self._cell = tqdm(
            total=steps,
            initial=done,
            desc=label,
            unit="step",
            leave=False,
            disable=hidden,
            position=1 if place else 0,
        )

    def __call__(self, step: "Step") -> None:
        self._cell.set_postfix_str(f"loss {step.total:.3g}", refresh=False)
        self._cell.update()
        if self._whole is not None:
            self._whole.set_postfix_str(f"loss {step.total:.3g}", refresh=False)
            self._whole.update(1 / self._steps)
        if not _is_interactive() and time.monotonic() - self._logged > LOG_EVERY:
            self._logged = time.monotonic()
            left = step.seconds / (step.number + 1) * (self._steps - step.number - 1)
            say(f"{self._label}: step {step.number + 1}/{self._steps}, loss {step.total:.3g}, {left:.0f} s left")

    def close(self) -> None:
        self._cell.close()
        if self._whole is not None:
            self._whole.close()


def summary(folder: Path, result: Result, place: Place | None) -> str:
    """One line about a finished cell and, unless it is one of many, one that says where its picture is."""
    errors = "  ".join(f"{term} error {result.error(term):.3g}" for term in result.relative_errors)
    quality = f"  PSNR {result.psnr:.1f} dB" if result.psnr is not None else ""
    where = "" if place else f"\n{folder / PICTURE}"
    count = f"[{place.finished}/{place.total}] " if place else ""
    return f"{count}{folder.name}: {errors}{quality}  {result.seconds:.0f} s{where}"
