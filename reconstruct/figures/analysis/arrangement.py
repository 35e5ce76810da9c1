"""What a style reconstruction knows of arrangement."""

from collections.abc import Sequence
from functools import partial
from statistics import mean, stdev

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.analysis.entries import Entry, Kind
from reconstruct.analysis.networks import told
from reconstruct.analysis.selection import cumulative, depth_cells, firsts, looked_at, originals, select
from reconstruct.figures.page.sheet import COLOURS, Look, Pages, house_style
from reconstruct.figures.plots.notes import Key, keys, sentence
from reconstruct.figures.plots.over_layers import OverLayers, rows

Subset = tuple[str, ...]


def subsets(entries: Sequence[Entry]) -> dict[Subset, list[Entry]]:
    """The layers that were matched, from the fewest to the most -> cells."""
    found: dict[Subset, list[Entry]] = {}
    for e in sorted(cumulative(entries), key=lambda e: len(e.layers["style"])):
        found.setdefault(e.layers["style"], []).append(e)
    return found


def arrangement(entries: Sequence[Entry], look: Look) -> list[Figure]:
    """Style over more and more layers: its errors of content and of style beside those of the same picture shuffled."""
    cells = [e for same in subsets(entries).values() for e in same]
    layer, every = looked_at(cells), firsts(cells)
    blocks = f"{every[0]}–{every[-1].removeprefix('relu')}" if len(every) > 1 else "".join(every)
    panels = {
        f"content error at {layer}": ("content", [layer]),
        f"style error, mean of {blocks}": ("style", every),
    }
    known = {words: at for words, at in panels.items() if _errors(cells, *at)}
    plots = [OverLayers(words, partial(_draw, entries, *at)) for words, at in known.items()]
    names = [f"{'+' if len(matched) > 1 else ''}{matched[-1].removeprefix('relu')}" for matched in subsets(entries)]
    several = ", mean and standard deviation" if len(cells) > len(names) else ""
    references = [Key(f"-- {name}", colour) for name, colour, _ in _references(entries)]
    with house_style():
        pages = Pages(look)
        for part in rows(plots, names, "style layers matched: relu…", look):
            pages.add(part)
        below = keys([Key(f"● style{several}", COLOURS[0]), *references], look)
        below += [sentence(note, look)] if (note := told(entries, cells)) else []
        pages.add_together(below)
        return pages.figures()


def _draw(entries: Sequence[Entry], term: str, layers: Sequence[str], axes: Axes) -> None:
    for place, cells in enumerate(subsets(entries).values()):
        if values := _errors(cells, term, layers):
            half = stdev(values) if len(values) > 1 else 0.0
            axes.errorbar(place, mean(values), half, fmt="o", color=COLOURS[0], ms=5, capsize=3)
    for _, colour, cells in _references(entries):
        if values := _errors(cells, term, layers):
            axes.axhline(mean(values), color=colour, lw=1, ls="--")
    top = axes.get_ylim()[1]
    axes.set_ylim(0, top if top > 0 else 1)


def _references(entries: Sequence[Entry]) -> list[tuple[str, str, list[Entry]]]:
    """What style is compared with: name, colour and entries."""
    cells = cumulative(entries)
    layer = looked_at(cells)
    content = [e for e in select(depth_cells(entries), kind=Kind.RESULT) if e.layer == layer]
    found = [
        ("the original, its tiles shuffled", COLOURS[1], originals(entries, Kind.SHUFFLED, cells)),
        ("another photograph", COLOURS[3], originals(entries, Kind.OTHER, cells)),
        (f"reconstructed from the content of {layer}", COLOURS[2], select(content, network=cells[0].network)),
    ]
    return [each for each in found if each[2]]


def _errors(entries: Sequence[Entry], term: str, layers: Sequence[str]) -> list[float]:
    """The mean over some layers, of the entries that have all of them."""
    known = [e.errors.get(term, {}) for e in entries]
    return [mean(errors[layer] for layer in layers) for errors in known if layers and all(m in errors for m in layers)]
