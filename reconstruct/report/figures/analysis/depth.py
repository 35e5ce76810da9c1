"""What is left of the picture at each layer: PSNR, SSIM, colour, objects, seeds, errors of features.

Solid lines compare pictures at equal relative error of the features, dashed ones the final pictures.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from statistics import mean
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.analysis.entries import LPIPS, MIDDLE, MOST, ORIGINAL, PROBABILITY, SPEARMAN, Entry, Kind, network_note
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
from reconstruct.layers import shortened
from reconstruct.report.figures.page.notes import keys, paragraph
from reconstruct.report.figures.page.sheet import COLOURS, FAINT, Look, Part, laid_out
from reconstruct.report.figures.plots.axes import limits, number
from reconstruct.report.figures.plots.panels import Plot, rows

Values = np.ndarray[Any, Any]
Points = Mapping[int, Sequence[float]]  # number of a layer -> values
PSNR, ENDS_ONLY = "PSNR against the original, dB", "final feature error"
CLASS, IDENTIFIED = "class of the original (probability)", "identified by an observer (share)"
CHANCE = "rank correlation with the original's features"
GUESSED = 0.5  # share of other originals, by chance
SHARES = (CLASS, IDENTIFIED)  # between 0 and 1, as are their bands
PANELS: dict[str, Callable[[Entry], float | None]] = {
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
    groups, level, layers = variants(entries), depth_level(entries), order(depth_cells(entries))
    every, (begin, names) = [e for cells in groups.values() for e in cells], shortened(layers)
    ends = [select(cells, kind=Kind.RESULT) for cells in groups.values()]
    stopped = [at_level(cells, level) for cells in groups.values()]
    panels = {
        panel: [
            (_read(end, panel, layers), {} if panel == ENDS_ONLY else _read(early, panel, layers))
            for end, early in zip(ends, stopped, strict=True)
        ]
        for panel in PANELS
    }
    known = {panel: points for panel, points in panels.items() if any(map(any, points))}
    chance, own = _chance(next(iter(groups.values())), layers), [e.seen[ORIGINAL] for e in every if ORIGINAL in e.seen]
    references = {IDENTIFIED: GUESSED, CLASS: mean(own) if own else None, ENDS_ONLY: level}
    plots = []
    for panel, points in known.items():
        draw = partial(_draw, panel, points, level, references.get(panel), chance if panel == CHANCE else {})
        plots.append(Plot(panel, f"layer, {begin}" if begin else "layer", draw, names))
    yield from rows(plots, look)
    yield from keys([(f"● {name}", colour) for name, colour in zip(groups, COLOURS, strict=False)], look)
    yield paragraph(_legend(groups, level, list(known)), look)
    yield paragraph(network_note(entries, every), look)


def _read(cells: Sequence[Entry], panel: str, layers: Sequence[str]) -> Points:
    """Number of a layer -> the mean of each photograph's finite values; of errors that of logarithms."""
    found = {}
    for layer, same in by_layer(cells).items():
        read = [(e, value) for e in same if (value := PANELS[panel](e)) is not None and math.isfinite(value)]
        if read:
            pictures, values = zip(*read, strict=True)
            logs = panel == ENDS_ONLY
            means = of_photographs(pictures, map(math.log, values) if logs else values)
            found[layers.index(layer)] = list(map(math.exp, means)) if logs else means
    return found


def _chance(cells: Sequence[Entry], layers: Sequence[str]) -> Mapping[int, tuple[float, float]]:
    """Number of a layer -> what random pairs of photographs reach: their median, and the most alike.

    By the features of the first variant: other networks have another distribution.
    """
    known = by_layer([e for e in cells if MOST in e.seen])
    return {
        layers.index(layer): (mean(e.seen[MIDDLE] for e in same), mean(e.seen[MOST] for e in same))
        for layer, same in known.items()
    }


