"""The pictures of all cells at the same few steps on their way, from the films that were made of them."""

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from reconstruct.errors import InputError
from reconstruct.recorders.film import FilmReader, Pixels
from reconstruct.report.figures.film import clock
from reconstruct.runs.results import FILM

MOMENTS = 16  # steps at which all cells are shown
SIDE = 192  # pixels
QUALITY = 80  # of WebP


def moments(folders: Mapping[int, Path]) -> tuple[list[int], dict[int, list[bytes]]]:
    """Steps, and for every cell that has a film its pictures at these steps, as WebP.

    Args:
        folders: number of a cell -> its folder.
    """
    films = {number: film for number, folder in folders.items() if (film := _film(folder / FILM))}
    ticks = clock([step for film in films.values() for step in film.steps]) if films else []
    steps = sorted({ticks[round(k * (len(ticks) - 1) / (MOMENTS - 1))] for k in range(MOMENTS)}) if ticks else []
    return steps, {number: [_encoded(film.at(step).pixels) for step in steps] for number, film in films.items()}


def _film(path: Path) -> FilmReader | None:
    try:
        return FilmReader(path) if path.exists() else None
    except InputError:  # damaged
        return None


def _encoded(pixels: Pixels) -> bytes:
    picture, file = Image.fromarray(pixels), io.BytesIO()
    picture.thumbnail((SIDE, SIDE))
    picture.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()
