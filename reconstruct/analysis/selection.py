"""Which of the measured pictures answer which question.

Where several networks were measured, each question is put to the usual one, and layers are that network's.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import geometric_mean
from typing import Any

from reconstruct.analysis.entries import Entry, Kind
from reconstruct.analysis.networks import UNTRAINED, counterpart, training, usual

CONTENT_LAYER = "relu4_2"  # where arrangement is compared, the paper's choice for content
EXACT = 1e-12  # a relative error that logarithms take for the least

Case = tuple[str, int | None]
"""Photograph and seed."""


def distinct(entries: Iterable[Entry]) -> list[Entry]:
    """Without reconstructions that differ from earlier ones only in settings that an analysis does not tell apart."""
    found: dict[tuple[object, ...], Entry] = {}
    for number, e in enumerate(entries):
        made = (e.representation, *sorted(e.layers.items()), e.network, e.canvas, e.picture, e.painting, e.seed)
        found.setdefault((e.kind, e.level, *made, e.ratio) if e.cell else (number,), e)
    return list(found.values())


def measured(entry: Entry, term: str) -> bool:
    """Whether the error is known at all layers of a term that were matched, of which there are some."""
    matched, errors = entry.layers.get(term, ()), entry.errors.get(term, {})
    return bool(matched) and all(layer in errors and math.isfinite(errors[layer]) for layer in matched)


def depth_cells(entries: Sequence[Entry], trained: str = "", canvas: str = "") -> list[Entry]:
    """Content reconstructions of single layers and their snapshots, by one network on one canvas.

    By default the usual network, and the first canvas that is not plain pixels; if `trained` is ``UNTRAINED``, what the
    usual network was before its training.
    """
    content = select(single(entries), representation="content")
    network = usual(content)
    if trained == UNTRAINED:
        network = counterpart(network, content)
    elif trained and training(network) != trained:
        network = ""
    own = select(content, network=network)
    return select(own, canvas=canvas or _canvas(own))


def _canvas(entries: Sequence[Entry]) -> str:
    """The first that is not plain pixels, if there is one."""
    return next((e.canvas for e in entries if e.canvas != "pixels"), "pixels")


def _usual(entries: Sequence[Entry]) -> list[Entry]:
    """Those with the usual network on the usual canvas."""
    with_network = select(entries, network=usual(entries))
    return select(with_network, canvas=_canvas(with_network))


def variants(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Name -> cells that differ in nothing but network and canvas: the usual ones, untrained, on plain pixels."""
    first = depth_cells(entries)
    canvas = first[0].canvas if first else ""
    found = [first, depth_cells(entries, UNTRAINED, canvas), depth_cells(entries, "", "pixels")]
    named: dict[str, list[Entry]] = {}
    for cells in filter(None, found):
        named.setdefault(f"{training(cells[0].network)}, {cells[0].canvas} canvas", cells)
    return named


def shown_level(entries: Sequence[Entry]) -> float | None:
    """The relative error at which depths are compared: common to all variants, or else to the usual one."""
    every = common_level([e for cells in variants(entries).values() for e in cells])
    return every if every is not None else common_level(depth_cells(entries))


def cases(entries: Iterable[Entry]) -> dict[Case, list[Entry]]:
    """Entries by photograph and seed."""
    found: dict[Case, list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.picture, entry.seed), []).append(entry)
    return found


