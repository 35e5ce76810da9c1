"""The measured pictures that each claim is tested on.

If several networks were measured, claims are about the usual one, and layers are that network's.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import geometric_mean
from typing import Any, TypeVar

from reconstruct.analysis.entries import UNTRAINED, Entry, Kind, counterpart, training, usual
from reconstruct.layers import place
from reconstruct.runs.naming import TERMS

CONTENT_LAYER = "relu4_2"  # where content errors of styles are compared: the paper's layer for content
EXACT = 1e-12  # the smallest relative error; logarithms take smaller ones for it
ENOUGH = 0.9  # of the reconstructions from a layer, to be compared at an error

Group = tuple[str, str, str]
"""A network, a canvas and a layer."""

Pair = tuple[Entry, Entry]
Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)


def distinct(entries: Iterable[Entry]) -> list[Entry]:
    """The entries without reconstructions that differ from earlier ones only in settings that an analysis ignores."""
    found: dict[tuple[object, ...], Entry] = {}
    for number, e in enumerate(entries):
        settings = (e.representation, *sorted(e.layers.items()), e.network, e.canvas, e.picture, e.painting, e.seed)
        found.setdefault((e.kind, e.level, *settings, e.ratio) if e.cell else (number,), e)
    return list(found.values())


def measured(entry: Entry, term: str) -> bool:
    """Whether a term was matched at one layer or more, and its error is known at all of them."""
    matched, errors = entry.layers.get(term, ()), entry.errors.get(term, {})
    return bool(matched) and all(layer in errors and math.isfinite(errors[layer]) for layer in matched)


def depth_cells(entries: Sequence[Entry], weights: str = "", canvas: str = "") -> list[Entry]:
    """Content reconstructions of single layers and their snapshots, with one network on one canvas.

    Args:
        entries: all measured pictures.
        weights: `UNTRAINED` for the untrained counterpart of the usual network; by default the usual one.
        canvas: by default the first canvas that is not plain pixels.
    """
    content = select(single(entries), representation="content")
    network = counterpart(usual(content), content) if weights == UNTRAINED else usual(content)
    return _with(content, network, canvas)


def _with(entries: Iterable[Entry], network: str, canvas: str = "") -> list[Entry]:
    """The entries with a network on a canvas, by default the first one that is not plain pixels."""
    own = select(entries, network=network)
    return select(own, canvas=canvas or next((e.canvas for e in own if e.canvas != "pixels"), "pixels"))


def variants(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Name -> cells that differ in network and canvas only: the usual ones, untrained, on plain pixels."""
    first = depth_cells(entries)
    canvas = first[0].canvas if first else ""
    found = [first, depth_cells(entries, UNTRAINED, canvas), depth_cells(entries, "", "pixels")]
    named: dict[str, list[Entry]] = {}
    for cells in filter(None, found):
        named.setdefault(f"{training(cells[0].network)}, {cells[0].canvas} canvas", cells)
    return named


