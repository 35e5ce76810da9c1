"""Figures from run folders, as matplotlib figures; saving is the caller's business. The one door to matplotlib.

All lengths are in inches at page width; text is set so large that a figure shrunk to column width (8.5 cm) can
still be read.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from PIL.Image import Image

from reconstruct import images
from reconstruct.errors import InputError
from reconstruct.results import PICTURE, Result, Sweep, SweepCell

WIDTH = 7.0
GAP = 0.08
STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "pdf.fonttype": 42,  # text stays text
    "svg.fonttype": "none",
    "figure.dpi": 100,
    "savefig.dpi": 300,
    "axes.linewidth": 0.6,
}
INK, FAINT, PAPER = "0.15", "0.55", "0.94"
ACCENT = "#0072B2"  # Okabe & Ito's blue, safe for colour-blind readers


@dataclass(frozen=True)
class Panel:
    """A cell as a figure needs it; `problem` says why there is no picture."""

    cell: SweepCell
    result: Result | None
    picture: Image | None
    problem: str = ""


def panels(sweep: Sweep) -> list[Panel]:
    """Every cell of a sweep; cells that are missing or damaged say so."""
    return [_panel(sweep.folder / cell.folder, cell, result) for cell, result in sweep.results()]


def _panel(folder: Path, cell: SweepCell, result: Result | None) -> Panel:
    if result is None:
        return Panel(cell, None, None, "not finished" if folder.is_dir() else "missing")
    try:
        return Panel(cell, result, images.to_image(images.load(folder / PICTURE)))
    except InputError:
        return Panel(cell, result, None, "damaged")


def original(sweep: Sweep, term: str) -> Image | None:
    """The input picture of `term`, from the first cell that has it."""
    for cell in sweep.cells:
        try:
            return images.to_image(images.load(sweep.folder / cell.folder / f"{term}.png"))
        except InputError:
            continue
    return None


@contextmanager
def house_style() -> Iterator[None]:
    """One look for all figures, while drawing and while saving."""
    with style.context(["default", STYLE]):
        yield


class Sheet:
    """A figure on which axes are placed in inches from the upper left corner."""

    def __init__(self, width: float, height: float) -> None:
        self.figure = Figure(figsize=(width, height))
        self._size = width, height

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        across, down = self._size
        axes = self.figure.add_axes((left / across, 1 - (top + height) / down, width / across, height / down))
        axes.set_axis_off()
        return axes

    def text(self, left: float, top: float, words: str, **options: object) -> None:
        across, down = self._size
        self.figure.text(left / across, 1 - top / down, words, **{"color": INK, **options})  # type: ignore[arg-type]


def show(axes: Axes, picture: Image | None, problem: str = "") -> None:
    """A picture, or an empty frame that says what is the matter."""
    if picture is not None:
        axes.imshow(picture, interpolation="lanczos")
        return
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[], facecolor=PAPER)
    axes.text(0.5, 0.5, problem, ha="center", va="center", color=FAINT, transform=axes.transAxes)


# --- Figure 1 -------------------------------------------------------------------------------------------------


def fig1(sweep: Sweep) -> Figure:
    """Figure 1 of Gatys et al. (2015): style reconstructions above, content reconstructions below, five depths each."""
    cells = {(p.cell.values["representation"], int(p.cell.values["depth"])): p for p in panels(sweep)}
    depths = sorted({depth for _, depth in cells})
    with house_style():
        return _Fig1(sweep, cells, depths).figure


class _Fig1:
    HEAD, FOOT, NETWORK, SIDE_GAP = 0.42, 0.24, 0.95, 0.22

    def __init__(self, sweep: Sweep, cells: dict[tuple[str, int], Panel], depths: Sequence[int]) -> None:
        self.side = (WIDTH - self.SIDE_GAP - GAP * (len(depths) + 1)) / (len(depths) + 1)
        self.sweep, self.cells, self.depths = sweep, cells, depths
        row = self.HEAD + self.side + self.FOOT
        self.sheet = Sheet(WIDTH, 2 * row + self.NETWORK + GAP)
        self._row("style", 0.0)
        self._network(row)
        self._row("content", row + self.NETWORK)
        self.figure = self.sheet.figure

    def _left(self, column: int) -> float:
        return GAP / 2 + column * (self.side + GAP) + (self.SIDE_GAP if column else 0)

    def _row(self, term: str, top: float) -> None:
        picture_top = top + self.HEAD
        show(self.sheet.axes(self._left(0), picture_top, self.side, self.side), original(self.sweep, term), "missing")
        centre = self._left(0) + self.side / 2
        self.sheet.text(centre, picture_top - 0.06, term.capitalize(), ha="center", va="bottom", weight="bold")
        for column, depth in enumerate(self.depths, 1):
            panel = self.cells.get((term, depth))
            if panel is not None:
                self._cell(panel, term, column, picture_top)

    def _cell(self, panel: Panel, term: str, column: int, top: float) -> None:
        left = self._left(column)
        show(self.sheet.axes(left, top, self.side, self.side), panel.picture, panel.problem)
        letter = "abcde"[column - 1]
        self.sheet.text(left, top - 0.06, letter, va="bottom", weight="bold")
        if panel.result is None:
            return
        layers = panel.result.layers[term]
        label = f"+ {layers[-1]}" if len(layers) > 1 else layers[0]
        self.sheet.text(left + self.side, top - 0.06, label, ha="right", va="bottom", size=9)
        errors = panel.result.relative_errors[term]
        error = sum(errors.values()) / len(errors)
        self.sheet.text(
            left + self.side / 2, top + self.side + 0.05, f"error {percent(error)}", ha="center", va="top", size=9
        )

    def _network(self, top: float) -> None:
        """Five blocks: their height falls with every pooling, their depth grows with the number of channels."""
        axes = self.sheet.axes(0, top, WIDTH, self.NETWORK)
        axes.set(xlim=(0, WIDTH), ylim=(self.NETWORK, 0))
        middle = self.NETWORK / 2
        for column, depth in enumerate(self.depths, 1):
            centre = self._left(column) + self.side / 2
            half = 0.36 * 0.72 ** (depth - 1)
            _block(axes, centre, middle, half, 0.05 * 1.5 ** (depth - 1))
            for direction in (-1, 1):
                axes.annotate(
                    "",
                    (centre, middle + direction * (self.NETWORK / 2 - 0.01)),
                    (centre, middle + direction * (half + 0.02)),
                    arrowprops={"arrowstyle": "-|>", "color": ACCENT, "lw": 1, "shrinkA": 0, "shrinkB": 0},
                )
        start = self._left(0) + self.side / 2
        axes.text(start, middle, "network", ha="center", va="center", color=FAINT, size=9)


def _block(axes: Axes, x: float, y: float, half: float, depth: float) -> None:
    """A box seen from the side: `half` of its height, `depth` along the network."""
    slant = half * 0.45
    left, right = x - depth / 2 - slant / 2, x + depth / 2 - slant / 2
    front = [(left, y - half + slant), (right, y - half + slant), (right, y + half), (left, y + half)]
    top = [front[0], front[1], (right + slant, y - half), (left + slant, y - half)]
    side = [front[1], front[2], (right + slant, y + half - slant), (right + slant, y - half)]
    for corners, shade in ((front, "0.86"), (top, "0.95"), (side, "0.75")):
        axes.add_patch(Polygon(corners, closed=True, facecolor=shade, edgecolor=INK, linewidth=0.6))


def percent(error: float) -> str:
    """A relative error with two significant digits: 0.0123 is 1.2 %."""
    value = 100 * error
    return f"{value:.0f} %" if value >= 10 else f"{value:.1f} %" if value >= 1 else f"{value:.2g} %"