def across(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Entries case by case, of the cases that have several layers."""
    return [case for case in cases(entries).values() if len({e.layer for e in case}) > 1]


def common_level(entries: Sequence[Entry]) -> float | None:
    """The smallest relative error that every reconstruction reached on its way, if there is one."""
    wanted = {e.cell for e in entries}
    levels = sorted({e.level for e in entries if e.level is not None})
    return next((level for level in levels if {e.cell for e in select(entries, level=level)} == wanted), None)


def at_level(entries: Sequence[Entry], level: float | None) -> list[Entry]:
    """The snapshots at a level."""
    return select(entries, kind=Kind.SNAPSHOT, level=level) if level is not None else []


def order(entries: Sequence[Entry]) -> list[str]:
    """All layers of the usual network at which errors were measured, from the picture upwards."""
    own = select(entries, network=usual(entries))
    return sorted({layer for e in own for errors in e.errors.values() for layer in errors}, key=height_of)


def height_of(layer: str) -> tuple[list[int], str]:
    """relu2_1 is below relu10_1."""
    return [int(number) for number in re.findall(r"\d+", layer)], layer


def looked_at(entries: Sequence[Entry]) -> str:
    """The layer at which arrangement is compared: `CONTENT_LAYER`, or the last one of a network without it."""
    layers = order(entries)
    return CONTENT_LAYER if CONTENT_LAYER in layers or not layers else layers[-1]


def firsts(entries: Sequence[Entry]) -> list[str]:
    """The first layer of every block."""
    return [layer for layer in order(entries) if layer.endswith("_1")]


def originals(entries: Sequence[Entry], kind: Kind, like: Sequence[Entry]) -> list[Entry]:
    """Originals shuffled, or others, as the network of other entries sees them."""
    return [e for e in select(entries, kind=kind) if e.network == usual(like)]


def matrix(entries: Sequence[Entry], term: str) -> dict[str, dict[str, float]]:
    """Inverted at -> measured at -> relative error, geometric mean over photographs and seeds."""
    cells = depth_cells(entries) if term == "content" else single(style_cells(entries))
    layers = order(cells)
    rows = by_layer(select(cells, kind=Kind.RESULT), layers)
    return {
        layer: {m: _geometric_mean(values) for m in layers if (values := _errors(same, term, m))}
        for layer, same in rows.items()
    }


def _errors(entries: Sequence[Entry], term: str, layer: str) -> list[float]:
    """Where they are known."""
    found = [e.errors[term][layer] for e in entries if layer in e.errors.get(term, {})]
    return [error for error in found if math.isfinite(error)]


def _geometric_mean(errors: Iterable[float]) -> float:
    return geometric_mean(max(error, EXACT) for error in errors)


def style_cells(entries: Sequence[Entry]) -> list[Entry]:
    """Style reconstructions with the usual network, on one canvas."""
    return _usual([e for e in entries if e.representation == "style" and measured(e, "style")])


def cumulative(entries: Sequence[Entry]) -> list[Entry]:
    """Style reconstructions from the first layer of one, two … blocks."""
    cells = select(style_cells(entries), kind=Kind.RESULT)
    first = tuple(firsts(cells))
    return [e for e in cells if e.layers["style"] == first[: len(e.layers["style"])]]


def front(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Content and style together in order of the ratio, with nothing else between them, where there are three or more.

    Both errors are known and above nothing.
    """
    joined = [e for e in select(entries, kind=Kind.RESULT, representation="both") if e.ratio is not None]
    found: dict[tuple[object, ...], list[Entry]] = {}
    for e in _usual([e for e in joined if _both_known(e)]):
        found.setdefault((e.picture, e.painting, *sorted(e.layers.items()), e.seed), []).append(e)
    return [sorted(same, key=lambda e: e.ratio or 0.0) for same in found.values() if len(same) > 2]


def _both_known(entry: Entry) -> bool:
    return all(measured(entry, term) and entry.own_error(term) > 0 for term in ("content", "style"))


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
    """Those made from one layer of one representation, whose error is known there."""
    return [e for e in entries if measured(e, e.representation) and len(e.layers[e.representation]) == 1]


def by_layer(entries: Sequence[Entry], order: Sequence[str]) -> dict[str, list[Entry]]:
    """Layer -> entries, from the picture upwards; layers without any are left out."""
    found = {layer: [e for e in entries if e.layer == layer] for layer in order}
    return {layer: of_layer for layer, of_layer in found.items() if of_layer}


def names(given: Iterable[str]) -> dict[str, str]:
    """File -> as much of the end of its path as tells it from the others."""
    parts = {file: re.split(r"[/\\]", file.strip("'\"").rstrip("/\\")) for file in given}
    often = Counter(tuple(part[-n:]) for part in parts.values() for n in range(1, len(part) + 1))
    return {
        file: next(("/".join(part[-n:]) for n in range(1, len(part)) if often[tuple(part[-n:])] == 1), file)
        for file, part in parts.items()
    }
