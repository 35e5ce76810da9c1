"""Cells -> what the page shows, as plain data that JSON can hold. Nothing here is HTML."""

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconstruct.analysis.entries import MEASURES, Entry, Kind, current
from reconstruct.report.figures import LAYOUTS, Layout
from reconstruct.report.figures.cells import Cells, Panel, cells_of
from reconstruct.report.figures.labels import EFFORT, cell_names, labels
from reconstruct.report.figures.pivot import places
from reconstruct.report.page.pictures import Pictures, moments
from reconstruct.report.page.words import QUANTITIES, errors, facts, introduction, layer_tables, words
from reconstruct.runs import trace
from reconstruct.runs.failures import problem
from reconstruct.runs.naming import TERMS, is_setting
from reconstruct.runs.results import FILM, PICTURE, TRACE, Result
from reconstruct.runs.sentences import sentence
from reconstruct.runs.sweeps import Sweep

POINTS = 80  # of a curve
FACTS = [*(f"{term} error" for term in TERMS), *(each.title for each in QUANTITIES), "time"]


def content(sweeps: Sequence[Sweep], heading: str, pictures: Pictures) -> dict[str, Any]:
    """Everything that the page shows but the pictures, which it knows by their numbers in `pictures`.

    What was measured is shown of a single sweep only.
    """
    cells, names = cells_of(sweeps), dict.fromkeys(sweep.folder.resolve().name for sweep in sweeps)
    entries = (current(sweeps[0], MEASURES, Entry) if len(sweeps) == 1 else None) or []
    keys, results = _keys_apart(cells), [panel.result for panel in cells.panels if panel.result]
    shown = _cells(cells, keys, pictures, entries)
    known = {name for cell in shown for name in cell["facts"]}
    meanings = [(each.title, each.meaning) for each in QUANTITIES if each.title in known]
    curves = dict.fromkeys(name for cell in shown for name in cell.get("curves", {"values": ()})["values"])
    return {
        "title": heading or ", ".join(names),
        "introduction": introduction(results),
        "networks": layer_tables(results),
        "words": [*words(results, cells.axes), *meanings],
        "facts": [name for name in FACTS if name in known],
        "keys": list(_keys(cells, keys)),
        "places": _places(cells, LAYOUTS.get(cells.drawing, Layout()), keys),
        "originals": list(_originals(cells.panels, shown)),
        "curves": {name: "Total loss" if name == "loss" else f"Relative error of {name} in %" for name in curves},
        "steps": _add_films(shown, cells.panels, pictures),
        "cells": shown,
        "credits": sorted({_credit(picture) for result in results for picture in result.pictures.values()}),
        "layers": _findings(entries, cells.panels, pictures) if entries else None,
    }


