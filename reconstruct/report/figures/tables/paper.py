"""Figures 1, 2 and 3 of Gatys, Ecker & Bethge (2015)."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import count

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from reconstruct.report.figures.cells import Cells
from reconstruct.report.figures.labels import depth_labels, labels
from reconstruct.report.figures.page.fitting import fit
from reconstruct.report.figures.page.sheet import (
    ABOVE,
    COLOURS,
    DEFAULT,
    FAINT,
    GAP,
    INK,
    Look,
    Part,
    Sheet,
    filled,
    letter,
)
from reconstruct.report.figures.pivot import Block, Layout, Point, pivot
from reconstruct.report.figures.tables.grid import heading, tables
from reconstruct.report.figures.tables.table import Naming, Placed, Table, drawn
from reconstruct.report.figures.tables.tiles import original_tiles, tiles

FIG1 = Layout(rows=("representation",), columns=("depth",))
FIG2 = Layout(rows=(), columns=("style.picture",))
FIG3 = Layout(rows=("depth",), columns=("ratio",))
STYLE, CONTENT = ("style",), ("content",)
LOSSES = {"relative": ", of relative losses", "paper": ", of the paper's losses"}
NETWORK = 0.9  # inches, the height of the drawing of the network
SMALLEST = 1.4  # inches of a panel in which a painting is inset


def fig1(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """A row for each representation, a column for each depth, and the network between style and content."""
    cells = cells.of_the_paper()
    blocks = pivot(cells, layout or FIG1)
    return filled(lambda page: (band for block in blocks for band in _bands(block, cells, page)), look)


def _bands(block: Block, cells: Cells, look: Look) -> Iterator[list[Part]]:
    """What stands together: both rows of the columns that are side by side, and the network."""
    rows = sorted(block.rows, key=lambda row: row != STYLE)
    placed = [Placed(_row(block, row, cells, look), look, count()) for row in rows]
    for band in placed[0].bands:
        parts = [part for each in placed for part in each.band(band)]
        if rows[0] == STYLE and rows[1:]:
            parts.insert(1, Part(NETWORK, partial(_network, placed[0], band)))
        yield [*placed[0].title(), *parts] if band[0] == 0 else parts


def _row(block: Block, row: Point, cells: Cells, look: Look) -> Table:
    """The original, then a reconstruction for each depth, which chooses other layers for content than for style."""
    panels = {column: panel for (at, column), panel in block.at.items() if at == row}
    term = "content" if row == CONTENT else "style"
    picture = next(filter(None, (panel.original(term) for panel in panels.values())), None)
    found = original_tiles(picture, row[0].capitalize(), look)
    placed, tile_of = {(0, j): tile for j, tile in enumerate(found.values())}, tiles(cells, look)
    for j, (depth,) in enumerate(block.columns):
        if panel := panels.get((depth,)):
            placed[0, len(found) + j] = replace(tile_of(panel), letter=letter(cells.values("depth").index(depth)))
    of_row = replace(cells, panels=[p for p in cells.panels if p.values.get("representation") == row[0]])
    known = depth_labels(of_row, term).of
    columns = Naming("", [*found, *(known.get(depth, depth) for (depth,) in block.columns)])
    return Table(heading(block, cells), None, columns, placed, lead=len(found))


def _network(row: Placed, band: Sequence[int], sheet: Sheet, top: float) -> None:
    """Draw a block for each depth: lower after every pooling, and thicker as the number of channels grows."""
    axes = sheet.axes(0, top, sheet.width, NETWORK)
    axes.set(xlim=(0, sheet.width), ylim=(NETWORK, 0))
    middle = NETWORK / 2
    for column in band:
        centre, depth = row.left(column, band) + row.width / 2, column - row.table.lead
        if depth >= 0:
            look = {"arrowstyle": "<|-|>", "color": COLOURS[0], "lw": 1, "shrinkA": 0, "shrinkB": 0}
            axes.annotate("", (centre, 0.01), (centre, NETWORK - 0.01), arrowprops=look)
            _block(axes, centre, middle, 0.3 * 0.74**depth, 0.05 * 1.5 ** min(depth, 5))
        elif column == 0:
            words = fit("network", row.width, row.look.small)
            sheet.fitted(centre, top + middle, words, ha="center", va="center", color=FAINT)


def _block(axes: Axes, x: float, y: float, half: float, depth: float) -> None:
    """Draw a box: `half` is half of its height, `depth` its extent along the network."""
    slant = half * 0.45
    left, right = x - depth / 2 - slant / 2, x + depth / 2 - slant / 2
    front = [(left, y - half + slant), (right, y - half + slant), (right, y + half), (left, y + half)]
    top = [front[0], front[1], (right + slant, y - half), (left + slant, y - half)]
    side = [front[1], front[2], (right + slant, y + half - slant), (right + slant, y - half)]
    for corners, shade in ((front, "0.86"), (top, "0.95"), (side, "0.75")):
        axes.add_patch(Polygon(corners, closed=True, facecolor=shade, edgecolor=INK, linewidth=0.6, zorder=ABOVE))


def fig2(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """The photograph, then it in each style, with the painting inset at the lower left."""
    look = replace(look, columns=look.columns or min(3, max(1, math.floor(look.width / (SMALLEST + GAP)))))
    return drawn([_scenes(block, cells, look) for block in pivot(cells, layout or FIG2)], look)


def _scenes(block: Block, cells: Cells, look: Look) -> Table:
    panels, tile_of = [block.at[(), column] for column in block.columns], tiles(cells, replace(look, values="none"))
    photograph = next(filter(None, (panel.original("content") for panel in panels)), None)
    titles = (p.result.pictures["content"]["title"] for p in panels if p.result and "content" in p.result.layers)
    found = original_tiles(photograph, next(titles, "") or "photograph", look)
    every = [*found.values(), *(replace(tile_of(panel), inset=panel.original("style")) for panel in panels)]
    placed = {(0, k): replace(tile, letter=letter(k).upper()) for k, tile in enumerate(every)}
    known = labels("style.picture", cells).of
    columns = Naming("", [*found, *(known[painting] for (painting,) in block.columns)])
    return Table(heading(block, cells), None, columns, placed)


def fig3(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """A grid of style over more and more layers against α/β, without numbers below the pictures.

    Depths are called by the layers of style alone, ratios with the losses that they are about if cells have the same.
    """
    cells = replace(cells)
    losses = {panel.result.loss_convention for panel in cells.panels if panel.result}
    of = LOSSES.get(losses.pop(), "") if len(losses) == 1 else ""
    depths, ratios = depth_labels(cells, "style"), labels("ratio", cells)
    cells.labels["depth"] = depths._replace(key=f"style {depths.key}")
    cells.labels["ratio"] = ratios._replace(key=ratios.key + of)
    return drawn(tables(cells, replace(look, values="none"), layout or FIG3), look)
