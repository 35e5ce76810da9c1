"""Losses on their way down, and what content and style cost one another."""

import csv
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

from reconstruct.figures.cells import Panel, key_name, panels, value_name
from reconstruct.figures.sheet import COLOURS, FAINT, SMALL, WIDTH, Look, Sheet, house_style
from reconstruct.results import Sweep

Curve = list[tuple[int, float, float]]


def curve(sweep: Sweep, look: Look) -> Figure:
    """Total loss of every cell, divided by its first, over steps and over seconds, both axes logarithmic."""
    with house_style():
        sheet = Sheet(3.2, look)
        traces = [(panel, _trace(sweep, panel)) for panel in panels(sweep)]
        traces = [(panel, trace) for panel, trace in traces if len(trace) > 1]
        for left, column, words in ((0.75, 0, "step"), (3.95, 1, "seconds")):
            axes = sheet.axes(left, 0.15, 2.35, 2.45)
            axes.set_axis_on()
            _draw_curves(axes, traces, column)
            axes.set(xscale="log", yscale="log", xlabel=words)
            if column == 0:
                axes.set_ylabel("loss / first loss")
            elif look.labels:
                _label_ends(axes, traces, sweep.axes)
        return sheet.figure


def _trace(sweep: Sweep, panel: Panel) -> Curve:
    """Rows of ``trace.csv``: step from 1, seconds, total loss over the first one."""
    path = sweep.folder / panel.cell.folder / "trace.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = [(int(r["step"]) + 1, float(r["seconds"]), float(r["total"])) for r in csv.DictReader(file)]
    return [(step, seconds, total / rows[0][2]) for step, seconds, total in rows if rows[0][2] > 0]


def _draw_curves(axes: Axes, traces: Sequence[tuple[Panel, Curve]], column: int) -> None:
    for number, (_, trace) in enumerate(traces):
        dashes = ("-", "--", ":", "-.")[number // len(COLOURS) % 4]
        x, y = [row[column] for row in trace], [row[2] for row in trace]
        axes.plot(x, y, dashes, color=COLOURS[number % len(COLOURS)], lw=1.2)


def _label_ends(axes: Axes, traces: Sequence[tuple[Panel, Curve]], keys: Iterable[str]) -> None:
    """A name at the end of every curve, moved apart where they would lie on one another."""
    places = sorted(range(len(traces)), key=lambda i: traces[i][1][-1][2])
    axes.figure.canvas.draw()
    least = -0.05
    for i in places:
        panel, trace = traces[i]
        wanted = axes.transAxes.inverted().transform(axes.transData.transform(trace[-1][1:]))[1]
        least = max(wanted, least + min(0.075, 1.1 / len(traces)))
        size = min(SMALL, 110 / len(traces))
        colour = COLOURS[i % len(COLOURS)]
        axes.text(1.03, least, _name(panel, keys), color=colour, size=size, va="center", transform=axes.transAxes)


def _name(panel: Panel, axes: Iterable[str]) -> str:
    """What tells a cell from the others."""
    values = {key: value_name(key, panel.cell.values[key], [panel]) for key in axes}
    return ", ".join(values.values()) if len(values) > 1 else "".join(f"{key_name(k)} {v}" for k, v in values.items())


def tradeoff(sweep: Sweep, look: Look) -> Figure:
    """Relative content error against relative style error, one point a cell, and the front that joins the best."""
    points = [p for p in panels(sweep) if p.error("content") is not None and p.error("style") is not None]
    with house_style():
        sheet = Sheet(4.9, look)
        axes = sheet.axes(0.8, 0.3, WIDTH - 1.3, 4.0)
        axes.set_axis_on()
        axes.set(xscale="log", yscale="log", xlabel="content error", ylabel="style error")
        front = _front(points)
        axes.plot(*zip(*map(_errors, front), strict=True), "-", color=FAINT, lw=1, zorder=1)
        axes.plot(*zip(*map(_errors, points), strict=True), "o", color=COLOURS[0], ms=5, zorder=2)
        axes.margins(0.22)
        _show_some(axes, front, look, sweep.axes)
        return sheet.figure


def _errors(panel: Panel) -> tuple[float, float]:
    return panel.error("content") or 0.0, panel.error("style") or 0.0


def _front(points: Sequence[Panel]) -> list[Panel]:
    """The cells that no other cell beats in both errors, by content error."""
    best, front = float("inf"), []
    for panel in sorted(points, key=_errors):
        if _errors(panel)[1] < best:
            best = _errors(panel)[1]
            front.append(panel)
    return front


def _show_some(axes: Axes, front: Sequence[Panel], look: Look, keys: Iterable[str], most: int = 6) -> None:
    """Small pictures at both ends of the front and at some points between, with their settings."""
    count = min(most, len(front))
    chosen = [front[round(i * (len(front) - 1) / max(1, count - 1))] for i in range(count)]
    for panel in chosen:
        if panel.picture is None:
            continue
        image = OffsetImage(np.asarray(panel.picture), zoom=0.62 * 72 / max(panel.picture.size))
        box = AnnotationBbox(
            image, _errors(panel), xybox=(30, 32), boxcoords="offset points", pad=0.1, bboxprops={"lw": 0.5}
        )
        axes.add_artist(box)
        if look.labels:
            offset: dict[str, Any] = {"xytext": (-4, -11), "textcoords": "offset points", "ha": "right"}
            axes.annotate(_name(panel, keys), _errors(panel), size=SMALL, color=FAINT, **offset)
