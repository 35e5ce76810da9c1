"""Content error against style error of cells that have both, with pictures of the last line above."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch

from reconstruct.report.figures.cells import Cells, Panel
from reconstruct.report.figures.labels import cell_names, labels
from reconstruct.report.figures.page.fitting import fit_all
from reconstruct.report.figures.page.notes import keys, paragraph
from reconstruct.report.figures.page.sheet import DEFAULT, FAINT, GAP, SMALLEST_PANEL, Look, Part, Sheet, laid_out
from reconstruct.report.figures.pivot import Layout
from reconstruct.report.figures.plots.axes import key
from reconstruct.report.figures.plots.errors import plot
from reconstruct.report.figures.plots.panels import rows
from reconstruct.report.figures.tables.tiles import cropped

LEFT = 0.6  # inches at the left of the pictures
LARGEST, TIES = 1.1, 0.3  # inches: of a picture, and below it for the line to its point
MOST_PICTURES = 7
STALLED = "white: not converged"


def without_both(cells: Cells) -> list[Panel]:
    """The cells that have no errors of content and style together."""
    return [panel for panel in cells.panels if not _has_both(panel)]


def tradeoff(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """A point for each cell; lines join cells that differ in α/β only; no `layout`."""
    return laid_out(_parts(cells, look), look)


def _parts(cells: Cells, look: Look) -> Iterator[Part]:
    groups, names = _lines(cells), cell_names(cells, without=("ratio",))
    named = [name for panels in groups if (name := names[panels[0].folder])]
    stalled = [_errors(p) for panels in groups for p in panels if p.result and not p.result.converged]
    strip = _Strip(groups[-1], cells, look)

    def also(axes: Axes) -> None:
        for content, style in stalled:
            axes.scatter(content, style, s=3, color="white", zorder=3)
        strip.tie(axes)

    points = [list(map(_errors, panels)) for panels in groups]
    (main,) = rows([plot(points, also)], replace(look, height=look.height - strip.height))
    yield main.below(strip.part())
    yield from keys([key(k, name) for k, name in enumerate(named)], look)
    shown = f"pictures: {named[-1]}" if len(named) > 1 and strip.panels else ""
    yield paragraph("; ".join(filter(None, (shown, STALLED if stalled else ""))), look)


def _has_both(panel: Panel) -> bool:
    return all((panel.error(term) or 0) > 0 for term in ("content", "style"))


def _errors(panel: Panel) -> tuple[float, float]:
    return panel.error("content") or 0.0, panel.error("style") or 0.0


def _lines(cells: Cells) -> list[list[Panel]]:
    """Cells that differ in α/β only, the largest first."""
    found: dict[tuple[str, ...], list[Panel]] = {}
    for panel in filter(_has_both, cells.panels):
        found.setdefault(tuple(panel.values[key] for key in cells.axes if key != "ratio"), []).append(panel)
    return [sorted(panels, key=_ratio, reverse=True) for panels in found.values()]


def _ratio(panel: Panel) -> float:
    return panel.result.ratio if panel.result else 0.0


def _chosen(line: Sequence[Panel], most: int) -> list[Panel]:
    """At most so many cells of a line, evenly spaced from content to style."""
    there = [panel for panel in line if panel.picture]
    count = min(most, len(there)) if len(there) > 1 else 0
    return [there[round(i * (len(there) - 1) / max(1, count - 1))] for i in range(count)]


class _Strip:
    """Pictures of a line above a plot, each with its α/β and joined to its point."""

    def __init__(self, line: Sequence[Panel], cells: Cells, look: Look) -> None:
        self.look, self.panels = look, _chosen(line, min(MOST_PICTURES, int((look.width - LEFT) / SMALLEST_PANEL)))
        self.room = (look.width - LEFT) / max(1, len(self.panels))
        values, known = [panel.settings.get("ratio", "") for panel in self.panels], labels("ratio", cells)[0].of
        self.names = fit_all([known.get(value, value) for value in values], self.room - GAP, look.small, 1)
        self.side = min(LARGEST, self.room - GAP, look.height / 4)
        self.head = max((name.height for name in self.names), default=0.0) + GAP
        self.height = self.head + self.side + TIES if self.panels else 0.0
        self.drawn: list[Axes] = []

    def part(self) -> Part:
        return Part(self.height, self._draw)

    def _draw(self, sheet: Sheet, top: float) -> None:
        for k, (panel, name) in enumerate(zip(self.panels, self.names, strict=True)):
            left = LEFT + k * self.room + (self.room - self.side) / 2
            picture = cropped(panel.picture, self.look)
            self.drawn.append(sheet.picture(left, top + self.head, self.side, self.side, picture))
            sheet.fitted(left + self.side / 2, top + self.head - GAP / 2, name, ha="center", va="bottom")
        if self.panels:
            sheet.text(GAP, top + self.head - GAP / 2, "α/β", va="bottom", size=self.look.small, color=FAINT)

    def tie(self, axes: Axes) -> None:
        """Draw a line from each picture to its point."""
        for picture, panel in zip(self.drawn, self.panels, strict=True):
            start: dict[str, Any] = {"xyA": (0.5, 0.0), "coordsA": picture.transAxes}
            end: dict[str, Any] = {"xyB": _errors(panel), "coordsB": axes.transData}
            axes.figure.add_artist(ConnectionPatch(**start, **end, lw=0.5, color=FAINT, shrinkB=3))
