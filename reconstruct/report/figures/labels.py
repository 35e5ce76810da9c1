"""Labels for the keys and values of a sweep.

Different values have different labels, and numbers read back exactly: α/β = 0.015 is not rounded to 10⁻².
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from reconstruct.errors import InputError, nearest
from reconstruct.files import unique_ends
from reconstruct.report.figures.cells import SWEEP_KEY, Cells, Panel
from reconstruct.report.figures.page.fitting import legible
from reconstruct.runs.naming import TERMS, listed
from reconstruct.runs.results import START
from reconstruct.runs.wording import UNKNOWN, layer_range, numbers, plain, tap_kind

KEYS = {
    "ratio": "α/β",
    "content.layers": "content layer",
    "style.layers": "style layers",
    "depth": "layers",
    "content.picture": "content",
    "style.picture": "style",
    SWEEP_KEY: "sweep",
}
STARTS = {"content": "content picture", "style": "style picture"}  # start -> what that is
EFFORT = ("steps",)  # keys that say how long, not what


class Labels(NamedTuple):
    """A key's name for readers, and a label for each of its values."""

    key: str
    of: Mapping[str, str]


def labels(key: str, cells: Cells) -> Labels:
    """A key's name and its values' labels, in a reader's own words where there are some."""
    known: Labels = cells.labels.get(key) or _renamed(_labels(key, cells), cells.renamed)
    cells.labels[key] = known
    return known


def _renamed(known: Labels, new: Mapping[str, str]) -> Labels:
    """With a reader's own words in the place of a value, of its label, and of the key's name."""
    own = {value: new.get(value, new.get(label, label)) for value, label in known.of.items()}
    return Labels(new.get(known.key, known.key), own)


def _labels(key: str, cells: Cells) -> Labels:
    values, name = cells.values(key), key_name(key)
    if key.endswith(".picture"):
        return Labels(name, _pictures(key, values, cells.panels))
    if key.endswith(".layers"):
        return Labels(name, _layers({value: tuple(listed(value)) for value in values}))
    if key == "depth":
        sets = {value: _at_depth(value, cells.panels) for value in values}
        return _ends(sets) if any(len(of) > 1 for of in sets.values()) else Labels(name, _layers(_only(sets)))
    if key in (SWEEP_KEY, START, "content.code"):
        known = {each: STARTS[each] for each in values if each in STARTS} if key == START else {}
        return Labels(name, _paths(values) | known)
    if key == "ratio":
        return Labels(name, _distinguished(numbers(values)))
    return Labels(name, _distinguished({value: plain(value) for value in values}))


def relabelled(cells: Cells, new: Mapping[str, str]) -> Cells:
    """With a reader's own words for labels; `InputError` if nothing is labelled so, or two values would be alike."""
    if not new:
        return cells
    keys = [*cells.axes, *cells.narrowed]
    every = [labels(key, cells) for key in keys]
    every += [depth_labels(cells, term) for term in TERMS if "depth" in keys]
    words = (words for each in every for words in (each.key, *each.of, *each.of.values()))
    known = list(dict.fromkeys([*map(key_name, keys), *words]))
    for old in new:
        if old not in known:
            there = f"nothing is labelled so; labels are {', '.join(known)}"
            raise InputError(f"--label {old}=…: {there}{nearest(old, known)}")
    renamed = replace(cells, renamed=new)
    for key in keys:
        (word, count), *_ = Counter(labels(key, renamed).of.values()).most_common(1)
        if count > 1:
            raise InputError(f"--label: {count} values of {key} would be labelled {word!r}; give each its own")
    return renamed


def key_name(key: str, cells: Cells | None = None) -> str:
    """A key's name for readers, in a reader's own words where there are some."""
    name = KEYS.get(key, key.removesuffix(".picture").replace(".", " ").replace("_", " "))
    return cells.renamed.get(name, name) if cells else name


def cell_names(cells: Cells, without: Sequence[str] = ()) -> dict[Path, str]:
    """Folder of a cell -> a name with the keys in which cells differ, except `without`.

    What has no effect on a cell or is not known of it, and the steps are left out where names stay different.
    """
    keys = [key for key in cells.axes if key not in without]

    def name(panel: Panel, keys: Sequence[str], own: str) -> str:
        named = with_keys(keys, cells)
        return ", ".join(own if own and key == "depth" else named(key, panel.values.get(key, "")) for key in keys)

    for left_out in (EFFORT, ()):
        of = {p.folder: [key for key in keys if key not in left_out and p.values.get(key)] for p in cells.panels}
        names = {p.folder: name(p, of[p.folder], _own_layers(p)) for p in cells.panels}
        if len(set(names.values())) == len(names):
            return names
    return {panel.folder: name(panel, keys, "") for panel in cells.panels}


