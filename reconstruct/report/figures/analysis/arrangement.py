"""What a style reconstruction keeps of the arrangement: its errors against the number of layers."""

from collections.abc import Iterator, Sequence
from functools import partial
from statistics import mean, stdev

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.analysis.entries import Entry, Kind, network_note
from reconstruct.analysis.outcomes import of_photographs
from reconstruct.analysis.selection import content_layer, cumulative, depth_cells, firsts, grouped, originals, select
from reconstruct.report.figures.page.notes import keys, paragraph
from reconstruct.report.figures.page.sheet import COLOURS, Look, Part, laid_out
from reconstruct.report.figures.plots.panels import Plot, rows
from reconstruct.runs.wording import layer_range

Subset = tuple[str, ...]


def subsets(entries: Sequence[Entry]) -> dict[Subset, list[Entry]]:
    """Matched layers -> cells, from the fewest layers to the most."""
    by_size = sorted(cumulative(entries), key=lambda e: len(e.layers["style"]))
    return grouped(by_size, lambda e: e.layers["style"])


def arrangement(entries: Sequence[Entry], look: Look) -> list[Figure]:
    """Style over more and more layers: errors of content and style, compared with those of the shuffled original."""
    return laid_out(_parts(entries, look), look)


def _parts(entries: Sequence[Entry], look: Look) -> Iterator[Part]:
    cells = [e for same in subsets(entries).values() for e in same]
    layer, lowest = content_layer(cells), firsts(cells)
    panels = {
        f"content error at {layer}": ("content", [layer]),
        f"style error, mean of {layer_range(lowest)}": ("style", lowest),
    }
    names = [f"{'+' if len(matched) > 1 else ''}{matched[-1].removeprefix('relu')}" for matched in subsets(entries)]
    plots = [
        Plot(heading, "style layers matched: relu…", partial(_draw, entries, *at), names)
        for heading, at in panels.items()
        if _errors(cells, *at)
    ]
    photographs = len({e.picture for e in cells})
    several = f", mean and standard deviation over {photographs} photographs" if photographs > 1 else ""
    yield from rows(plots, look)
    references = [(f"-- {name}", colour) for name, colour, _ in _references(entries)]
    yield from keys([(f"● style{several}", COLOURS[0]), *references], look)
    yield paragraph(network_note(entries, cells), look)


def _draw(entries: Sequence[Entry], term: str, layers: Sequence[str], axes: Axes) -> None:
    for place, cells in enumerate(subsets(entries).values()):
        if values := _errors(cells, term, layers):
            half = stdev(values) if len(values) > 1 else 0.0
            axes.errorbar(place, mean(values), half, fmt="o", color=COLOURS[0], ms=5, capsize=3)
    for _, colour, cells in _references(entries):
        if values := _errors(cells, term, layers):
            axes.axhline(mean(values), color=colour, lw=1, ls="--")
    top = axes.get_ylim()[1]
    axes.set_ylim(0, 1.05 * top if top > 0 else 1)


def _references(entries: Sequence[Entry]) -> list[tuple[str, str, list[Entry]]]:
    """Name, colour and entries of each reference that style is compared with."""
    cells = cumulative(entries)
    layer = content_layer(cells)
    content = [e for e in select(depth_cells(entries), kind=Kind.RESULT) if e.layer == layer]
    found = [
        ("the original, its tiles shuffled", COLOURS[1], originals(entries, Kind.SHUFFLED, cells)),
        ("another photograph", COLOURS[3], originals(entries, Kind.OTHER, cells)),
        (f"reconstructed from the content of {layer}", COLOURS[2], select(content, network=cells[0].network)),
    ]
    return [each for each in found if each[2]]


def _errors(entries: Sequence[Entry], term: str, layers: Sequence[str]) -> list[float]:
    """The error of each photograph's entries, mean over some layers; entries without all of these are left out."""
    known = [e for e in entries if layers and all(layer in e.errors.get(term, {}) for layer in layers)]
    return of_photographs(known, [mean(e.errors[term][layer] for layer in layers) for e in known])
