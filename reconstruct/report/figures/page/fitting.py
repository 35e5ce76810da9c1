"""Text that fits: measured, wrapped, then made smaller, down to `LEAST` points, and never cut off.

DejaVu Sans, which matplotlib brings, has Latin, Greek, Cyrillic, Arabic and Hebrew letters, but neither ideographs nor
the scripts of India; those are drawn where one of a few other fonts is installed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from unicodedata import normalize

from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text

from reconstruct.report.figures.page.venues import LEAST

HOUSE = "DejaVu Sans"
# Families with ideographs or a script of India. All are plain TrueType, whose outlines a PDF gets as they are.
OTHERS = ("Droid Sans Fallback", "Arial Unicode MS", "Malgun Gothic", "Noto Sans Devanagari", "Nirmala UI")
BOX = "□"
FINE = 720  # dots per inch at which words are measured
SLACK = 0.015  # inches that a renderer may differ from what was measured
STEP = 0.5  # points from one size that is tried to the next
# A line may be broken after each of these; where that does not suffice, also at dots and underlines; then anywhere.
_BETWEEN_WORDS = re.compile(r"(?:α/β|[^\s,/–-])*[,/–-]*\s*")
_WITHIN_WORDS = re.compile(r"(?:α/β|[^\s,/_.–-])*[,/_.–-]*\s*")
_ANYWHERE = re.compile(".")
EVENLY = 0.75  # of the size asked for: labels that are smaller than that do not make others small


@cache
def families() -> list[str]:
    """The house's font and those of `OTHERS` that are installed, for matplotlib's ``font.family``."""
    return [HOUSE, *(name for name in OTHERS if name in fontManager.get_font_names())]


def legible(words: str) -> str:
    """`words` as the fonts of the style can draw them, with a box for each character that none of them has.

    Accents are composed, as fonts have them and as Macintosh file systems do not; controls but line breaks are gone.
    """
    drawn = _characters(tuple(rcParams["font.family"]))
    composed = normalize("NFC", words.replace("\r\n", "\n"))
    return "".join(c if c in drawn else " " if c.isspace() else BOX for c in composed)


@cache
def _characters(names: tuple[str, ...]) -> frozenset[str]:
    """The characters that one of the families has, upright and bold, and the line break."""
    return frozenset("\n").union(*(_of(name, "normal") & _of(name, "bold") for name in names))


def _of(family: str, weight: str) -> frozenset[str]:
    """A font's characters, without those that turn around the words next to them."""
    font = get_font(findfont(FontProperties(family=family, weight=weight)))
    return frozenset(c for c in map(chr, font.get_charmap()) if c.isprintable())


@dataclass(frozen=True)
class Fitted:
    """A text that was measured."""

    words: str  # the text, broken into lines
    size: float  # in points
    width: float  # in inches
    height: float  # in inches


@cache
def _scratch() -> tuple[Figure, RendererAgg]:
    figure = Figure(dpi=FINE)
    return figure, FigureCanvasAgg(figure).get_renderer()


def extent(words: str, size: float, weight: str = "normal") -> tuple[float, float]:
    """Width and height in inches of a text of one line or several, at a size in points."""
    if not words.strip():
        return 0.0, 0.0
    return _extent(words, size, weight, tuple(rcParams["font.family"]))


@lru_cache(maxsize=20_000)
def _extent(words: str, size: float, weight: str, style: tuple[str, ...]) -> tuple[float, float]:
    """The same in a style of these families."""
    figure, renderer = _scratch()
    text = Text(0, 0, words, size=size, weight=weight, parse_math=False, figure=figure)
    box = text.get_window_extent(renderer)
    return box.width / FINE + SLACK, box.height / FINE + SLACK


def fits(words: str, width: float, size: float, most_lines: int = 1) -> bool:
    """Whether a text fits into `width` inches and `most_lines` lines at a size in points, broken between words only."""
    lines = _lines(legible(words), width, size, "normal")
    return lines is not None and len(lines) <= most_lines


def fit(words: str, width: float, size: float, most_lines: int = 3, weight: str = "normal") -> Fitted:
    """A text in at most `width` inches: at `size` points in at most `most_lines` lines, or smaller, or in more lines.

    At `LEAST` points a word that is wider than a line is broken.
    """
    words, size = legible(words), max(size, LEAST)
    for smaller in _sizes(size):
        lines = _lines(words, width, smaller, weight)
        if lines is not None and len(lines) <= most_lines:
            return _fitted(lines, smaller, weight)
    for pieces in (_BETWEEN_WORDS, _WITHIN_WORDS, _ANYWHERE):
        if lines := _lines(words, width, LEAST, weight, pieces):
            break
    return _fitted(lines or [""], LEAST, weight)


def fit_all(every: Sequence[str], width: float, size: float, most_lines: int = 3) -> list[Fitted]:
    """Texts in at most `width` inches each, all in one size except those that need a much smaller one."""
    sizes = [fit(words, width, size, most_lines).size for words in every]
    smallest = min((each for each in sizes if each >= EVENLY * size), default=size)
    return [fit(words, width, min(smallest, each), most_lines) for words, each in zip(every, sizes, strict=True)]


def _sizes(size: float) -> Iterator[float]:
    while size > LEAST:
        yield size
        size -= STEP
    yield LEAST


def _fitted(lines: Sequence[str], size: float, weight: str) -> Fitted:
    words = "\n".join(lines)
    return Fitted(words, size, *extent(words, size, weight))


def _lines(
    words: str, width: float, size: float, weight: str, pieces: re.Pattern[str] = _BETWEEN_WORDS
) -> list[str] | None:
    """Broken after some pieces; ``None`` if one of them is wider than a line, unless that is a single character."""
    lines: list[str] = []
    for paragraph in words.split("\n"):
        line = ""
        for piece in pieces.findall(paragraph):
            if line and extent((line + piece).rstrip(), size, weight)[0] > width:
                lines.append(line.rstrip())
                line = ""
            line = (line + piece).lstrip() if pieces is _ANYWHERE else line + piece
            if pieces is not _ANYWHERE and extent(line.rstrip(), size, weight)[0] > width:
                return None
        lines.append(line.rstrip())
    return lines
