"""A sweep's page: ``index.html`` in its folder, which a browser opens by double click."""

from collections.abc import Sequence
from pathlib import Path

from experiments.drawing import outdated
from reconstruct.analysis.entries import MEASURES, Entry
from reconstruct.analysis.tables import current
from reconstruct.report import figures
from reconstruct.report.page.content import content
from reconstruct.report.page.document import write
from reconstruct.report.page.pictures import Pictures
from reconstruct.runs.sweeps import Sweep

PAGE = "index.html"


def write_page(sweeps: Sequence[Sweep], title: str = "") -> Path:
    """Write the page of these sweeps into the first one's folder; cells that are not finished are named as such.

    Raises:
        InputError: there is no cell at all.
    """
    pictures = Pictures()
    names = ", ".join(dict.fromkeys(sweep.folder.resolve().name for sweep in sweeps))
    entries = current(sweeps[0], MEASURES, Entry.of_row) if len(sweeps) == 1 else None
    cells = figures.cells_of(sweeps)
    shown = content(cells, title or names, pictures, entries or [], figures.LAYOUTS.get(cells.drawing))
    path = sweeps[0].folder / PAGE
    write(shown, pictures, path)
    outdated.note(sweeps, [path])
    return path
