"""Paper on which things are placed in inches, and the one look that all figures share.

Figures are laid out at page width (7 inches) with text so large that it can still be read at column width (8.5 cm).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL.Image import Image
from PIL.ImageOps import fit

WIDTH = 7.0
GAP = 0.08
LINE, AROUND = 0.22, 0.16  # inches: a line of a title, and what is left free around it
TITLE_LABEL = "title"
LONGEST_LINE = 64  # characters of a title
SMALL = 10.5  # points; 5 when the figure is shrunk to a column
INK, FAINT, PAPER = "0.15", "0.45", "0.94"
# Okabe & Ito's colours: told apart by colour-blind readers too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11.5,
    "mathtext.fontset": "dejavusans",
    "pdf.fonttype": 42,  # text stays text
    "svg.fonttype": "none",
    "svg.hashsalt": "reconstruct",
    "savefig.dpi": 300,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True)
class Look:
    """What a reader may choose about any figure.

    Attributes:
        title: a line above it.
        labels: whether layers, errors and settings are written beside the pictures.
        columns: panels side by side, where a figure leaves that open.
        crop: whether panels are cut to squares.
    """

    title: str = ""
    labels: bool = True
    columns: int | None = None
    crop: bool = False


@contextmanager
def house_style() -> Iterator[None]:
    """One look for all figures, while drawing and while saving."""
    with style.context(["default", STYLE]):
        yield


class Sheet:
    """A page-wide figure; places are in inches from its upper left corner, below the title if there is one."""

    def __init__(self, height: float, look: Look) -> None:
        self.look = look
        lines = wrap(look.title, LONGEST_LINE)
        self._head = LINE * len(lines) + (AROUND if lines else 0)
        self._height = height + self._head
        self.figure = Figure(figsize=(WIDTH, self._height))
        if lines:
            place = 0.5, 1 - 0.09 / self._height
            words = "\n".join(lines)
            self.figure.text(*place, words, ha="center", va="top", color=INK, size=12, label=TITLE_LABEL)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes with that box, without a frame."""
        bottom = self._height - self._head - top - height
        box = left / WIDTH, bottom / self._height, width / WIDTH, height / self._height
        axes = self.figure.add_axes(box)
        axes.set_axis_off()
        return axes

    def text(self, left: float, top: float, words: str, **options: Any) -> None:
        """Words at a place, unless the look has no labels."""
        if self.look.labels:
            place = left / WIDTH, 1 - (self._head + top) / self._height
            self.figure.text(*place, words, **{"color": INK, **options})

    def picture(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        picture: Image | None,
        problem: str = "",
        name: str = "",
    ) -> Axes:
        """A picture, or an empty frame that says what is the matter; by its `name` a film finds it again."""
        axes = self.axes(left, top, width, height)
        axes.set_label(name)
        if picture is not None:
            axes.imshow(squared(picture) if self.look.crop else picture, interpolation="lanczos")
            return axes
        axes.set_axis_on()
        axes.spines[:].set(visible=True, color=FAINT)
        axes.set(xticks=[], yticks=[], facecolor=PAPER)
        axes.text(0.5, 0.5, problem, ha="center", va="center", color=FAINT, size=SMALL, transform=axes.transAxes)
        return axes


def plain(words: str) -> str:
    """A name as it is: for matplotlib a dollar begins a formula, and a leading underline hides a legend's entry."""
    return re.sub(r"^_", " _", words.replace("$", r"\$"))


def squared(picture: Image) -> Image:
    """The largest centred square."""
    side = min(picture.size)
    return fit(picture, (side, side))


def percent(error: float) -> str:
    """A relative error in at most two digits: 0.0123 is 1.2 %, 0.000012 is 0.001 %, and less is <0.001 %."""
    value = 100 * error
    if 0 < value < 0.0005:
        return "<0.001 %"
    digits = ".0f" if value >= 10 else ".1f" if value >= 1 else ".2g" if value >= 0.1 else ".1g"
    return f"{value:{digits}} %"
