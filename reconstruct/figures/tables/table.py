"""Tables of pictures: labels above and at the left, errors below each picture, as many bands and pages as it takes.

Everything that is written is measured before it is placed: a label that is too long for its column gives way to a
shorter one, then wraps, then shrinks, and what is above and beside pictures takes the room that it needs.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, pairwise

from reconstruct.figures.page.fitting import Fitted, fit, fit_all, fits
from reconstruct.figures.page.pictures import marked
from reconstruct.figures.page.sheet import FAINT, GAP, PAD, SMALLEST_PANEL, Look, Pages, Part, Sheet, percent
from reconstruct.figures.tables.tiles import Tile, error_label

LARGEST_PANEL, LARGEST_OF_ROWS = 3.4, 2.2  # inches: where there is one row, and where there are several
MOST_IN_A_ROW = 6  # panels side by side where there is one row only
BESIDE = 1.25  # inches: an original at the right of a table, or at most above it
LABEL_SHARE = 0.2  # of the width, for the labels of rows
BLOCK_GAP = 0.2
TALLEST = 1.6  # times its width a panel is high, where several stand side by side; a taller picture is shown smaller


@dataclass(frozen=True)
class Naming:
    """A way to label rows or columns: what stands above all labels, and the labels."""

    heading: str
    labels: Sequence[str]


@dataclass(frozen=True)
class Table:
    """Rows and columns of tiles.

    Attributes:
        heading: what all of it has in common.
        rows, columns: ways to label them, the longest first; no row has a label where `rows` is empty.
        tiles: (number of the row, number of the column) -> tile.
        originals: label and tile of what all cells were made from.
        lead: how many of the columns are originals, above which the columns' heading does not stand.
    """

    heading: str
    rows: Sequence[Naming]
    columns: Sequence[Naming]
    tiles: Mapping[tuple[int, int], Tile]
    originals: Sequence[tuple[str, Tile]] = ()
    lead: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Numbers of rows and of columns."""
        return max(i for i, _ in self.tiles) + 1, max(j for _, j in self.tiles) + 1


def draw(tables: Sequence[Table], look: Look, pages: Pages) -> None:
    """Place tables one below the other; letters go on from one to the next."""
    for each in placed(tables, look):
        each.place(pages)


def placed(tables: Sequence[Table], look: Look) -> list["Placed"]:
    """Tables measured for a page, with one way to tell errors and letters that go on from one to the next."""
    letters, words = count(), _words_for_errors(tables, look)
    way = max((Placed(table, look, words, letters).way for table in tables), default=0)
    return [Placed(table, look, words[way : way + 1], letters) for table in tables]


def _even(columns: int, most: int) -> list[range]:
    """Columns in as few bands as can be, whose numbers of columns differ by at most one."""
    bands = math.ceil(columns / most)
    ends = [math.ceil(columns * k / bands) for k in range(bands + 1)]
    return [range(a, b) for a, b in pairwise(ends)]


Words = Callable[[str, float], str]


def _words_for_errors(tables: Sequence[Table], look: Look) -> list[Words]:
    """From the longest way to tell an error to the shortest."""
    terms = {term for table in tables for tile in table.tiles.values() for term in tile.errors}
    ways: list[Words] = [lambda term, e: f"{term} error {percent(e)}", lambda term, e: f"{term} {percent(e)}"]
    return ways if len(terms) > 1 else [*ways, lambda _, e: percent(e)]


