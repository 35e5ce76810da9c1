"""Any sweep as tables: rows, columns and pages by keys, with the originals beside what was made from them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from PIL import Image

from reconstruct.errors import InputError, nearest
from reconstruct.figures.cells import Cells, Panel
from reconstruct.figures.labels import key_name, labels, shortest, with_key
from reconstruct.figures.page.fitting import fit
from reconstruct.figures.page.sheet import DEFAULT, FAINT, GAP, Look, Pages, Part, house_style
from reconstruct.figures.pivot import Block, Layout, Pivot, Point, pivots
from reconstruct.figures.tables import table
from reconstruct.figures.tables.table import Naming, Table, Tile, original_tiles, tile_of

TERMS = ("content", "style")
BRIGHTEST = 0.5  # mean absolute difference of the colours, of 1, that is brightest in a map


def grid(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """Every cell of a sweep, labelled by what differs; a figure a page."""
    with house_style():
        pages = Pages(look)
        table.draw(tables(cells, look, layout), look, pages)
        if words := footnote(cells, look):
            pages.add(note(words, look))
        return pages.figures()


def footnote(cells: Cells, look: Look) -> str:
    """What the numbers under the pictures are, and what the pictures show if not all of the result."""
    layers = {str(p.result.layers) for p in cells.panels if p.result}
    compared = ", each at the cell's own layers, so that errors of different layers are no measure of one another"
    errors = "error: ‖code − target‖² / ‖target‖², mean over layers" + (compared if len(layers) > 1 else "")
    difference = f"maps: absolute difference to {look.difference}, mean over colours; brightest is {BRIGHTEST:g} of 1"
    return "; ".join([errors] * bool(layers) + [difference] * bool(look.difference))


def note(words: str, look: Look) -> Part:
    """A line or more below everything else."""
    made = fit(words, look.width - 2 * GAP, look.tiny, 4)
    height = made.height + 2 * GAP if look.labels else 0.0
    return Part(height, lambda sheet, top: sheet.fitted(GAP, top + GAP, made, va="top", color=FAINT))


def tables(cells: Cells, look: Look, layout: Layout | None = None) -> list[Table]:
    """A table for every combination of the values of the pages' keys."""
    made_of = _Differences(cells, look) if look.difference else lambda panel: tile_of(panel, look)
    made = pivots(cells, layout)
    return [_table(pivot, block, cells, look, made_of) for pivot in made for block in pivot.blocks]


def _table(pivot: Pivot, block: Block, every: Cells, look: Look, made_of: Callable[[Panel], Tile]) -> Table:
    """A block with its originals: by row at its left, by column above it, common to all of it beside it."""
    panels = list(block.at.values())
    left, above, common = _originals(block, panels, look)
    if common and not pivot.rows:
        left, common = {(): [*left.get((), []), *common]}, []
    width, height = max(map(len, left.values()), default=0), max(map(len, above.values()), default=0)
    tiles = {
        (height + block.rows.index(row), width + block.columns.index(column)): made_of(panel)
        for (row, column), panel in block.at.items()
    }
    for row, found in left.items():
        tiles |= {(height + block.rows.index(row), j): tile for j, (_, tile) in enumerate(found)}
    for column, found in above.items():
        tiles |= {(i, width + block.columns.index(column)): tile for i, (_, tile) in enumerate(found)}
    columns = _namings(pivot.columns, block.columns, pivot.cells, _names(left), " →")
    rows = _namings(pivot.rows, block.rows, pivot.cells, _names(above), " ↓")
    needs_rows = bool(pivot.rows or above)
    return Table(heading(pivot, block, every), rows if needs_rows else [], columns, tiles, common)


def _names(originals: Mapping[Point, Sequence[tuple[str, Tile]]]) -> list[str]:
    return [name for name, _ in max(originals.values(), key=len, default=[])]


def _namings(
    keys: Sequence[str], points: Sequence[Point], cells: Cells, before: Sequence[str], arrow: str
) -> list[Naming]:
    """Ways to label points; a single key stands above its values, several stand in every label."""
    if not keys:
        return [Naming("", [*before, *([""] if not before else ["reconstruction"])])]
    ways = [labels(key, cells) for key in keys]
    if len(keys) == 1:
        return [Naming(way.key + arrow, [*before, *(way[value] for (value,) in points)]) for way in ways[0]]
    named = [[way for way in each if not way.key.endswith("…")] for each in ways]
    return [
        Naming(
            "", [*before, *("\n".join(with_key(w, v) for w, v in zip(each, point, strict=True)) for point in points)]
        )
        for each in zip_longest(*named)
        if all(each)
    ] or [Naming("", [*before, *("\n".join(point) for point in points)])]


