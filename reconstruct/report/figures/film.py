"""A film of all cells of a sweep: its figure, with the pictures and errors that the cells had at the same steps.

Every frame of a cell's own film marks the same amount of change in that cell, so a clock that ticks evenly through the
frames of all of them shows as much change between any two of its ticks.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from reconstruct.recorders.film import FilmReader, Frame, Pixels
from reconstruct.report.figures.page.saving import pixels
from reconstruct.report.figures.page.sheet import TITLE_LABEL, house_style
from reconstruct.runs.wording import percent

TICKS = 60
DPI = 120  # 840 pixels wide
LARGEST = 1.2e6  # pixels of a frame; a longer sheet is drawn smaller


def film(figure: Figure, films: Mapping[str, FilmReader]) -> Iterator[Pixels]:
    """The frames of the film, ``(H, W, 3)`` each.

    Args:
        figure: a figure of finished cells with a title, whose last line is replaced by the step; cells without a film
            of their own do not change.
        films: a cell's folder -> its film; each is read from its beginning.
    """
    (title,) = (text for text in figure.texts if text.get_label() == TITLE_LABEL)
    name = title.get_text().rpartition("\n")[0]
    dpi = min(DPI, math.sqrt(LARGEST / math.prod(figure.get_size_inches())))
    with house_style():
        for step in clock([step for reader in films.values() for step in reader.steps]):
            title.set_text(f"{name}\nstep {step}")
            for folder, reader in films.items():
                _show(reader.at(step), folder, figure)
            yield pixels(figure, dpi)


def clock(steps: Sequence[int]) -> list[int]:
    """At most `TICKS` of the steps, evenly spaced through all of them; a step may occur several times."""
    ordered = sorted(steps)
    ticks = np.linspace(0, len(ordered) - 1, TICKS).round().astype(int)
    return sorted({ordered[tick] for tick in ticks})


def _show(frame: Frame, folder: str, figure: Figure) -> None:
    """Replace the picture of a cell and its errors by those of a frame; losses, which no frame has, go."""
    for picture in (image for axes in figure.axes if axes.get_label() == folder for image in axes.images):
        picture.set_data(_cut(frame.pixels, picture.get_size()))
    errors = {term: percent(error) for term, error in frame.errors.items() if error is not None}
    for text in (text for text in figure.texts if text.get_label() == folder):
        words = re.sub(r"\w+ loss\s.*", "", text.get_text())
        for term, error in errors.items():
            words = re.sub(rf"({term} error\s)\S+ %", rf"\g<1>{error}", words)
        text.set_text(words)


def _cut(frame: Pixels, like: Sequence[int]) -> Pixels:
    """The middle of a frame, with the proportions of the picture that it replaces."""
    height, width = frame.shape[:2]
    scale = min(height / like[0], width / like[1])
    rows, columns = min(height, round(like[0] * scale)), min(width, round(like[1] * scale))
    top, left = (height - rows) // 2, (width - columns) // 2
    return frame[top : top + rows, left : left + columns]
