"""The originals of a table's cells: those of rows, those of columns, and those of the whole table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from PIL.Image import Image

from reconstruct.report.figures.cells import Panel
from reconstruct.report.figures.page.sheet import Look
from reconstruct.report.figures.pivot import Block, Point
from reconstruct.report.figures.tables.tiles import Tile, original_tiles
from reconstruct.runs.naming import TERMS
from reconstruct.runs.results import START

Named = dict[str, Tile]
"""Label -> tile."""


@dataclass
class Originals:
    """The originals of each row, of each column, and of the whole table."""

    by_row: dict[Point, Named] = field(default_factory=dict)
    by_column: dict[Point, Named] = field(default_factory=dict)
    common: list[tuple[str, Tile]] = field(default_factory=list)


def originals(block: Block, look: Look) -> Originals:
    """The originals of a block; if they are the same in no row or column, they are common, labelled by their titles.

    Where no cell of a row (or column) has another original, it is simply called "original", whichever term it is of.
    """
    panels, found = list(block.at.values()), Originals()
    terms = [term for term in (*TERMS, START) if any(panel.original_identity(term) for panel in panels)]
    for side, into in enumerate((found.by_row, found.by_column)) if len(terms) > 1 else ():
        if alone := _one_each(terms, block, side):
            _put(into, alone, "original", look)
            return found
    for term in terms:
        name = "original" if len(terms) == 1 else f"{term} original" if term in TERMS else term
        distinct = _distinct([term], panels)
        if len(distinct) == 1:
            found.common += original_tiles(distinct[0].picture, name, look)
        elif rows := _one_each([term], block, 0):
            _put(found.by_row, rows, name, look)
        elif columns := _one_each([term], block, 1):
            _put(found.by_column, columns, name, look)
        else:
            for each in distinct:
                found.common += original_tiles(each.picture, f"{name}: {each.title}", look)
    return found


def names(of: Mapping[Point, Named]) -> list[str]:
    """All labels, in order, each once."""
    return list(dict.fromkeys(name for named in of.values() for name in named))


def _put(into: dict[Point, Named], each: Mapping[Point, "Original"], name: str, look: Look) -> None:
    for point, original in each.items():
        into.setdefault(point, {}).update(original_tiles(original.picture, name, look))


@dataclass(frozen=True)
class Original:
    """The original of a term, as a cell has it."""

    panel: Panel
    term: str

    @property
    def picture(self) -> Image | None:
        """``None`` if it cannot be read."""
        return self.panel.original(self.term)

    @property
    def title(self) -> str:
        """Its title, and at which scale it was looked at."""
        result = self.panel.result
        return ", ".join(filter(None, (result.pictures[self.term]["title"], result.scale(self.term)))) if result else ""


def _distinct(terms: Iterable[str], panels: Sequence[Panel]) -> list[Original]:
    """Each different original of some terms, once; a finished cell has its picture."""
    found: dict[tuple[str, ...], Original] = {}
    for term, panel in product(terms, sorted(panels, key=lambda panel: panel.result is None)):
        if identity := panel.original_identity(term):
            found.setdefault((term, *identity), Original(panel, term))
    return list(found.values())


def _one_each(terms: Sequence[str], block: Block, side: int) -> dict[Point, Original]:
    """Row (side 0) or column (side 1) -> its original; empty if there is but one, or if one of them has several."""
    points: Sequence[Point] = (block.rows, block.columns)[side]
    of_each = {
        point: _distinct(terms, [p for place, p in block.at.items() if place[side] == point]) for point in points
    }
    if len(points) < 2 or any(len(distinct) > 1 for distinct in of_each.values()):
        return {}
    return {point: distinct[0] for point, distinct in of_each.items() if distinct}
