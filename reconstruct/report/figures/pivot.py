"""Cells -> rows, columns and pages. Every cell has exactly one place, whatever was swept.

Keys that a reader gives no place are distributed: the key with the most values becomes the columns, the next one the
rows, all others pages. If the cells are no full product of their keys, as in a preset of several parts, each part that
is a full product becomes a table of its own. The other cells are in one row, each labelled by all keys in which it
differs from the others.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconstruct.errors import InputError, nearest
from reconstruct.report.figures.cells import Cells, Panel, known_keys

Keys = tuple[str, ...]
Point = tuple[str, ...]
"""A value for each of some keys."""


@dataclass(frozen=True)
class Layout:
    """Keys of rows, columns and pages; ``None`` where the program chooses them."""

    rows: Keys | None = None
    columns: Keys | None = None
    pages: Keys | None = None


@dataclass(frozen=True)
class Block:
    """A table of cells; there is one for each combination of values of the keys of pages."""

    cells: Cells  # all that are in tables with these keys
    keys: tuple[Keys, Keys]  # the keys of rows, and those of columns
    page: Mapping[str, str]  # key of pages -> value
    rows: list[Point]  # the values of the keys of rows, one tuple for each row
    columns: list[Point]  # the values of the keys of columns, one tuple for each column
    at: Mapping[tuple[Point, Point], Panel]  # (row, column) -> cell; places that were not swept are missing


def pivot(cells: Cells, layout: Layout | None = None) -> list[Block]:
    """Every cell at its place; keys in which cells differ and that have no place become pages.

    `InputError` if a key is not one of the sweep's or is given twice, or two cells have the same settings.
    """
    layout = layout or Layout()
    _check(cells, layout)
    rows, columns, pages = places(cells, layout)
    by_page: dict[Point, dict[tuple[Point, Point], Panel]] = {}
    for panel in cells.panels:
        place, at = (panel.at(rows), panel.at(columns)), by_page.setdefault(panel.at(pages), {})
        if place in at:
            raise InputError(f"{panel.folder} and {at[place].folder} have the same settings; leave one of them out")
        at[place] = panel
    blocks = []
    for page in _ordered(cells, pages, by_page):
        used = zip(*by_page[page], strict=True)
        at_rows, at_columns = (_ordered(cells, of, set(at)) for of, at in zip((rows, columns), used, strict=True))
        named = dict(zip(pages, page, strict=True))
        blocks.append(Block(cells, (rows, columns), named, at_rows, at_columns, by_page[page]))
    return blocks


def places(cells: Cells, layout: Layout) -> tuple[Keys, Keys, Keys]:
    """Keys of rows, columns and pages, with every key in which cells differ in one of them."""
    given = {key for keys in (layout.rows, layout.columns, layout.pages) for key in keys or ()}
    free = [key for key in cells.axes if key not in given]
    columns, rows = layout.columns, layout.rows
    if columns is None:
        columns = tuple(sorted(free, key=lambda key: (len(cells.axes[key]), free.index(key)))[-1:])
    if rows is None:
        others = [key for key in free if key not in columns]
        rows = tuple(sorted(others, key=lambda key: -len(cells.axes[key]))[:1])
    return rows, columns, (*(layout.pages or ()), *(key for key in free if key not in (*rows, *columns)))


def pivots(cells: Cells, layout: Layout | None = None) -> list[Block]:
    """The blocks of all cells if these fill a table or a layout was chosen; else those of each part of the sweep."""
    if layout not in (None, Layout()) or _fills(cells):
        return pivot(cells, layout)
    parts: dict[frozenset[str], list[Panel]] = {}
    for panel in cells.panels:
        parts.setdefault(panel.given & set(cells.axes), []).append(panel)
    groups = [cells.among(panels) for panels in parts.values()] if len(parts) > 1 else [cells]
    return [block for of in groups for block in pivot(of, None if _fills(of) else Layout((), tuple(of.axes), ()))]


def _fills(cells: Cells) -> bool:
    """Whether cells have at least two thirds of all combinations of values."""
    return 3 * len(cells.panels) >= 2 * math.prod(map(len, cells.axes.values()))


def _check(cells: Cells, layout: Layout) -> None:
    chosen = {"--rows": layout.rows, "--columns": layout.columns, "--pages": layout.pages}
    given = [(place, key) for place, keys in chosen.items() for key in keys or ()]
    known = known_keys(cells.panels)
    for place, key in given:
        if key not in known:
            raise InputError(f"{place} {key}: expected one of {', '.join(known)}{nearest(key, known)}")
        if (often := [other for _, other in given].count(key)) > 1:
            raise InputError(f"{key} is given {often} times; it can be rows, columns or pages")


def _ordered(cells: Cells, keys: Sequence[str], points: Iterable[Point]) -> list[Point]:
    """Points in the order of their values."""
    order = {key: {value: i for i, value in enumerate(cells.values(key))} for key in keys}
    return sorted(points, key=lambda point: [order[k].get(v, len(order[k])) for k, v in zip(keys, point, strict=True)])
