"""Bars with time left and the current loss on a terminal; plain lines, now and then, in a log file."""

import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from tqdm import TqdmWarning

with warnings.catch_warnings(action="ignore", category=TqdmWarning):
    from tqdm.auto import tqdm  # a notebook without ipywidgets gets the bars of a terminal, which it can show too

if TYPE_CHECKING:
    from reconstruct.synthesis import Step

T = TypeVar("T")

LOG_EVERY = 30.0  # seconds between two lines in a log


def bar(**options: Any) -> Any:
    """A bar of tqdm's, in a notebook that of a notebook."""
    return tqdm(**options)


def say(line: str) -> None:
    """One line to the user, above any bar."""
    tqdm.write(line, file=sys.stderr)


def is_interactive() -> bool:
    """Whether somebody looks on while it runs."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules


def duration(seconds: float) -> str:
    """``45 s``, ``12 min``, ``3 h 20 min``."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def fetching(archive: str) -> Callable[[int | None], Any]:
    """For `assets.fetch`: a bar of how much of an archive has arrived, in a log a line."""
    if not is_interactive():
        say(f"fetching {archive} …")
    units = {"unit": "B", "unit_scale": True, "unit_divisor": 1024}
    return lambda total: tqdm(
        desc=f"fetching {archive}", total=total, leave=False, disable=not is_interactive(), **units
    )


class Bars:
    """A recorder: the bar of one cell, in a row of the terminal; in a log a line now and then."""

    def __init__(self, label: str, steps: int, done: int, row: int = 0) -> None:
        self._label, self._steps = label, steps
        self._logged = time.monotonic()
        self._hidden = not is_interactive()
        options = {"desc": label, "unit": "step", "leave": False, "disable": self._hidden, "position": row}
        self._bar = tqdm(total=steps, initial=done, **options)

    def __call__(self, step: "Step") -> None:
        """Move on by one step."""
        self._bar.set_postfix_str(f"loss {step.total:.3g}", refresh=False)
        self._bar.update()
        if self._hidden and time.monotonic() - self._logged > LOG_EVERY:
            self._logged = time.monotonic()
            left = step.seconds / (step.number + 1) * (self._steps - step.number - 1)
            say(f"{self._label}: step {step.number + 1}/{self._steps}, loss {step.total:.3g}, {duration(left)} left")

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()


def counted(items: Sequence[T], label: str) -> Iterator[T]:
    """The items, with a bar while they are gone through; in a log a line at the beginning."""
    if not is_interactive():
        say(f"{label} {len(items)} …")
    yield from tqdm(items, desc=label, leave=False, disable=not is_interactive())
