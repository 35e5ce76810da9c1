"""Losses over steps and over seconds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.figures.cells import Cells, Panel
from reconstruct.figures.labels import cell_names
from reconstruct.figures.page.fitting import Fitted, fit_all
from reconstruct.figures.page.sheet import COLOURS, DEFAULT, GAP, Look, Pages, Part, Sheet, head, house_style
from reconstruct.figures.pivot import Layout
from reconstruct.figures.plots.axes import DASHES, Dashes, finish_logarithmic, plot
from reconstruct.results import TRACE
from reconstruct.trace import read

LEFT, BELOW, APART = (
    0.75,
    0.55,
    0.62,
)  # inches at the left of axes and below them, and between two axes
LOWEST, NARROWEST = 2.45, 1.5  # inches of the axes
NAMES = 0.36  # of the width, at most
SAMPLE = 0.32  # inches for a piece of the curve before its name
Points = list[tuple[float, float, float]]


@dataclass(frozen=True)
class _Curve:
    """The curve of one cell.

    Attributes:
        points: number of the step from 1, seconds, and total loss divided by the first one.
        name: of the cell.
        colour: of the line.
        dashes: of the line.
    """

    points: Points
    name: Fitted
    colour: str
    dashes: Dashes


def without_trace(cells: Cells) -> list[Panel]:
    """The cells without a finite, positive loss in their trace."""
    return [panel for panel in cells.panels if not _points(panel)]


def curve(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """Total loss of every cell, divided by its first, over steps and seconds, all axes logarithmic; no `layout`."""
    with house_style(look):
        pages = Pages(look)
        for curves in _pages(_curves(cells, look), look):
            pages.add(_both(curves, look))
        return pages.figures()


def _points(panel: Panel) -> Points:
    rows = [(row["step"] + 1, row["seconds"], row["total"]) for row in read(panel.folder / TRACE)]
    first = rows[0][2] if rows else 0.0
    positive = [(step, seconds, total / first) for step, seconds, total in rows if first > 0 and total > 0]
    return [point for point in positive if all(map(math.isfinite, point))]


def _curves(cells: Cells, look: Look) -> list[_Curve]:
    drawn = [(panel, points) for panel in cells.panels if (points := _points(panel))]
    names = cell_names(cells)
    stalled = {panel.folder for panel in cells.panels if panel.result and not panel.result.converged}
    named = [names[p.folder] + (" (not converged)" if p.folder in stalled else "") for p, _ in drawn]
    fitted = fit_all(named, NAMES * look.width, look.small, 2)
    return [
        _Curve(points, name, COLOURS[k % len(COLOURS)], DASHES[k // len(COLOURS) % len(DASHES)])
        for k, ((_, points), name) in enumerate(zip(drawn, fitted, strict=True))
    ]


def _pages(curves: Sequence[_Curve], look: Look) -> list[list[_Curve]]:
    """The curves of each page; a page has as many as there is room for their names at the right of its axes."""
    pages: list[list[_Curve]] = [[]]
    room = (look.height - head(look)) / (1 if _side_by_side(curves, look) else 2) - BELOW - 2 * GAP
    for each in curves:
        if pages[-1] and _names_height([*pages[-1], each]) > room:
            pages.append([])
        pages[-1].append(each)
    return pages


def _names_height(curves: Sequence[_Curve]) -> float:
    return sum(each.name.height + 0.03 for each in curves)


def _names_width(curves: Sequence[_Curve], look: Look) -> float:
    return max((each.name.width for each in curves), default=0.0) + SAMPLE + 0.15 if look.labels else GAP


def _side_by_side(curves: Sequence[_Curve], look: Look) -> bool:
    return (look.width - LEFT - APART - _names_width(curves, look)) / 2 >= NARROWEST


def _both(curves: Sequence[_Curve], look: Look) -> Part:
    """Axes over steps and over seconds, side by side if there is room, else one below the other."""
    names, side_by_side = _names_width(curves, look), _side_by_side(curves, look)
    width = (look.width - LEFT - APART - names) / 2 if side_by_side else look.width - LEFT - names
    room = look.height - head(look) - 2 * GAP - (1 if side_by_side else 2) * BELOW
    lowest = min(LOWEST, room if side_by_side else room / 2)
    height = max(lowest, min(_names_height(curves), room if side_by_side else room - lowest))
    places = (LEFT, GAP), (LEFT + width + APART, GAP) if side_by_side else (LEFT, lowest + BELOW + GAP)

    def drawn(sheet: Sheet, top: float) -> None:
        for column, (words, (left, down)) in enumerate(zip(("step", "seconds"), places, strict=True)):
            own = lowest if not side_by_side and column == 0 else height
            axes = plot(sheet, left, top + down, width, own, xscale="log", yscale="log")
            _lines(axes, curves, column)
            finish_logarithmic(axes, sheet)
            sheet.text(left + width / 2, top + down + own + 0.28, words, ha="center", va="top", size=look.small)
            if column == 0 or not side_by_side:
                turned = {"rotation": 90, "ha": "left", "va": "center", "size": look.small}
                sheet.text(GAP / 2, top + down + own / 2, "loss / first loss", **turned)
            if column == 1:
                _names(sheet, axes, curves, (left + width + 0.1, top + down, own))
            if look.letters:
                sheet.letter(left + width - 0.25, top + down, column)

    return Part(places[1][1] + height + BELOW, drawn)


def _lines(axes: Axes, curves: Sequence[_Curve], column: int) -> None:
    for each in curves:
        x, y = [point[column] for point in each.points], [point[2] for point in each.points]
        seconds = [max(value, 1e-4) for value in x]
        dot = "o" if len(x) == 1 else ""
        axes.plot(seconds, y, linestyle=each.dashes, color=each.colour, lw=1.2, marker=dot, ms=3)


def _names(sheet: Sheet, axes: Axes, curves: Sequence[_Curve], box: tuple[float, float, float]) -> None:
    """Write names at the right of the ends of curves, moved apart where ends are close to one another."""
    left, top, height = box
    low, high = (math.log(value) for value in axes.get_ylim())
    wanted = [height * (high - math.log(each.points[-1][2])) / (high - low) for each in curves]
    order = sorted(range(len(curves)), key=lambda k: wanted[k])
    tall = [curves[k].name.height + 0.03 for k in order]
    for k, place in zip(order, _spread([wanted[k] for k in order], tall, height), strict=True):
        key = sheet.axes(left, top + place - 0.05, SAMPLE - 0.06, 0.1)
        key.plot([0, 1], [0, 0], linestyle=curves[k].dashes, color=curves[k].colour, lw=1.2)
        sheet.fitted(left + SAMPLE, top + place, curves[k].name, va="center", color=curves[k].colour)


def _spread(wanted: Sequence[float], tall: Sequence[float], height: float) -> list[float]:
    """Places without overlap, as near to the wanted ones as possible, from the top to the bottom."""
    gaps = [(a + b) / 2 for a, b in pairwise(tall)]
    latest = [height - sum(gaps[k:]) - (tall[-1] / 2 if tall else 0.0) for k in range(len(tall))]
    places: list[float] = []
    for k, place in enumerate(wanted):
        least = places[-1] + gaps[k - 1] if places else tall[0] / 2
        places.append(min(max(place, least), max(latest[k], least)))
    return places
