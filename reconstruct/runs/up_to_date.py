"""What was drawn or measured of a sweep, and of which state of it: ``.drawn.json`` in the sweep's folder.

Tables, figures and pages are up to date while the sweep is in the state that they show. A state is a digest of what
the cells are and of what each came to, so that nothing depends on when a file was touched.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from reconstruct.runs import records
from reconstruct.runs.failures import problem
from reconstruct.runs.results import Result
from reconstruct.runs.sweeps import Sweep

DRAWN = ".drawn.json"
Drawn = dict[str, dict[str, str]]
"""File -> folder of each sweep that it shows, from the record's own -> that sweep's state."""


def note(sweeps: Sequence[Sweep], paths: Iterable[Path], is_named: bool = False) -> None:
    """Remember that files of the first sweep's folder show the sweeps as they are now.

    Files that the reader gave a name are the reader's own and are never out of date.
    """
    folder, shown = sweeps[0].folder, [] if is_named else sweeps
    states = {os.path.relpath(sweep.folder, folder): state(sweep) for sweep in shown}  # a copied folder shows itself
    write(drawn(folder) | {path.name: states for path in paths if path.parent == folder}, folder)


def is_current(sweep: Sweep, *names: str) -> bool:
    """Whether these files are there and show the sweep as it is now."""
    known, now = drawn(sweep.folder), state(sweep)
    return all(now in known.get(name, {}).values() and (sweep.folder / name).exists() for name in names)


def state(sweep: Sweep) -> str:
    """A digest of which cells there are, and of what each came to."""
    outcomes = [_outcome(sweep.folder / cell.folder, result) for cell, result in sweep.results()]
    cells = [{"folder": cell.folder, "values": dict(cell.values), "label": cell.label} for cell in sweep.cells]
    told = [sweep.drawing, cells, outcomes]
    return sha256(repr(told).encode()).hexdigest()[:16]


def _outcome(folder: Path, result: Result | None) -> str:
    return repr(result) if result else problem(folder)[1].replace(str(folder), "")  # which changes when it is moved


def drawn(folder: Path) -> Drawn:
    """What is remembered; nothing if the record is damaged."""
    with suppress(records.Damaged):
        return records.read(folder / DRAWN, Drawn) or {}
    return {}


def write(known: Mapping[str, Mapping[str, str]], folder: Path) -> None:
    """Remember this and nothing else."""
    records.write(known, folder / DRAWN)