def heading_part(pivot: Pivot, block: Block, every: Cells, look: Look) -> Part | None:
    """The heading of a block as a part of a page, where there is one."""
    words = heading(pivot, block, every)
    if not (words and look.labels):
        return None
    made = fit(words, look.width - GAP, look.normal, 3, "bold")
    place = {"va": "top", "weight": "bold"}
    return Part(made.height + 2 * GAP, lambda sheet, top: sheet.fitted(GAP / 2, top + GAP, made, **place))


def heading(pivot: Pivot, block: Block, every: Cells) -> str:
    """The values of the pages' keys, and what tells a part of a sweep from its other parts."""
    said = dict(zip(pivot.pages, block.page, strict=True))
    common = [key for key in every.axes if key not in pivot.cells.axes and key not in said]
    given = [key for key in common if any(key in panel.given for panel in pivot.cells.panels)]
    said |= {key: pivot.cells.panels[0].values.get(key, "") for key in (given or common)}
    return ",  ".join(f"{key_name(key)} {shortest(key, value, every)}" for key, value in said.items())


Found = dict[Point, list[tuple[str, Tile]]]


def _originals(block: Block, panels: Sequence[Panel], look: Look) -> tuple[Found, Found, list[tuple[str, Tile]]]:
    """Labels and tiles of the originals: by row, by column, and common to the block."""
    having = {term: [p for p in panels if p.result and term in p.result.layers] for term in TERMS}
    terms = [term for term, those in having.items() if those]
    finished = sum(panel.result is not None for panel in panels)
    alone = all(len(having[term]) < finished for term in terms)  # each of some cells only: no cell has both
    by_row: Found = {}
    by_column: Found = {}
    common: list[tuple[str, Tile]] = []
    for term in terms:
        name = "original" if len(terms) == 1 or alone else term
        if not (alone and _one_each(term, block, 0)) and len(_distinct(term, panels)) == 1:
            common += original_tiles(having[term][0].original(term), name, look)
        elif rows := _one_each(term, block, 0):
            for row, panel in rows.items():
                by_row.setdefault(row, []).extend(original_tiles(panel.original(term), name, look))
        elif columns := _one_each(term, block, 1):
            for column, panel in columns.items():
                by_column.setdefault(column, []).extend(original_tiles(panel.original(term), name, look))
        else:
            for panel in _distinct(term, panels):
                common += original_tiles(panel.original(term), f"{name}: {_title(panel, term)}", look)
    return by_row, by_column, common


def _distinct(term: str, panels: Iterable[Panel]) -> list[Panel]:
    """A cell for each of the different originals."""
    found = {panel.original_name(term): panel for panel in reversed(list(panels)) if panel.original_name(term)}
    return list(reversed(found.values()))


def _one_each(term: str, block: Block, side: int) -> dict[Point, Panel]:
    """Row (0) or column (1) -> a cell with its original; empty if one of them has several."""
    found: dict[Point, Panel] = {}
    for point in (block.rows, block.columns)[side]:
        distinct = _distinct(term, [panel for place, panel in block.at.items() if place[side] == point])
        if len(distinct) > 1:
            return {}
        found.update((point, panel) for panel in distinct)
    return found


def _title(panel: Panel, term: str) -> str:
    return panel.result.pictures[term]["title"] if panel.result else ""


class _Differences:
    """Cells as maps of their difference to their original, or to a chosen cell."""

    def __init__(self, cells: Cells, look: Look) -> None:
        names, to = [panel.name for panel in cells.panels], look.difference
        self.look = look
        if to != "original" and to not in names:
            raise InputError(f"--difference {to}: expected original or the name of a cell{nearest(to, names)}")
        self.to = next((panel for panel in cells.panels if panel.name == to), None)

    def __call__(self, panel: Panel) -> Tile:
        other = self.to.picture if self.to else next(filter(None, map(panel.original, TERMS)), None)
        tile = tile_of(panel, self.look)
        if panel.picture is None or other is None:
            return Tile(None, panel.problem or "no original", tile.errors, tile.name)
        if panel.picture.size != other.size:
            return Tile(None, "another size", tile.errors, tile.name)
        return Tile(table.shown(_map(panel.picture, other), self.look), "", tile.errors, tile.name)


def _map(one: Image.Image, other: Image.Image) -> Image.Image:
    difference = np.abs(np.asarray(one, float) - np.asarray(other, float)).mean(axis=2) / 255
    colours = colormaps["magma"](np.clip(difference / BRIGHTEST, 0, 1))[..., :3]
    return Image.fromarray((255 * colours).round().astype(np.uint8))
