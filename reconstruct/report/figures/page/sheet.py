"""Sheets on which text and pictures are placed in inches, and the look that all figures share.

Unless a width is asked for, figures are laid out at page width (7 inches) with text so large that it can still be read
when they are shrunk to a column (8.5 cm).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL.Image import Image

from reconstruct.report.figures.page.fitting import Fitted, families, fit
from reconstruct.report.figures.page.venues import LEAST

WIDTH, HEIGHT = 7.0, 9.0  # inches of a page
GAP = 0.08
PAD = 0.06  # inches between a label and its picture
AROUND_TITLE = 0.16  # inches
TITLE_LABEL = "title"
VALUES = ("error", "psnr", "ssim", "lpips", "none")
RESAMPLED = "lanczos"  # interpolation of pictures in raster files
PROBLEM_LABEL = "problem"
GROUND = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}  # behind words on pictures
ABOVE = 5  # zorder of words on pictures
INK, FAINT, PAPER = "0.15", "0.45", "0.94"
# Okabe & Ito's colours, which colour-blind readers can distinguish.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLE: dict[str, Any] = {
    "font.family": families(),
    "mathtext.fontset": "dejavusans",
    "pdf.fonttype": 42,  # text stays text
    "svg.fonttype": "none",
    "svg.hashsalt": "reconstruct",
    "text.hinting": "none",  # letters as wide as they were measured, at every resolution
    "text.parse_math": False,
    "text.color": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


Box = tuple[float, float, float, float]
"""Left, top, width and height: of a panel in inches, or of a part of a picture as fractions, 0 to 1."""


@dataclass(frozen=True)
class Look:
    """What a reader may choose about any figure."""

    title: str | None = None  # a line above the figure; ``None`` for what the kind has there, nothing or a claim
    labels: bool = True  # whether layers, errors and settings are written next to the pictures
    columns: int | None = None  # how many panels may be side by side, if the kind of figure leaves that open
    crop: bool = False  # whether panels are cut to squares
    width: float = WIDTH  # of the figure, in inches
    height: float = HEIGHT  # of a page, in inches; infinite for a single page
    normal: float = 11.5  # size of text in points
    small: float = 10.5  # size of less important text in points
    letters: bool = False  # whether every panel has a letter
    detail: Box | None = None  # the part of every picture to be enlarged; ``None`` for whole pictures
    difference: str = ""  # maps of the difference to this replace pictures: "original", or the name of a cell
    values: str = "error"  # the numbers under the pictures, one of `VALUES`
    notes: bool = True  # whether what the numbers are is written below the figure
    font: str = ""  # a family that is used wherever it has the letters; empty for the house's own
    channels: int = 16  # how many of a layer are shown at most, by the kind that shows channels

    @property
    def tiny(self) -> float:
        """Size of the least important text in points."""
        return max(LEAST, self.small - 1.5)


DEFAULT = Look()


@contextmanager
def house_style(look: Look = DEFAULT) -> Iterator[None]:
    """A context with the style of all figures, for drawing and for saving."""
    own = {"font.family": [look.font, *families()], "mathtext.fontset": "stix"} if look.font else {}
    with style.context(["default", STYLE | own]):
        yield


class Sheet:
    """A page; places are in inches from its upper left corner, below the title if there is one."""

    def __init__(self, height: float, look: Look) -> None:
        self.look = look
        self.width = look.width
        title = title_of(look)
        self._head = head(look)
        self._height = height + self._head
        self.figure = Figure(figsize=(self.width, self._height))
        if title is not None:
            place = 0.5, 1 - 0.09 / self._height
            self.figure.text(*place, title.words, ha="center", va="top", size=title.size, label=TITLE_LABEL)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes without a frame, with this box in inches."""
        bottom = self._height - self._head - top - height
        box = left / self.width, bottom / self._height, width / self.width, height / self._height
        axes = self.figure.add_axes(box)
        axes.set_axis_off()
        return axes

    def fitted(self, left: float, top: float, words: Fitted, **options: Any) -> None:
        """Write a measured text at a place, unless the look has no labels; `options` are those of matplotlib's text."""
        if self.look.labels and words.words:
            place = left / self.width, 1 - (self._head + top) / self._height
            self.figure.text(*place, words.words, **{"size": words.size, **options})

    def picture(self, box: Box, picture: Image | None, problem: str = "", name: str = "") -> Axes:
        """Place a picture with what is wrong with it, or an empty frame with why; a film finds the axes by `name`."""
        left, top, width, height = box
        axes = self.axes(*box)
        axes.set_label(name)
        if picture is not None:
            axes.imshow(np.asarray(picture), interpolation=RESAMPLED)
            if problem:
                words = fit(problem.upper(), width - GAP, self.look.tiny, 2)
                place = {"ha": "center", "va": "bottom", "bbox": GROUND, "label": PROBLEM_LABEL, "zorder": ABOVE}
                self.fitted(left + width / 2, top + height - 0.04, words, **place)
            return axes
        axes.set_axis_on()
        axes.spines[:].set(visible=True, color=FAINT)
        axes.set(xticks=[], yticks=[], facecolor=PAPER)
        words = fit(problem, width - GAP, self.look.small)
        words = words if words.height < height else fit("×", width, LEAST)
        look: dict[str, Any] = {"ha": "center", "va": "center", "color": FAINT, "transform": axes.transAxes}
        axes.text(0.5, 0.5, words.words, size=words.size, **look)
        return axes

    def letter(self, left: float, top: float, name: str) -> None:
        """Write the letter of a panel into its upper left corner."""
        words = fit(name, self.width, self.look.tiny, weight="bold")
        self.fitted(left + 0.04, top + 0.04, words, va="top", weight="bold", bbox=GROUND, zorder=ABOVE)


