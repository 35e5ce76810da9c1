"""What is on the pages of a PDF: texts with their boxes and sizes, and pictures with their pixels."""

import ctypes
import itertools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

logging.getLogger("pypdfium2").setLevel(logging.ERROR)  # of closing what it would rather close itself, too late
OVERLAP = 0.4  # points that boxes may share: adjoining runs of one line do
ROUNDING = 0.01


@dataclass(frozen=True)
class Words:
    """A run of text; its box is left, bottom, right, top, in points like its size."""

    words: str
    size: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Page:
    """Width and height in points, what is written, and the pictures ``(H, W, 3)`` with their boxes."""

    width: float
    height: float
    texts: list[Words]
    pictures: list[tuple[np.ndarray, tuple[float, float, float, float]]]


def pages_of(path: Path) -> list[Page]:
    """All pages of a file."""
    with pypdfium2.PdfDocument(path) as document:
        found = []
        for page in document:
            found.append(_page(page))
            page.close()
        return found


def _page(page: pypdfium2.PdfPage) -> Page:
    texts, pictures = [], []
    reader = page.get_textpage()
    for thing in page.get_objects():
        if thing.type == pdfium.FPDF_PAGEOBJ_TEXT and (words := _words(thing, reader)).strip():
            size = ctypes.c_float()
            pdfium.FPDFTextObj_GetFontSize(thing, size)
            texts.append(Words(words, size.value, thing.get_bounds()))
        elif thing.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            bitmap = thing.get_bitmap()
            upright = slice(None, None, -1 if thing.get_matrix().get()[3] < 0 else 1)
            pictures.append((bitmap.to_numpy()[upright, :, 2::-1].copy(), thing.get_bounds()))
            bitmap.close()
    reader.close()
    return Page(*page.get_size(), texts, pictures)


def _words(text: pypdfium2.PdfObject, reader: pypdfium2.PdfTextPage) -> str:
    length = pdfium.FPDFTextObj_GetText(text, reader, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDFTextObj_GetText(text, reader, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), length)
    return buffer.raw.decode("utf-16-le", errors="replace").rstrip("\0")


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


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return width > OVERLAP and height > OVERLAP
