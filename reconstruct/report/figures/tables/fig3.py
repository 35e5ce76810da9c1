"""Figure 3 of Gatys, Ecker & Bethge (2015): style over more and more layers against α/β."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from matplotlib.figure import Figure

from reconstruct.report.figures.cells import Cells, Panel
from reconstruct.report.figures.labels import depth_labels, labels
from reconstruct.report.figures.page.sheet import DEFAULT, Look
from reconstruct.report.figures.pivot import Block, Layout, Pivot, pivot
from reconstruct.report.figures.tables.grid import heading
from reconstruct.report.figures.tables.table import Naming, Table, drawn
from reconstruct.report.figures.tables.tiles import Tile, original_tiles, tiles
from reconstruct.runs.naming import TERMS

LAYOUT = Layout(rows=("depth",), columns=("ratio",))


def fig3(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """A table with the photograph and the painting; one table for each combination of the other swept keys."""
    placed = pivot(cells, layout or LAYOUT)
    return drawn([_table(placed, block, cells, look) for block in placed.blocks], look)


def _table(pivot: Pivot, block: Block, cells: Cells, look: Look) -> Table:
    tile_of = tiles(cells, look)
    placed = {
        (block.rows.index(row), block.columns.index(column)): replace(tile_of(panel), values={})
        for (row, column), panel in block.at.items()
    }
    axis = f"α/β{_of_losses(list(block.at.values()))} →"
    columns = [Naming(axis, [way[ratio] for (ratio,) in block.columns]) for way in labels("ratio", cells)]
    ways = depth_labels(cells, "style")
    rows = [Naming(f"style {way.key}", [way[depth] for (depth,) in block.rows]) for way in ways]
    return Table(heading(pivot, block, cells), rows, columns, placed, list(_originals(block, look)))


def _of_losses(panels: Sequence[Panel]) -> str:
    """The losses that the ratio is about, as text; empty if cells differ in them."""
    names = {"relative": ", of relative losses", "paper": ", of the paper's losses"}
    kinds = {str(panel.result.loss_convention) for panel in panels if panel.result}
    return names.get(kinds.pop(), "") if len(kinds) == 1 else ""


def _originals(block: Block, look: Look) -> Iterator[tuple[str, Tile]]:
    """Label and tile of the content's and of the style's original."""
    for term in TERMS:
        picture = next(filter(None, (panel.original(term) for panel in block.at.values())), None)
        yield from original_tiles(picture, term.capitalize(), look)
