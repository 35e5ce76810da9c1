"""What TensorBoard says about a cell and a sweep besides curves and pictures: settings, credits, the command."""

import math
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import yaml

from experiments.settings.names import Values
from reconstruct.recorders.events import HParam, plainly, verbatim
from reconstruct.runs.naming import is_setting
from reconstruct.runs.sweeps import Sweep


def texts(settings: Mapping[str, Any], credits: Mapping[str, Mapping[str, str]], command: str) -> dict[str, str]:
    """A cell's pages of the Text tab, as Markdown; without a command, where that of the sweep says it."""
    lines = [f"**{term}**: {plainly(p['title'])}. {plainly(p['credit'])}" for term, p in credits.items()]
    listed = yaml.safe_dump(dict(settings), sort_keys=False, allow_unicode=True)
    pages = {"credits": "\n\n".join(lines), "settings": verbatim(listed)}
    return pages | ({"command": verbatim(command)} if command else {})


def sweep_texts(sweep: Sweep, caption: str) -> dict[str, str]:
    """A sweep's pages: what its figure shows, what made it, and what all its cells have in common."""
    paragraphs = [plainly(paragraph) for paragraph in caption.split("\n")]
    values = {key: sweep.values(key) for key in sweep.keys if is_setting(key)}
    common = [f"{key}={found[0]}" for key, found in values.items() if len(found) == 1]
    pages = {"caption": "\n\n".join(paragraphs), "command": verbatim(sweep.command)}
    return pages | ({"in all cells": verbatim("\n".join(common))} if common else {})


def columns(settings: Mapping[str, Any], layers: Mapping[str, Sequence[str]], values: Values) -> dict[str, HParam]:
    """A row of the HParams table: what was chosen for a cell, numbers as numbers.

    A column must have one type in all cells: TensorBoard would hide the rows of the others.

    Args:
        settings: resolved.
        layers: term -> layers.
        values: key -> value of what was chosen.
    """
    given = {key: value for key, value in values.items() if is_setting(key)}
    resolved = {key: _plain(settings, key, value) for key, value in given.items()}
    lists = {f"{term}.layers": " ".join(names) for term, names in layers.items()}
    chosen = {key: names for key, names in lists.items() if "depth" in given or key in given}
    return {key: value for key, value in (resolved | chosen).items() if value is not None}


def _plain(settings: Mapping[str, Any], key: str, value: str) -> HParam | None:
    """A value as it was resolved; ``None`` where TensorBoard could not send it to the browser (infinite)."""
    found: Any = settings
    for part in key.split("."):
        found = found.get(part, value) if isinstance(found, Mapping) else value
    match found:
        case bool() | Mapping():  # a choice of files: canvas=pixels
            return value.strip("'\"") or str(found)
        case None | int() | float():
            return found if found is not None and math.isfinite(found) else None
        case list():
            return " ".join(map(str, found))
    return PurePath(found).stem or found if key.endswith(".picture") else str(found)
