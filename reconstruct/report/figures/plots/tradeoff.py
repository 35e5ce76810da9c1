"""Content error against style error of cells that have both, with pictures of the last line above."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch
from PIL.Image import Image

from reconstruct.report.figures.cells import Cells, Panel
from reconstruct.report.figures.labels import cell_names, labels
from reconstruct.report.figures.page.notes import keys, paragraph
from reconstruct.report.figures.page.sheet import DEFAULT, FAINT, Look, Part, laid_out
from reconstruct.report.figures.pivot import Layout
from reconstruct.report.figures.plots.axes import key
from reconstruct.report.figures.plots.panels import TRADE_OFF, log_plot, rows
from reconstruct.report.figures.tables.table import SMALLEST_PANEL, Naming, Placed, Table
from reconstruct.report.figures.tables.tiles import Tile, cropped
from reconstruct.runs.naming import TERMS

LEFT = 0.6  # inches at the left of the pictures
LARGEST, TIES = 1.1, 0.3  # inches: of a picture, and below it for the line to its point
MOST_PICTURES = 7
STALLED = "white: not converged"


def without_both(cells: Cells) -> list[Panel]:
    """The cells that have no errors of content and style together."""
    return [panel for panel in cells.panels if not _has_both(panel)]


@dataclass(frozen=True)
class Point:
    """A reconstruction: α/β as text, the errors of content and style, its picture, and whether it did not converge."""

    ratio: str
    errors: tuple[float, float]
    picture: Image | None
    is_stalled: bool = False


def tradeoff(cells: Cells, look: Look = DEFAULT, layout: Layout | None = None) -> list[Figure]:
    """A point for each cell; lines join cells that differ in α/β only; no `layout`."""
    names, known = cell_names(cells, without=("ratio",)), labels("ratio", cells).of
    lines = [(names[line[0].folder], [_point(panel, known) for panel in line]) for line in _lines(cells)]
    return laid_out(trade_off(lines, look), look)


def trade_off(
    lines: Sequence[tuple[str, Sequence[Point]]], look: Look, also: Callable[[Axes], None] = lambda _: None
) -> Iterator[Part]:
    """Content error against style error of named lines, from most content on; `also` draws what else there is."""
    stalled = [point.errors for _, points in lines for point in points if point.is_stalled]
    shown = _chosen(lines[-1][1], min(MOST_PICTURES, int((look.width - LEFT) / SMALLEST_PANEL)))
    above = _pictures(shown, look) if shown else []

    def mark(axes: Axes) -> None:
        for content, style in stalled:
            axes.scatter(content, style, s=3, color="white", zorder=3)
        _tie(shown, axes)
        also(axes)

    height = look.height - sum(part.height for part in above)
    errors = [[point.errors for point in points] for _, points in lines]
    (plot,) = rows([log_plot(*TRADE_OFF, errors, mark)], replace(look, height=height))
    for part in reversed(above):
        plot = plot.below(part)
    yield plot
    named = [name for name, _ in lines if name]
    yield from keys([key(k, name) for k, name in enumerate(named)], look)
    pictures = f"pictures: {named[-1]}" if len(named) > 1 and shown else ""
    yield paragraph("; ".join(filter(None, (pictures, STALLED if stalled else ""))), look)


def _has_both(panel: Panel) -> bool:
    return all((panel.error(term) or 0) > 0 for term in TERMS)


def _point(panel: Panel, known: Mapping[str, str]) -> Point:
    ratio, is_stalled = panel.settings.get("ratio", ""), bool(panel.result and not panel.result.converged)
    errors = panel.error("content") or 0.0, panel.error("style") or 0.0
    return Point(known.get(ratio, ratio), errors, panel.picture, is_stalled)


def _lines(cells: Cells) -> list[list[Panel]]:
    """Cells that differ in α/β only, the largest first."""
    found: dict[tuple[str, ...], list[Panel]] = {}
    for panel in filter(_has_both, cells.panels):
        found.setdefault(panel.at(key for key in cells.axes if key != "ratio"), []).append(panel)
    return [sorted(panels, key=_ratio, reverse=True) for panels in found.values()]


def _ratio(panel: Panel) -> float:
    return panel.result.ratio if panel.result else 0.0


def _chosen(line: Sequence[Point], most: int) -> list[Point]:
    """At most so many points of a line, evenly spaced from content to style."""
    there = [point for point in line if point.picture]
    count = min(most, len(there)) if len(there) > 1 else 0
    return [there[round(i * (len(there) - 1) / max(1, count - 1))] for i in range(count)]


def _pictures(points: Sequence[Point], look: Look) -> list[Part]:
    """A row of pictures, each with its α/β, and room for the lines to their points."""
    tiles = {(0, j): Tile(cropped(point.picture, look), name=f"point {j}") for j, point in enumerate(points)}
    names, columns = [point.ratio for point in points], replace(look, columns=len(points), letters=False)
    (row,) = Placed(Table("", None, Naming("α/β", names), tiles), columns, count(), LEFT, LARGEST).parts()
    return [row, Part(TIES)]


def _tie(points: Sequence[Point], axes: Axes) -> None:
    """Draw a line from each picture to its point."""
    pictures = {picture.get_label(): picture for picture in axes.figure.axes}
    for j, point in enumerate(points):
        start: dict[str, Any] = {"xyA": (0.5, 0.0), "coordsA": pictures[f"point {j}"].transAxes}
        end: dict[str, Any] = {"xyB": point.errors, "coordsB": axes.transData}
        axes.figure.add_artist(ConnectionPatch(**start, **end, lw=0.5, color=FAINT, shrinkB=3))
