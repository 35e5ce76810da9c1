"""Cells -> rows, columns and pages. Every cell has exactly one place, whatever was swept.

Keys that a reader gives no place are distributed: the key with the most values becomes the columns, the next one the
rows, all others pages. If the cells are no full product of their keys, as in a preset of several parts, each part that
is a full product becomes a pivot of its own. The other cells are in one row, each labelled by all keys in which it
differs from the others.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconstruct.errors import InputError, nearest
from reconstruct.report.figures.cells import Cells, Panel, known_keys

Point = tuple[str, ...]
"""A value for each of some keys."""


@dataclass(frozen=True)
class Layout:
    """Keys of rows, columns and pages; ``None`` where the program chooses them."""

    rows: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    pages: tuple[str, ...] | None = None

    @property
    def is_chosen(self) -> bool:
        """Whether a reader chose any of them."""
        return (self.rows, self.columns, self.pages) != (None, None, None)


@dataclass(frozen=True)
class Block:
    """A table of cells; there is one for each combination of values of the keys of pages.

    Attributes:
        page: the values of the keys of pages.
        rows: the values of the keys of rows, one tuple for each row.
        columns: the values of the keys of columns, one tuple for each column.
        at: (row, column) -> cell; places that were not swept are missing.
    """

    page: Point
    rows: list[Point]
    columns: list[Point]
    at: Mapping[tuple[Point, Point], Panel]


@dataclass(frozen=True)
class Pivot:
    """Cells, the keys of their rows, columns and pages, and a block for every page."""

    cells: Cells
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    pages: tuple[str, ...]
    blocks: list[Block]


def pivot(cells: Cells, layout: Layout | None = None) -> Pivot:
    """Every cell at its place; keys in which cells differ and that have no place become pages.

    Raises:
        InputError: a key is not one of the sweep's or is given twice, or two cells have the same settings.
    """
    layout = layout or Layout()
    _check(cells, layout)
    rows, columns, pages = places(cells, layout)
    by_page: dict[Point, dict[tuple[Point, Point], Panel]] = {}
    for panel in cells.panels:
        place = _point(panel, rows), _point(panel, columns)
        at = by_page.setdefault(_point(panel, pages), {})
        if place in at:
            raise InputError(f"{panel.folder} and {at[place].folder} have the same settings; leave one of them out")
        at[place] = panel
    blocks = [_block(cells, (rows, columns), page, by_page[page]) for page in _ordered(cells, pages, by_page)]
    return Pivot(cells, rows, columns, pages, blocks)


def places(cells: Cells, layout: Layout) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Keys of rows, columns and pages, with every key in which cells differ in one of them."""
    given = {key for keys in (layout.rows, layout.columns, layout.pages) for key in keys or ()}
    free = [key for key in cells.axes if key not in given]
    columns, rows, pages = layout.columns, layout.rows, layout.pages or ()
    if columns is None:
        longest = max(reversed(free), key=lambda key: len(cells.axes[key]), default=None)
        columns = (longest,) if longest else ()
        free = [key for key in free if key != longest]
    if rows is None:
        longest = max(free, key=lambda key: len(cells.axes[key]), default=None)
        rows = (longest,) if longest else ()
        free = [key for key in free if key != longest]
    return rows, columns, (*pages, *free)


def pivots(cells: Cells, layout: Layout | None = None) -> list[Pivot]:
    """One pivot if the cells fill a table or a layout was chosen; else one for each part of the sweep.

    Raises:
        InputError: as `pivot` does.
    """
    if (layout and layout.is_chosen) or _fills(cells):
        return [pivot(cells, layout)]
    parts: dict[frozenset[str], list[Panel]] = {}
    for panel in cells.panels:
        parts.setdefault(panel.given & set(cells.axes), []).append(panel)
    groups = [cells.among(panels) for panels in parts.values()]
    if len(groups) == 1:
        return [_in_a_row(cells)]
    return [pivot(group) if _fills(group) else _in_a_row(group) for group in groups]


def _in_a_row(cells: Cells) -> Pivot:
    return pivot(cells, Layout(rows=(), columns=tuple(cells.axes), pages=()))


def _fills(cells: Cells) -> bool:
    """Whether cells have at least two thirds of all combinations of values."""
    return 3 * len(cells.panels) >= 2 * math.prod(map(len, cells.axes.values()))


def _check(cells: Cells, layout: Layout) -> None:
    chosen = {"--rows": layout.rows, "--columns": layout.columns, "--pages": layout.pages}
    given = [key for keys in chosen.values() for key in keys or ()]
    known = known_keys(cells.panels)
    for place, key in ((place, key) for place, keys in chosen.items() for key in keys or ()):
        if key not in known:
            raise InputError(f"{place} {key}: expected one of {', '.join(known)}{nearest(key, known)}")
        if given.count(key) > 1:
            raise InputError(f"{key} is given {given.count(key)} times; it can be rows, columns or pages")


def _point(panel: Panel, keys: Iterable[str]) -> Point:
    return tuple(panel.values.get(key, "") for key in keys)


def _block(
    cells: Cells, keys: tuple[Sequence[str], Sequence[str]], page: Point, at: Mapping[tuple[Point, Point], Panel]
) -> Block:
    rows, columns = (_ordered(cells, of, {place[i] for place in at}) for i, of in enumerate(keys))
    return Block(page, rows, columns, at)


def _ordered(cells: Cells, keys: Sequence[str], points: Iterable[Point]) -> list[Point]:
    """Points in the order of their values."""
    order = {key: {value: i for i, value in enumerate(cells.values(key))} for key in keys}
    return sorted(points, key=lambda point: [order[k].get(v, len(order[k])) for k, v in zip(keys, point, strict=True)])
