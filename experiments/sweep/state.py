"""How a sweep stands, read from its cells' folders alone, so that any terminal and any launcher can tell."""

import threading
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from pathlib import Path
from statistics import mean
from types import MappingProxyType

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from experiments.cell import locks
from experiments.terminal.progress import bar, duration, is_interactive, say
from reconstruct.runs import trace
from reconstruct.runs.failures import problem
from reconstruct.runs.results import RESULT, TRACE, Result
from reconstruct.runs.sweeps import Sweep, SweepCell

RECENT = 200  # cells that tell how fast a sweep goes
WATCH_EVERY = 1.0  # seconds between two looks at a sweep


class State(Enum):
    """What became of a cell so far."""

    done = "done"
    running = "running"
    failed = "failed"
    damaged = "damaged"  # finished, but a file of it has changed or gone: made again when it is asked for
    waiting = "waiting"  # not begun, or stopped on the way


@dataclass(frozen=True)
class CellStatus:
    """How one cell stands."""

    cell: SweepCell
    state: State
    step: int = 0  # taken, where it is running
    steps: int = 0  # asked for, likewise
    loss: float | None = None  # total, at the last step
    seconds: float = 0.0  # of optimisation so far; of all of it once it is done
    message: str = ""  # the errors of a cell that is done; why one failed, or what of it is damaged
    written: int = 0  # when it was done, in ns of the file system's clock

    @property
    def event(self) -> tuple[str, State, int, str]:
        """What tells this end of the cell from any earlier one."""
        return self.cell.folder, self.state, self.written, self.message

    @property
    def fraction(self) -> float:
        """How much of it is done, 0 to 1."""
        return 1.0 if self.state is State.done else min(1.0, self.step / self.steps) if self.steps else 0.0


@dataclass(frozen=True)
class SweepStatus:
    """How all cells stand."""

    standings: list[CellStatus]

    def of(self, state: State) -> list[CellStatus]:
        """The cells in that state."""
        return [standing for standing in self.standings if standing.state is state]

    @property
    def counts(self) -> Counter[State]:
        """How many cells are in each state."""
        return Counter(standing.state for standing in self.standings)

    @property
    def seconds_left(self) -> float | None:
        """From how fast cells ended so far, all that was between them included; ``None`` while nothing is known.

        Before two have ended, from the seconds of optimisation, shared by the cells that run at once.
        """
        ahead = sum(1 - s.fraction for s in self.standings if s.state not in (State.done, State.failed))
        ends = sorted(s.written for s in self.of(State.done))[-RECENT:]
        if len(ends) > 1:
            slowest = max((s.seconds * (1 / s.fraction - 1) for s in self.of(State.running) if s.step), default=0.0)
            between = sorted(after - before for before, after in pairwise(ends))
            return max(slowest, mean(between[:-1] or between) / 1e9 * ahead)  # the longest may be a night
        pace = sum(s.seconds for s in self.standings), sum(s.fraction for s in self.standings)
        return pace[0] / pace[1] * ahead / max(1, self.counts[State.running]) if pace[1] > 0 else None


def look(sweep: Sweep, known: Mapping[str, CellStatus] = MappingProxyType({})) -> SweepStatus:
    """How a sweep stands now; a result is read once, until a file of its folder changes.

    Cells whose folders are in `known` are not looked at once more.
    """
    return SweepStatus([known.get(cell.folder) or _standing(cell, sweep.folder / cell.folder) for cell in sweep.cells])


def _standing(cell: SweepCell, folder: Path) -> CellStatus:
    if locks.is_held(folder):
        return _running(cell, folder)
    if result := Result.at(folder):
        seconds, written = result.seconds, _written(folder)
        return CellStatus(cell, State.done, seconds=seconds, message=result.summary, written=written)
    what, why = problem(folder)
    return CellStatus(cell, State.__members__.get(what, State.waiting), message=why)


def _written(folder: Path) -> int:
    """When the result was, in ns of the file system's clock; 0 if there is none."""
    try:
        return (folder / RESULT).stat().st_mtime_ns
    except OSError:
        return 0


def _running(cell: SweepCell, folder: Path) -> CellStatus:
    *_, last = [{}, *trace.read(folder / TRACE)]
    taken, steps = int(last.get("step", -1)) + 1, cell.settings.get("steps", "") or _steps(folder)
    asked = int(steps) if steps.isdigit() else 0
    return CellStatus(cell, State.running, taken, asked, last.get("total"), last.get("seconds", 0.0))


def _steps(folder: Path) -> str:
    """Of a cell that no sweep lists, as Hydra has written its configuration; empty if that is not there."""
    try:
        return str(OmegaConf.load(folder / ".hydra" / "config.yaml").steps)
    except (OSError, YAMLError, OmegaConfBaseException):
        return ""


def headline(overview: SweepStatus) -> str:
    """Counts and time left."""
    counts, left = overview.counts, overview.seconds_left
    others = [f"{counts[state]} {state.value}" for state in State if state is not State.done and counts[state]]
    unfinished = counts[State.running] + counts[State.waiting]
    told = [f"about {duration(left)} left"] if left is not None and unfinished else []
    return ", ".join([f"{counts[State.done]} of {len(overview.standings)} done", *others, *told])


class SweepMonitor:
    """While it lives, a bar for a whole sweep and a line for every cell that ends, whoever makes the cells.

    Of the `finished` folders none need be made; others may have results of other settings or files.
    """

    def __init__(self, sweep: Sweep, finished: Collection[str]) -> None:
        self._sweep, overview = sweep, look(sweep)
        self._ended = len(finished)
        self._known = {each.cell.folder: each for each in overview.of(State.done) if each.cell.folder in finished}
        # What is there from an earlier attempt, a failure too, is told again only if it is still there at the end.
        self._told = {standing.event for standing in [*overview.of(State.done), *overview.of(State.failed)]}
        options = {"total": len(sweep.cells), "desc": "sweep", "leave": False, "position": 0}
        self._bar = bar(
            **options, bar_format="{desc}: {percentage:3.0f}%|{bar}| {postfix}", disable=not is_interactive()
        )
        self._show(overview)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="watch")
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(WATCH_EVERY):
            with suppress(OSError):  # a folder that is out of reach for a moment
                self._look()

    def _look(self) -> SweepStatus:
        overview = look(self._sweep, self._known)
        for standing in overview.standings:
            if standing.state in (State.done, State.failed) and standing.event not in self._told:
                self._told.add(standing.event)
                if standing.state is State.done:
                    self._ended, self._known[standing.cell.folder] = self._ended + 1, standing
                count = f"{self._ended}/{len(overview.standings)}" if standing.state is State.done else "failed"
                say(f"[{count}] {standing.cell.name}: {standing.message}")
        self._show(overview)
        return overview

    def _show(self, overview: SweepStatus) -> None:
        self._bar.n = sum(standing.fraction for standing in overview.standings)
        self._bar.set_postfix_str(headline(overview), refresh=True)

    def close(self) -> SweepStatus:
        """Look once more, and how the sweep stands in the end."""
        self._over.set()
        self._thread.join()
        self._known = {}
        overview = self._look()
        self._bar.close()
        return overview
