"""What happens around a sweep: the list of its cells before, its figure and its account after.

Hydra calls this in the controller, whatever the launcher, so all that is known about cells is read from their folders.
"""

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from experiments.cell import command
from experiments.failures import Failure
from experiments.names import cell_name
from experiments.progress import say
from reconstruct.results import Sweep, SweepCell


class SweepCallback(Callback):
    """Registered in configs/reconstruct.yaml."""

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Leave sweep.json, so that figures and overviews know which cells there should be."""
        sweep = plan(config)
        sweep.folder.mkdir(parents=True, exist_ok=True)
        sweep.write()

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Draw the figure, say how it went, and end the program with the exit code that follows from it."""
        sweep = Sweep.read(Path(config.hydra.sweep.dir))
        if sweep is None:
            return
        from experiments.figure import draw

        if any(result for _, result in sweep.results()):
            draw(sweep)
        code = account(sweep)
        if code:
            raise SystemExit(code)  # the one exception that Hydra does not turn into a warning here


def plan(config: DictConfig) -> Sweep:
    """The cells that Hydra's sweeper will run: the product of all swept keys, the command line's after the preset's."""
    params = [f"{key}={value}" for key, value in (config.hydra.sweeper.get("params") or {}).items()]
    choices: dict[str, list[str]] = {}
    overrides = OverridesParser.create().parse_overrides([*params, *config.hydra.overrides.task])
    for override in overrides:
        key = override.get_key_element()
        swept = override.is_sweep_override()
        values = override.sweep_string_iterator() if swept else [override.get_value_element_as_str()]
        choices[key] = list(map(str, values))
    axes = {key: values for key, values in choices.items() if len(values) > 1}
    points = [dict(zip(choices, point, strict=True)) for point in itertools.product(*choices.values())]
    cells = [_cell(point, axes) for point in points]
    return Sweep(Path(config.hydra.sweep.dir), config.figure.name, axes, cells, command())


def _cell(point: dict[str, str], axes: dict[str, list[str]]) -> SweepCell:
    name = cell_name([f"{key}={value}" for key, value in point.items()])
    return SweepCell(name, {key: point[key] for key in axes})


def account(sweep: Sweep) -> int:
    """Say how many cells are done and which failed and why; the exit code: 0, 1, or 2 if only input was wrong."""
    missing = [cell.folder for cell, result in sweep.results() if result is None]
    total = len(sweep.cells)
    say(f"{sweep.folder}: {total - len(missing)} of {total} cells done")
    failures = {name: Failure.read(sweep.folder / name) for name in missing}
    reasons = Counter(failure.message for failure in failures.values() if failure)
    for message, count in reasons.items():
        names = [name for name, failure in failures.items() if failure and failure.message == message]
        say(f"  {count} failed: {message} ({names[0]}{', …' if count > 1 else ''})")
    if not missing:
        return 0
    say(f"  to run only what is missing: {sweep.command}")
    return 2 if all(failure and failure.is_input for failure in failures.values()) else 1
