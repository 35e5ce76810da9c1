"""What TensorBoard says about a cell and a sweep besides curves and pictures: settings, credits, the command."""

import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import yaml

from experiments.cell.architectures import table_to_deepest
from experiments.settings.schema import Config
from reconstruct.recorders.events import HParam, plainly, verbatim
from reconstruct.runs.naming import is_setting, listed
from reconstruct.runs.sweeps import Sweep
from reconstruct.runs.wording import ABOUT_LAYERS, LAYERS


def texts(settings: Mapping[str, Any], credits: Mapping[str, Mapping[str, str]], command: str) -> dict[str, str]:
    """A cell's pages of the Text tab, as Markdown; without a command, where that of the sweep says it."""
    lines = [f"**{term}**: {plainly(p['title'])}. {plainly(p['credit'])}" for term, p in credits.items()]
    resolved = yaml.safe_dump(dict(settings), sort_keys=False, allow_unicode=True)
    pages = {"credits": "\n\n".join(lines), "settings": verbatim(resolved)}
    return pages | ({"command": verbatim(command)} if command else {})


def sweep_texts(sweep: Sweep, caption: str) -> dict[str, str]:
    """A sweep's pages: what its figure shows, what made it, and what all its cells have in common."""
    paragraphs = [plainly(paragraph) for paragraph in caption.split("\n")]
    values = {key: sweep.values(key) for key in sweep.keys if is_setting(key)}
    common = [f"{key}={found[0]}" for key, found in values.items() if len(found) == 1]
    pages = {"caption": "\n\n".join(paragraphs), "command": verbatim(sweep.command)}
    return pages | ({"in all cells": verbatim("\n".join(common))} if common else {})


def columns(settings: Mapping[str, str]) -> dict[str, HParam]:
    """A row of the HParams table: settings in one spelling, numbers as numbers.

    A column must have one type in all cells: TensorBoard would hide the rows of the others. So what is not given
    (null), or infinite and could not be sent to the browser, is left out.
    """
    plain = {key: _plain(key, value) for key, value in settings.items() if is_setting(key) and value != "null"}
    return {key: value for key, value in plain.items() if isinstance(value, str) or math.isfinite(value)}


def _plain(key: str, value: str) -> float | str:
    if key.endswith(".picture"):
        return PurePath(value).stem or value
    try:
        return float(value)
    except ValueError:
        return " ".join(listed(value)) if value.startswith("[") else value


def layers(config: Config) -> str:
    """The table of the network's layers as Markdown; empty if there is none."""
    rows, used = table_to_deepest(config), config.asked_layers()
    lines = ["|".join([f"**`{layer}`**" if layer in used else f"`{layer}`", *others]) for layer, *others in rows]
    lines[1:1] = ["|".join("---" for _ in row) for row in rows[:1]]
    title = LAYERS.format(config.network.architecture, config.size)
    return "\n".join([f"{title}. {ABOUT_LAYERS}\n", *lines]) if lines else ""
