"""What is left of the picture at each layer: PSNR, SSIM, colour, objects, seeds, errors of features.

Solid lines compare pictures at equal relative error of the features, dashed ones the final pictures.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import mean
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.analysis.entries import LPIPS, MIDDLE, MOST, ORIGINAL, PROBABILITY, SPEARMAN, Entry, Kind
from reconstruct.analysis.networks import network_note
from reconstruct.analysis.outcomes import of_photographs, plural
from reconstruct.analysis.selection import (
    EXACT,
    at_level,
    by_layer,
    depth_cells,
    depth_level,
    lacking,
    order,
    select,
    variants,
)
from reconstruct.report.figures.page.notes import Key, keys, paragraph
from reconstruct.report.figures.page.sheet import COLOURS, FAINT, Look, Part, laid_out
from reconstruct.report.figures.plots.axes import limits, number
from reconstruct.report.figures.plots.panels import Plot, rows

Values = np.ndarray[Any, Any]
Points = Mapping[int, Sequence[float]]  # number of a layer -> values
Reading = Callable[[Entry], float | None]
PSNR, ENDS_ONLY = "PSNR against the original, dB", "final feature error"
CLASS, IDENTIFIED = "class of the original (probability)", "identified by an observer (share)"
CHANCE = "rank correlation with the original's features"
GUESSED = 0.5  # share of other originals, by chance
SHARES = (CLASS, IDENTIFIED)  # between 0 and 1, as are their bands
PANELS: dict[str, Reading] = {
    PSNR: lambda e: e.psnr,
    "SSIM against the original": lambda e: e.ssim,
    "perceptual distance (LPIPS)": lambda e: e.seen.get(LPIPS),
    "error of local colour (a*, b*)": lambda e: e.local_chroma,
    CLASS: lambda e: e.seen.get(PROBABILITY),
    IDENTIFIED: lambda e: e.seen.get("identified"),
    CHANCE: lambda e: e.seen.get(SPEARMAN),
    "disagreement of seeds (0 to 1)": lambda e: e.deviation,
    ENDS_ONLY: lambda e: max(e.own_error(), EXACT),
}
INDISTINGUISHABLE = 45  # dB; lines may leave the panel there


def depth(entries: Sequence[Entry], look: Look) -> list[Figure]:
    """Content reconstructions of single layers: mean over photographs and seeds, with one standard deviation.

    A measure that no picture has gets no panel.
    """
    return laid_out(_parts(entries, look), look)


def _parts(entries: Sequence[Entry], look: Look) -> Iterator[Part]:
    curves = _Curves(variants(entries), depth_level(entries), order(depth_cells(entries)))
    names = [layer.removeprefix("relu") for layer in curves.layers]
    plots = [Plot(panel, "layer, relu…", partial(curves.draw, panel), names) for panel in PANELS if curves.any(panel)]
    yield from rows(plots, look)
    yield from keys([Key(f"● {name}", colour) for name, colour in zip(curves.variants, COLOURS, strict=False)], look)
    yield paragraph(curves.legend(), look)
    yield paragraph(network_note(entries, [e for cells in curves.variants.values() for e in cells]), look)


@dataclass(frozen=True)
class _Curves:
    """The curves of all panels.

    Attributes:
        variants: name -> cells, one colour each.
        level: the relative error at which they are compared.
        layers: from the picture upwards.
    """

    variants: Mapping[str, Sequence[Entry]]
    level: float | None
    layers: Sequence[str]

    def any(self, panel: str) -> bool:
        """Whether a panel has something to draw."""
        return any(ends or stopped for ends, stopped in self._points(panel))

    def _points(self, panel: str) -> list[tuple[Points, Points]]:
        """For each variant, the points of the final pictures and those at equal error."""
        return [
            (
                self._read(select(cells, kind=Kind.RESULT), panel),
                {} if panel == ENDS_ONLY else self._read(at_level(cells, self.level), panel),
            )
            for cells in self.variants.values()
        ]

    def _read(self, cells: Sequence[Entry], panel: str) -> Points:
        """Number of a layer -> the mean of each photograph's finite values; of errors that of logarithms."""
        found = {}
        for layer, same in by_layer(cells, self.layers).items():
            read = [(e, value) for e in same if (value := PANELS[panel](e)) is not None and math.isfinite(value)]
            if read:
                pictures, values = zip(*read, strict=True)
                logs = panel == ENDS_ONLY
                means = of_photographs(pictures, map(math.log, values) if logs else values)
                found[self.layers.index(layer)] = list(map(math.exp, means)) if logs else means
        return found

    def draw(self, panel: str, axes: Axes) -> None:
        """Draw one panel; all that is drawn is inside of it, but for pictures that cannot be distinguished."""
        logs, points = panel == ENDS_ONLY, self._points(panel)
        is_solid = any(stopped for _, stopped in points)
        axes.set(autoscale_on=False, yscale="log" if logs else "linear")
        for (ends, stopped), colour in zip(points, COLOURS, strict=False):
            alone = "D--" if len(ends) == 1 else "--"  # a line through one point is invisible
            _line(axes, ends, colour, "o--" if self.level is None else alone, logs)
            _line(axes, stopped, colour, "o-", logs)
            _band(axes, stopped if is_solid else ends, colour, panel in SHARES, logs)
        if panel == CHANCE:
            self._mark_chance(axes)
        for reference in self._references(panel):
            axes.axhline(reference, color=FAINT, lw=0.7, ls=":")
        low, high = limits(axes.dataLim.intervaly, logarithmic=logs)
        far = panel == PSNR and low < INDISTINGUISHABLE - 5 < INDISTINGUISHABLE < high
        axes.set_ylim(low, INDISTINGUISHABLE if far else high)
        if logs and self.level is not None:
            self._write_level(axes, self.level)

    def _references(self, panel: str) -> list[float]:
        """What a panel's values are to be compared with: the photographs' own probability, chance, or the level."""
        own = [e.seen[ORIGINAL] for cells in self.variants.values() for e in cells if ORIGINAL in e.seen]
        known = {IDENTIFIED: GUESSED, CLASS: mean(own) if own else None, ENDS_ONLY: self.level}
        return [value] if (value := known.get(panel)) is not None else []

    def _mark_chance(self, axes: Axes) -> None:
        """Shade what random pairs of photographs reach, from their median to the most alike.

        By the features of the first variant: other networks have another distribution.
        """
        first = next(iter(self.variants.values()))
        rows = by_layer([e for e in first if MOST in e.seen], self.layers)
        low, high = ([mean(e.seen[key] for e in same) for same in rows.values()] for key in (MIDDLE, MOST))
        axes.fill_between([self.layers.index(layer) for layer in rows], low, high, color=FAINT, alpha=0.25, lw=0)

    @staticmethod
    def _write_level(axes: Axes, level: float) -> None:
        """Write the level at its line."""
        low, high = axes.get_ylim()
        axes.set_ylim(low, max(high, level * (high / low) ** 0.2))
        look: dict[str, Any] = {"ha": "right", "va": "bottom", "color": FAINT, "parse_math": False}
        size = axes.yaxis.get_tick_params()["labelsize"]
        axes.text(0.98, level, number(level), transform=axes.get_yaxis_transform(), size=size, **look)

    def legend(self) -> str:
        """What lines mean, and what the means are taken over, as text."""
        cells = [e for group in self.variants.values() for e in group]
        left_out = lacking(cells, self.level)
        reached = f", not reached at {left_out}" if left_out else ""
        error = f"{number(self.level or 0)}{reached}"
        fallen = f"solid: when the feature error ‖F − P‖² / ‖P‖² had fallen to at most {error}; "
        solid = fallen if self.level else ""
        many = len({e.picture for e in cells}), len({e.seed for e in cells})
        photographs, seeds = (plural(n, word) for n, word in zip(many, ("photograph", "seed"), strict=True))
        around = "around solid lines where there are any, " if self.level else ""
        bands = f"; bands, {around}one standard deviation over photographs" if many[0] > 1 else ""
        mean = f"mean over {photographs}, each the mean over {seeds}" if many[1] > 1 else f"mean over {photographs}"
        return f"{solid}dashed: final pictures{self._told_references()}\n{mean}{bands}"

    def _told_references(self) -> str:
        """What grey and dotted lines are, as text."""
        among = f" ({next(iter(self.variants))})" if len(self.variants) > 1 else ""
        grey = f"; grey: random pairs of photographs{among}, from their median to the most alike"
        lines = [
            told for panel, told in ((CLASS, "the photographs themselves"), (IDENTIFIED, "chance")) if self.any(panel)
        ]
        dotted = f"; dotted: {' and '.join(lines)}" if lines else ""
        return (grey if self.any(CHANCE) else "") + dotted


def _middle(points: Points, logarithmic: bool) -> tuple[Values, Values, Values]:
    """The mean at each layer, and one standard deviation below and above; those of logarithms if so wanted."""
    values = [np.log(v) if logarithmic else np.asarray(v) for v in points.values()]
    middle = np.array([v.mean() for v in values])
    half = np.array([v.std(ddof=1) if len(v) > 1 else 0.0 for v in values])
    found = middle, middle - half, middle + half
    return (np.exp(found[0]), np.exp(found[1]), np.exp(found[2])) if logarithmic else found


def _line(axes: Axes, points: Points, colour: str, line: str, logarithmic: bool) -> None:
    """Draw means joined by a line."""
    axes.plot(list(points), _middle(points, logarithmic)[0], line, color=colour, lw=1.2, ms=3)


def _band(axes: Axes, points: Points, colour: str, shares: bool = False, logarithmic: bool = False) -> None:
    """Draw one standard deviation around means; that of shares ends at 0 and 1."""
    _, *ends = _middle(points, logarithmic)
    low, high = np.clip(ends, 0, 1) if shares else ends
    axes.fill_between(list(points), low, high, color=colour, alpha=0.18, lw=0)
