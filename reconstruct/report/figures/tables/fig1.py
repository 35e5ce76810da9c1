"""Figure 1 of Gatys, Ecker & Bethge (2015): style above, content below, the network between them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from reconstruct.report.figures.cells import Cells
from reconstruct.report.figures.labels import Labels, depth_labels
from reconstruct.report.figures.page.fitting import Fitted, fit, fits
from reconstruct.report.figures.page.sheet import (
    COLOURS,
    DEFAULT,
    FAINT,
    GAP,
    INK,
    PAD,
    SMALLEST_PANEL,
    Look,
    Part,
    Sheet,
    letter,
)
from reconstruct.report.figures.pivot import Block, Layout, Point
from reconstruct.report.figures.tables.grid import blocks
from reconstruct.report.figures.tables.tiles import Tile, cropped, error_label, tiles

LAYOUT = Layout(rows=("representation",), columns=("depth",))
ABOVE, BELOW = ("style",), ("content",)
NETWORK, SIDE_GAP = 0.9, 0.22  # inches: the height of the drawing of the network, and the space next to the originals


def fig1(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """A column for each depth, after the original; a table for each combination of the other keys; see `blocks`."""
    letters: dict[Point, str] = {(depth,): letter(number) for number, depth in enumerate(cells.values("depth"))}
    tile_of = tiles(cells, look)

    def parts(block: Block) -> list[Part]:
        panels = {place: tile_of(panel) for place, panel in block.at.items()}
        return _Block(block, panels, cells, look, letters).parts()

    return blocks(cells, look, layout or LAYOUT, parts)


class _Block:
    """One table; columns for which there is no room go into a band below."""

    def __init__(
        self,
        block: Block,
        panels: Mapping[tuple[Point, Point], Tile],
        cells: Cells,
        look: Look,
        letters: Mapping[Point, str],
    ) -> None:
        self.block, self.panels, self.look, self.letters = block, panels, look, letters
        self.columns: list[Point | None] = [None, *block.columns]  # the original first
        most = look.columns or max(2, math.floor((look.width - SIDE_GAP) / (SMALLEST_PANEL + GAP)))
        self.per_band = math.ceil(len(self.columns) / math.ceil(len(self.columns) / most))
        self.side = (look.width - SIDE_GAP - GAP * self.per_band) / self.per_band
        tall = [t.picture.height / t.picture.width for t in self.panels.values() if t.picture]
        self.named = {row: self._names(cells, row) for row in block.rows}
        self.head = self._label_height() + PAD + GAP if look.labels else GAP
        self.foot = 0.28 if look.labels else GAP
        room = (look.height - NETWORK - 1) / len(block.rows) - self.head - self.foot  # on a page with a heading
        self.height = min(self.side * max(tall, default=1.0), max(room, 0.3))

    def _names(self, cells: Cells, row: Point) -> Labels:
        """Labels for the layers of a row: a depth chooses other layers for content than for style."""
        of_row = [panel for panel in cells.panels if panel.values.get("representation") == row[0]]
        ways = depth_labels(replace(cells, panels=of_row), "content" if row == BELOW else "style")
        room = self.side - 0.2
        return next((w for w in ways if all(fits(name, room, self.look.small) for name in w.of.values())), ways[-1])

    def _layer(self, row: Point, column: Point) -> Fitted:
        names = self.named[row].of
        return fit(names.get(column[0]) or column[0], self.side - 0.2, self.look.small, 2)

    def _label_height(self) -> float:
        return max((self._layer(*place).height for place in self.panels), default=0.2)

    def parts(self) -> list[Part]:
        """A part for each band."""
        bands = [self.columns[k : k + self.per_band] for k in range(0, len(self.columns), self.per_band)]
        return [self._band(band) for band in bands]

    def _band(self, band: Sequence[Point | None]) -> Part:
        above = [row for row in self.block.rows if row == ABOVE]
        below = [row for row in self.block.rows if row != ABOVE]
        network = NETWORK if above and below else 0.0
        step = self.head + self.height + self.foot

        def drawn(sheet: Sheet, top: float) -> None:
            for number, row in enumerate((*above, *below)):
                self._row(sheet, row, band, top + number * step + (network if row in below else 0.0) + self.head)
            if network:
                self._network(sheet, band, top + step)

        return Part(len(self.block.rows) * step + network + GAP, drawn)

    def _left(self, band: Sequence[Point | None], number: int) -> float:
        return GAP / 2 + number * (self.side + GAP) + (SIDE_GAP if number else 0)

    def _row(self, sheet: Sheet, row: Point, band: Sequence[Point | None], top: float) -> None:
        for number, column in enumerate(band):
            left = self._left(band, number)
            if column is None:
                self._original(sheet, row, left, top)
            elif (row, column) in self.panels:
                self._cell(sheet, row, column, left, top)

    def _original(self, sheet: Sheet, row: Point, left: float, top: float) -> None:
        term = row[0] if row[0] in ("content", "style") else "content"
        panels = [panel for (of, _), panel in self.block.at.items() if of == row]
        picture = next(filter(None, (panel.original(term) for panel in panels)), None)
        sheet.picture(left, top, self.side, self.height, cropped(picture, self.look), "" if picture else "missing")
        name, below = fit(row[0].capitalize(), self.side, self.look.normal, 1, "bold"), top + self.height + PAD
        centre = left + self.side / 2
        sheet.fitted(centre, top - PAD, name, ha="center", va="bottom", weight="bold")
        words = {"none": "", "error": "error" if row in (ABOVE, BELOW) else "errors"}
        heading = words.get(self.look.values, self.look.values.upper())
        sheet.text(centre, below, heading, ha="center", va="top", size=self.look.small, color=FAINT)

    def _cell(self, sheet: Sheet, row: Point, column: Point, left: float, top: float) -> None:
        tile, right = self.panels[row, column], left + self.side
        sheet.picture(left, top, self.side, self.height, tile.picture, tile.problem, tile.name)
        sheet.text(left, top - PAD, self.letters[column], va="bottom", weight="bold", size=self.look.normal)
        sheet.fitted(right, top - PAD, self._layer(row, column), ha="right", va="bottom")
        numbers = [f"loss {number}" if what.endswith("loss") else number for what, number in tile.values.values()]
        words = fit(", ".join(numbers), self.side, self.look.small, 1)
        centre, below, term = left + self.side / 2, top + self.height + PAD, next(iter(tile.values), "")
        sheet.fitted(centre, below, words, ha="center", va="top", label=error_label(tile.name, term))

    def _network(self, sheet: Sheet, band: Sequence[Point | None], top: float) -> None:
        """Draw a block for each depth: lower after every pooling, and thicker as the number of channels grows."""
        axes = sheet.axes(0, top, sheet.width, NETWORK)
        axes.set(xlim=(0, sheet.width), ylim=(NETWORK, 0))
        middle, reach = NETWORK / 2, NETWORK / 2 - 0.01
        for number, column in enumerate(band):
            centre = self._left(band, number) + self.side / 2
            if column is None:
                look = {"ha": "center", "va": "center", "color": FAINT, "size": self.look.small}
                sheet.text(centre, top + middle, "network", **look)
                continue
            depth = self.columns.index(column)
            half = 0.3 * 0.74 ** (depth - 1)
            _block(axes, centre, middle, half, 0.05 * 1.5 ** min(depth - 1, 5))
            _arrow(axes, (centre, middle - half - 0.02), (centre, middle - reach))
            _arrow(axes, (centre, middle + half + 0.02), (centre, middle + reach))


def _arrow(axes: Axes, tail: tuple[float, float], head: tuple[float, float]) -> None:
    look = {"arrowstyle": "-|>", "color": COLOURS[0], "lw": 1, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", head, tail, arrowprops=look)


def _block(axes: Axes, x: float, y: float, half: float, depth: float) -> None:
    """Draw a box: `half` is half of its height, `depth` its extent along the network."""
    slant = half * 0.45
    left, right = x - depth / 2 - slant / 2, x + depth / 2 - slant / 2
    front = [(left, y - half + slant), (right, y - half + slant), (right, y + half), (left, y + half)]
    top = [front[0], front[1], (right + slant, y - half), (left + slant, y - half)]
    side = [front[1], front[2], (right + slant, y + half - slant), (right + slant, y - half)]
    for corners, shade in ((front, "0.86"), (top, "0.95"), (side, "0.75")):
        axes.add_patch(Polygon(corners, closed=True, facecolor=shade, edgecolor=INK, linewidth=0.6))
