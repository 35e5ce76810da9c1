"""A strip for each layer: the original, its reconstructions with different seeds, and where they disagree."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import torch
from matplotlib.figure import Figure
from PIL.Image import Image
from torch import Tensor

from reconstruct import images, measures
from reconstruct.analysis.entries import Entry
from reconstruct.analysis.networks import network_note
from reconstruct.analysis.selection import at_level, by_layer, depth_cells, depth_level, order, select
from reconstruct.errors import InputError
from reconstruct.figures.page.fitting import extent, fit_all
from reconstruct.figures.page.sheet import GAP, Look, Pages, Part, Sheet, head, house_style
from reconstruct.figures.plots.notes import paragraph
from reconstruct.figures.plots.scales import number
from reconstruct.figures.tables.tiles import cropped
from reconstruct.recorders.snapshots import place as snapshot
from reconstruct.sweeps import Sweep

BLOCKS, BETWEEN = 2, 0.15  # strips side by side, and inches between them
SMALLEST, LARGEST = 0.48, 1.1  # inches of a picture
TALLEST = 1.5  # of the height to the width of a place for a picture
PAD = 0.06  # inches between a label and a picture
BRIGHTEST = 0.3  # standard deviation over seeds that is white in the map
ORIGINAL, MAP = "original", "disagree"


def strips(sweep: Sweep, entries: Sequence[Entry], photograph: str, look: Look) -> list[Figure]:
    """The reconstructions of one photograph from each layer, at equal relative error of the features.

    Args:
        sweep: the measured sweep, from whose folder the pictures are read.
        entries: all measured pictures.
        photograph: the name of the original.
        look: the choices of the reader.

    Returns:
        A figure for each page.
    """
    level = depth_level(entries) or 0.0
    cells = select(at_level(depth_cells(entries), level), picture=photograph)
    rows = by_layer(cells, order(cells))
    seeds = sorted({e.seed or 0 for e in cells})
    disagree = (
        f" {MAP}: standard deviation over the seeds, white is {BRIGHTEST:g} or more, of 1." if len(seeds) > 1 else ""
    )
    note = (
        f"Each picture when its feature error ‖F − P‖² / ‖P‖² had first fallen to at most {number(level)}; the final "
        f"pictures of low layers are closer to the original.{disagree}"
    )
    with house_style(look):
        pages = Pages(look)
        notes = [paragraph(each, look) for each in (note, network_note(entries, cells)) if each]
        bands = _bands(seeds, _label(rows, look), look)
        for columns in bands:
            drawn = _Strips(sweep, rows, columns, max(map(len, bands)), look)
            for part in drawn.parts(below=sum(part.height for part in notes)):
                pages.add(part)
        for part in notes:
            pages.add(part)
        return pages.figures()


def _label(layers: Iterable[str], look: Look) -> float:
    """The width in inches of the names of layers at the left of strips."""
    names = [(layer.removeprefix("relu"), look.small) for layer in layers]
    return max(extent(*name)[0] for name in [*names, ("relu…", look.tiny)]) + PAD if look.labels else 0.0


def _bands(seeds: Sequence[int], label: float, look: Look) -> list[list[str]]:
    """The columns of a strip; if there is no room for all seeds, they are divided into several bands."""
    most = max(2, math.floor((look.width - 2 * GAP - label) / (SMALLEST + GAP / 2)))
    others = [*map(_seed, seeds), *([MAP] if len(seeds) > 1 else [])]
    return [[ORIGINAL, *others[k : k + most - 1]] for k in range(0, len(others), most - 1)]


def _seed(seed: int) -> str:
    return f"seed {seed}"


class _Strips:
    """Strips in one column or in two; a strip has the pictures that `columns` name, in the size for `most` of them."""

    def __init__(
        self, sweep: Sweep, rows: Mapping[str, Sequence[Entry]], columns: Sequence[str], most: int, look: Look
    ) -> None:
        self.sweep, self.rows, self.columns, self.most, self.look = sweep, rows, columns, most, look
        self.label = _label(rows, look)
        self.blocks = BLOCKS if len(rows) > 1 and self._side(BLOCKS) >= SMALLEST else 1
        self.side = min(LARGEST, self._side(self.blocks))
        self.high = self.side * min(TALLEST, self._shape())
        self.names = fit_all(columns, self.side, look.tiny, 2)
        self.head = max(name.height for name in self.names) + PAD + GAP if look.labels else GAP
        self.step = self.high + GAP

    def _shape(self) -> float:
        """Height of the photograph over its width; 1 if it cannot be read."""
        first = next(iter(self.rows.values()))[0]
        image = self._cropped(_loaded(self._original(first)))
        return image.height / image.width if image else 1.0

    def _original(self, e: Entry) -> Path:
        return self.sweep.folder / e.cell / "content.png"

    def _cropped(self, picture: Tensor | None) -> Image | None:
        return None if picture is None else cropped(images.to_image(picture), self.look)

    def _side(self, blocks: int) -> float:
        """The width of a picture in inches, with so many strips side by side."""
        room = (self.look.width - 2 * GAP - (blocks - 1) * BETWEEN) / blocks - self.label
        return room / self.most - GAP / 2

    def parts(self, below: float) -> Iterator[Part]:
        """The strips of each page; `below` inches stay free below those of the first page."""
        left = list(self.rows.items())
        room = self.look.height - head(self.look) - self.head - below
        while left:
            high = math.ceil(len(left) / self.blocks)
            if math.isfinite(room):
                high = min(high, max(1, math.floor(room / self.step)))
            here, left = left[: high * self.blocks], left[high * self.blocks :]
            yield Part(self.head + high * self.step, partial(self._draw, here, high))
            room = self.look.height - self.head - below

    def _draw(self, strips: Sequence[tuple[str, Sequence[Entry]]], high: int, sheet: Sheet, top: float) -> None:
        for place, (layer, same) in enumerate(strips):
            block, row = divmod(place, high)
            left = GAP + block * ((self.look.width - 2 * GAP + BETWEEN) / self.blocks) + self.label
            if row == 0:
                self._header(sheet, left, top + self.head - PAD)
            self._strip(sheet, layer, same, left, top + self.head + row * self.step)

    def _header(self, sheet: Sheet, left: float, bottom: float) -> None:
        sheet.text(left - PAD, bottom, "relu…", ha="right", va="bottom", size=self.look.tiny)
        for column, name in enumerate(self.names):
            sheet.fitted(self._place(left, column) + self.side / 2, bottom, name, ha="center", va="bottom")

    def _place(self, left: float, column: int) -> float:
        return left + column * (self.side + GAP / 2)

    def _strip(self, sheet: Sheet, layer: str, same: Sequence[Entry], left: float, top: float) -> None:
        name = layer.removeprefix("relu")
        sheet.text(left - PAD, top + self.high / 2, name, ha="right", va="center", size=self.look.small)
        pictures = {_seed(e.seed or 0): _loaded(snapshot(self.sweep.folder / e.cell, e.level or 0.0)) for e in same}
        pictures[ORIGINAL] = _loaded(self._original(same[0]))
        pictures[MAP] = _map([pictures[_seed(e.seed or 0)] for e in same])
        for column, key in enumerate(self.columns):
            box = self._place(left, column), top, self.side, self.high
            shown = self._cropped(pictures.get(key))
            sheet.picture(*box, shown, "" if shown else "missing")


def _loaded(path: Path) -> Tensor | None:
    """The picture ``(1, 3, H, W)``; ``None`` if it cannot be read."""
    try:
        return images.load(path)
    except InputError:
        return None


def _map(pictures: Sequence[Tensor | None]) -> Tensor | None:
    """A map ``(1, 3, H, W)`` of where pictures disagree, if all can be read and have one size."""
    known = [picture for picture in pictures if picture is not None]
    if len(known) < max(2, len(pictures)) or len({picture.shape for picture in known}) > 1:
        return None
    return (measures.deviation(torch.cat(known)) / BRIGHTEST).expand(1, 3, -1, -1)