def _draw(
    panel: str,
    points: Sequence[tuple[Points, Points]],
    level: float | None,
    reference: float | None,
    chance: Mapping[int, tuple[float, float]],
    axes: Axes,
) -> None:
    """Draw one panel; all that is drawn is inside of it, but for pictures that cannot be distinguished."""
    logs, is_solid = panel == ENDS_ONLY, any(stopped for _, stopped in points)
    axes.set(autoscale_on=False, yscale="log" if logs else "linear")
    for (ends, stopped), colour in zip(points, COLOURS, strict=False):
        is_marked = level is None or len(ends) == 1  # a line through one point is invisible
        _line(axes, ends, colour, "o--" if is_marked else "--", logs)
        _line(axes, stopped, colour, "o-", logs)
        _band(axes, stopped if is_solid else ends, colour, panel in SHARES, logs)
    if chance:
        least, most = zip(*chance.values(), strict=True)
        axes.fill_between(list(chance), least, most, color=FAINT, alpha=0.25, lw=0)
    if reference is not None:
        axes.axhline(reference, color=FAINT, lw=0.7, ls=":")
    low, high = limits(axes.dataLim.intervaly, logarithmic=logs)
    far = panel == PSNR and low < INDISTINGUISHABLE - 5 < INDISTINGUISHABLE < high
    axes.set_ylim(low, INDISTINGUISHABLE if far else high)


def _legend(groups: Mapping[str, Sequence[Entry]], level: float | None, panels: Sequence[str]) -> str:
    """What lines mean, and what the means are taken over, as text."""
    cells = [e for group in groups.values() for e in group]
    left_out = lacking(cells, level)
    reached = f", not by all pictures of {left_out}" if left_out else ""
    fallen = f"when the feature error ‖F − P‖² / ‖P‖² had fallen to at most {number(level or 0)}{reached}"
    among = f" ({next(iter(groups))})" if len(groups) > 1 else ""
    dotted = {CLASS: "the photographs themselves", IDENTIFIED: "chance", ENDS_ONLY: "that error" if level else ""}
    lines = {
        "solid": fallen if level else "",
        "dashed": "final pictures",
        "grey": f"random pairs of photographs{among}, from their median to the most alike" if CHANCE in panels else "",
        "dotted": ", ".join(what for panel, what in dotted.items() if panel in panels and what),
    }
    photographs, seeds = len({e.picture for e in cells}), len({e.seed for e in cells})
    each = f", each the mean over {plural(seeds, 'seed')}" if seeds > 1 else ""
    around = "around solid lines (dashed ones where a plot has no others), " if level else ""
    bands = f"; bands, {around}one standard deviation over photographs" if photographs > 1 else ""
    drawn = "; ".join(f"{line}: {what}" for line, what in lines.items() if what)
    return f"{drawn}\nmean over {plural(photographs, 'photograph')}{each}{bands}"


def _middle(points: Points, logarithmic: bool) -> tuple[Values, Values, Values]:
    """The mean at each layer, and one standard deviation below and above; those of logarithms if so wanted."""
    values = [np.log(v) if logarithmic else np.asarray(v) for v in points.values()]
    middle = np.array([v.mean() for v in values])
    half = np.array([v.std(ddof=1) if len(v) > 1 else 0.0 for v in values])
    low, most = (np.exp(middle + sign * half) if logarithmic else middle + sign * half for sign in (-1, 1))
    return np.exp(middle) if logarithmic else middle, low, most


def _line(axes: Axes, points: Points, colour: str, line: str, logarithmic: bool) -> None:
    """Draw means joined by a line."""
    axes.plot(list(points), _middle(points, logarithmic)[0], line, color=colour, lw=1.2, ms=3)


def _band(axes: Axes, points: Points, colour: str, shares: bool = False, logarithmic: bool = False) -> None:
    """Draw one standard deviation around means; that of shares ends at 0 and 1."""
    _, *ends = _middle(points, logarithmic)
    low, high = np.clip(ends, 0, 1) if shares else ends
    axes.fill_between(list(points), low, high, color=colour, alpha=0.18, lw=0)
