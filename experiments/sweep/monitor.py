"""A bar for a whole sweep and a line for every cell that ends, whoever makes the cells."""

import threading
from collections.abc import Collection
from contextlib import suppress

from experiments.sweep.state import State, SweepStatus, headline, look
from experiments.terminal.progress import bar, is_interactive, say
from reconstruct.runs.sweeps import Sweep

WATCH_EVERY = 1.0  # seconds between two looks at a sweep


class SweepMonitor:
    """While it lives, a bar for a whole sweep and a line for every cell that ends, whoever makes the cells.

    Args:
        sweep: with all cells that are to be made.
        finished: the folders of those that need not be made: others may have results of other settings or files.
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
