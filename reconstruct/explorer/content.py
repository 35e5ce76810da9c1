"""Cells -> what the page shows, as plain data that JSON can hold. Nothing here is HTML."""

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconstruct import trace
from reconstruct.analysis.entries import Entry, Kind
from reconstruct.explorer.introduction import introduction, words
from reconstruct.explorer.pictures import Pictures
from reconstruct.explorer.quantities import numbers, told
from reconstruct.explorer.sentences import sentence, title
from reconstruct.failures import Failure
from reconstruct.figures.cells import Cells, Panel
from reconstruct.figures.labels import EFFORT, cell_names, labels, shortest
from reconstruct.figures.pivot import Layout, places
from reconstruct.results import FILM, NOT_SETTINGS, PICTURE, TRACE, Result, damage

POINTS = 80  # of a curve
LOSS = "loss"  # the total
IDLE = ("hydra", "parts", "device")  # keys that say nothing of a picture


def content(
    cells: Cells, heading: str, pictures: Pictures, entries: Sequence[Entry] = (), layout: Layout | None = None
) -> dict[str, Any]:
    """Everything that the page shows but the pictures, which it knows by their numbers in `pictures`.

    Args:
        cells: of one sweep or several.
        heading: the title of the page.
        pictures: to which those of the cells are added.
        entries: what was measured of these cells' pictures, if it was.
        layout: of the sweep's figure, where its kind has its own.
    """
    names = cell_names(cells)
    keys, in_parts = _keys_apart(cells), len({panel.given for panel in cells.panels}) > 1
    shown = [_cell(each, keys, names.get(each.folder) or each.name, pictures, in_parts) for each in cells.panels]
    _add_measures(shown, cells.panels, entries)
    return {
        "title": heading,
        **_words([panel.result for panel in cells.panels if panel.result], cells, shown),
        "keys": list(_keys(cells, keys)),
        "places": _places(cells, layout or Layout(), keys),
        "originals": list(_originals(cells.panels, shown)),
        "steps": _add_films(shown, cells.panels, pictures),
        "cells": shown,
        "credits": sorted(_credits(cells.panels)),
        "layers": _findings(entries, cells.panels, pictures) if entries else None,
    }


