"""A cell's settings as TensorBoard's HParams table has them, and its network's layers as its Text tab does."""

import math
from collections.abc import Mapping
from pathlib import PurePath

from experiments.cell.architectures import table_to_deepest
from experiments.settings.schema import Config
from reconstruct.recorders.events import HParam
from reconstruct.runs.naming import is_setting, listed
from reconstruct.runs.wording import ABOUT_LAYERS, LAYERS


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
