"""Relative content error against relative style error of cells that have both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch

from reconstruct.figures.cells import Cells, Panel
from reconstruct.figures.labels import cell_names, labels
from reconstruct.figures.page.fitting import Fitted, fit_all
from reconstruct.figures.page.sheet import (
    COLOURS,
    DEFAULT,
    FAINT,
    GAP,
    PAD,
    SMALLEST_PANEL,
    Look,
    Pages,
    Part,
    Sheet,
    head,
    house_style,
)
from reconstruct.figures.page.venues import LEAST
from reconstruct.figures.pivot import Layout
from reconstruct.figures.plots.axes import MARKS, finish_logarithmic, plot
from reconstruct.figures.tables.tiles import cropped

LEFT, BELOW, HEIGHT = 1.0, 0.62, 3.2  # inches: at the left of the axes, below them, and their height
TIES = 0.35  # inches between the pictures and the axes, for the lines that join them
NAMES = 0.36  # of the width, at most
MOST_PICTURES = 7


@dataclass(frozen=True)
class _Line:
    """Cells that differ in α/β only, in order of content error."""

    panels: list[Panel]
    name: Fitted
    colour: str
    mark: str


def without_both(cells: Cells) -> list[Panel]:
    """The cells that have no errors of content and style together."""
    return [panel for panel in cells.panels if not _has_both(panel)]


def tradeoff(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """Relative content error against relative style error, a point for each cell, and pictures of the last line."""
    with house_style(look):
        lines = _lines(cells, look)
        pages = Pages(look)
        for part in _Drawn(lines, cells, look).parts():
            pages.add(part)
        return pages.figures()


def _has_both(panel: Panel) -> bool:
    return all((panel.error(term) or 0) > 0 for term in ("content", "style"))


def _errors(panel: Panel) -> tuple[float, float]:
    return panel.error("content") or 0.0, panel.error("style") or 0.0


def _lines(cells: Cells, look: Look) -> list[_Line]:
    found: dict[tuple[str, ...], list[Panel]] = {}
    names, keys = cell_names(cells, without=("ratio",)), [key for key in cells.axes if key != "ratio"]
    for panel in cells.panels:
        if _has_both(panel):
            found.setdefault(tuple(panel.values[key] for key in keys), []).append(panel)
    fitted = fit_all([names[panels[0].folder] for panels in found.values()], NAMES * look.width, look.small, 3)
    looks = [(COLOURS[k % len(COLOURS)], MARKS[k // len(COLOURS) % len(MARKS)]) for k in range(len(found))]
    return [
        _Line(sorted(panels, key=_errors), name, *drawn)
        for panels, name, drawn in zip(found.values(), fitted, looks, strict=True)
    ]


class _Drawn:
    """A strip of pictures, the axes below it, and the names of the lines at the right or, in a narrow figure, below."""

    def __init__(self, lines: Sequence[_Line], cells: Cells, look: Look) -> None:
        self.lines, self.cells, self.look = lines, cells, look
        self.named = [line.name for line in lines] if len(lines) > 1 and look.labels else []
        widest = max((name.width for name in self.named), default=0.0) + 0.35
        self.names_height = sum(name.height + 0.05 for name in self.named)
        names_fit = look.width - LEFT - widest >= 2.2 and self.names_height <= look.height - head(look) - 3
        self.names_at_right = bool(self.named) and names_fit
        self.width = look.width - LEFT - (widest if self.names_at_right else 0.35)
        most_pictures = min(MOST_PICTURES, int(self.width / SMALLEST_PANEL))
        self.pictures = self._chosen(most_pictures)
        self.side = min(0.85, self.width / max(1, len(self.pictures)) - GAP)
        self.top = 0.3 + self.side + TIES if self.pictures else GAP
        room = look.height - head(look) - self.top - BELOW
        self.height = max(min(HEIGHT, room), self.names_height if self.names_at_right else 1.5)

    def _chosen(self, most: int) -> list[Panel]:
        """At most so many cells of the last line, evenly spaced from content to style."""
        there = [panel for panel in self.lines[-1].panels if panel.picture] if self.lines else []
        count = min(most, len(there)) if len(there) > 1 else 0
        return [there[round(i * (len(there) - 1) / max(1, count - 1))] for i in range(count)]

    def parts(self) -> list[Part]:
        """The parts of the figure: pictures, axes and, if they are not at the right, names."""
        main = Part(self.top + self.height + BELOW, self._draw)
        return [main] if self.names_at_right else [main, *map(self._below, self.lines if self.named else ())]

    def _draw(self, sheet: Sheet, top: float) -> None:
        axes = plot(sheet, LEFT, top + self.top, self.width, self.height, xscale="log", yscale="log")
        axes.margins(0.06)
        for line in self.lines:
            x, y = zip(*map(_errors, line.panels), strict=True)
            axes.plot(x, y, f"{line.mark}-", color=line.colour, ms=4, lw=1.2)
            for stalled in (panel for panel in line.panels if panel.result and not panel.result.converged):
                axes.annotate("not converged", _errors(stalled), (4, 4), textcoords="offset points", size=LEAST)
        finish_logarithmic(axes, sheet)
        foot = top + self.top + self.height
        sheet.text(LEFT + self.width / 2, foot + 0.3, "content error", ha="center", va="top", size=self.look.small)
        turned = {"rotation": 90, "ha": "left", "va": "center", "size": self.look.small}
        sheet.text(GAP, top + self.top + self.height / 2, "style error", **turned)
        if self.names_at_right:
            self._names_at_right(sheet, top + self.top)
        self._pictures(sheet, axes, top)

    def _names_at_right(self, sheet: Sheet, top: float) -> None:
        for line in self.lines:
            _name(sheet, line, LEFT + self.width + 0.08, top)
            top += line.name.height + 0.05

    def _below(self, line: _Line) -> Part:
        return Part(line.name.height + 0.05, lambda sheet, top: _name(sheet, line, LEFT, top))

    def _pictures(self, sheet: Sheet, axes: Axes, top: float) -> None:
        room = self.width / max(1, len(self.pictures))
        values = [panel.values.get("ratio", "") for panel in self.pictures]
        way = labels("ratio", self.cells)[0]
        names = fit_all([way.of.get(value, value) for value in values], room - 0.04, self.look.small, 1)
        for k, (panel, name) in enumerate(zip(self.pictures, names, strict=True)):
            left = LEFT + (k + 0.5) * room - self.side / 2
            box = sheet.picture(left, top + 0.3, self.side, self.side, cropped(panel.picture, self.look))
            sheet.fitted(left + self.side / 2, top + 0.3 - PAD, name, ha="center", va="bottom")
            start: dict[str, Any] = {"xyA": (0.5, 0.0), "coordsA": box.transAxes}
            end: dict[str, Any] = {"xyB": _errors(panel), "coordsB": axes.transData}
            sheet.figure.add_artist(ConnectionPatch(**start, **end, lw=0.5, color=FAINT, shrinkB=3))
        if self.pictures:
            sheet.text(GAP, top + 0.3 - PAD, "α/β", va="bottom", size=self.look.small, color=FAINT)


def _name(sheet: Sheet, line: _Line, left: float, top: float) -> None:
    """Draw a line's colour and mark, and write its name."""
    key = sheet.axes(left, top, 0.2, line.name.height)
    key.plot([0, 1], [0, 0], "-", color=line.colour, lw=1.2)
    key.plot([0.5], [0], line.mark, color=line.colour, ms=4)
    sheet.fitted(left + 0.26, top + line.name.height / 2, line.name, va="center")
