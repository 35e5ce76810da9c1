"""What is left of the picture, layer by layer: PSNR, SSIM, how far seeds drift apart, how well the layer is matched.

Solid lines compare pictures at equal relative error of the features, dashed ones what the optimiser reached in the end.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.analysis.entries import Entry, Kind
from reconstruct.analysis.networks import told
from reconstruct.analysis.selection import EXACT, at_level, by_layer, depth_cells, order, select, shown_level, variants
from reconstruct.figures.page.sheet import COLOURS, FAINT, Look, Pages, house_style
from reconstruct.figures.plots.notes import Key, keys, sentence
from reconstruct.figures.plots.over_layers import OverLayers, rows
from reconstruct.figures.plots.scales import limits, number

Reading = Callable[[Entry], float | None]
PSNR, ENDS_ONLY = "PSNR against the original, dB", "feature error in the end"
PANELS: dict[str, Reading] = {
    PSNR: lambda e: e.psnr,
    "SSIM against the original": lambda e: e.ssim,
    "disagreement of seeds (0 to 1)": lambda e: e.deviation,
    ENDS_ONLY: lambda e: max(e.own_error(), EXACT),
}
INDISTINGUISHABLE = 45  # dB; lines may leave the panel there


def depth(entries: Sequence[Entry], look: Look) -> list[Figure]:
    """Content reconstructions of single layers: mean over photographs and seeds, a band of one standard deviation.

    What was not measured has no panel.
    """
    curves = _Curves(variants(entries), shown_level(entries), order(depth_cells(entries)))
    shown = [e for cells in curves.variants.values() for e in cells]
    plots = [OverLayers(words, partial(curves.draw, words)) for words in PANELS if curves.any(words)]
    names = [layer.removeprefix("relu") for layer in curves.layers]
    colours = zip(curves.variants, COLOURS, strict=False)
    notes = [curves.legend(), told(entries, shown)]
    with house_style():
        pages = Pages(look)
        for part in rows(plots, names, "layer, relu…", look):
            pages.add(part)
        below = [*keys([Key(f"● {name}", colour) for name, colour in colours], look)]
        below += [sentence(note, look) for note in notes if note]
        pages.add_together(below)
        return pages.figures()


@dataclass(frozen=True)
class _Curves:
    """What is drawn: name -> cells of a colour, the error at which they are compared, and the layers."""

    variants: Mapping[str, Sequence[Entry]]
    level: float | None
    layers: Sequence[str]

    def any(self, words: str) -> bool:
        """Whether there is something to draw."""
        return any(ends or stopped for ends, stopped in self._points(words))

    def _points(self, words: str) -> list[tuple[dict[int, list[float]], dict[int, list[float]]]]:
        """Of each variant, what is read of the cells in the end, and at equal error."""
        return [
            (
                self._read(select(cells, kind=Kind.RESULT), words),
                {} if words == ENDS_ONLY else self._read(at_level(cells, self.level), words),
            )
            for cells in self.variants.values()
        ]

    def _read(self, cells: Sequence[Entry], words: str) -> dict[int, list[float]]:
        """Place of a layer -> what is read of its cells."""
        read = {
            self.layers.index(layer): [value for e in same if (value := PANELS[words](e)) is not None]
            for layer, same in by_layer(cells, self.layers).items()
        }
        known = {place: [value for value in values if isfinite(value)] for place, values in read.items()}
        return {place: values for place, values in known.items() if values}

    def draw(self, words: str, axes: Axes) -> None:
        """One panel."""
        ends_only = words == ENDS_ONLY
        axes.set(autoscale_on=False, yscale="log" if ends_only else "linear")
        reached: list[float] = [self.level] if ends_only and self.level is not None else []
        for (ends, stopped), colour in zip(self._points(words), COLOURS, strict=False):
            alone = len(ends) == 1  # a line of one point is not seen
            reached += _band(
                axes, ends, colour, "o--" if self.level is None else "D--" if alone else "--", logarithmic=ends_only
            )
            reached += _band(axes, stopped, colour, "o-")
        low, high = limits(reached, logarithmic=ends_only)
        far = words == PSNR and low < INDISTINGUISHABLE - 5 < INDISTINGUISHABLE < high
        axes.set_ylim(low, INDISTINGUISHABLE if far else high)
        if ends_only and self.level is not None:
            self._mark_level(axes, self.level)

    @staticmethod
    def _mark_level(axes: Axes, level: float) -> None:
        """A line at the level, and room for its number."""
        axes.axhline(level, color=FAINT, lw=0.7, ls=":")
        low, high = axes.get_ylim()
        axes.set_ylim(low, max(high, level * (high / low) ** 0.2))
        look: dict[str, Any] = {"ha": "right", "va": "bottom", "color": FAINT, "parse_math": False}
        size = axes.yaxis.get_tick_params()["labelsize"]
        axes.text(0.98, level, number(level), transform=axes.get_yaxis_transform(), size=size, **look)

    def legend(self) -> str:
        """What lines mean, and over what means are taken."""
        solid = (
            f"solid: when the feature error ‖F − P‖² / ‖P‖² had fallen to {number(self.level)}; " if self.level else ""
        )
        cells = [e for group in self.variants.values() for e in group]
        many = len({e.picture for e in cells}), len({e.seed for e in cells})
        photographs, seeds = (
            f"{n} {word}{'s' if n > 1 else ''}" for n, word in zip(many, ("photograph", "seed"), strict=True)
        )
        spread = ", with one standard deviation" if max(many) > 1 else ""
        return f"{solid}dashed: in the end\nmean over {photographs} and {seeds}{spread}"


def _band(
    axes: Axes, points: Mapping[int, Sequence[float]], colour: str, line: str, logarithmic: bool = False
) -> list[float]:
    """Means joined by a line, and one standard deviation to both sides; of logarithms on a logarithmic axis.

    Returns:
        All values that are to be seen.
    """
    if not points:
        return []
    values = [np.log(v) if logarithmic else np.asarray(v) for v in points.values()]
    middle = np.array([v.mean() for v in values])
    half = np.array([v.std(ddof=1) if len(v) > 1 else 0.0 for v in values])
    low, middle, high = (np.exp(x) if logarithmic else x for x in (middle - half, middle, middle + half))
    axes.plot(list(points), middle, line, color=colour, lw=1.2, ms=3)
    if line != "o-" and not logarithmic:
        return list(middle)
    axes.fill_between(list(points), low, high, color=colour, alpha=0.18, lw=0)
    return [*low, *high]