def title_of(look: Look) -> Fitted | None:
    """The title in as many lines as it needs; ``None`` if there is none."""
    return fit(look.title, look.width - 2 * GAP, look.normal + 0.5, most_lines=3) if look.title else None


def head(look: Look) -> float:
    """The height of the title in inches."""
    title = title_of(look)
    return title.height + AROUND_TITLE if title else 0.0


@dataclass(frozen=True)
class Part:
    """A part of a figure that stays on one page."""

    height: float  # in inches
    draw: Callable[[Sheet, float], None] = lambda *_: None  # how it is drawn below a place, in inches
    repeated: "Part | None" = None  # what is put above it if it begins a page

    def below(self, other: "Part") -> "Part":
        """Both as one part, this one at the bottom."""

        def drawn(sheet: Sheet, top: float) -> None:
            other.draw(sheet, top)
            self.draw(sheet, top + other.height)

        return Part(self.height + other.height, drawn)


def laid_out(parts: Iterable[Part], look: Look) -> list[Figure]:
    """A figure for each page, with parts one below the other; they are made here, in the house's style."""
    return filled(lambda _: ([part] for part in parts), look)


def filled(groups: Callable[[Look], Iterable[Sequence[Part]]], look: Look, foot: Iterable[Part] = ()) -> list[Figure]:
    """The same of groups of parts, each of them on one page if a page has room for it, with a foot below all."""
    with house_style(look):
        last, pages = list(foot), [list[Part]()]
        look = replace(look, height=look.height - _height(last))
        for group in groups(look):
            if pages[-1] and _room(pages, look) < _height(group) <= look.height:
                pages.append([])
            for part in group:
                if pages[-1] and _room(pages, look) < part.height:
                    pages.append([part.repeated] if part.repeated else [])
                pages[-1].append(part)
        pages[-1] += last
        untitled = replace(look, title=None)
        return [_figure(parts, untitled if number else look) for number, parts in enumerate(pages)]


def _height(parts: Iterable[Part]) -> float:
    return sum(part.height for part in parts)


def _room(pages: Sequence[Sequence[Part]], look: Look) -> float:
    """The free height on the last page in inches."""
    return look.height - _height(pages[-1]) - (head(look) if len(pages) == 1 else 0.0)


def _figure(parts: Sequence[Part], look: Look) -> Figure:
    sheet, top = Sheet(_height(parts) or GAP, look), 0.0
    for part in parts:
        part.draw(sheet, top)
        top += part.height
    return sheet.figure


def letter(number: int) -> str:
    """The letter of a panel: 0, 1, … are a, b, …, z, aa, ab, and so on."""
    above, last = divmod(number, 26)
    return (letter(above - 1) if above else "") + "abcdefghijklmnopqrstuvwxyz"[last]
