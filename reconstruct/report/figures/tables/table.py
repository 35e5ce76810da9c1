"""Tables of pictures: labels above and at the left, errors below each picture, on as many pages as needed.

All text is measured before it is placed: a label that is too long for its column is wrapped, then made smaller.
Pictures get the room that is left.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL.Image import Image

from reconstruct.report.figures.page.fitting import Fitted, fit, fit_all, fits
from reconstruct.report.figures.page.notes import paragraph
from reconstruct.report.figures.page.sheet import FAINT, GAP, PAD, Box, Look, Part, Sheet, filled, letter
from reconstruct.report.figures.tables.tiles import Tile

SMALLEST_PANEL = 0.8  # inches; rather than smaller ones there are more rows, and more pages
LARGEST_PANEL, LARGEST_OF_ROWS = 3.4, 2.2  # inches: of a panel if there is one row, and if there are several
MOST_IN_A_ROW = 6  # panels side by side if there is one row only
ORIGINAL_WIDTH = 2.5  # inches of an original above a table, at most; up to there textures can be compared by eye
LABEL_SHARE = 0.2  # of the width, for the labels of rows
BLOCK_GAP = 0.2
BELOW = 0.03  # inches between a picture and its numbers
TALLEST = 1.6  # height of a panel over its width, if several are side by side; taller pictures are scaled down
INSET = 0.36  # of the height of a panel


@dataclass(frozen=True)
class Naming:
    """The labels of rows or columns, and the heading of all of them."""

    heading: str
    labels: Sequence[str]


@dataclass(frozen=True)
class Table:
    """Rows and columns of tiles."""

    heading: str  # a text above the table; empty for none
    rows: Naming | None  # ``None`` for rows without labels
    columns: Naming  # of all columns
    tiles: Mapping[tuple[int, int], Tile]  # (number of the row, number of the column) -> tile
    originals: Sequence[tuple[str, Tile]] = ()  # label and tile of the originals that all cells have in common
    lead: int = 0  # how many of the first columns are originals; the heading of the columns is not above them

    @property
    def size(self) -> tuple[int, int]:
        """The number of rows and the number of columns."""
        return max(i for i, _ in self.tiles) + 1, len(self.columns.labels)


def drawn(tables: Sequence[Table], look: Look, *notes: str) -> list[Figure]:
    """A figure for each page, with tables one below the other and notes below them; letters continue through all."""
    return filled(partial(_groups, tables), look, (paragraph(note, look) for note in notes))


def _groups(tables: Sequence[Table], look: Look) -> Iterator[list[Part]]:
    for number, table in enumerate(placed(tables, look)):
        above = [*table.title(), *(table.above.parts() if table.above else [])]
        between = [Part(BLOCK_GAP / 2)] if number else []
        for band in table.bands:
            yield [*between, *above, *table.band(band)]
            between = above = []


def placed(tables: Sequence[Table], look: Look) -> list["Placed"]:
    """Tables measured for a page; letters continue from one table to the next."""
    letters = count()
    return [Placed(table, look, letters) for table in tables]


def _even(columns: int, most: int) -> list[range]:
    """As few bands of columns as possible, whose numbers of columns differ by at most one."""
    bands = math.ceil(columns / most)
    ends = [math.ceil(columns * k / bands) for k in range(bands + 1)]
    return [range(a, b) for a, b in pairwise(ends)]


class Placed:
    """One table, measured for a page.

    Attributes:
        labels: free inches at the left, for the labels of rows; at least `left`.
        row_labels, column_labels: empty if the look has no labels.
        bands: the columns that are side by side, for each band.
        width: of a panel, in inches; at most `widest`.
        step: inches from one panel to the next; what is left of the room is between them, unless it is given.
        heights: of the panels of each row, in inches.
        values: place -> the numbers below the picture.
        above: the originals that all cells have in common, a table above this one.
    """

    def __init__(
        self,
        table: Table,
        look: Look,
        letters: Iterator[int],
        left: float = 0.0,
        widest: float = math.inf,
        step: float = 0,
    ) -> None:
        self.table, self.look, self.letters = table, look, letters
        self.rows, self.columns = table.size
        self.row_heading, self.row_labels, self.labels = self._labels_of_rows()
        self.labels = max(self.labels, left)
        self.per_band, width = self._columns_on_the_page()
        self.width, self.step = min(width, widest), step or width + GAP
        self.bands = _even(self.columns, self.per_band)
        self.column_heading, self.column_labels = self._labels_of_columns()
        self.values = self._values()
        self.heights = [self._height(row) for row in range(self.rows)]
        self.above = self._of_originals()

    def parts(self) -> list[Part]:
        """All parts, from the top."""
        return [part for band in self.bands for part in self.band(band)]

    def _labels_of_rows(self) -> tuple[Fitted | None, list[Fitted], float]:
        """The heading and the labels of rows, and the width in inches that they need."""
        look = self.look
        if not (self.table.rows and look.labels):
            return None, [], GAP / 2
        most = max(0.5, LABEL_SHARE * look.width)
        heading = fit(self.table.rows.heading, most, look.small, 3)
        labels = fit_all(self.table.rows.labels, most, look.small, 4)
        return heading, labels, GAP / 2 + max(words.width for words in (heading, *labels)) + 0.1

    def _columns_on_the_page(self) -> tuple[int, float]:
        """How many panels are side by side, and the width of a panel."""
        room = self.look.width - self.labels
        most = max(1, math.floor((room + 1e-9) / (SMALLEST_PANEL + GAP)))
        usual = min(most, MOST_IN_A_ROW if self.rows == 1 else self.columns)
        most = min(self.look.columns or usual, self.columns)
        per_band = math.ceil(self.columns / math.ceil(self.columns / most))
        return per_band, min(LARGEST_PANEL if self.rows == 1 else LARGEST_OF_ROWS, room / per_band - GAP)

    def _labels_of_columns(self) -> tuple[Fitted | None, list[Fitted]]:
        look, columns = self.look, self.table.columns
        if not look.labels:
            return None, []
        heading = fit(columns.heading, look.width - self.labels - GAP, look.small) if columns.heading else None
        return heading, fit_all(columns.labels, self.width, look.small, 3)

    def _values(self) -> dict[tuple[int, int], Fitted]:
        """Numbers as text, each in one line if all fit, else in two."""
        size = self.look.small - 1
        tiles = {place: tile.values for place, tile in self.table.tiles.items() if tile.values and self.look.labels}
        is_short = all(fits(" ".join(number), self.width, size) for each in tiles.values() for number in each)
        words = ["\n".join((" " if is_short else "\n").join(number) for number in each) for each in tiles.values()]
        lines = max((text.count("\n") for text in words), default=0) + 1
        return dict(zip(tiles, fit_all(words, self.width, size, lines), strict=True))

    def _height(self, row: int) -> float:
        """The height of a row's panels: that of its tallest cell, or original if there is no cell; at most a page."""
        every = [tile for (i, _), tile in self.table.tiles.items() if i == row]
        tiles = [tile for tile in every if tile.name and tile.picture] or every
        tall = [tile.picture.height / tile.picture.width for tile in tiles if tile.picture]
        most = self.look.height - self._header_height(True) - 1.0
        tallest = TALLEST if self.columns > 1 else math.inf
        return min(self.width * min(max(tall, default=1.0), tallest), max(most, SMALLEST_PANEL))

    def _header_height(self, first: bool) -> float:
        labels = max((words.height for words in self.column_labels), default=0.0)
        heading = self.column_heading.height + PAD if self.column_heading else 0.0
        corner = self.row_heading.height if first and self.row_heading else 0.0
        return (heading if first else 0.0) + max(labels, corner) + (PAD + GAP if self.look.labels else GAP)

    def _row_height(self, row: int, band: Sequence[int]) -> float:
        below = [self.values[row, column].height + BELOW for column in band if (row, column) in self.values]
        label = self.row_labels[row].height if self.row_labels else 0.0
        return max(self.heights[row] + max(below, default=0.0), label) + GAP

    def title(self) -> Iterator[Part]:
        """The heading of the whole table, if it has one."""
        if self.look.labels and self.table.heading:
            title = fit(self.table.heading, self.look.width - self.labels - GAP, self.look.normal, 3, "bold")
            yield Part(title.height + BLOCK_GAP, partial(self._draw_title, title))

    def _draw_title(self, title: Fitted, sheet: Sheet, top: float) -> None:
        sheet.fitted(self.labels, top + BLOCK_GAP / 2, title, va="top", weight="bold")

    def _of_originals(self) -> "Placed | None":
        """The common originals as a table above this one, as large as its panels."""
        if not self.table.originals:
            return None
        labels, tiles = zip(*self.table.originals, strict=True)
        above = Table("", None, Naming("", labels), {(0, j): tile for j, tile in enumerate(tiles)})
        look = replace(self.look, columns=self.per_band)
        return Placed(above, look, self.letters, self.labels, min(self.width, ORIGINAL_WIDTH), self.step)

    def band(self, band: Sequence[int]) -> list[Part]:
        """The parts of a band: the header with the first row, then the other rows."""
        header, again = (
            Part(self._header_height(first), partial(self._draw_header, band, first)) for first in (band[0] == 0, False)
        )
        heights = [self._row_height(row, band) for row in range(self.rows)]
        top, *others = [Part(h, partial(self._row, row, band), again) for row, h in enumerate(heights)]
        return [top.below(header), *others]

    def left(self, column: int, band: Sequence[int]) -> float:
        """Where the panels of a column are, in inches from the left."""
        return self.labels + (column - band[0]) * self.step

    def _draw_header(self, band: Sequence[int], first: bool, sheet: Sheet, top: float) -> None:
        bottom = top + self._header_height(first) - PAD
        if first and self.column_heading:
            start = self.left(band[0] + min(self.table.lead, len(band) - 1), band)
            middle = (start + self.left(band[-1], band) + self.width) / 2
            room = self.column_heading.width / 2 + GAP / 2
            middle = min(max(middle, room), self.look.width - room)
            sheet.fitted(middle, top + GAP / 2, self.column_heading, ha="center", va="top", color=FAINT)
        if first and self.row_heading:
            sheet.fitted(self.labels - 0.1, bottom, self.row_heading, ha="right", va="bottom", color=FAINT)
        for column in band if self.column_labels else ():
            middle = self.left(column, band) + self.width / 2
            sheet.fitted(middle, bottom, self.column_labels[column], ha="center", va="bottom")

    def _row(self, row: int, band: Sequence[int], sheet: Sheet, top: float) -> None:
        if self.row_labels:
            place = self.labels - 0.1, top + self.heights[row] / 2
            sheet.fitted(*place, self.row_labels[row], ha="right", va="center")
        for column in band:
            if tile := self.table.tiles.get((row, column)):
                left = self.left(column, band)
                self._tile(sheet, tile, (left, top, self.width, self.heights[row]))
                if words := self.values.get((row, column)):
                    place = left + self.width / 2, top + self.heights[row] + BELOW
                    sheet.fitted(*place, words, ha="center", va="top", label=tile.name)

    def _tile(self, sheet: Sheet, tile: Tile, box: Box) -> None:
        axes = sheet.picture(box, tile.picture, tile.problem, tile.name)
        if tile.mark and tile.picture:
            _mark(axes, tile.mark, tile.picture.size)
        if tile.inset:
            _draw_inset(sheet, tile.inset, box)
        if tile.picture and (tile.letter or (self.look.letters and tile.name)):  # else there is text in its place
            sheet.letter(*_corner(tile.picture, box), tile.letter or letter(next(self.letters)))


def _corner(picture: Image, box: Box) -> tuple[float, float]:
    """The upper left corner of a picture, which is in the middle of its panel, in inches."""
    left, top, width, height = box
    tall = picture.height / picture.width
    return left + max(0.0, width - height / tall) / 2, top + max(0.0, height - width * tall) / 2


def _mark(axes: Axes, part: Box, size: tuple[int, int]) -> None:
    """Draw a frame around a part of the picture of that size in these axes."""
    left, top, width, height = (a * b for a, b in zip(part, 2 * size, strict=True))
    for colour, line in (("black", 2.2), ("white", 1.1)):
        axes.add_patch(Rectangle((left - 0.5, top - 0.5), width, height, fill=False, ec=colour, lw=line))


def _draw_inset(sheet: Sheet, inset: Image, box: Box) -> None:
    """Draw a picture, with a white frame, into the lower left corner of a panel."""
    left, top, width, height = box
    most, tall = INSET * height, inset.height / inset.width
    axes = sheet.picture((left, top + height - most, min(most / tall, INSET * width), most), inset)
    axes.set_anchor("SW")
    axes.add_patch(Rectangle((-0.5, -0.5), *inset.size, fill=False, ec="white", lw=2, clip_on=False))
