"""A sweep's page: ``index.html`` in its folder, which a browser opens by double click."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from experiments.drawing import outdated
from reconstruct import figures
from reconstruct.analysis.entries import MEASURES, Entry, read
from reconstruct.explorer.content import Pictures, content
from reconstruct.explorer.document import write
from reconstruct.results import Sweep

PAGE = "index.html"


def write_page(sweeps: Sequence[Sweep], title: str = "") -> Path:
    """Write the page of these sweeps into the first one's folder; cells that are not finished are named as such.

    Raises:
        InputError: there is no cell at all.
    """
    pictures = Pictures()
    names = ", ".join(dict.fromkeys(sweep.folder.resolve().name for sweep in sweeps))
    entries = _measured(sweeps[0]) if len(sweeps) == 1 else []
    shown = content(figures.cells_of(sweeps), title or names, pictures, entries)
    path = sweeps[0].folder / PAGE
    write(shown, pictures, path)
    outdated.note(sweeps, [path])
    return path


def _measured(sweep: Sweep) -> list[Entry]:
    """What an analysis has measured of the sweep as it is now."""
    with suppress(OSError, KeyError, TypeError, ValueError):  # of an earlier version, edited, or cut off
        if sweep.is_up_to_date(MEASURES):
            return read(sweep.folder)
    return []
