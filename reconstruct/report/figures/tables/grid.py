"""Any sweep as tables: rows, columns and pages by keys, with the originals next to their reconstructions."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from matplotlib.figure import Figure

from reconstruct.report.figures.cells import Cells, Panel
from reconstruct.report.figures.labels import key_name, labels, shortest, with_keys
from reconstruct.report.figures.page.fitting import Fitted, fit
from reconstruct.report.figures.page.pictures import BRIGHTEST
from reconstruct.report.figures.page.sheet import DEFAULT, GAP, Look, Pages, Part, Sheet, house_style
from reconstruct.report.figures.pivot import Block, Layout, Pivot, Point, pivot, pivots
from reconstruct.report.figures.tables.originals import names, originals
from reconstruct.report.figures.tables.table import Naming, Table, drawn
from reconstruct.report.figures.tables.tiles import Tile, tiles
from reconstruct.report.figures.tables.tiles import values as values_of
from reconstruct.runs.results import Result


def grid(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """Every cell of a sweep, labelled by the keys in which cells differ.

    Args:
        cells: the cells of the figure.
        look: the choices of the reader.
        layout: keys of rows, columns and pages; by default the program chooses them.

    Returns:
        A figure for each page.

    Raises:
        InputError: the layout has a key that the sweep does not have.
    """
    return drawn(tables(cells, look, layout), look, footnote(cells, look))


def footnote(cells: Cells, look: Look) -> str:
    """What the numbers under the pictures are and, if the pictures are maps of a difference, what these are."""
    done = [panel.result for panel in cells.panels if panel.result]
    to = "the original" if look.difference == "original" else look.difference
    scale = f"mean of the colours, from 0 (black) to {BRIGHTEST:g} and more (bright)"
    difference = f"maps: difference to {to}, {scale}"
    about = {"error": _about_errors(done), "none": ""}
    there = [bool(values_of(panel, look.values)) for panel in cells.panels if panel.result]
    whole = ", of the whole picture" if look.detail or look.difference else ""
    none = "" if all(there) else "; cells without it have no photograph, or are too small"
    values = about.get(look.values, f"{look.values.upper()} to the photograph{whole}{none}") if any(there) else ""
    return "; ".join([values] * bool(values) + [difference] * bool(look.difference))


def _about_errors(done: Sequence[Result]) -> str:
    """The definition, what cannot be compared, and what has no relative error."""
    layers = {str(result.layers) for result in done}
    statistics = {result.statistic(term) for result in done for term in result.layers}
    own = " and ".join(["layers"] * (len(layers) > 1) + ["statistics"] * (len(statistics) > 1))
    compared = f", each at the cell's own {own}: errors of different {own} cannot be compared" if own else ""
    without = {r.statistic(term) for r in done for term in r.layers if term not in r.relative_errors}
    errors = f"error: ‖code − target‖² / ‖target‖², mean over layers{compared}"
    loss = f"loss: that of {', '.join(sorted(without))}, which has no relative error"
    return "; ".join([errors] * any(r.relative_errors for r in done) + [loss] * bool(without))


def tables(cells: Cells, look: Look, layout: Layout | None = None) -> list[Table]:
    """A table for each combination of the values of the keys of pages.

    Raises:
        InputError: the layout has a key, or the look a cell, that the sweep does not have.
    """
    tile_of = tiles(cells, look)
    return [_table(pivot, block, cells, look, tile_of) for pivot in pivots(cells, layout) for block in pivot.blocks]


def _table(pivot: Pivot, block: Block, every: Cells, look: Look, tile_of: Callable[[Panel], Tile]) -> Table:
    """A block with its originals: those of rows at the left, those of columns above, common ones outside of it."""
    found = originals(block, look)
    if not (pivot.rows or found.by_column):  # then the common ones are the first columns
        found.by_row.setdefault((), {}).update(found.common)
        found.common = []
    left, above = names(found.by_row), names(found.by_column)
    row = {point: len(above) + i for i, point in enumerate(block.rows)}
    column = {point: len(left) + j for j, point in enumerate(block.columns)}
    placed = {(row[at], column[under]): tile_of(panel) for (at, under), panel in block.at.items()}
    placed |= {(row[at], left.index(name)): t for at, named in found.by_row.items() for name, t in named.items()}
    placed |= {(above.index(name), column[at]): t for at, named in found.by_column.items() for name, t in named.items()}
    columns = _namings(pivot.columns, block.columns, pivot.cells, left, " →")
    rows = _namings(pivot.rows, block.rows, pivot.cells, above, " ↓") if pivot.rows or above else []
    return Table(heading(pivot, block, every), rows, columns, placed, found.common, len(left))


def _namings(
    keys: Sequence[str], points: Sequence[Point], cells: Cells, before: Sequence[str], arrow: str
) -> list[Naming]:
    """Ways to label rows or columns: a single key is the heading of its values, several keys are in every label."""
    if not keys:
        return [Naming("", [*before, "reconstruction" if before else ""])]
    if len(keys) == 1:
        ways = labels(keys[0], cells)
        return [Naming(way.key + arrow, [*before, *(way[value] for (value,) in points)]) for way in ways]
    return [Naming("", [*before, *_of_points(keys, points, cells, way)]) for way in (0, -1)]


def _of_points(keys: Sequence[str], points: Sequence[Point], cells: Cells, way: int) -> list[str]:
    """Labels with a line for each key."""
    named = with_keys(keys, cells, way)
    return ["\n".join(named(key, value) for key, value in zip(keys, point, strict=True)) for point in points]


def blocks(cells: Cells, look: Look, layout: Layout, parts: Callable[[Block], Iterable[Part]]) -> list[Figure]:
    """A figure for each page, with the heading and the parts of every block together.

    Raises:
        InputError: the layout has a key that the sweep does not have.
    """
    table = pivot(cells, layout)
    with house_style(look):
        pages = Pages(look)
        for block in table.blocks:
            text = fit(heading(table, block, cells), look.width - GAP, look.normal, 3, "bold")
            draw = partial(_draw_heading, text)
            above = [Part(text.height + 2 * GAP, draw)] if text.words and look.labels else []
            pages.add_together([*above, *parts(block)])
        return pages.figures()


def _draw_heading(words: Fitted, sheet: Sheet, top: float) -> None:
    sheet.fitted(GAP / 2, top + GAP, words, va="top", weight="bold")


def heading(pivot: Pivot, block: Block, every: Cells) -> str:
    """The values of the keys of pages, those that a reader chose, and those that distinguish a part of a sweep."""
    values = {**every.narrowed, **dict(zip(pivot.pages, block.page, strict=True))}
    first = pivot.cells.panels[0]
    common = [key for key in every.axes if key not in pivot.cells.axes and key not in values]
    values |= {key: first.values[key] for key in common if first.values.get(key)}
    return ",  ".join(f"{key_name(key, every)} {shortest(key, value, every)}" for key, value in values.items())
