"""Cells -> what the page shows, as plain data that JSON can hold. Nothing here is HTML."""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from reconstruct import trace
from reconstruct.explorer.sentences import sentence
from reconstruct.figures.cells import Cells, Panel
from reconstruct.figures.labels import cell_names, key_name, shortest
from reconstruct.results import NOT_SETTINGS, PICTURE, TERMS, TRACE, Result

POINTS = 80  # of a curve
IDLE = ("hydra", "parts", "device")  # keys that say nothing of a picture


@dataclass
class Pictures:
    """The pictures that the page shows, each once though every cell has its original; one is known by its number.

    Attributes:
        paths: of files, in the order of their numbers.
    """

    paths: list[Path] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, path: Path) -> int | None:
        """Of a file; ``None`` if there is none that can be read."""
        try:
            digest = sha256(path.read_bytes()).hexdigest()
        except OSError:
            return None
        if digest not in self._numbers:
            self._numbers[digest] = len(self.paths)
            self.paths.append(path)
        return self._numbers[digest]


def content(cells: Cells, title: str, pictures: Pictures) -> dict[str, Any]:
    """Everything that the page shows but the pictures, which it knows by their numbers in `pictures`."""
    names = cell_names(cells)
    shown = [_cell(panel, cells, names.get(panel.folder) or panel.name, pictures) for panel in cells.panels]
    return {"title": title, "keys": list(_keys(cells)), "cells": shown, "credits": sorted(_credits(cells.panels))}


def _keys(cells: Cells) -> Iterator[dict[str, Any]]:
    """The keys in which cells differ, with a label for every value."""
    for key, values in cells.axes.items():
        labelled = [{"value": value, "label": shortest(key, value, cells)} for value in values]
        yield {"key": key, "name": key_name(key), "values": labelled}


def _cell(panel: Panel, cells: Cells, label: str, pictures: Pictures) -> dict[str, Any]:
    known = {"label": label, "values": {key: panel.values.get(key, "") for key in cells.axes}, "problem": panel.problem}
    if panel.result is None or panel.picture is None:
        return known | {"picture": None, "originals": {}, "errors": {}}
    files = {term: pictures.number(panel.folder / f"{term}.png") for term in TERMS if term in panel.result.layers}
    return (
        known
        | _result(panel.result)
        | {
            "picture": pictures.number(panel.folder / PICTURE),
            "originals": {term: number for term, number in files.items() if number is not None},
            "curve": _curve(panel.folder / TRACE),
        }
    )


def _result(result: Result) -> dict[str, Any]:
    errors = {term: result.error(term) for term in result.relative_errors}
    numbers = {
        "psnr": result.psnr,
        "ssim": result.ssim,
        "seconds": round(result.seconds, 2),
        "steps": result.evaluations,
    }
    made = {"processor": result.processor, "precision": result.precision, "converged": result.converged}
    return {
        "sentence": sentence(result),
        "errors": errors,
        "numbers": numbers | made,
        "settings": _settings(result.overrides),
        "command": _command(result.overrides),
        "credit": "; ".join(_credit(picture) for picture in result.pictures.values()),
        "note": result.note,
    }


def _settings(overrides: Iterable[str]) -> dict[str, str]:
    """What was chosen, key by key."""
    chosen = dict(override.partition("=")[::2] for override in overrides)
    return {key: value for key, value in chosen.items() if key.split(".")[0] not in (*NOT_SETTINGS, *IDLE)}


def _command(overrides: Sequence[str]) -> str:
    """What makes this very cell."""
    return shlex.join(["reconstruct", *(f"{key}={value}" for key, value in _settings(overrides).items())])


def _curve(path: Path) -> list[tuple[int, float]]:
    """Step and total loss, divided by the first; at most `POINTS` of them, the first and the last among them."""
    rows = [row for row in trace.read(path) if row["total"] > 0]
    if not rows:
        return []
    every = {round(k * (len(rows) - 1) / max(1, POINTS - 1)) for k in range(POINTS)}
    return [(int(rows[k]["step"]), float(f"{rows[k]['total'] / rows[0]['total']:.4g}")) for k in sorted(every)]


def _credits(panels: Iterable[Panel]) -> set[str]:
    return {_credit(picture) for panel in panels if panel.result for picture in panel.result.pictures.values()}


def _credit(picture: Mapping[str, str]) -> str:
    return f"{picture['title']}. {picture['credit']}".strip()
