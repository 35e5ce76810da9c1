"""All cells of a sweep forming together: its figure, with the pictures and errors that they had at the same steps.

Every frame of a cell's own film marks the same amount of change in that cell, so a clock that ticks evenly through the
steps of all of them shows as much change between any two of its ticks.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from reconstruct import film
from reconstruct.errors import InputError
from reconstruct.figures.sheet import TITLE_LABEL, house_style, percent
from reconstruct.film import Frame, Pixels
from reconstruct.results import Sweep

FRAMES = 60
DPI = 120


def clock(steps: Sequence[int], ticks: int = FRAMES) -> list[int]:
    """At most so many steps, evenly spaced through all those given, each of which may occur several times."""
    ordered = sorted(steps)
    chosen = np.linspace(0, len(ordered) - 1, ticks).round().astype(int)
    return sorted({ordered[i] for i in chosen})


def frames(sweep: Sweep, figure: Figure) -> Iterator[Pixels]:
    """The frames of the film, ``(H, W, 3)``; cells without a film of their own stand still."""
    reels = {cell.folder: _Reel(sweep, cell.folder) for cell in sweep.cells if _has_film(sweep, cell.folder)}
    moving = [_Moving(figure, folder, reel) for folder, reel in reels.items()]
    titles = [text for text in figure.texts if text.get_label() == TITLE_LABEL]
    with house_style():
        figure.set_dpi(DPI)
        canvas = FigureCanvasAgg(figure)
        artists = [*titles, *(artist for part in moving for artist in part.artists)]
        for artist in artists:
            artist.set_animated(True)
        canvas.draw()
        still = canvas.copy_from_bbox(figure.bbox)
        title = titles[0].get_text()
        for step in clock([step for reel in reels.values() for step in reel.steps]):
            canvas.restore_region(still)
            titles[0].set_text(f"{title}step {step}")
            for part in moving:
                part.show(step)
            for artist in artists:
                figure.draw_artist(artist)
            yield np.asarray(canvas.buffer_rgba())[..., :3].copy()