def _own_layers(panel: Panel) -> str:
    """The layers that a depth chose for a cell of content or style alone: of style, all up to the last one."""
    layers = [panel.settings[key] for term in TERMS if (key := f"{term}.layers") in panel.settings]
    return layer_range(listed(layers[0])) if len(layers) == 1 else ""


def with_keys(keys: Sequence[str], cells: Cells) -> Callable[[str, str], str]:
    """(key, value) -> a label with both; what says by itself what it is does without its key.

    That is the representation, the only layers and the only picture.
    """
    kinds = Counter(map(_kind, keys))

    def named(key: str, value: str) -> str:
        label, kind = labels(key, cells).of[value], _kind(key)
        is_clear = kind in ("picture", "representation") or (kind == "layers" and tap_kind(label))
        return label if is_clear and kinds[kind] == 1 else f"{key_name(key, cells)} {label}"

    return named


def _kind(key: str) -> str:
    """What the values of a key are: layers, a picture, or something else."""
    return "layers" if key == "depth" else key.rpartition(".")[2]


def _distinguished(of: Mapping[str, str]) -> dict[str, str]:
    """Names that look the same are replaced by the values as typed, in ASCII."""
    alone = _alone(of)
    return {value: name if value in alone else ascii(value)[1:-1] or UNKNOWN for value, name in of.items()}


def _alone(of: Mapping[str, str]) -> set[str]:
    """The values whose names look like no other."""
    often = Counter(map(legible, of.values()))
    return {value for value, name in of.items() if often[legible(name)] == 1}


def _pictures(key: str, values: Sequence[str], panels: Sequence[Panel]) -> dict[str, str]:
    """By title or, of files, the part of the path that differs; by both if titles are the same."""
    term, paths = key.removesuffix(".picture"), _paths(values)
    names = {v: _title(term, [p for p in panels if p.values.get(key) == v]) or paths[v] for v in values}
    alone = _alone(names)
    return _distinguished({v: name if v in alone else f"{name} ({paths[v]})" for v, name in names.items()})


def _title(term: str, panels: Sequence[Panel]) -> str:
    """The title of a sample, without painter and year; empty for a file of the user's."""
    credits = next((p.result.pictures[term] for p in panels if p.result and term in p.result.pictures), {})
    title = credits.get("title", "")
    return re.sub(r", (ca\. )?\d{4}.*$", "", title).split(", ", 1)[-1] if credits.get("credit") else ""


def _paths(values: Sequence[str]) -> dict[str, str]:
    """The shortest ends of paths that are all different."""
    return _distinguished({value: end or UNKNOWN for value, end in unique_ends(values).items()})


Layers = tuple[str, ...]


def _at_depth(depth: str, panels: Sequence[Panel], of: Sequence[str] = TERMS) -> list[Layers]:
    """The different sets of layers that a depth chose for some terms; empty if it chose none."""
    at_depth = [panel.settings for panel in panels if panel.values.get("depth") == depth]
    chosen = [known[f"{term}.layers"] for known in at_depth for term in of if f"{term}.by_depth" in known]
    return list(dict.fromkeys(tuple(listed(layers)) for layers in chosen))


def _only(sets: Mapping[str, Sequence[Layers]]) -> dict[str, Layers]:
    return {value: of[0] if of else () for value, of in sets.items()}


def _ends(sets: Mapping[str, Sequence[Layers]]) -> Labels:
    """Labels for depths at which style has more layers than content: the layer that is the last of both."""
    ends = {value: ", ".join(dict.fromkeys(layers[-1] for layers in of)) or value for value, of in sets.items()}
    return Labels("layer (for style, all layers up to it)", _distinguished(ends))


def _layers(sets: Mapping[str, Layers]) -> dict[str, str]:
    """By the first and the last layer, or by the names of all where these are not different."""
    spelled = {value: layers or (plain(value),) for value, layers in sets.items()}
    ranges = {value: layer_range(layers) for value, layers in spelled.items()}
    if len(set(ranges.values())) == len(ranges):
        return ranges
    return _distinguished({value: ", ".join(layers) for value, layers in spelled.items()})


def depth_labels(cells: Cells, term: str) -> Labels:
    """Labels for depths: as in the paper "+ layer", if each set of layers is the one before it and that layer."""
    sets = _only({value: _at_depth(value, cells.panels, (term,)) for value in cells.values("depth")})
    longest = max(sets.values(), key=len, default=())
    places = {value: place for place, value in enumerate(sets, 1)}
    grows = all(not layers or layers == longest[: places[value]] for value, layers in sets.items())
    names = {v: f"{'+ ' if places[v] > 1 else ''}{layers[-1]}" if layers else v for v, layers in sets.items()}
    return _renamed(Labels("layers", names if grows and len(longest) > 1 else _layers(sets)), cells.renamed)
