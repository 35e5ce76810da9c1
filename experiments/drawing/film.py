"""The film of a whole sweep, from the films of its cells."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.drawing import kinds
from experiments.drawing.figure import Request
from experiments.terminal.progress import say
from reconstruct.errors import InputError
from reconstruct.report import figures
from reconstruct.runs import up_to_date
from reconstruct.runs.results import FILM
from reconstruct.runs.sweeps import Sweep

if TYPE_CHECKING:
    from reconstruct.recorders.film import FilmReader

STILL = ("curve", "tradeoff", "atlas", "statistics")  # kinds that show no cells forming


def draw_film(sweep: Sweep, request: Request | None = None) -> None:
    """Write ``film.webp`` into the sweep's folder, all cells forming together, and say which of them stand still.

    `InputError` if no cell has a film, or an option has no effect on one.
    """
    from reconstruct.recorders import film
    from reconstruct.report.figures.film import film as frames_of

    request = request or Request()
    kinds.refuse("film", request.options)
    films = _films(sweep)
    if not films:
        raise InputError(
            f"{sweep.folder}: expected cells that have a {FILM}; the same command with film=true and another name= "
            "gives them one"
        )
    cells = figures.relabelled(figures.cells_of([sweep], request.only), request.renamed)
    own = kinds.own_kind(cells.drawing)
    kind = kinds.chosen_kind("grid" if own in STILL else own, "", request.layout)
    layout = kinds.layout_of(kind, request.layout)
    kinds.check(cells, kind, sweep.folder)
    title = request.look.title if request.look.title is not None else sweep.folder.resolve().name or FILM
    look = replace(request.look, title=f"{title}\nstep 0", height=math.inf)  # one page
    (page,) = figures.DRAWN_BY[kind](cells, look, layout)
    film.save(frames_of(page, films), sweep.folder / FILM)
    up_to_date.note([sweep], [sweep.folder / FILM])
    if still := [cell.folder for cell, result in sweep.results() if result and cell.folder not in films]:
        names = f"{still[0]}{', …' if still[1:] else ''}"
        say(f"film: {len(still)} of {len(sweep.cells)} cells were made without film=true and stand still ({names})")
    say(str(sweep.folder / FILM))


def _films(sweep: Sweep) -> "dict[str, FilmReader]":
    from reconstruct.recorders.film import FilmReader

    if any(cell.folder == "." for cell in sweep.cells):
        raise InputError(f"{sweep.folder} is a cell, and {FILM} its own film; expected the folder of a sweep")
    folders = [cell.folder for cell, result in sweep.results() if result and FILM in result.files]
    return {folder: FilmReader(sweep.folder / folder / FILM) for folder in folders}
