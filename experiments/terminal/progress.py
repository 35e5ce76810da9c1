"""Bars with time left and the current loss on a terminal; plain lines, now and then, in a log file."""

import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from tqdm import TqdmWarning

from experiments.sweep.state import Overview, Reader, State, duration, headline
from reconstruct.results import Sweep

with warnings.catch_warnings(action="ignore", category=TqdmWarning):
    from tqdm.auto import tqdm  # a notebook without ipywidgets gets the bars of a terminal, which it can show too

if TYPE_CHECKING:
    from reconstruct.synthesis import Step

T = TypeVar("T")

LOG_EVERY = 30.0  # seconds between two lines in a log
WATCH_EVERY = 1.0  # seconds between two looks at a sweep


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


class Bars:
    """A recorder: the bar of one cell; in a log a line now and then.

    Args:
        label: the cell's name.
        steps: how many it will take; `done` of them were taken before.
        row: of the terminal, 1 below the bar of a whole sweep.
    """

    def __init__(self, label: str, steps: int, done: int, row: int = 0) -> None:
        self._label, self._steps = label, steps
        self._logged = time.monotonic()
        self._hidden = not _is_interactive()
        options = {"desc": label, "unit": "step", "leave": False, "disable": self._hidden, "position": row}
        self._bar = tqdm(total=steps, initial=done, **options)

    def __call__(self, step: "Step") -> None:
        self._bar.set_postfix_str(f"loss {step.total:.3g}", refresh=False)
        self._bar.update()
        if self._hidden and time.monotonic() - self._logged > LOG_EVERY:
            self._logged = time.monotonic()
            left = step.seconds / (step.number + 1) * (self._steps - step.number - 1)
            say(f"{self._label}: step {step.number + 1}/{self._steps}, loss {step.total:.3g}, {duration(left)} left")

    def close(self) -> None:
        self._bar.close()


class Unseen:
    """A recorder that shows nothing: others tell how the cell stands."""

    def __call__(self, step: "Step") -> None:
        pass

    def close(self) -> None:
        pass


class Watch:
    """While it lives, a bar for a whole sweep and a line for every cell that ends, whoever makes the cells."""

    def __init__(self, sweep: Sweep) -> None:
        self._reader = Reader(sweep)
        overview = self._reader.look()
        self.before = {standing.event for standing in overview.of(State.done)}
        self._ended = len(self.before)
        # A failure of an earlier attempt is told again only if it is still there at the end.
        self._told = self.before | {standing.event for standing in overview.of(State.failed)}
        self._bar = tqdm(
            total=len(sweep.cells),
            desc="sweep",
            leave=False,
            disable=not _is_interactive(),
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {postfix}",
            position=0,
        )
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="watch")
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(WATCH_EVERY):
            with suppress(OSError):  # a folder that is out of reach for a moment
                self._look()

    def _look(self) -> Overview:
        overview = self._reader.look()
        for standing in overview.standings:
            if standing.state in (State.done, State.failed) and standing.event not in self._told:
                self._told.add(standing.event)
                self._ended += standing.state is State.done
                count = f"{self._ended}/{len(overview.standings)}" if standing.state is State.done else "failed"
                say(f"[{count}] {standing.cell.folder}: {standing.message}")
        self._bar.n = sum(standing.fraction for standing in overview.standings)
        self._bar.set_postfix_str(headline(overview), refresh=True)
        return overview

    def close(self) -> Overview:
        """Look once more, and how the sweep stands in the end."""
        self._over.set()
        self._thread.join()
        overview = self._look()
        self._bar.close()
        return overview


def counted(items: Sequence[T], label: str) -> Iterator[T]:
    """The items, with a bar while they are gone through; in a log a line at the beginning."""
    if not _is_interactive():
        say(f"{label} {len(items)} …")
    yield from tqdm(items, desc=label, leave=False, disable=not _is_interactive())
