"""In which settings the cells of several sweeps differ although the figure that joins them does not show it."""

from collections.abc import Iterable
from pathlib import PurePath

from reconstruct.report.figures.cells import SWEEP_KEY, Cells, Panel
from reconstruct.runs.naming import OBSERVER

NOT_COMPARED = (OBSERVER, "device", "snapshots")
# Keys of a term that choose its layers; the layers themselves are compared.
CHOICES = ("depth", "by_depth", "weights")
DECIDING = ("representation", "losses")  # keys with which others change, as they do with a preset's name


def unshown(cells: Cells) -> dict[str, list[str]]:
    """Key -> its values, for the settings in which finished cells of several sweeps differ and that are no axis.

    Empty for a single sweep. What follows from presets that are axes is not in it.
    """
    done = [(panel, _compared(panel)) for panel in cells.panels if panel.result]
    if len({panel.values[SWEEP_KEY] for panel, _ in done}) < 2:
        return {}
    axes = [key for key in cells.axes if key != SWEEP_KEY]
    presets = [key for key in axes if key in DECIDING or not _is_setting(key, done[0][0])]
    found = {}
    for key in dict.fromkeys(key for _, settings in done for key in settings if not _is_shown(key, axes)):
        values = [(panel, settings[key]) for panel, settings in done if key in settings]
        if not _follows(values, presets):
            found[key] = list(dict.fromkeys(value for _, value in values))
    return found


def _is_shown(key: str, axes: Iterable[str]) -> bool:
    by_depth = key.rpartition(".")[2] == "layers" and "depth" in axes
    return by_depth or any(key == axis or key.startswith(f"{axis}.") for axis in axes)


def _follows(values: Iterable[tuple[Panel, str]], presets: Iterable[str]) -> bool:
    """Whether the value of a cell depends on nothing but its presets; without any, whether all have the same."""
    pairs = {(tuple(panel.values.get(key, "") for key in presets), value) for panel, value in values}
    return len(pairs) == len({chosen for chosen, _ in pairs})


def _is_setting(key: str, panel: Panel) -> bool:
    """Whether a key is one of a cell's own, not the name of a file that chooses several."""
    return panel.result is not None and key.partition(".")[0] in panel.result.config


def _compared(panel: Panel) -> dict[str, str]:
    """What counts for a cell: key -> value, with its files as they were in the end."""
    inputs = panel.result.inputs if panel.result else []
    files = {given["key"]: f"{PurePath(given['name']).name} ({given['digest'][:8]})" for given in inputs}
    idle = {key for key in panel.settings if key in NOT_COMPARED or key.rpartition(".")[2] in CHOICES}
    return {key: value for key, value in panel.settings.items() if key not in idle} | files
