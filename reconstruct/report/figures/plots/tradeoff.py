"""Content error against style error of cells that have both, with pictures of the last line above."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch

from reconstruct.report.figures.cells import Cells, Panel
from reconstruct.report.figures.labels import cell_names, labels
from reconstruct.report.figures.page.notes import keys, paragraph
from reconstruct.report.figures.page.sheet import DEFAULT, FAINT, Look, Part, laid_out
from reconstruct.report.figures.pivot import Layout
from reconstruct.report.figures.plots.axes import key
from reconstruct.report.figures.plots.panels import TRADE_OFF, log_plot, rows
from reconstruct.report.figures.tables.table import SMALLEST_PANEL, Naming, Placed, Table
from reconstruct.report.figures.tables.tiles import Tile, cropped

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
    shown = _chosen(groups[-1], min(MOST_PICTURES, int((look.width - LEFT) / SMALLEST_PANEL)))
    above = _pictures(shown, cells, look) if shown else []

    def also(axes: Axes) -> None:
        for content, style in stalled:
            axes.scatter(content, style, s=3, color="white", zorder=3)
        _tie(shown, axes)

    points = [list(map(_errors, panels)) for panels in groups]
    height = look.height - sum(part.height for part in above)
    (plot,) = rows([log_plot(*TRADE_OFF, points, also)], replace(look, height=height))
    for part in reversed(above):
        plot = plot.below(part)
    yield plot
    yield from keys([key(k, name) for k, name in enumerate(named)], look)
    pictures = f"pictures: {named[-1]}" if len(named) > 1 and shown else ""
    yield paragraph("; ".join(filter(None, (pictures, STALLED if stalled else ""))), look)


def _has_both(panel: Panel) -> bool:
    return all((panel.error(term) or 0) > 0 for term in ("content", "style"))


def _errors(panel: Panel) -> tuple[float, float]:
    return panel.error("content") or 0.0, panel.error("style") or 0.0


def _lines(cells: Cells) -> list[list[Panel]]:
    """Cells that differ in α/β only, the largest first."""
    found: dict[tuple[str, ...], list[Panel]] = {}
    for panel in filter(_has_both, cells.panels):
        found.setdefault(panel.at(key for key in cells.axes if key != "ratio"), []).append(panel)
    return [sorted(panels, key=_ratio, reverse=True) for panels in found.values()]


def _ratio(panel: Panel) -> float:
    return panel.result.ratio if panel.result else 0.0


def _chosen(line: Sequence[Panel], most: int) -> list[Panel]:
    """At most so many cells of a line, evenly spaced from content to style."""
    there = [panel for panel in line if panel.picture]
    count = min(most, len(there)) if len(there) > 1 else 0
    return [there[round(i * (len(there) - 1) / max(1, count - 1))] for i in range(count)]


def _pictures(panels: Sequence[Panel], cells: Cells, look: Look) -> list[Part]:
    """A row of pictures, each with its α/β, and room for the lines to their points."""
    known = labels("ratio", cells).of
    ratios = [panel.settings.get("ratio", "") for panel in panels]
    names = [known.get(ratio, ratio) for ratio in ratios]
    tiles = {(0, j): Tile(cropped(panel.picture, look), name=str(panel.folder)) for j, panel in enumerate(panels)}
    columns = replace(look, columns=len(panels), letters=False)
    (row,) = Placed(Table("", None, Naming("α/β", names), tiles), columns, count(), LEFT, LARGEST).parts()
    return [row, Part(TIES)]


def _tie(panels: Sequence[Panel], axes: Axes) -> None:
    """Draw a line from each picture to its point."""
    pictures = {picture.get_label(): picture for picture in axes.figure.axes}
    for panel in panels:
        start: dict[str, Any] = {"xyA": (0.5, 0.0), "coordsA": pictures[str(panel.folder)].transAxes}
        end: dict[str, Any] = {"xyB": _errors(panel), "coordsB": axes.transData}
        axes.figure.add_artist(ConnectionPatch(**start, **end, lw=0.5, color=FAINT, shrinkB=3))
