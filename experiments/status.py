"""The command `reconstruct-status`: the progress of a sweep, from any terminal."""

import argparse
import sys
import time
from pathlib import Path

from experiments.sweep.folder import command, listed
from experiments.sweep.state import CellStatus, State, SweepStatus, headline, look
from experiments.terminal.exits import Parser, exits
from reconstruct.runs.sweeps import Sweep

EVERY = 2.0  # seconds
SHOWN = 12  # cells of each state


def main() -> None:
    """Entry point of the console script."""
    given = _parser().parse_args()
    with exits("reconstruct-status"):
        sweep = listed(given.folder, begun=True)
        overview = _watch(sweep) if given.watch else _show(sweep)
        if given.verify:
            print(_verified(sweep, overview))
    if overview.of(State.failed) or overview.of(State.damaged):
        raise SystemExit(1)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="reconstruct-status", description="Show the progress of a sweep, read from its cells.")
    parser.add_argument("folder", type=Path, help="a sweep's folder, for example runs/fig1")
    parser.add_argument("--watch", action="store_true", help=f"refresh every {EVERY:.0f} s until all is finished")
    what = "check that the files of every finished cell match the digests in its result.json"
    parser.add_argument("--verify", action="store_true", help=what)
    return parser


def _verified(sweep: Sweep, overview: SweepStatus) -> str:
    """The result of comparing files with their digests, which every look does."""
    damaged, done = len(overview.of(State.damaged)), len(overview.of(State.done))
    finished, folder = damaged + done, sweep.folder
    if damaged:
        return f"{folder}: {damaged} of {finished} finished cells are damaged; the sweep's command recomputes them"
    return f"{folder}: every finished cell has the files that its result vouches for ({done} of {finished})"


def _show(sweep: Sweep) -> SweepStatus:
    overview = look(sweep)
    print("\n".join(report(sweep, overview)), flush=True)
    return overview


def _watch(sweep: Sweep) -> SweepStatus:
    """On a terminal the report is drawn over itself; in a log a headline follows another when it changed."""
    shown: list[str] = []
    while True:
        overview = look(sweep)
        lines = report(sweep, overview)
        if sys.stdout.isatty():
            back = f"\x1b[{len(shown)}F\x1b[J" if shown else ""
            print(back + "\n".join(lines), flush=True)
        elif shown[:1] != lines[:1]:
            print(lines[0], flush=True)
        shown = lines
        if not overview.of(State.running) and not overview.of(State.waiting):
            if not sys.stdout.isatty() and lines[1:]:
                print("\n".join(lines[1:]), flush=True)
            return overview
        time.sleep(EVERY)


def report(sweep: Sweep, overview: SweepStatus) -> list[str]:
    """A headline, then the cells that are running and those that failed."""
    lines = [f"{sweep.folder}: {headline(overview)}"]
    for state in (State.running, State.failed, State.damaged):
        cells = overview.of(state)
        lines += [f"  {state.value:8} {s.cell.name}  {_detail(s)}".rstrip() for s in cells[:SHOWN]]
        lines += [f"  {state.value:8} … and {len(cells) - SHOWN} more"] if len(cells) > SHOWN else []
    counts = overview.counts
    if counts[State.failed] or counts[State.damaged] or (counts[State.waiting] and not counts[State.running]):
        lines.append(f"  to run what is missing: {command(sweep)}")
    return lines


def _detail(status: CellStatus) -> str:
    if status.state is not State.running:
        return status.message
    loss = "" if status.loss is None else f"  loss {status.loss:.3g}"
    of = f" of {status.steps}" if status.steps else ""
    return f"step {status.step}{of}{loss}"


if __name__ == "__main__":
    main()