def _words(results: Sequence[Result], cells: Cells, shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the page says of itself, and the quantities that its cells have."""
    known = told({name for cell in shown for name in cell["numbers"]})
    meanings = [*words(results, cells.axes), *((each["title"], each["meaning"]) for each in known)]
    return {"introduction": introduction(results), "words": meanings, "quantities": known}


def _add_measures(shown: Sequence[dict[str, Any]], panels: Sequence[Panel], entries: Sequence[Entry]) -> None:
    """Adds to the numbers of cells what was measured of their finished pictures."""
    of = {entry.cell: numbers(entry) for entry in entries if entry.kind is Kind.RESULT}
    for cell, panel in zip(shown, panels, strict=True):
        if panel.picture:
            cell["numbers"] = of.get(panel.folder.name, {}) | cell["numbers"]


def _originals(panels: Sequence[Panel], shown: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every original once."""
    known = set()
    for panel, cell in zip(panels, shown, strict=True):
        for term, number in cell["originals"].items():
            if panel.result and number not in known:
                known.add(number)
                told = ", ".join(filter(None, (title(panel.result, term), panel.result.scale(term))))
                yield {"picture": number, "title": f"{told} ({term})"}


def _findings(entries: Sequence[Entry], panels: Sequence[Panel], pictures: Pictures) -> dict[str, Any]:
    from reconstruct.explorer.findings import findings  # statistics, which a page without measures does without

    places = {panel.folder.name: (number, panel.folder) for number, panel in enumerate(panels)}
    return findings(entries, places, pictures)


def _add_films(shown: Sequence[dict[str, Any]], panels: Sequence[Panel], pictures: Pictures) -> list[int]:
    """The steps at which all cells that have films are shown; their pictures then are added to these cells."""
    filmed = {number: p for number, p in enumerate(panels) if p.result and p.picture and FILM in p.result.files}
    folders = {number: panel.folder for number, panel in filmed.items()}
    if not folders:
        return []
    from reconstruct.explorer.films import moments  # torch, which a page without films does without

    steps, films = moments(folders)
    for number, frames in films.items():
        shown[number]["frames"] = [pictures.number_of(frame) for frame in frames]
    return steps


def _keys(cells: Cells, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Some keys in which cells differ, with a label for every value."""
    for key in keys:
        labelled = [{"value": value, "label": shortest(key, value, cells)} for value in cells.axes[key]]
        name = labels(key, cells)[-1].key.partition(":")[0]
        yield {"key": key, "name": name, "values": labelled}


def _keys_apart(cells: Cells) -> list[str]:
    """The keys that tell cells apart: not the steps that each part of a preset needs, if the others suffice."""
    others = [key for key in cells.axes if key not in EFFORT]
    points = {tuple(panel.values.get(key, "") for key in others) for panel in cells.panels}
    return others if len(points) == len(cells.panels) else list(cells.axes)


def _places(cells: Cells, layout: Layout, known: Collection[str]) -> dict[str, str]:
    """Of these keys those that stand in rows and columns at first, where the sweep's figure has them."""
    swept = ([key for key in keys if key in known] for keys in places(cells, layout))
    return {place: next(iter(keys), "") for place, keys in zip(("rows", "columns"), swept, strict=False)}


def _cell(panel: Panel, keys: Iterable[str], label: str, pictures: Pictures, in_parts: bool) -> dict[str, Any]:
    known = {"label": label, "values": {key: panel.values.get(key, "") for key in keys}, "problem": panel.problem}
    if panel.result is None or panel.picture is None:
        return known | {"picture": None, "originals": {}, "errors": {}, "numbers": {}, "reason": _reason(panel.folder)}
    files = {term: pictures.number(panel.folder / f"{term}.png") for term in panel.result.originals}
    return (
        known
        | _result(panel.result, in_parts)
        | {
            "picture": pictures.number(panel.folder / PICTURE),
            "originals": {term: number for term, number in files.items() if number is not None},
            "curves": _curves(panel.folder / TRACE, panel.result),
        }
    )


def _reason(folder: Path) -> str:
    """Why a cell failed or what of it is damaged, in a line; empty if neither."""
    failure = Failure.read(folder)
    return damage(folder) or (failure.message if failure else "")


def _result(result: Result, in_parts: bool) -> dict[str, Any]:
    errors = {term: result.error(term) for term in result.relative_errors}
    return {
        "sentence": sentence(result),
        "errors": errors,
        "numbers": numbers(result),
        "seconds": round(result.seconds, 2),
        "steps": result.evaluations,
        "computed": ", ".join(filter(None, (result.precision, result.processor))),
        "settings": _settings(result.overrides),
        "command": _command(result.overrides, in_parts),
        "credit": "; ".join(_credit(picture) for picture in result.pictures.values()),
        "note": result.note,
    }


def _settings(overrides: Iterable[str]) -> dict[str, str]:
    """What was chosen, key by key."""
    chosen = dict(override.partition("=")[::2] for override in overrides)
    return {key: value for key, value in chosen.items() if key.split(".")[0] not in (*NOT_SETTINGS, *IDLE)}


def _command(overrides: Sequence[str], in_parts: bool) -> str:
    """What makes this very cell; the preset that it belongs to comes first.

    Under a name of its own: under the preset's, the cell would take the place of the whole sweep in its figure. Of a
    preset in parts no other part may make its own of the same settings.
    """
    presets = [override for override in overrides if override.startswith("experiment=")]
    name = [f"name={preset.partition('=')[2]}_one" for preset in presets]
    name = ["parts=[]", *name] if presets and in_parts else name
    settings = [f"{key}={value}" for key, value in _settings(overrides).items()]
    return shlex.join(["reconstruct", *presets, *settings, *name])


def _curves(path: Path, result: Result) -> dict[str, Any]:
    """Steps, at most `POINTS`, the first and the last among them; the loss there and each layer's relative error."""
    rows = [row for row in trace.read(path) if row["total"] > 0]
    if not rows:
        return {}
    some = [rows[k] for k in sorted({round(k * (len(rows) - 1) / max(1, POINTS - 1)) for k in range(POINTS)})]
    layers = [f"{term} {layer}" for term, errors in result.relative_errors.items() for layer in errors]
    known = {name: [_short(row[name]) for row in some] for name in layers if name in rows[0]}
    loss = [_short(row["total"]) for row in some]
    return {"steps": [int(row["step"]) for row in some], "values": {LOSS: loss, **known}}


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def _credits(panels: Iterable[Panel]) -> set[str]:
    return {_credit(picture) for panel in panels if panel.result for picture in panel.result.pictures.values()}


def _credit(picture: Mapping[str, str]) -> str:
    licence = f" ({picture['licence']})" if picture.get("licence") else ""
    return ". ".join(filter(None, (picture["title"], f"{picture['credit']}{licence}".strip())))
