"""A column for each layer: its reconstructions with different seeds, and where they disagree."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from matplotlib.figure import Figure
from PIL.Image import Image

from reconstruct import images, measures
from reconstruct.analysis.entries import Entry, network_note
from reconstruct.analysis.selection import at_level, by_layer, depth_cells, depth_level, select
from reconstruct.layers import shortened
from reconstruct.recorders.snapshots import place as snapshot
from reconstruct.report.figures.cells import opened
from reconstruct.report.figures.page.sheet import GAP, Look
from reconstruct.report.figures.plots.axes import number
from reconstruct.report.figures.tables.table import LABEL_SHARE, Naming, Table, drawn
from reconstruct.report.figures.tables.tiles import Tile, cropped
from reconstruct.runs.sweeps import Sweep

SMALLEST = 0.48  # inches of a picture
BRIGHTEST = 0.3  # standard deviation over seeds that is white in the map
MAP = "disagree"
ABOUT_MAP = f" {MAP}: standard deviation over the seeds, white is {BRIGHTEST:g} or more, of 1."


def strips(sweep: Sweep, entries: Sequence[Entry], photograph: str, look: Look) -> list[Figure]:
    """The pages of one photograph's reconstructions from each layer, at equal relative error of the features."""
    level = depth_level(entries) or 0.0
    cells = select(at_level(depth_cells(entries), level), picture=photograph)
    seeds = sorted({e.seed or 0 for e in cells})
    note = (
        f"Each picture when its feature error ‖F − P‖² / ‖P‖² had first fallen to at most {number(level)}; the final "
        f"pictures of low layers are closer to the original.{ABOUT_MAP if len(seeds) > 1 else ''}"
    )
    columns = look.columns or min(12, int(look.width * (1 - LABEL_SHARE) / (SMALLEST + GAP)))
    table = _table(sweep, by_layer(cells), seeds, look)
    return drawn([table], replace(look, columns=columns), note, network_note(entries, cells))


def _table(sweep: Sweep, layers: Mapping[str, Sequence[Entry]], seeds: Sequence[int], look: Look) -> Table:
    """A column for each layer, a row for each seed, and one for the maps if there are several seeds."""
    tiles: dict[tuple[int, int], Tile] = {}
    for column, same in enumerate(layers.values()):
        pictures = {e.seed or 0: opened(snapshot(sweep.folder / e.cell, e.level or 0.0)) for e in same}
        shown = [*(pictures.get(seed) for seed in seeds), _map(list(pictures.values()))]
        tiles |= {(row, column): _tile(shown[row], look) for row in range(len(seeds) + (len(seeds) > 1))}
    first = next(iter(layers.values()))[0]
    original = _tile(opened(sweep.folder / first.cell / "content.png"), look)
    rows = Naming("", [*(f"seed {seed}" for seed in seeds), MAP])
    begin, names = shortened([*layers])
    columns = Naming(f"reconstructed from {begin}", names)
    return Table("", rows, columns, tiles, [("original", original)])


def _tile(picture: Image | None, look: Look) -> Tile:
    return Tile(cropped(picture, look), "" if picture else "missing")


def _map(pictures: Sequence[Image | None]) -> Image | None:
    """A map of where pictures disagree, if all can be read and have one size."""
    known = [np.asarray(picture) / 255 for picture in pictures if picture]
    if len(known) < max(2, len(pictures)) or len({pixels.shape for pixels in known}) > 1:
        return None
    deviation = measures.deviation(torch.from_numpy(np.stack(known)).movedim(-1, 1))
    return images.to_image((deviation / BRIGHTEST).expand(1, 3, -1, -1))
