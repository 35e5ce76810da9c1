"""A strip a layer: the original, what different seeds make of the layer's features, and where they disagree."""

import math
from collections.abc import Mapping, Sequence

import torch
from matplotlib.figure import Figure
from torch import Tensor

from reconstruct import images, measures
from reconstruct.atlas.entries import Entry
from reconstruct.atlas.selection import at_level, by_layer, depth_cells, order, select, shown_level
from reconstruct.figures.sheet import FAINT, GAP, SMALL, WIDTH, Look, Sheet, house_style
from reconstruct.results import Sweep
from reconstruct.snapshots import place as snapshot

LABEL, HEAD, BLOCKS = 0.5, 0.36, 2
BRIGHTEST = 0.3  # standard deviation over seeds that is white in the map


def strips(sweep: Sweep, entries: Sequence[Entry], photograph: str, look: Look) -> Figure:
    """All layers of one photograph, at equal relative error of the features."""
    level = shown_level(entries)
    cells = select(at_level(depth_cells(entries), level), picture=photograph)
    with house_style():
        drawn = _Strips(sweep, by_layer(cells, order(entries)), look)
        drawn.footnote(
            f"Each as it was when its feature error ‖F − P‖² / ‖P‖² had first fallen to {level:g}: low layers would\n"
            f"soon give back more. disagree: standard deviation over the seeds, white is {BRIGHTEST:g} or more, of 1."
        )
        return drawn.sheet.figure


class _Strips:
    """Two columns of strips; in each the original, the seeds, and the map where there are several."""

    def __init__(self, sweep: Sweep, rows: Mapping[str, Sequence[Entry]], look: Look) -> None:
        self.sweep = sweep
        self.seeds = sorted({e.seed or 0 for same in rows.values() for e in same})
        self.names = [
            "original",
            *(f"seed {seed}" for seed in self.seeds),
            *(["disagree"] if len(self.seeds) > 1 else []),
        ]
        self.width = (WIDTH - 0.2) / BLOCKS - LABEL
        self.side = min(1.1, self.width / len(self.names) - GAP / 2)
        self.high = math.ceil(len(rows) / BLOCKS)
        self.sheet = Sheet(HEAD + self.high * (self.side + GAP) + 0.5, look)
        for number, (layer, same) in enumerate(rows.items()):
            column, row = divmod(number, self.high)
            self._strip(layer, same, column * (LABEL + self.width + 0.15), HEAD + row * (self.side + GAP), row == 0)

    def _strip(self, layer: str, same: Sequence[Entry], left: float, top: float, first: bool) -> None:
        self.sheet.text(left + LABEL - 0.06, top + self.side / 2, layer[4:], ha="right", va="center", size=SMALL)
        pictures = {f"seed {e.seed}": _picture(self.sweep, e) for e in same}
        shown = {"original": images.load(self.sweep.folder / same[0].cell / "content.png"), **pictures}
        if len(pictures) > 1:
            shown["disagree"] = _map(torch.cat(list(pictures.values())))
        for column, name in enumerate(self.names):
            place = left + LABEL + column * (self.side + GAP / 2)
            if name in shown:
                self.sheet.picture(place, top, self.side, self.side, images.to_image(shown[name]))
            if first and column == 0:
                self.sheet.text(left + LABEL - 0.06, HEAD - 0.06, "relu…", ha="right", va="bottom", size=SMALL - 1.5)
            if first:
                middle = place + self.side / 2
                self.sheet.text(middle, HEAD - 0.06, name, ha="center", va="bottom", size=SMALL - 1.5)

    def footnote(self, words: str) -> None:
        """Below all strips."""
        self.sheet.text(
            LABEL, HEAD + self.high * (self.side + GAP) + 0.02, words, va="top", size=SMALL - 1, color=FAINT
        )


def _picture(sweep: Sweep, entry: Entry) -> Tensor:
    return images.load(snapshot(sweep.folder / entry.cell, entry.level or 0.0))


def _map(pictures: Tensor) -> Tensor:
    return (measures.deviation(pictures) / BRIGHTEST).expand(1, 3, -1, -1)
