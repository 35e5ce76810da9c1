"""What is left of the picture, layer by layer: PSNR, SSIM, how far seeds drift apart, how well the layer is matched.

Solid lines compare pictures at equal relative error of the features, dashed ones what the optimiser reached in the end.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.atlas.entries import Entry, Kind
from reconstruct.atlas.selection import at_level, by_layer, order, select, shown_level
from reconstruct.atlas.selection import variants as variants_of
from reconstruct.figures.sheet import COLOURS, FAINT, SMALL, Look, Sheet, house_style

Reading = Callable[[Entry], float | None]
PANELS: dict[str, Reading] = {
    "PSNR against the original, dB": lambda e: e.psnr,
    "SSIM against the original": lambda e: e.ssim,
    "disagreement of seeds (0 to 1)": lambda e: e.deviation,
    "feature error in the end": lambda e: e.own_error(),
}
INDISTINGUISHABLE = 45  # dB; lines may leave the panel there
LEFT, WIDE, HIGH, ROW = 0.62, 2.75, 1.9, 2.95


def depth(entries: Sequence[Entry], look: Look) -> Figure:
    """Content reconstructions of single layers: mean over photographs and seeds, a band of one standard deviation."""
    variants, level = variants_of(entries), shown_level(entries)
    with house_style():
        sheet = Sheet(2 * ROW + 0.85, look)
        for number, (words, reading) in enumerate(PANELS.items()):
            left, top = LEFT + number % 2 * (WIDE + 0.75), 0.35 + number // 2 * ROW
            axes = sheet.axes(left, top, WIDE, HIGH)
            sheet.text(left - 0.4, top - 0.08, words, va="bottom", size=SMALL)
            _panel(axes, variants, reading, level, order(entries), ends_only=number == 3)
        _legend(sheet, variants, level)
        return sheet.figure


def _panel(
    axes: Axes,
    variants: Mapping[str, Sequence[Entry]],
    reading: Reading,
    level: float | None,
    layers: Sequence[str],
    ends_only: bool,
) -> None:
    axes.set_axis_on()
    for cells, colour in zip(variants.values(), COLOURS, strict=False):
        ends = _points(select(cells, kind=Kind.RESULT), reading, layers)
        _band(axes, ends, colour, "--" if level is not None else "o--", logarithmic=ends_only)
        if not ends_only:
            _band(axes, _points(at_level(cells, level), reading, layers), colour, "o-")
    if ends_only:
        axes.set_yscale("log")
        if level is not None:
            axes.axhline(level, color=FAINT, lw=0.7, ls=":")
            axes.text(len(layers) - 0.6, level, f"{level:g}", ha="right", va="bottom", size=SMALL - 2, color=FAINT)
    axes.set_ylim(top=min(axes.get_ylim()[1], INDISTINGUISHABLE))
    names = [layer.removeprefix("relu") for layer in layers]
    axes.set_xticks(range(len(layers)), names, rotation=90, size=SMALL - 2)
    axes.tick_params(axis="y", labelsize=SMALL - 1)
    axes.set_xlim(-0.5, len(layers) - 0.5)
    axes.set_xlabel("layer, relu…", size=SMALL)


def _points(cells: Sequence[Entry], reading: Reading, layers: Sequence[str]) -> dict[int, list[float]]:
    """Place of a layer -> what is read of its cells."""
    read = {
        layers.index(layer): [value for e in same if (value := reading(e)) is not None]
        for layer, same in by_layer(cells, layers).items()
    }
    return {place: values for place, values in read.items() if values}


def _band(axes: Axes, points: Mapping[int, Sequence[float]], colour: str, line: str, logarithmic: bool = False) -> None:
    """Means joined by a line, and one standard deviation to both sides; of logarithms on a logarithmic axis."""
    values = [np.log(v) if logarithmic else np.asarray(v) for v in points.values()]
    middle = np.array([v.mean() for v in values])
    half = np.array([v.std(ddof=1) if len(v) > 1 else 0.0 for v in values])
    low, middle, high = (np.exp(x) if logarithmic else x for x in (middle - half, middle, middle + half))
    axes.plot(list(points), middle, line, color=colour, lw=1.2, ms=3)
    if line == "o-" or logarithmic:
        axes.fill_between(list(points), low, high, color=colour, alpha=0.18, lw=0)


def _legend(sheet: Sheet, variants: dict[str, list[Entry]], level: float | None) -> None:
    top = 2 * ROW + 0.12
    for number, (name, colour) in enumerate(zip(variants, COLOURS, strict=False)):
        sheet.text(LEFT - 0.4 + number * 2.2, top, f"● {name}", color=colour, size=SMALL - 0.5, va="top")
    solid = f"solid: when the feature error ‖F − P‖² / ‖P‖² had fallen to {level:g}; " if level is not None else ""
    cells = [e for group in variants.values() for e in group]
    many = len({e.picture for e in cells}), len({e.seed for e in cells})
    photographs, seeds = (
        f"{n} {word}{'s' if n > 1 else ''}" for n, word in zip(many, ("photograph", "seed"), strict=True)
    )
    over = f"mean over {photographs} and {seeds}, with one standard deviation"
    sheet.text(LEFT - 0.4, top + 0.25, f"{solid}dashed: in the end\n{over}", color=FAINT, size=SMALL - 0.5, va="top")
