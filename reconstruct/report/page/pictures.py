"""The pictures of a page, each of which it has once, and those of films at the same few steps."""

import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from reconstruct.errors import InputError
from reconstruct.runs.results import FILM

if TYPE_CHECKING:
    from reconstruct.recorders.film import Pixels

MOMENTS = 16  # steps at which all cells are shown
SIDE = 192  # pixels
QUALITY = 80  # of WebP


@dataclass
class Pictures:
    """The pictures that the page shows, each once though every cell has its original; one is known by its number."""

    sources: list[Path | bytes] = field(default_factory=list)  # files, or what would be in them, by number
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, source: Path | bytes) -> int | None:
        """Of a file, or of what would be in one; ``None`` if there is no file that can be read."""
        with suppress(OSError):
            digest = sha256(source.read_bytes() if isinstance(source, Path) else source).hexdigest()
            if digest not in self._numbers:
                self._numbers[digest] = len(self.sources)
                self.sources.append(source)
            return self._numbers[digest]
        return None


def moments(folders: Sequence[Path]) -> tuple[list[int], dict[Path, list[bytes]]]:
    """Steps, and for every folder of a cell that has a film its pictures at these steps, as WebP."""
    if not folders:
        return [], {}
    from reconstruct.recorders.film import FilmReader  # torch, which a page without films does without
    from reconstruct.report.figures.film import clock

    films = {}
    for folder in folders:
        with suppress(InputError):  # missing or damaged
            films[folder] = FilmReader(folder / FILM)
    ticks = clock([step for film in films.values() for step in film.steps]) if films else []
    steps = sorted({ticks[round(k * (len(ticks) - 1) / (MOMENTS - 1))] for k in range(MOMENTS)}) if ticks else []
    return steps, {folder: [_encoded(film.at(step).pixels) for step in steps] for folder, film in films.items()}


def _encoded(pixels: "Pixels") -> bytes:
    picture, file = Image.fromarray(pixels), io.BytesIO()
    picture.thumbnail((SIDE, SIDE))
    picture.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()
