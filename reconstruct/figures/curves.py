"""Losses on their way down, and what content and style cost one another."""

import csv
import itertools
from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.figures.cells import Panel, key_name, panels, value_name
from reconstruct.figures.sheet import COLOURS, FAINT, GAP, SMALL, WIDTH, Look, Sheet, house_style
from reconstruct.results import Sweep

LINE = 0.17  # inches from one name to the next
MARGIN = 1.65  # inches for the names beside the curves
Curve = list[tuple[int, float, float]]


def curve(sweep: Sweep, look: Look) -> Figure:
    """Total loss of every cell, divided by its first, over steps and over seconds, both axes logarithmic."""
    with house_style():
        traces = [(panel, _trace(sweep, panel)) for panel in panels(sweep)]
        traces = [(panel, trace) for panel, trace in traces if len(trace) > 1]
        height = max(2.45, LINE * len(traces))
        sheet = Sheet(height + 0.75, look)
        for left, column, words in ((1.0, 0, "step"), (3.4, 1, "seconds")):
            axes = sheet.axes(left, 0.15, 1.8, height)
            axes.set_axis_on()
            _draw_curves(axes, traces, column)
            axes.set(xscale="log", yscale="log", xlabel=words)
            if column == 0:
                axes.set_ylabel("loss / first loss")
            elif look.labels:
                _label_ends(axes, traces, sweep.axes, LINE / height)
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


def _label_ends(axes: Axes, traces: Sequence[tuple[Panel, Curve]], keys: Iterable[str], line: float) -> None:
    """A name at the end of every curve, moved apart by at least a `line`, in heights of the axes."""
    places = sorted(range(len(traces)), key=lambda i: traces[i][1][-1][2])
    axes.figure.canvas.draw()
    highest = 1.0 - line * (len(traces) - 0.5)
    least = -line
    for i in places:
        panel, trace = traces[i]
        wanted = axes.transAxes.inverted().transform(axes.transData.transform(trace[-1][1:]))[1]
        highest += line
        least = min(max(wanted, least + line), highest)  # leaves room for the names that are still to come
        name, colour = _name(panel, keys), COLOURS[i % len(COLOURS)]
        size = min(SMALL, MARGIN * 72 / (0.6 * len(name)))
        axes.text(1.04, least, name, color=colour, size=size, va="center", transform=axes.transAxes)


def _name(panel: Panel, axes: Iterable[str]) -> str:
    """What tells a cell from the others."""
    values = {key: value_name(key, panel.cell.values[key], [panel]) for key in axes}
    telling = len(values) > 1 or "depth" in values  # a layer's name needs no more words, a lone number does
    return ", ".join(values.values()) if telling else "".join(f"{key_name(k)} {v}" for k, v in values.items())


def tradeoff(sweep: Sweep, look: Look) -> Figure:
    """Relative content error against relative style error, one point a cell.

    Cells that differ in α/β only are joined, each line in a colour. Above stand pictures from the last line.
    """
    with house_style():
        return _Tradeoff(sweep, look).sheet.figure


class _Tradeoff:
    STRIP, LEFT, LEGEND, HEIGHT = 1.15, 1.15, 1.45, 3.2
    MOST_PICTURES = 7

    def __init__(self, sweep: Sweep, look: Look) -> None:
        self.lines = _lines(sweep)
        self.width = WIDTH - self.LEFT - (self.LEGEND if len(self.lines) > 1 else 0.5)
        self.sheet = Sheet(self.STRIP + self.HEIGHT + 0.95, look)
        self.axes = self.sheet.axes(self.LEFT, self.STRIP + 0.35, self.width, self.HEIGHT)
        self.axes.set_axis_on()
        self.axes.set(xscale="log", yscale="log", xlabel="content error")
        self.axes.margins(0.06)
        self.sheet.text(0.12, self.STRIP + 0.35 + self.HEIGHT / 2, "style error", va="center", rotation=90)
        for (name, points), colour in zip(self.lines.items(), itertools.cycle(COLOURS)):
            x, y = zip(*map(_errors, points), strict=True)
            self.axes.plot(x, y, "o-", color=colour, ms=4, lw=1.2, label=name)
        if len(self.lines) > 1 and look.labels:
            self.axes.legend(
                loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False, fontsize=SMALL, handlelength=1.2
            )
        if self.lines:
            self._pictures(list(self.lines.values())[-1])

    def _pictures(self, points: Sequence[Panel]) -> None:
        """From content to style, each tied to its point."""
        shown = [panel for panel in sorted(points, key=_errors) if panel.picture]
        count = min(self.MOST_PICTURES, len(shown))
        chosen = [shown[round(i * (len(shown) - 1) / max(1, count - 1))] for i in range(count)]
        room = self.width / max(1, count)
        side = min(0.85, room - GAP)
        for i, panel in enumerate(chosen):
            left = self.LEFT + (i + 0.5) * room - side / 2
            box = self.sheet.picture(left, 0.25, side, side, panel.picture)
            name = value_name("ratio", panel.cell.values.get("ratio", ""), [panel])
            self.sheet.text(left + side / 2, 0.2, name, ha="center", va="bottom", size=SMALL)
            tie = {"arrowstyle": "-", "lw": 0.5, "color": FAINT, "shrinkA": 0, "shrinkB": 3}
            bottom = (0.5, 0.0)
            self.axes.annotate(
                "", _errors(panel), bottom, textcoords=box.transAxes, arrowprops=tie, annotation_clip=False
            )
        self.sheet.text(0.1, 0.2, "α/β", va="bottom", size=SMALL, color=FAINT)


def _lines(sweep: Sweep) -> dict[str, list[Panel]]:
    """Cells with both errors, grouped by every swept key but α/β, in order of content error."""
    lines: dict[str, list[Panel]] = {}
    keys = [key for key in sweep.axes if key != "ratio"]
    for panel in panels(sweep):
        if panel.error("content") is not None and panel.error("style") is not None:
            lines.setdefault(_name(panel, keys), []).append(panel)
    return {name: sorted(points, key=_errors) for name, points in lines.items()}


def _errors(panel: Panel) -> tuple[float, float]:
    return panel.error("content") or 0.0, panel.error("style") or 0.0