def _cells(cells: Cells, keys: Sequence[str], pictures: Pictures, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    names, in_parts = cell_names(cells), len({panel.given for panel in cells.panels}) > 1
    measured = {entry.cell: entry for entry in entries if entry.kind is Kind.RESULT}
    shown = []
    for panel in cells.panels:
        values = {key: panel.values.get(key, "") for key in keys}
        known = {"label": names.get(panel.folder) or panel.name, "values": values, "problem": panel.problem}
        own = _finished(panel, pictures, measured.get(panel.folder.name), in_parts) or {
            "reason": problem(panel.folder)[1]
        }
        shown.append({"picture": None, "originals": {}, "facts": {}, "caption": ""} | known | own)
    return shown


def _finished(panel: Panel, pictures: Pictures, measured: Entry | None, in_parts: bool) -> dict[str, Any]:
    """What a finished cell has besides its values; empty if it has no picture."""
    result = panel.result
    if result is None or panel.picture is None:
        return {}
    files = {term: pictures.number(panel.folder / f"{term}.png") for term in result.originals}
    found = errors(result) | facts(vars(result).get, *([measured.known] if measured else []))
    caption = {name: text for name, (text, _) in found.items() if name in ("PSNR", *errors(result))}
    where = f" on {result.processor}" if result.processor else ""
    return {
        "sentence": sentence(result),
        "caption": ", ".join(f"{name} {text}" for name, text in caption.items()),
        "facts": found | {"time": (f"{result.seconds:.1f}\u00a0s", result.seconds)},
        "settings": {
            "computed": f"{result.evaluations} steps in {result.precision}{where}",
            **_settings(result.overrides),
        },
        "command": _command(result.overrides, in_parts),
        "credit": "; ".join(_credit(picture) for picture in result.pictures.values()),
        "note": result.note,
        "picture": pictures.number(panel.folder / PICTURE),
        "originals": {term: number for term, number in files.items() if number is not None},
        "curves": _curves(panel.folder / TRACE, result),
    }


def _settings(overrides: Iterable[str]) -> dict[str, str]:
    """What was chosen, key by key."""
    chosen = dict(override.partition("=")[::2] for override in overrides)
    return {key: value for key, value in chosen.items() if is_setting(key) and key != "device"}


def _command(overrides: Sequence[str], in_parts: bool) -> str:
    """What computes this very cell; the preset that it belongs to comes first.

    Under a name of its own: under the preset's, the cell would take the place of the whole sweep in its figure. Of a
    preset in parts, no other part may compute a cell of the same settings.
    """
    presets = [override for override in overrides if override.startswith("experiment=")]
    name = [f"name={preset.partition('=')[2]}_one" for preset in presets]
    name = ["parts=[]", *name] if presets and in_parts else name
    settings = [f"{key}={value}" for key, value in _settings(overrides).items()]
    return shlex.join(["reconstruct", *presets, *settings, *name])


def _curves(path: Path, result: Result) -> dict[str, Any]:
    """Steps, at most `POINTS`, the first and the last among them; the loss there and each layer's error in %."""
    rows = [row for row in trace.read(path) if row["total"] > 0]
    layers = [f"{term} {layer}" for term, errors in result.relative_errors.items() for layer in errors]
    some = [rows[k] for k in sorted({round(k * (len(rows) - 1) / (POINTS - 1)) for k in range(POINTS)})] if rows else []
    values = {"loss": [_short(row["total"]) for row in some]}
    values |= {name: [_short(100 * row[name]) for row in some] for name in layers if some and name in some[0]}
    return {"steps": [int(row["step"]) for row in some], "values": values if some else {}}


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def _keys(cells: Cells, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Some keys in which cells differ, with a label for every value."""
    for key in keys:
        known = labels(key, cells)
        labelled = [{"value": value, "label": known.of[value]} for value in cells.axes[key]]
        yield {"key": key, "name": known.key, "values": labelled}


def _keys_apart(cells: Cells) -> list[str]:
    """The keys that tell cells apart: not the steps that each part of a preset needs, if the others suffice."""
    others = [key for key in cells.axes if key not in EFFORT]
    points = {tuple(panel.values.get(key, "") for key in others) for panel in cells.panels}
    return others if len(points) == len(cells.panels) else list(cells.axes)


def _places(cells: Cells, layout: Layout, known: Collection[str]) -> dict[str, str]:
    """Of these keys those that stand in rows and columns at first, where the sweep's figure has them."""
    swept = ([key for key in keys if key in known] for keys in places(cells, layout))
    return {place: next(iter(keys), "") for place, keys in zip(("rows", "columns"), swept, strict=False)}


def _originals(panels: Sequence[Panel], shown: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every original once."""
    known = set()
    for panel, cell in zip(panels, shown, strict=True):
        for term, number in cell["originals"].items():
            if panel.result and number not in known:
                known.add(number)
                yield {"picture": number, "title": f"{panel.original_title(term)} ({term})"}


def _findings(entries: Sequence[Entry], panels: Sequence[Panel], pictures: Pictures) -> dict[str, Any]:
    from reconstruct.report.page.findings import findings  # statistics, which a page without measures does without

    places = {panel.folder.name: (number, panel.folder) for number, panel in enumerate(panels)}
    return findings(entries, places, pictures)


def _add_films(shown: Sequence[dict[str, Any]], panels: Sequence[Panel], pictures: Pictures) -> list[int]:
    """The steps at which all cells that have films are shown; their pictures then are added to these cells."""
    steps, films = moments([p.folder for p in panels if p.result and p.picture and FILM in p.result.files])
    for cell, panel in zip(shown, panels, strict=True):
        if panel.folder in films:
            cell["frames"] = [pictures.number(frame) for frame in films[panel.folder]]
    return steps


def _credit(picture: Mapping[str, str]) -> str:
    licence = f" ({picture['licence']})" if picture.get("licence") else ""
    return ". ".join(filter(None, (picture["title"], f"{picture['credit']}{licence}".strip())))