def depth_level(entries: Sequence[Entry]) -> float | None:
    """The relative error at which layers are compared: common to all variants, or else to the usual one."""
    every = common_level([e for cells in variants(entries).values() for e in cells])
    return every if every is not None else common_level(depth_cells(entries))


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """Key -> the items that have it, in order."""
    found: dict[Key, list[Item]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def cases(entries: Iterable[Entry]) -> dict[tuple[str, int | None], list[Entry]]:
    """Photograph and seed -> entries."""
    return grouped(entries, lambda e: (e.picture, e.seed))


def across(entries: Iterable[Entry]) -> list[list[Entry]]:
    """The entries of each case that has several layers."""
    return [case for case in cases(entries).values() if len({e.layer for e in case}) > 1]


def common_level(entries: Sequence[Entry]) -> float | None:
    """The relative error that the most layers have reached, the smallest such; ``None`` if fewer than two have.

    A layer has reached it if nine of ten of its reconstructions have, with one network on one canvas. The others are
    left out of the comparison (`lacking` says which), instead of ending it for all.
    """
    levels = sorted({e.level for e in entries if e.level is not None})
    reached = {level: len(_reached(entries, level)) for level in levels}
    most = max(reached.values(), default=0)
    return next((level for level, count in reached.items() if count == most > 1), None)


def _counts(entries: Iterable[Entry], level: float) -> dict[Group, tuple[int, int]]:
    """How many reconstructions of each group have reached a relative error, and how many there are."""
    return {
        group: (len({e.cell for e in same if e.level == level}), len({e.cell for e in same}))
        for group, same in grouped(entries, _group).items()
    }


def _group(entry: Entry) -> Group:
    return entry.network, entry.canvas, entry.layer


def _reached(entries: Iterable[Entry], level: float) -> set[Group]:
    return {group for group, (count, total) in _counts(entries, level).items() if count >= ENOUGH * total}


def at_level(entries: Sequence[Entry], level: float | None) -> list[Entry]:
    """The snapshots at a relative error of the layers that have reached it; none if it is ``None``."""
    reached = set() if level is None else _reached(entries, level)
    return [e for e in select(entries, kind=Kind.SNAPSHOT, level=level) if _group(e) in reached]


def lacking(entries: Sequence[Entry], level: float | None) -> str:
    """The layers that have not reached a relative error, as text: relu5_4 (3 of 4 did); empty if all have."""
    counts = _counts(entries, level) if level is not None else {}
    reached = _reached(entries, level or 0.0)
    left_out = sorted((group for group in counts if group not in reached), key=lambda group: place(group[-1]))
    alone = len({group[:2] for group in counts}) == 1
    names = {(n, c, layer): layer if alone else f"{training(n)} {c} {layer}" for n, c, layer in left_out}
    return ", ".join(f"{names[group]} ({counts[group][0]} of {counts[group][1]} did)" for group in left_out)


@dataclass(frozen=True)
class Equal:
    """Snapshots at one relative error, which are compared."""

    entries: Sequence[Entry] = ()  # of the usual network; none if there is no such error
    layers: Mapping[str, Sequence[Pair]] = field(default_factory=dict)  # layer -> pairs of these and the others
    words: str = ""  # at which error
    without: str = ""  # the end of a sentence: what is not compared, and why


def at_equal_error(entries: Sequence[Entry]) -> Equal:
    """Snapshots of the usual network on the usual canvas, of layers at a common relative error."""
    cells, level = depth_cells(entries), depth_level(entries)
    if level is None and len({e.layer for e in cells if e.level is not None}) > 1:
        return Equal(without="no relative error was reached by nine of ten reconstructions of two layers or more")
    return Equal(at_level(cells, level), {}, _words(level), _without(cells, level))


def compared(entries: Sequence[Entry], weights: str, canvas: str) -> Equal:
    """The same beside those of another network or canvas, see `depth_cells`, at the layers and cases that both have."""
    first, second = _in_common(depth_cells(entries), depth_cells(entries, weights, canvas))
    apart = len({(e.network, e.canvas) for e in (*first, *second)}) == 2
    level = common_level([*first, *second]) if apart else None
    own, other = _in_common(at_level(first, level), at_level(second, level))
    others = {_case_and_layer(e): e for e in other}
    layers = {layer: [(e, others[_case_and_layer(e)]) for e in same] for layer, same in by_layer(own).items()}
    return Equal(own, layers, _words(level), _without([*first, *second], level))


def _words(level: float | None) -> str:
    return "" if level is None else f"at a relative feature error of at most {level:g}"


def _without(entries: Sequence[Entry], level: float | None) -> str:
    left_out = lacking(entries, level)
    return f"; not compared, since not all pictures reached that error: {left_out}" if left_out else ""


def _in_common(first: Sequence[Entry], second: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Of two groups the entries of layers and cases that both have."""
    keys = set(map(_case_and_layer, first)) & set(map(_case_and_layer, second))
    return [e for e in first if _case_and_layer(e) in keys], [e for e in second if _case_and_layer(e) in keys]


def _case_and_layer(entry: Entry) -> tuple[object, ...]:
    return entry.picture, entry.seed, entry.layer


def order(entries: Sequence[Entry]) -> list[str]:
    """All layers of the usual network at which errors were measured, from the picture upwards."""
    own = select(entries, network=usual(entries))
    return sorted({layer for e in own for errors in e.errors.values() for layer in errors}, key=place)


def content_layer(entries: Sequence[Entry]) -> str:
    """The layer at which content errors of styles are compared: `CONTENT_LAYER`, or a smaller network's last layer."""
    layers = order(entries)
    return CONTENT_LAYER if CONTENT_LAYER in layers or not layers else layers[-1]


def firsts(entries: Sequence[Entry]) -> list[str]:
    """The first layer of every block."""
    return [layer for layer in order(entries) if layer.endswith("_1")]


def originals(entries: Sequence[Entry], kind: Kind, like: Sequence[Entry]) -> list[Entry]:
    """Shuffled originals, or other originals, measured with the usual network of the entries `like`."""
    return [e for e in select(entries, kind=kind) if e.network == usual(like)]


def made_from(entries: Sequence[Entry], term: str) -> dict[str, list[Entry]]:
    """Layer -> the finished pictures that were made from it alone, by the usual network on the usual canvas."""
    cells = depth_cells(entries) if term == "content" else single(style_cells(entries))
    return by_layer(select(cells, kind=Kind.RESULT))


def matrix(entries: Sequence[Entry], term: str) -> dict[str, dict[str, float]]:
    """Matched layer -> measured layer -> relative error of a term, geometric mean over photographs and seeds."""
    rows = made_from(entries, term)
    layers = order([e for same in rows.values() for e in same])
    return {
        layer: {
            m: geometric_mean(max(error, EXACT) for error in found) for m in layers if (found := _errors(same, term, m))
        }
        for layer, same in rows.items()
    }


def _errors(entries: Sequence[Entry], term: str, layer: str) -> list[float]:
    """The finite errors of a term at a layer."""
    found = [e.errors[term][layer] for e in entries if layer in e.errors.get(term, {})]
    return [error for error in found if math.isfinite(error)]


def style_cells(entries: Sequence[Entry]) -> list[Entry]:
    """Style reconstructions with the usual network on the usual canvas."""
    styles = [e for e in entries if e.representation == "style" and measured(e, "style")]
    return _with(styles, usual(styles))


def cumulative(entries: Sequence[Entry]) -> list[Entry]:
    """Style reconstructions from the first layers of the first one, two, … blocks."""
    cells = select(style_cells(entries), kind=Kind.RESULT)
    first = tuple(firsts(cells))
    return [e for e in cells if e.layers["style"] == first[: len(e.layers["style"])]]


def front(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Lines of joint reconstructions of content and style that differ in the ratio only, in order of the ratio.

    A line has at least three reconstructions, whose errors are known and above 0.
    """
    joined = [e for e in select(entries, kind=Kind.RESULT, representation="both") if e.ratio is not None]
    known = [e for e in joined if all(measured(e, term) and e.own_error(term) > 0 for term in TERMS)]
    lines = grouped(_with(known, usual(known)), lambda e: (e.picture, e.painting, *sorted(e.layers.items()), e.seed))
    return [sorted(same, key=lambda e: e["ratio"]) for same in lines.values() if len(same) > 2]


def select(entries: Iterable[Entry], **wanted: Any) -> list[Entry]:
    """The entries whose attributes have the given values."""
    return [e for e in entries if all(getattr(e, name) == value for name, value in wanted.items())]


def single(entries: Iterable[Entry]) -> list[Entry]:
    """The reconstructions from one layer of one representation, whose error is known there."""
    return [e for e in entries if measured(e, e.representation) and len(e.layers[e.representation]) == 1]


def by_layer(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Layer -> the entries that were made from it, from the picture upwards."""
    found = grouped(entries, lambda e: e.layer)
    return {layer: found[layer] for layer in sorted(found, key=place)}
