"""How a sweep stands, read from its cells' folders alone, so that any terminal and any launcher can tell."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from pathlib import Path
from statistics import mean
from types import MappingProxyType

from experiments.cell import locks
from experiments.terminal.progress import duration
from reconstruct.runs import trace
from reconstruct.runs.failures import Failure
from reconstruct.runs.results import RESULT, TRACE, Result, damage
from reconstruct.runs.sweeps import Sweep, SweepCell

RECENT = 200  # cells that tell how fast a sweep goes


class State(Enum):
    """What became of a cell so far."""

    done = "done"
    running = "running"
    failed = "failed"
    damaged = "damaged"  # finished, but a file of it has changed or gone: made again when it is asked for
    waiting = "waiting"  # not begun, or stopped on the way


@dataclass(frozen=True)
class CellStatus:
    """How one cell stands.

    Attributes:
        step, steps: taken and asked for, where it is running.
        loss: total, at the last step.
        seconds: of optimisation so far; of all of it once it is done.
        message: the errors of a cell that is done; why one failed, or what of it is damaged.
        written: when it was done, in ns of the file system's clock.
    """

    cell: SweepCell
    state: State
    step: int = 0
    steps: int = 0
    loss: float | None = None
    seconds: float = 0.0
    message: str = ""
    written: int = 0

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

    Args:
        sweep: with its cells.
        known: folder -> how a cell stands that is not looked at once more.
    """
    return SweepStatus([known.get(cell.folder) or _standing(cell, sweep.folder / cell.folder) for cell in sweep.cells])


def _standing(cell: SweepCell, folder: Path) -> CellStatus:
    if locks.is_held(folder):
        return _running(cell, folder)
    if result := Result.at(folder):
        seconds, written = result.seconds, _written(folder)
        return CellStatus(cell, State.done, seconds=seconds, message=result.summary, written=written)
    if line := damage(folder):
        return CellStatus(cell, State.damaged, message=line)
    failure = Failure.read(folder)
    return CellStatus(cell, State.failed, message=failure.message) if failure else CellStatus(cell, State.waiting)


def _written(folder: Path) -> int:
    """When the result was, in ns of the file system's clock; 0 if there is none."""
    try:
        return (folder / RESULT).stat().st_mtime_ns
    except OSError:
        return 0


def _running(cell: SweepCell, folder: Path) -> CellStatus:
    *_, last = [{}, *trace.read(folder / TRACE)]
    taken, steps = int(last.get("step", -1)) + 1, locks.note(folder).get("steps", 0)
    return CellStatus(cell, State.running, taken, steps, last.get("total"), last.get("seconds", 0.0))


def headline(overview: SweepStatus) -> str:
    """Counts and time left."""
    counts, left = overview.counts, overview.seconds_left
    others = [f"{counts[state]} {state.value}" for state in State if state is not State.done and counts[state]]
    unfinished = counts[State.running] + counts[State.waiting]
    told = [f"about {duration(left)} left"] if left is not None and unfinished else []
    return ", ".join([f"{counts[State.done]} of {len(overview.standings)} done", *others, *told])
