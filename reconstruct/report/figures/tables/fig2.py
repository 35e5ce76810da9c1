"""Figure 2 of Gatys, Ecker & Bethge (2015): one photograph in the style of several paintings."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL.Image import Image

from reconstruct.report.figures.cells import Cells
from reconstruct.report.figures.labels import labels
from reconstruct.report.figures.page.fitting import Fitted, extent, fit_all, fits
from reconstruct.report.figures.page.sheet import DEFAULT, GAP, PAD, Look, Part, Sheet, letter
from reconstruct.report.figures.pivot import Block, Layout
from reconstruct.report.figures.tables.grid import blocks
from reconstruct.report.figures.tables.tiles import Tile, cropped, tiles

LAYOUT = Layout(rows=(), columns=("style.picture",))
SMALLEST = 1.4  # inches; a painting is inset in every panel
LETTER = 0.23  # inches from a letter to its title
INSET = 0.36  # of the height of a panel


def fig2(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """The photograph, then it in each style, with the painting inset at the lower left; see `blocks`."""
    return blocks(cells, look, layout or LAYOUT, lambda block: _rows(_scenes(block, cells, look), look))


@dataclass(frozen=True)
class _Scene:
    """A panel with its possible titles, the longest first, and the painting that is inset."""

    tile: Tile
    titles: Sequence[str]
    painting: Image | None = None


def _scenes(block: Block, cells: Cells, look: Look) -> list[_Scene]:
    panels = [block.at[(), column] for column in block.columns]
    photograph = next(filter(None, (panel.original("content") for panel in panels)), None)
    title = next(
        (p.result.pictures["content"]["title"] for p in panels if p.result and "content" in p.result.layers), ""
    )
    first = _Scene(Tile(cropped(photograph, look), "" if photograph else "missing"), [title or "photograph"])
    ways = labels("style.picture", cells)
    tile_of = tiles(cells, look)
    titled = [(panel, [way[panel.values["style.picture"]] for way in ways]) for panel in panels]
    return [first, *(_Scene(tile_of(panel), titles, panel.original("style")) for panel, titles in titled)]


def _rows(scenes: Sequence[_Scene], look: Look) -> list[Part]:
    most = look.columns or min(3, max(1, math.floor(look.width / (SMALLEST + GAP))))
    columns = min(most, len(scenes))
    width = (look.width - GAP * columns) / columns
    tall = [scene.tile.picture.height / scene.tile.picture.width for scene in scenes if scene.tile.picture]
    height = min(width * max(tall, default=1.0), look.height - 1)
    titles = _titles(scenes, width - 2 * LETTER, look)
    rows = [range(k, min(k + columns, len(scenes))) for k in range(0, len(scenes), columns)]
    return [_row(scenes, titles, row, (width, height), look) for row in rows]


def _titles(scenes: Sequence[_Scene], room: float, look: Look) -> list[Fitted]:
    """The title of every scene, in the first form in which all titles fit, else in the last one."""
    ways = [[scene.titles[min(k, len(scene.titles) - 1)] for scene in scenes] for k in range(len(scenes[-1].titles))]
    fitting = (way for way in ways if all(fits(title, room, look.small, 2) for title in way))
    return fit_all(next(fitting, ways[-1]), room, look.small, 2)


def _row(
    scenes: Sequence[_Scene], titles: Sequence[Fitted], row: Sequence[int], size: tuple[float, float], look: Look
) -> Part:
    width, height = size
    head = max(titles[k].height for k in row) + PAD + GAP if look.labels else GAP

    def drawn(sheet: Sheet, top: float) -> None:
        for column, k in enumerate(row):
            left = GAP / 2 + column * (width + GAP)
            _panel(sheet, scenes[k], (left, top + head, width, height))
            name = letter(k).upper()
            sheet.text(left, top + head - PAD, name, va="bottom", weight="bold", size=look.normal)
            indent = max(LETTER, extent(name, look.normal, "bold")[0] + PAD)
            sheet.fitted(left + indent, top + head - PAD, titles[k], va="bottom")

    return Part(head + height, drawn)


def _panel(sheet: Sheet, scene: _Scene, box: tuple[float, float, float, float]) -> None:
    left, top, _, height = box
    sheet.picture(*box, scene.tile.picture, scene.tile.problem, scene.tile.name)
    if scene.painting is not None:
        inset = INSET * height
        width = min(inset * scene.painting.width / scene.painting.height, INSET * box[2])
        axes = sheet.picture(left, top + height - inset, width, inset, scene.painting)
        axes.set_anchor("SW")
        whole = (-0.5, -0.5), scene.painting.width, scene.painting.height
        axes.add_patch(Rectangle(*whole, fill=False, ec="white", lw=2, clip_on=False))
