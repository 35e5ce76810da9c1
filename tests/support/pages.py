"""What stands in a page."""

import json
import re
from pathlib import Path

import numpy as np
from support.entries import entry
from support.records import altered
from support.tiny import smooth_picture

from reconstruct import images
from reconstruct.analysis.entries import MEASURES, Entry, write
from reconstruct.recorders import film
from reconstruct.runs.sweeps import Sweep


def data_of(path: Path) -> dict:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', path.read_text(), re.DOTALL)
    return json.loads(found)


def with_pictures_of_their_own(sweep: Sweep) -> Sweep:
    with altered(*(sweep.folder / cell.folder for cell in sweep.cells)):
        for number, cell in enumerate(sweep.cells):
            images.save(smooth_picture(24, 32, 50 + number), sweep.folder / cell.folder / "result.png")
    return sweep


def write_film(folder: Path, steps: list[int]) -> None:
    """A film whose frames differ."""
    shades = [np.full((24, 32, 3), (20 + 5 * step + len(folder.name)) % 256, np.uint8) for step in steps]
    film.write(
        [film.Frame(step, pixels, {"content": 0.1}) for step, pixels in zip(steps, shades, strict=True)],
        folder / "film.webp",
    )


MADE_FROM = ("relu1_1", "relu3_1")


def measured(sweep: Sweep) -> list[Entry]:
    """Measures of a sweep of 2 × 3 cells, as though its rows were made from two layers."""
    made = []
    for number, cell in enumerate(sweep.cells):
        layer, low = MADE_FROM[min(1, number // 3)], number < 3
        errors = {"content": {"relu1_1": 0.001 if low else 0.9, "relu3_1": 0.02 if low else 0.004}, "style": {}}
        made.append(
            entry("content", (layer,), cell=cell.folder, seed=number % 3, ssim=0.85 + 0.05 * number, errors=errors)
        )
    write((e.row() for e in made), sweep, MEASURES)
    return made
