"""Any sweep as tables: rows, columns and pages by keys, with the originals next to their reconstructions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product

from matplotlib.figure import Figure

from reconstruct.report.figures.cells import Cells, Panel
from reconstruct.report.figures.labels import key_name, labels, with_keys
from reconstruct.report.figures.page.sheet import DEFAULT, Look
from reconstruct.report.figures.pivot import Block, Layout, Point, pivots
from reconstruct.report.figures.tables.table import Naming, Table, drawn
from reconstruct.report.figures.tables.tiles import Tile, about, original_tiles, tiles
from reconstruct.runs.naming import TERMS
from reconstruct.runs.results import START

Beside = dict[Point, dict[str, Tile]]
"""Row or column -> label -> tile."""

Original = tuple[Panel, str]
"""A cell, and one of its originals: a term, or `START`."""


def grid(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """Every cell of a sweep, labelled by the keys in which cells differ; by default the program chooses the layout."""
    return drawn(tables(cells, look, layout), look, "; ".join(about(cells, look)))


def tables(cells: Cells, look: Look, layout: Layout | None = None) -> list[Table]:
    """A table for each combination of the values of the keys of pages."""
    tile_of = tiles(cells, look)
    return [_table(block, cells, tile_of, look) for block in pivots(cells, layout)]


def _table(block: Block, every: Cells, tile_of: Callable[[Panel], Tile], look: Look) -> Table:
    """A block with its originals: those of rows at the left, those of columns above, common ones outside of it."""
    row_keys, column_keys = block.keys
    (by_row, by_column), common = originals(block, look)
    if not (row_keys or by_column):  # then the common ones are the first columns
        by_row.setdefault((), {}).update(common)
        common = []
    left, above = _names(by_row), _names(by_column)
    row = {point: len(above) + i for i, point in enumerate(block.rows)}
    column = {point: len(left) + j for j, point in enumerate(block.columns)}
    placed = {(row[at], column[under]): tile_of(panel) for (at, under), panel in block.at.items()}
    placed |= {(row[at], left.index(name)): t for at, named in by_row.items() for name, t in named.items()}
    placed |= {(above.index(name), column[at]): t for at, named in by_column.items() for name, t in named.items()}
    columns = _naming(column_keys, block.columns, block.cells, left, " →")
    rows = _naming(row_keys, block.rows, block.cells, above, " ↓") if row_keys or above else None
    return Table(heading(block, every), rows, columns, placed, common, len(left))


def _naming(keys: Sequence[str], points: Sequence[Point], cells: Cells, before: Sequence[str], arrow: str) -> Naming:
    """Labels of rows or columns: a single key is the heading of its values, several keys are in every label."""
    if not keys:
        return Naming("", [*before, "reconstruction" if before else ""])
    if len(keys) == 1:
        known = labels(keys[0], cells)
        return Naming(known.key + arrow, [*before, *(known.of[value] for (value,) in points)])
    named = with_keys(keys, cells)
    words = ("\n".join(named(key, value) for key, value in zip(keys, point, strict=True)) for point in points)
    return Naming("", [*before, *words])


def heading(block: Block, every: Cells) -> str:
    """The values of the keys of pages, those that a reader chose, and those that distinguish a part of a sweep."""
    values = {**every.narrowed, **block.page}
    first = block.cells.panels[0]
    common = [key for key in every.axes if key not in block.cells.axes and key not in values]
    values |= {key: first.values[key] for key in common if first.values.get(key)}
    return ",  ".join(f"{key_name(key, every)} {labels(key, every).of[value]}" for key, value in values.items())


def originals(block: Block, look: Look) -> tuple[tuple[Beside, Beside], list[tuple[str, Tile]]]:
    """The originals of each row, of each column, and those that are the same everywhere, labelled by their titles.

    Where no cell of a row (or column) has another original, it is simply called "original", whichever term it is of.
    """
    panels, sides, common = list(block.at.values()), (Beside(), Beside()), list[tuple[str, Tile]]()
    terms = [term for term in (*TERMS, START) if any(panel.original_identity(term) for panel in panels)]
    for side, into in enumerate(sides) if len(terms) > 1 else ():
        if alone := _one_each(terms, block, side):
            _put(into, alone, "original", look)
            return sides, []
    for term in terms:
        name = "original" if len(terms) == 1 else f"{term} original" if term in TERMS else term
        for side, into in enumerate(sides):
            if alone := _one_each([term], block, side):
                _put(into, alone, name, look)
                break
        else:
            distinct = _distinct([term], panels)
            for panel, _ in distinct:
                label = name if len(distinct) == 1 else f"{name}: {panel.original_title(term)}"
                common += original_tiles(panel.original(term), label, look).items()
    return sides, common


def _names(of: Beside) -> list[str]:
    """All labels, in order, each once."""
    return list(dict.fromkeys(name for named in of.values() for name in named))


def _put(into: Beside, each: Mapping[Point, Original], name: str, look: Look) -> None:
    for point, (panel, term) in each.items():
        into.setdefault(point, {}).update(original_tiles(panel.original(term), name, look))


def _distinct(terms: Iterable[str], panels: Sequence[Panel]) -> list[Original]:
    """Each different original of some terms, once; a finished cell has its picture."""
    found: dict[tuple[str, ...], Original] = {}
    for term, panel in product(terms, sorted(panels, key=lambda panel: panel.result is None)):
        if identity := panel.original_identity(term):
            found.setdefault((term, *identity), (panel, term))
    return list(found.values())


def _one_each(terms: Sequence[str], block: Block, side: int) -> dict[Point, Original]:
    """Row (side 0) or column (side 1) -> its original; empty if there is but one, or if one of them has several."""
    points: Sequence[Point] = (block.rows, block.columns)[side]
    of_each = {
        point: _distinct(terms, [p for place, p in block.at.items() if place[side] == point]) for point in points
    }
    several = {(term, *panel.original_identity(term)) for found in of_each.values() for panel, term in found}
    if len(several) < 2 or any(len(found) > 1 for found in of_each.values()):
        return {}
    return {point: found[0] for point, found in of_each.items() if found}