class Placed:
    """One table, measured for a page.

    Args:
        left: inches at its left that stay free, at least; `widest`: that a panel may have.

    Attributes:
        rows, columns: how many there are.
        row_labels, column_labels: of each, none where the look has none.
        bands: the columns that stand side by side, band by band.
        width: of a panel, in inches; `heights`: of the panels of each row.
        errors: place -> term -> what is written below the picture; `way` is the number of the way to tell it.
    """

    def __init__(
        self,
        table: Table,
        look: Look,
        words: Sequence[Words],
        letters: Iterator[int],
        left: float = 0.0,
        widest: float = math.inf,
    ) -> None:
        self.table, self.look, self.letters = table, look, letters
        self.rows, self.columns = table.size
        self.row_heading, self.row_labels, self.labels = self._labels_of_rows()
        self.labels = max(self.labels, left)
        self.beside, self.per_band, width = self._columns_on_the_page()
        self.width = min(width, widest)
        self.bands = _even(self.columns, self.per_band)
        self.column_heading, self.column_labels = self._labels_of_columns()
        self.way, self.errors = self._errors(words)
        self.heights = [self._height(row) for row in range(self.rows)]

    @property
    def inches(self) -> float:
        """Its height on one page."""
        return sum(part.height for k, band in enumerate(self.bands) for part in self._band(band, k == 0))

    def _labels_of_rows(self) -> tuple[Fitted | None, list[Fitted], float]:
        """The heading, the labels, and the inches that they need."""
        look = self.look
        if not (self.table.rows and look.labels):
            return None, [], GAP / 2
        most = max(0.5, LABEL_SHARE * look.width)
        fitting = (way for way in self.table.rows if all(fits(label, most, look.small, 4) for label in way.labels))
        way = next(fitting, self.table.rows[-1])
        heading = fit(way.heading, most, look.small, 3)
        made = fit_all(way.labels, most, look.small, 4)
        return heading, made, GAP / 2 + max(words.width for words in (heading, *made)) + 0.1

    def _columns_on_the_page(self) -> tuple[float, int, float]:
        """Inches for originals beside the table, panels in a band, and the width of a panel."""
        for beside in (BESIDE + 0.2, 0.0) if self._may_stand_beside() else (0.0,):
            room = self.look.width - self.labels - beside
            most = max(1, math.floor((room + 1e-9) / (SMALLEST_PANEL + GAP)))
            wanted = self.look.columns or (MOST_IN_A_ROW if self.rows == 1 else self.columns)
            most = min(wanted if self.look.columns else min(most, wanted), self.columns)
            per_band = math.ceil(self.columns / math.ceil(self.columns / most))
            fitting = per_band == self.columns and room / per_band - GAP >= SMALLEST_PANEL
            if not beside or fitting:
                break
        return beside, per_band, min(LARGEST_PANEL if self.rows == 1 else LARGEST_OF_ROWS, room / per_band - GAP)

    def _may_stand_beside(self) -> bool:
        return len(self.table.originals) in (1, 2) and self.rows > len(self.table.originals) and self.columns > 1

    def _labels_of_columns(self) -> tuple[Fitted | None, list[Fitted]]:
        look = self.look
        if not look.labels:
            return None, []
        fitting = (w for w in self.table.columns if all(fits(each, self.width, look.small, 2) for each in w.labels))
        way = next(fitting, self.table.columns[-1])
        heading = fit(way.heading, look.width - self.labels - self.beside - GAP, look.small) if way.heading else None
        return heading, fit_all(way.labels, self.width, look.small, 3)

    def _errors(self, ways: Sequence[Words]) -> tuple[int, dict[tuple[int, int], dict[str, Fitted]]]:
        """The first way in which all errors fit, else the last; place -> term -> what is written."""
        size = self.look.small - 1
        told = [(place, term, error) for place, t in self.table.tiles.items() for term, error in t.errors.items()]
        if not (self.look.labels and told):
            return 0, {}
        said = [[way(term, error) for _, term, error in told] for way in ways]
        number = next((k for k, of in enumerate(said) if all(fits(w, self.width, size) for w in of)), len(ways) - 1)
        made: dict[tuple[int, int], dict[str, Fitted]] = {}
        for (place, term, _), words in zip(told, fit_all(said[number], self.width, size, 1), strict=True):
            made.setdefault(place, {})[term] = words
        return number, made

    def _height(self, row: int) -> float:
        """Of a row's panels: as its highest cell needs it (or original, without cells), but never more than a page."""
        every = [tile for (i, _), tile in self.table.tiles.items() if i == row]
        tiles = [tile for tile in every if tile.name and tile.picture] or every
        tall = [tile.picture.height / tile.picture.width for tile in tiles if tile.picture]
        most = self.look.height - self._header_height(True) - 1.0
        tallest = TALLEST if self.columns > 1 else math.inf
        return min(self.width * min(max(tall, default=1.0), tallest), max(most, SMALLEST_PANEL))

    def _header_height(self, first: bool) -> float:
        labels = max((words.height for words in self.column_labels), default=0.0)
        heading = self.column_heading.height + PAD if self.column_heading else 0.0
        beside = self.row_heading.height if first and self.row_heading else 0.0
        return (heading if first else 0.0) + max(labels, beside) + (PAD + GAP if self.look.labels else GAP)

    def _row_height(self, row: int, band: Sequence[int]) -> float:
        below = [sum(e.height + 0.02 for e in self.errors.get((row, j), {}).values()) for j in band]
        label = self.row_labels[row].height if self.row_labels else 0.0
        return max(self.heights[row] + max(below, default=0.0), label) + GAP

    def place(self, pages: Pages) -> None:
        """Put it on the pages, with its heading and originals."""
        if self.look.labels and self.table.heading:
            title = fit(self.table.heading, self.look.width - self.labels - GAP, self.look.normal, 3, "bold")
            pages.keep_together([Part(title.height + BLOCK_GAP, lambda *_: None), *self._band(self.bands[0], True)])
            pages.add(Part(title.height + BLOCK_GAP, lambda sheet, top: self._title(sheet, top, title)))
        if self.table.originals and not self.beside:
            self._originals_above(pages)
        for number, band in enumerate(self.bands):
            header = Part(self._header_height(False), partial(self._header_again, band))
            pages.add_together(self._band(band, number == 0), repeated=header)
        pages.gap(BLOCK_GAP / 2)

    def _title(self, sheet: Sheet, top: float, title: Fitted) -> None:
        sheet.fitted(self.labels, top + BLOCK_GAP / 2, title, va="top", weight="bold")

    def _originals_above(self, pages: Pages) -> None:
        """In a band of their own, as large as the panels below."""
        labels, tiles = zip(*self.table.originals, strict=True)
        above = Table("", [], [Naming("", labels)], {(0, j): tile for j, tile in enumerate(tiles)})
        look = replace(self.look, columns=self.per_band)
        Placed(above, look, (), self.letters, self.labels, min(self.width, BESIDE)).place(pages)

    def _band(self, band: Sequence[int], first: bool) -> list[Part]:
        """Header and first row together, then row by row."""
        head = self._header_height(first)
        parts = []
        for row in range(self.rows):
            above = head if row == 0 else 0.0

            def drawn(sheet: Sheet, top: float, row: int = row, above: float = above) -> None:
                if row == 0:
                    self._header(sheet, top, band, first)
                if row == 0 and self.beside:
                    self._originals_beside(sheet, top + head)
                self._row(sheet, top + above, row, band)

            parts.append(Part(above + self._row_height(row, band), drawn))
        return parts

    def _header_again(self, band: Sequence[int], sheet: Sheet, top: float) -> None:
        self._header(sheet, top, band, first=False)

    def _left(self, column: int, band: Sequence[int]) -> float:
        return self.labels + (column - band[0]) * (self.width + GAP)

    def _header(self, sheet: Sheet, top: float, band: Sequence[int], first: bool) -> None:
        bottom = top + self._header_height(first) - PAD
        if first and self.column_heading:
            start = self._left(band[0] + min(self.table.lead, len(band) - 1), band)
            middle = (start + self._left(band[-1], band) + self.width) / 2
            room = self.column_heading.width / 2 + GAP / 2
            middle = min(max(middle, room), self.look.width - room)
            sheet.fitted(middle, top + GAP / 2, self.column_heading, ha="center", va="top", color=FAINT)
        if first and self.row_heading:
            sheet.fitted(self.labels - 0.1, bottom, self.row_heading, ha="right", va="bottom", color=FAINT)
        for column in band if self.column_labels else ():
            middle = self._left(column, band) + self.width / 2
            sheet.fitted(middle, bottom, self.column_labels[column], ha="center", va="bottom")

    def _row(self, sheet: Sheet, top: float, row: int, band: Sequence[int]) -> None:
        if self.row_labels:
            place = self.labels - 0.1, top + self.heights[row] / 2
            sheet.fitted(*place, self.row_labels[row], ha="right", va="center")
        for column in band:
            if tile := self.table.tiles.get((row, column)):
                left = self._left(column, band)
                self._tile(sheet, tile, (left, top, self.width, self.heights[row]))
                self._below(sheet, tile, (row, column), left, top + self.heights[row])

    def _tile(self, sheet: Sheet, tile: Tile, box: tuple[float, float, float, float]) -> None:
        axes = sheet.picture(*box, tile.picture, tile.problem, tile.name)
        if tile.mark and tile.picture:
            marked(axes, tile.picture, tile.mark)
        if self.look.letters and tile.name:
            letter = next(self.letters)
            if tile.picture:  # else there are words in its place
                sheet.letter(*_corner(tile, box), letter)

    def _below(self, sheet: Sheet, tile: Tile, place: tuple[int, int], left: float, top: float) -> None:
        for term, words in self.errors.get(place, {}).items():
            look = {"ha": "center", "va": "top", "label": error_label(tile.name, term)}
            sheet.fitted(left + self.width / 2, top + 0.03, words, **look)
            top += words.height + 0.02

    def _originals_beside(self, sheet: Sheet, top: float) -> None:
        left = self.look.width - BESIDE - GAP / 2
        for label, tile in self.table.originals:
            tall = tile.picture.height / tile.picture.width if tile.picture else 1.0
            height = min(BESIDE * tall, sum(self.heights) / len(self.table.originals) - 0.3)
            sheet.text(left, top - PAD, label, va="bottom", weight="bold", size=self.look.small)
            self._tile(sheet, tile, (left, top, BESIDE, height))
            top += height + 0.35


def _corner(tile: Tile, box: tuple[float, float, float, float]) -> tuple[float, float]:
    """The upper left corner of a picture in the middle of its panel."""
    left, top, width, height = box
    tall = tile.picture.height / tile.picture.width if tile.picture else height / width
    return left + max(0.0, width - height / tall) / 2, top + max(0.0, height - width * tall) / 2
