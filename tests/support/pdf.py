"""What is on the pages of a PDF: texts with their boxes and sizes, and pictures with their pixels."""

import itertools
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pypdfium2

logging.getLogger("pypdfium2").setLevel(logging.ERROR)  # of closing what it would rather close itself, too late
OVERLAP = 0.4  # points that boxes may share: adjoining runs of one line do
ROUNDING = 0.01
Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""


class Words(NamedTuple):
    """A run of text, its size in points, and its box."""

    words: str
    size: float
    box: Box


class Page(NamedTuple):
    """Width and height in points, what is written, and the pictures ``(H, W, 3)`` with their boxes."""

    width: float
    height: float
    texts: list[Words]
    pictures: list[tuple[np.ndarray, Box]]


def pages_of(path: Path) -> list[Page]:
    """All pages of a file."""
    with pypdfium2.PdfDocument(path) as document:
        return [_page(page) for page in document]


def _page(page: pypdfium2.PdfPage) -> Page:
    things = list(page.get_objects(textpage=page.get_textpage()))
    texts = [thing for thing in things if isinstance(thing, pypdfium2.PdfTextObj) and thing.extract().strip()]
    pictures = [(_pixels(thing), thing.get_bounds()) for thing in things if isinstance(thing, pypdfium2.PdfImage)]
    return Page(*page.get_size(), [Words(t.extract(), t.get_font_size(), t.get_bounds()) for t in texts], pictures)


def _pixels(picture: pypdfium2.PdfImage) -> np.ndarray:
    upright = slice(None, None, -1 if picture.get_matrix().d < 0 else 1)
    return picture.get_bitmap().to_numpy()[upright, :, 2::-1].copy()


def assert_legible(found: Sequence[Page], least: float = 6.0) -> None:
    """No text lies on another, leaves its page, or is smaller than `least` points."""
    for page in found:
        for text in page.texts:
            left, bottom, right, top = text.box
            assert text.size >= least - ROUNDING, f"{text} is too small"
            inside = left >= 0 and bottom >= 0 and right <= page.width and top <= page.height
            assert inside, f"{text} leaves the page of {page.width:.0f} × {page.height:.0f}"
        for one, other in itertools.combinations(page.texts, 2):
            assert not _overlap(one.box, other.box), f"{one} and {other} overlap"


def _overlap(one: Box, other: Box) -> bool:
    width, height = (min(one[k + 2], other[k + 2]) - max(one[k], other[k]) for k in (0, 1))
    return width > OVERLAP and height > OVERLAP
