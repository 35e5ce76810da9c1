"""Reconstructed from one layer, measured at another: relative errors of content and of style, logarithmic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from reconstruct.analysis.entries import Entry
from reconstruct.analysis.networks import network_note
from reconstruct.analysis.selection import depth_cells, height_of, single, style_cells
from reconstruct.analysis.selection import matrix as errors_of
from reconstruct.figures.page.fitting import extent, fit
from reconstruct.figures.page.sheet import GAP, Look, Pages, Part, Sheet, head, house_style
from reconstruct.figures.plots.axes import plot
from reconstruct.figures.plots.notes import paragraph
from reconstruct.figures.plots.over_layers import indent
from reconstruct.figures.plots.scales import TICKS, below, stacked
from reconstruct.naming import numbers

LEAST, MOST = 1e-4, 1.0  # relative errors with the first and the last colour
NARROWEST, WIDEST, LARGEST_CELL = 1.9, 3.4, 0.45  # inches: of a matrix, and the height of a row
BETWEEN, BAR, LOWEST = 0.25, 0.12, 1.0  # inches: between two matrices; the bar of colours, which is no lower
FROM, AT = "reconstructed from relu…", "measured at relu…"
NOTE = "○ the smallest error of its row; light: small error, ‖code − target‖² / ‖target‖²"


def matrix(entries: Sequence[Entry], look: Look) -> list[Figure]:
    """A row for each reconstruction, a column for each layer, and a dot where the row's error is smallest.

    Returns:
        A figure for each page.
    """
    heats = [heat for term in ("content", "style") if (heat := _heat(entries, term))]
    network = network_note(entries, [*depth_cells(entries), *single(style_cells(entries))])
    with house_style(look):
        pages = Pages(look)
        for row in _rows(heats, look):
            pages.add(row.part())
        for note in (NOTE, network):
            pages.add(paragraph(note, look))
        return pages.figures()


@dataclass(frozen=True)
class _Heat:
    """The errors of one term.

    Attributes:
        term: content or style.
        errors: matched layer -> measured layer -> relative error.
        layers: all measured layers, from the picture upwards.
    """

    term: str
    errors: Mapping[str, Mapping[str, float]]
    layers: Sequence[str]

    def draw(self, axes: Axes) -> AxesImage:
        values = np.full((len(self.errors), len(self.layers)), np.nan)
        for k, errors in enumerate(self.errors.values()):
            for layer, error in errors.items():
                values[k, self.layers.index(layer)] = max(error, LEAST)
        scale = LogNorm(LEAST, MOST)
        image = axes.imshow(values, norm=scale, cmap="viridis_r", interpolation="nearest", aspect="auto")
        for k, errors in enumerate(self.errors.values()):
            best = min(errors, key=lambda layer: errors[layer])
            axes.plot(self.layers.index(best), k, "o", color="white", mec="0.2", ms=4.5, mew=0.7)
        axes.spines[:].set_visible(False)
        return image


def _heat(entries: Sequence[Entry], term: str) -> _Heat | None:
    errors = errors_of(entries, term)
    layers = sorted({layer for row in errors.values() for layer in row}, key=height_of)
    return _Heat(term, errors, layers) if errors else None


def _named(layers: Sequence[str]) -> list[str]:
    return [layer.removeprefix("relu") for layer in layers]


def _rows(heats: Sequence[_Heat], look: Look) -> list["_Row"]:
    """Matrices side by side if there is room, else one below the other."""
    together = _Row(heats, look, 0)
    if len(heats) < 2 or (together.width >= NARROWEST and look.columns != 1):
        return [together]
    return [_Row([heat], look, k) for k, heat in enumerate(heats)]


class _Row:
    """Matrices side by side, and the bar of colours; `number` of matrices are above them."""

    def __init__(self, heats: Sequence[_Heat], look: Look, number: int) -> None:
        self.heats, self.look, self.number = heats, look, number
        lines = extent(FROM, look.small)[1] + GAP
        names = [self._label_width(heat) for heat in heats]
        alike = all(list(heat.errors) == list(heats[0].errors) for heat in heats)
        self.left = lines + names[0]
        self.between = BETWEEN if alike else BETWEEN + max(names)
        bar = BAR + TICKS + max(extent(word, look.tiny)[0] for word in self._ticks().values()) + 2 * GAP
        room = look.width - self.left - (len(heats) - 1) * self.between - bar
        self.width = min(WIDEST, room / len(heats))
        self.named = [True] + [not alike] * (len(heats) - 1)
        self.columns = [below(_named(heat.layers), self.width / len(heat.layers), look.tiny) for heat in heats]
        middle = self.left + self.width / 2
        around = 2 * min(middle, look.width - middle) - GAP if len(heats) == 1 else self.width
        self.words = fit(AT, around, look.small)
        self.head = extent("content", look.normal, "bold")[1] + 2 * GAP
        self.foot = TICKS + max(names.depth for names in self.columns) + GAP + self.words.height + GAP
        self.cells = [self._cell(heat) for heat in heats]
        self.tall = max(cell * len(heat.errors) for cell, heat in zip(self.cells, heats, strict=True))
        lowest = max(LOWEST, extent(FROM, look.small)[0] if look.labels else 0.0) + GAP
        self.height = self.head + max(self.tall + self.foot, lowest)

    def _label_width(self, heat: _Heat) -> float:
        return max(extent(name, self.look.tiny)[0] for name in _named(list(heat.errors))) + TICKS

    def _cell(self, heat: _Heat) -> float:
        """The height of a row."""
        room = self.look.height - head(self.look) - self.head - self.foot
        wanted = min(LARGEST_CELL, self.width / len(heat.layers))
        return min(wanted, max(LOWEST, room) / len(heat.errors)) if isfinite(room) else wanted

    @staticmethod
    def _ticks() -> dict[str, str]:
        """Error -> label at the bar of colours."""
        return numbers(["0.0001", "0.001", "0.01", "0.1", "1"])

    def part(self) -> Part:
        return Part(self.height, self._draw)

    def _draw(self, sheet: Sheet, top: float) -> None:
        image = None
        for k, (heat, cell) in enumerate(zip(self.heats, self.cells, strict=True)):
            left, height = self.left + k * (self.width + self.between), cell * len(heat.errors)
            axes = plot(sheet, left, top + self.head, self.width, height)
            image = heat.draw(axes)
            self.columns[k].write(axes.xaxis, sheet)
            stacked(_named(list(heat.errors)), cell, self.look.tiny).write(axes.yaxis, sheet)
            if not self.named[k]:
                axes.set_yticklabels([])
            sheet.text(left + indent(self.look), top + self.head - GAP, heat.term, va="bottom", weight="bold")
            foot = top + self.head + height + TICKS + self.columns[k].depth + GAP
            sheet.fitted(left + self.width / 2, foot, self.words, ha="center", va="top")
            if self.look.letters:
                sheet.letter(left - 0.04, top + GAP - 0.04, self.number + k)
        turned = {"ha": "left", "va": "top", "rotation": 90, "size": self.look.small}
        middle = max(0.0, (self.tall - extent(FROM, self.look.small)[0]) / 2)
        sheet.text(GAP / 2, top + self.head + middle, FROM, **turned)
        if image:
            self._bar(sheet, image, top, max(self.tall, LOWEST))

    def _bar(self, sheet: Sheet, image: AxesImage, top: float, height: float) -> None:
        left = self.left + len(self.heats) * (self.width + self.between) - self.between + 1.5 * GAP
        axes = plot(sheet, left, top + self.head, BAR, height)
        bar = sheet.figure.colorbar(image, cax=axes, extend="both")
        ticks = self._ticks() if self.look.labels else {}
        bar.set_ticks([float(tick) for tick in ticks], labels=list(ticks.values()))
        bar.minorticks_off()
        for label in bar.ax.get_yticklabels():
            label.set(size=self.look.tiny, parse_math=False)
        bar.outline.set_visible(False)
        term = self.left + indent(self.look) + extent(self.heats[-1].term, self.look.normal, "bold")[0]
        if len(self.heats) > 1 or term + GAP < left:
            sheet.text(left, top + self.head - GAP, "error", va="bottom", size=self.look.tiny)
