"""What content and style cost one another, and what a style reconstruction knows of arrangement."""

from collections.abc import Sequence
from math import isclose
from pathlib import PurePath
from statistics import mean, stdev

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from reconstruct.atlas.entries import Entry, Kind
from reconstruct.atlas.selection import cumulative, depth_cells, order, originals, select
from reconstruct.atlas.selection import front as cases_of
from reconstruct.atlas.sentences import LOOKED_AT
from reconstruct.figures.cells import power_of_ten
from reconstruct.figures.sheet import COLOURS, FAINT, SMALL, Look, Sheet, house_style, plain

OVER = "mean and standard deviation"
NEAR = 0.25  # relative


def front(entries: Sequence[Entry], look: Look) -> Figure:
    """Content error against style error, a line a photograph and seed; dotted, the best value of each alone."""
    with house_style():
        sheet = Sheet(4.15, look)
        axes = sheet.axes(0.95, 0.15, 4.4, 3.4)
        axes.set_axis_on()
        axes.set(xscale="log", yscale="log")
        named: list[tuple[float, float]] = []
        for number, (case, points) in enumerate(cases_of(entries).items()):
            name = plain(f"{PurePath(case[0]).name}, seed {case[1]}")
            _line(axes, points, COLOURS[number % len(COLOURS)], name, named)
        axes.legend(frameon=False, fontsize=SMALL - 1, loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=1.2)
        axes.margins(0.12)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter("{x:g}")
            axis.set_minor_locator(NullLocator())
        axes.tick_params(labelsize=SMALL - 1)
        sheet.text(3.15, 3.92, "content error", ha="center", va="top")
        sheet.text(0.12, 1.85, "style error", va="center", rotation=90)
        words = "at the points: α/β\ndotted: the best\nfor each alone\nerrors: ‖code −\ntarget‖² / ‖target‖²"
        sheet.text(5.4, 2.3, words, va="top", size=SMALL - 1, color=FAINT)
        return sheet.figure


def _line(axes: Axes, points: Sequence[Entry], colour: str, name: str, named: list[tuple[float, float]]) -> None:
    """`named` are the points that have a label; others near them get none."""
    x, y = [e.own_error("content") for e in points], [e.own_error("style") for e in points]
    axes.plot(x, y, "o-", color=colour, ms=4, lw=1.3, label=name)
    axes.axvline(min(x), color=colour, lw=0.8, ls=":")
    axes.axhline(min(y), color=colour, lw=0.8, ls=":")
    for e, a, b in zip(points, x, y, strict=True):
        if not any(isclose(a, c, rel_tol=NEAR) and isclose(b, d, rel_tol=NEAR) for c, d in named):
            words = power_of_ten(f"{e.ratio:g}")
            axes.annotate(words, (a, b), (5, 5), textcoords="offset points", size=SMALL - 1.5, color=colour)
            named.append((a, b))


def arrangement(entries: Sequence[Entry], look: Look) -> Figure:
    """Style over more and more layers: its errors of content and of style beside those of the same picture shuffled."""
    with house_style():
        sheet = Sheet(3.5, look)
        for number, term in enumerate(("content", "style")):
            left = 0.6 + number * 3.4
            axes = sheet.axes(left, 0.35, 2.85, 2.1)
            words = f"content error at {LOOKED_AT}" if term == "content" else "style error, mean of the five layers"
            sheet.text(left - 0.4, 0.27, words, va="bottom", size=SMALL)
            _bars(axes, entries, term)
            sheet.text(left + 1.4, 2.72, "style layers matched: relu…", ha="center", va="top", size=SMALL)
        names = [(f"● style, {OVER}", COLOURS[0]), *((f"-- {name}", c) for name, c, _ in _references(entries))]
        for number, (name, colour) in enumerate(names):
            place = 0.2 + number % 2 * 3.4, 3.02 + number // 2 * 0.22
            sheet.text(*place, name, color=colour, size=SMALL - 1, va="top")
        return sheet.figure


def _bars(axes: Axes, entries: Sequence[Entry], term: str) -> None:
    axes.set_axis_on()
    subsets: dict[tuple[str, ...], list[float]] = {}
    for e in sorted(cumulative(entries), key=lambda e: len(e.layers["style"])):
        subsets.setdefault(e.layers["style"], []).append(_error(e, term))
    for place, values in enumerate(subsets.values()):
        half = stdev(values) if len(values) > 1 else 0.0
        axes.errorbar(place, mean(values), half, fmt="o", color=COLOURS[0], ms=5, capsize=3)
    for _, colour, cells in _references(entries):
        axes.axhline(mean(_error(e, term) for e in cells), color=colour, lw=1, ls="--")
    axes.set_ylim(bottom=0)
    names = [f"{'+' if len(layers) > 1 else ''}{layers[-1].removeprefix('relu')}" for layers in subsets]
    axes.set_xticks(range(len(subsets)), names)
    axes.set_xlim(-0.5, len(subsets) - 0.5)
    axes.tick_params(labelsize=SMALL - 1)


def _references(entries: Sequence[Entry]) -> list[tuple[str, str, list[Entry]]]:
    content = [e for e in select(depth_cells(entries), kind=Kind.RESULT) if e.layer == LOOKED_AT]
    found = [
        ("the original, its tiles shuffled", COLOURS[1], originals(entries, Kind.SHUFFLED)),
        ("another photograph", COLOURS[3], originals(entries, Kind.OTHER)),
        (f"reconstructed from the content of {LOOKED_AT}", COLOURS[2], content),
    ]
    return [each for each in found if each[2]]


def _error(entry: Entry, term: str) -> float:
    if term == "content":
        return entry.errors["content"][LOOKED_AT]
    five = [layer for layer in order([entry]) if layer.endswith("_1")]
    return mean(entry.errors["style"][layer] for layer in five)
