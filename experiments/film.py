"""The film of a whole sweep, from the films of its cells."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.figure import check, chosen_kind
from experiments.progress import say
from reconstruct.errors import InputError
from reconstruct.results import FILM, Sweep

if TYPE_CHECKING:
    from reconstruct.figures import Look
    from reconstruct.film import Pixels, Reel


def draw_film(sweep: Sweep, look: "Look | None" = None) -> None:
    """Write ``film.webp`` into the sweep's folder, all cells forming together, and say which of them stand still."""
    from reconstruct import figures, film

    reels = _reels(sweep)
    if not reels:
        raise InputError(
            f"{sweep.folder}: expected cells that have a {FILM}; the same command with film=true and another name= "
            "gives them one"
        )
    kind = chosen_kind(sweep) if sweep.drawing not in ("curve", "tradeoff", "atlas") else "grid"
    check(sweep, kind)
    look = look or figures.Look()
    titled = replace(look, title=look.title or sweep.folder.resolve().name or FILM)

    def frames() -> "Iterable[Pixels]":
        return figures.film(getattr(figures, kind)(sweep, titled), _reels(sweep))

    film.save(frames, sweep.folder / FILM)
    _tell_of_still(sweep, reels)
    say(str(sweep.folder / FILM))


def _reels(sweep: Sweep) -> "dict[str, Reel]":
    from reconstruct.film import Reel

    folders = [cell.folder for cell, result in sweep.results() if result]
    return {folder: Reel(path) for folder in folders if (path := sweep.folder / folder / FILM).exists()}


def _tell_of_still(sweep: Sweep, reels: Iterable[str]) -> None:
    still = [cell.folder for cell, result in sweep.results() if result and cell.folder not in set(reels)]
    if still:
        names = f"{still[0]}{', …' if still[1:] else ''}"
        say(f"film: {len(still)} of {len(sweep.cells)} cells were made without film=true and stand still ({names})")
