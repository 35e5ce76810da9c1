"""Figures and tables of an earlier state of a sweep are set aside, so that nobody takes them for those of today."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from experiments.terminal.progress import say
from reconstruct.errors import InputError
from reconstruct.runs import up_to_date
from reconstruct.runs.results import FIGURE
from reconstruct.runs.sweeps import Sweep

CAPTION = "caption.txt"  # of a sweep's own figure
OUTDATED = "outdated"  # the folder in which they are kept


def is_drawn(sweep: Sweep) -> bool:
    """Whether the sweep's own figure shows it as it is now; an analysis may lack a file of that name, not a caption."""
    return up_to_date.is_current(sweep, CAPTION, *(path.name for path in own_figure(sweep)))


def own_figure(sweep: Sweep) -> list[Path]:
    """The files of the sweep's own figure that were drawn, in any state."""
    known = up_to_date.drawn(sweep.folder)
    return [sweep.folder / name for name in (f"{FIGURE}.png", f"{FIGURE}.pdf") if name in known]


def set_aside(sweep: Sweep) -> None:
    """Move what was drawn of an earlier state of any of its sweeps; nothing that is kept already is written over."""
    known = up_to_date.drawn(sweep.folder)
    there = {name: states for name, states in known.items() if (sweep.folder / name).exists()}
    found = [name for name, states in there.items() if not _holds(states, sweep.folder)]
    if not found:
        return
    folder = sweep.folder / OUTDATED
    folder.mkdir(exist_ok=True)
    for name in found:
        with suppress(FileNotFoundError):  # another process was faster
            (sweep.folder / name).replace(_free(folder / name))
    up_to_date.write({name: states for name, states in known.items() if name not in found}, sweep.folder)
    names = ", ".join(sorted(found))
    say(f"{names}: of an earlier state, now in {folder}; reconstruct-figure and reconstruct-page redraw them")


def _holds(states: Mapping[str, str], start: Path) -> bool:
    """Whether all sweeps that still exist are in the state that was drawn."""
    for folder, then in states.items():
        with suppress(InputError):
            sweep = Sweep.at(start / folder)
            if sweep is not None and up_to_date.state(sweep) != then:
                return False
    return True


def _free(path: Path) -> Path:
    """The path itself, or with the first number that is free."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}~{number}{path.suffix}")
    return free
