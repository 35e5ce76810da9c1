"""Which of the measured pictures answer which question."""

from collections.abc import Iterable, Sequence
from statistics import geometric_mean
from typing import Any

from reconstruct.atlas.entries import Entry, Kind

TRAINED, UNTRAINED = "trained", "untrained"

Cases = dict[tuple[str, int | None], list[Entry]]
"""(photograph, seed) -> entries."""


def training(entry: Entry) -> str:
    """Whether its network was trained."""
    return UNTRAINED if UNTRAINED in entry.network.split() else TRAINED


def usual(entries: Iterable[Entry]) -> str:
    """The network that counts where nothing else is said: the first that was trained, if one was."""
    networks = {entry.network: training(entry) for entry in entries}
    return next((name for name, trained in networks.items() if trained == TRAINED), next(iter(networks), ""))


def depth_cells(entries: Sequence[Entry], trained: str = "", canvas: str = "") -> list[Entry]:
    """Content reconstructions of single layers and their snapshots, by one network on one canvas.

    By default the usual network, and the first canvas that is not plain pixels.
    """
    content = select(single(entries), representation="content")
    network = usual(e for e in content if not trained or training(e) == trained)
    canvas = canvas or next((e.canvas for e in content if e.canvas != "pixels"), "pixels")
    return select(content, network=network, canvas=canvas)


def variants(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Name -> cells that differ in nothing but network and canvas: the usual ones, untrained, on plain pixels."""
    first = depth_cells(entries)
    canvas = first[0].canvas if first else ""
    found = [first, depth_cells(entries, UNTRAINED, canvas), depth_cells(entries, "", "pixels")]
    named: dict[str, list[Entry]] = {}
    for cells in filter(None, found):
        named.setdefault(f"{training(cells[0])}, {cells[0].canvas} canvas", cells)
    return named


def shown_level(entries: Sequence[Entry]) -> float | None:
    """The relative error at which depths are compared: common to all variants, or else to the usual one."""
    every = common_level([e for cells in variants(entries).values() for e in cells])
    return every if every is not None else common_level(depth_cells(entries))


def cases(entries: Iterable[Entry]) -> Cases:
    """Entries by photograph and seed."""
    found: Cases = {}
    for entry in entries:
        found.setdefault((entry.picture, entry.seed), []).append(entry)
    return found


def common_level(entries: Sequence[Entry]) -> float | None:
    """The smallest relative error that every reconstruction reached on its way, if there is one."""
    wanted = {e.cell for e in entries}
    levels = sorted({e.level for e in entries if e.level is not None})
    return next((level for level in levels if {e.cell for e in select(entries, level=level)} == wanted), None)


def at_level(entries: Sequence[Entry], level: float | None) -> list[Entry]:
    """The snapshots at a level."""
    return select(entries, kind=Kind.SNAPSHOT, level=level) if level is not None else []


def order(entries: Iterable[Entry]) -> list[str]:
    """All layers at which errors were measured, from the picture upwards."""
    return list(dict.fromkeys(layer for e in entries for errors in e.errors.values() for layer in errors))


def originals(entries: Sequence[Entry], kind: Kind) -> list[Entry]:
    """Originals shuffled, or others, as the usual network sees them."""
    return [e for e in select(entries, kind=kind) if e.network == usual(entries)]


def matrix(entries: Sequence[Entry], term: str) -> dict[str, dict[str, float]]:
    """Inverted at -> measured at -> relative error, geometric mean over photographs and seeds."""
    cells = depth_cells(entries) if term == "content" else style_cells(entries)
    rows = by_layer([e for e in single(cells) if e.kind is Kind.RESULT], order(entries))
    return {
        layer: {m: geometric_mean(max(e.errors[term][m], 1e-12) for e in same) for m in order(entries)}
        for layer, same in rows.items()
    }


def style_cells(entries: Sequence[Entry]) -> list[Entry]:
    """Style reconstructions with the usual network."""
    return [e for e in entries if e.representation == "style" and e.layers and e.network == usual(entries)]


def cumulative(entries: Sequence[Entry]) -> list[Entry]:
    """Style reconstructions from the first layer of one, two … blocks."""
    first = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    cells = select(style_cells(entries), kind=Kind.RESULT)
    return [e for e in cells if e.layers["style"] == first[: len(e.layers["style"])]]


def front(entries: Sequence[Entry]) -> Cases:
    """Content and style together, case by case, in order of the ratio."""
    joined = [e for e in select(entries, kind=Kind.RESULT, representation="both") if e.ratio is not None]
    return {
        case: sorted(found, key=lambda e: e.ratio or 0.0) for case, found in cases(joined).items() if len(found) > 2
    }


def compared(entries: Sequence[Entry], trained: str, canvas: str) -> tuple[float | None, list[Entry], list[Entry]]:
    """The level, and the snapshots of the usual variant and of another one, at the layers and cases that both have."""
    groups = depth_cells(entries), depth_cells(entries, trained, canvas)
    keys = [{(e.picture, e.seed, e.layer) for e in group} for group in groups]
    both = [[e for e in group if (e.picture, e.seed, e.layer) in keys[0] & keys[1]] for group in groups]
    apart = len({(e.network, e.canvas) for group in both for e in group}) == len(both)
    level = common_level([*both[0], *both[1]]) if apart else None
    return level, at_level(both[0], level), at_level(both[1], level)


def select(entries: Iterable[Entry], **wanted: Any) -> list[Entry]:
    """Those whose attributes have the given values."""
    return [e for e in entries if all(getattr(e, name) == value for name, value in wanted.items())]


def single(entries: Iterable[Entry]) -> list[Entry]:
    """Those made from one layer of one representation."""
    return [e for e in entries if e.representation in e.layers and len(e.layers[e.representation]) == 1]


def by_layer(entries: Sequence[Entry], order: Sequence[str]) -> dict[str, list[Entry]]:
    """Layer -> entries, from the picture upwards; layers without any are left out."""
    found = {layer: [e for e in entries if e.layer == layer] for layer in order}
    return {layer: of_layer for layer, of_layer in found.items() if of_layer}
