"""What content and style cost one another, and what a style reconstruction knows of arrangement."""

from collections.abc import Sequence
from statistics import mean, stdev

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from reconstruct.atlas.entries import Entry, Kind
from reconstruct.atlas.selection import cumulative, depth_cells, order, originals, select
from reconstruct.atlas.selection import front as cases_of
from reconstruct.atlas.sentences import LOOKED_AT
from reconstruct.figures.cells import power_of_ten
from reconstruct.figures.sheet import COLOURS, FAINT, SMALL, Look, Sheet, house_style


def front(entries: Sequence[Entry], look: Look) -> Figure:
    """Content error against style error, a line a photograph and seed; dotted, the best value of each alone."""
    with house_style():
        sheet = Sheet(4.15, look)
        axes = sheet.axes(0.95, 0.15, 4.4, 3.4)
        axes.set_axis_on()
        axes.set(xscale="log", yscale="log")
        for number, (case, points) in enumerate(cases_of(entries).items()):
            _line(axes, points, COLOURS[number % len(COLOURS)], f"{case[0]}, seed {case[1]}", named=number == 0)
        axes.legend(frameon=False, fontsize=SMALL - 1, loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=1.2)
        axes.margins(0.12)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter("{x:g}")
            axis.set_minor_locator(NullLocator())
        axes.tick_params(labelsize=SMALL - 1)
        sheet.text(3.15, 3.92, "content error", ha="center", va="top")
        sheet.text(0.12, 1.85, "style error", va="center", rotation=90)
        sheet.text(
            5.4, 2.6, "at the points: α/β\ndotted: the best of\neach alone", va="top", size=SMALL - 1, color=FAINT
        )
        return sheet.figure


def _line(axes: Axes, points: Sequence[Entry], colour: str, name: str, named: bool) -> None:
    x, y = [e.own_error("content") for e in points], [e.own_error("style") for e in points]
    axes.plot(x, y, "o-", color=colour, ms=4, lw=1.3, label=name)
    axes.axvline(min(x), color=colour, lw=0.8, ls=":")
    axes.axhline(min(y), color=colour, lw=0.8, ls=":")
    for e, a, b in zip(points, x, y, strict=True):
        if named:
            words = power_of_ten(f"{e.ratio:g}")
            axes.annotate(words, (a, b), (5, 5), textcoords="offset points", size=SMALL - 1.5, color=colour)


def arrangement(entries: Sequence[Entry], look: Look) -> Figure:
    """Style over more and more layers: its errors of content and of style beside those of the same picture shuffled."""
    with house_style():
        sheet = Sheet(3.2, look)
        for number, term in enumerate(("content", "style")):
            left = 0.55 + number * 3.4
            axes = sheet.axes(left, 0.35, 2.05, 2.1)
            words = f"content error at {LOOKED_AT}" if term == "content" else "style error, five layers"
            sheet.text(left - 0.4, 0.27, words, va="bottom", size=SMALL)
            _bars(axes, entries, term)
            sheet.text(left + 1.02, 2.8, "style layers matched", ha="center", va="top", size=SMALL)
        return sheet.figure


def _bars(axes: Axes, entries: Sequence[Entry], term: str) -> None:
    axes.set_axis_on()
    subsets: dict[int, list[float]] = {}
    for e in cumulative(entries):
        subsets.setdefault(len(e.layers["style"]), []).append(_error(e, term))
    for count, values in sorted(subsets.items()):
        half = stdev(values) if len(values) > 1 else 0.0
        axes.errorbar(count, mean(values), half, fmt="o", color=COLOURS[0], ms=5, capsize=3)
    for name, colour, cells in _references(entries):
        level = mean(_error(e, term) for e in cells)
        axes.axhline(level, color=colour, lw=1, ls="--")
        axes.text(1.02, level, name, color=colour, size=SMALL - 1.5, va="center", transform=axes.get_yaxis_transform())
    axes.set_ylim(bottom=0)
    axes.set_xticks(sorted(subsets), [str(count) for count in sorted(subsets)])
    axes.set_xlim(0.5, max(subsets, default=1) + 0.5)
    axes.tick_params(labelsize=SMALL - 1)


def _references(entries: Sequence[Entry]) -> list[tuple[str, str, list[Entry]]]:
    content = [e for e in select(depth_cells(entries), kind=Kind.RESULT) if e.layer == LOOKED_AT]
    found = [
        ("shuffled", COLOURS[1], originals(entries, Kind.SHUFFLED)),
        ("another", COLOURS[3], originals(entries, Kind.OTHER)),
        ("from content", COLOURS[2], content),
    ]
    return [each for each in found if each[2]]


def _error(entry: Entry, term: str) -> float:
    if term == "content":
        return entry.errors["content"][LOOKED_AT]
    five = [layer for layer in order([entry]) if layer.endswith("_1")]
    return mean(entry.errors["style"][layer] for layer in five)
