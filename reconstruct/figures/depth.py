"""What is left of the picture, layer by layer: PSNR, SSIM, how far seeds drift apart, how well the layer is matched.

Solid lines compare pictures at equal relative error of the features, thin ones what the optimiser reached in the end.
"""

from collections.abc import Callable, Mapping, Sequence
from statistics import mean

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.atlas.entries import Entry, Kind
from reconstruct.atlas.selection import TRAINED, UNTRAINED, at_level, by_layer, common_level, depth_cells, order, select
from reconstruct.figures.sheet import COLOURS, FAINT, SMALL, Look, Sheet, house_style

Reading = Callable[[Entry], float | None]
PANELS: dict[str, Reading] = {
    "PSNR against the original, dB": lambda e: e.psnr,
    "SSIM against the original": lambda e: e.ssim,
    "standard deviation over seeds": lambda e: e.deviation,
    "relative feature error, in the end": lambda e: e.own_error(),
}
LEFT, WIDE, HIGH, ROW = 0.62, 2.75, 1.9, 2.95


def depth(entries: Sequence[Entry], look: Look) -> Figure:
    """Content reconstructions of single layers: mean over photographs and seeds, a band of one standard deviation."""
    variants = _variants(entries)
    level = common_level([e for cells in variants.values() for e in cells])
    with house_style():
        sheet = Sheet(2 * ROW + 0.6, look)
        for number, (words, reading) in enumerate(PANELS.items()):
            left, top = LEFT + number % 2 * (WIDE + 0.75), 0.35 + number // 2 * ROW
            axes = sheet.axes(left, top, WIDE, HIGH)
            sheet.text(left - 0.4, top - 0.08, words, va="bottom", size=SMALL)
            _panel(axes, variants, reading, level, order(entries), ends_only=number == 3)
        _legend(sheet, variants, level)
        return sheet.figure


def _variants(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Name -> cells: trained and untrained on the usual canvas, trained on plain pixels."""
    usual = depth_cells(entries)
    canvas = usual[0].canvas if usual else ""
    found = {
        f"trained, {canvas}": usual,
        f"untrained, {canvas}": depth_cells(entries, UNTRAINED, canvas),
        "trained, pixels": depth_cells(entries, TRAINED, "pixels"),
    }
    return {name: cells for name, cells in found.items() if cells}


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
        if ends_only:
            _band(axes, ends, colour, logarithmic=True)
        else:
            _band(axes, _points(at_level(cells, level), reading, layers), colour)
            axes.plot(list(ends), [mean(values) for values in ends.values()], "--", color=colour, lw=0.8)
    if ends_only:
        axes.set_yscale("log")
        if level is not None:
            axes.axhline(level, color=FAINT, lw=0.7, ls=":")
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


def _band(axes: Axes, points: Mapping[int, Sequence[float]], colour: str, logarithmic: bool = False) -> None:
    """Means joined by a line, and one standard deviation to both sides; of logarithms on a logarithmic axis."""
    values = [np.log(v) if logarithmic else np.asarray(v) for v in points.values()]
    middle = np.array([v.mean() for v in values])
    half = np.array([v.std(ddof=1) if len(v) > 1 else 0.0 for v in values])
    low, middle, high = (np.exp(x) if logarithmic else x for x in (middle - half, middle, middle + half))
    axes.plot(list(points), middle, "o-", color=colour, lw=1.6, ms=3)
    axes.fill_between(list(points), low, high, color=colour, alpha=0.18, lw=0)


def _legend(sheet: Sheet, variants: dict[str, list[Entry]], level: float | None) -> None:
    top = 2 * ROW + 0.12
    for number, (name, colour) in enumerate(zip(variants, COLOURS, strict=False)):
        sheet.text(LEFT - 0.4 + number * 1.8, top, f"● {name}", color=colour, size=SMALL - 0.5, va="top")
    solid = f"solid: when the feature error was {level:g}, with one standard deviation; " if level is not None else ""
    sheet.text(LEFT - 0.4, top + 0.25, f"{solid}dashed: in the end", color=FAINT, size=SMALL - 0.5, va="top")
