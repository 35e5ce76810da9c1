"""Figures and tables of an earlier state of a sweep are set aside, so that nobody takes them for those of today.

What was drawn, and of which state, stands in ``.drawn.json`` in the sweep's folder.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from experiments.terminal.progress import say
from reconstruct.results import FAILURE, FIGURE, RESULT, SWEEP, Sweep, write_json

CAPTION = "caption.txt"  # of a sweep's own figure
OUTDATED = "outdated"  # the folder in which they are kept
_PAGE = re.compile(r"-\d+(?=\.svg$)")
RECORD = ".drawn.json"  # file -> folder of each sweep that it shows, from the record's own -> that sweep's state


def note(sweeps: Sequence[Sweep], paths: Iterable[Path]) -> None:
    """Remember that files of the first sweep's folder show the sweeps as they are now."""
    folder = sweeps[0].folder
    states = {os.path.relpath(sweep.folder, folder): state(sweep) for sweep in sweeps}  # a copied folder shows itself
    drawn = {path.name: states for path in paths if path.parent == folder}
    earlier = _record(folder)
    for name in [name for name in earlier if _PAGE.sub("", name) in drawn and name not in drawn]:
        (folder / name).unlink(missing_ok=True)  # a further page of a figure that has fewer now
        del earlier[name]
    write_json(earlier | drawn, folder / RECORD)


def is_current(sweep: Sweep, *names: str) -> bool:
    """Whether these files are there and show the sweep as it is now."""
    record, now = _record(sweep.folder), state(sweep)
    of_now = [name for name in names if now in record.get(name, {}).values() and (sweep.folder / name).exists()]
    return len(of_now) == len(names)


def is_drawn(sweep: Sweep) -> bool:
    """Whether the sweep's own figure shows it as it is now; an analysis may lack a file of that name, not a caption."""
    return is_current(sweep, CAPTION, *(path.name for path in own_figure(sweep)))


def own_figure(sweep: Sweep) -> list[Path]:
    """The files of the sweep's own figure that were drawn, of whatever state."""
    record = _record(sweep.folder)
    return [sweep.folder / name for name in (f"{FIGURE}.png", f"{FIGURE}.pdf") if name in record]


def set_aside(sweep: Sweep) -> None:
    """Move what was drawn of an earlier state of any of its sweeps; nothing that is kept already is written over."""
    record = _record(sweep.folder)
    there = {name: states for name, states in record.items() if (sweep.folder / name).exists()}
    found = [name for name, states in there.items() if not _holds(states, sweep.folder)]
    if not found:
        return
    folder = sweep.folder / OUTDATED
    folder.mkdir(exist_ok=True)
    for name in found:
        with suppress(FileNotFoundError):  # another process was faster
            (sweep.folder / name).replace(_free(folder / name))
    write_json({name: states for name, states in record.items() if name not in found}, sweep.folder / RECORD)
    names = ", ".join(sorted(found))
    say(f"{names}: of an earlier state of the sweep, now in {folder}; reconstruct-figure draws them again")


def state(sweep: Sweep) -> str:
    """A digest of which cells there are, and of what each came to."""
    digest = hashlib.sha256(_content(sweep.folder / SWEEP))
    for cell in sweep.cells:
        for name in (RESULT, FAILURE):
            digest.update(name.encode() + _content(sweep.folder / cell.folder / name))
    return digest.hexdigest()[:16]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b"none"


def _record(folder: Path) -> dict[str, dict[str, str]]:
    try:
        record: dict[str, dict[str, str]] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _holds(states: Mapping[str, str], start: Path) -> bool:
    """Whether all sweeps are in the state that was drawn; of one that is gone nothing is said."""
    sweeps = [(Sweep.read(start / folder), then) for folder, then in states.items()]
    return all(sweep is None or state(sweep) == then for sweep, then in sweeps)


def _free(path: Path) -> Path:
    """The path itself, or with the first number that is free."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}~{number}{path.suffix}")
    return free
