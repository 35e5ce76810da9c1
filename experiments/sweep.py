"""What happens around a sweep: the list of its cells before, its table, figure and account after.

Hydra calls this in the controller, whatever the launcher, so all that is known about cells is read from their folders.
Any exception but SystemExit would become a warning there, and the sweep would seem to have gone well.
"""

import csv
import io
import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from experiments.cell import command
from experiments.failures import Failure
from experiments.names import cell_name
from experiments.progress import say
from reconstruct.errors import InputError
from reconstruct.files import written_whole
from reconstruct.results import Result, Sweep, SweepCell


class SweepCallback(Callback):
    """Registered in configs/reconstruct.yaml."""

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Leave sweep.json, so that figures and overviews know which cells there should be."""
        _or_exit(lambda: _announce(plan(config)))

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Say how it went, leave the table and the figure, and end the program with the exit code that follows."""
        sweep = Sweep.read(Path(config.hydra.sweep.dir))
        if sweep is None:
            return
        code = account(sweep)
        _or_exit(lambda: _conclude(sweep))
        if code:
            raise SystemExit(code)


def _or_exit(task: Callable[[], None]) -> None:
    try:
        task()
    except Exception as error:
        failure = Failure.of(error)
        say(f"reconstruct: {failure.message}")
        raise SystemExit(2 if failure.is_input else 1) from error


def _announce(sweep: Sweep) -> None:
    sweep.folder.mkdir(parents=True, exist_ok=True)
    sweep.write()


def _conclude(sweep: Sweep) -> None:
    write_table(sweep)
    if sweep.drawing != "none" and any(result for _, result in sweep.results()):
        from experiments.figure import draw

        draw(sweep)


def plan(config: DictConfig) -> Sweep:
    """The cells that Hydra's sweeper will run: the product of all swept keys, the command line's after the preset's."""
    params = [f"{key}={value}" for key, value in (config.hydra.sweeper.get("params") or {}).items()]
    choices: dict[str, list[str]] = {}
    for override in OverridesParser.create().parse_overrides([*params, *config.hydra.overrides.task]):
        swept = override.is_sweep_override()
        values = override.sweep_string_iterator() if swept else [override.get_value_element_as_str()]
        choices[override.get_key_element()] = list(map(str, values))
    axes = {key: values for key, values in choices.items() if len(values) > 1}
    points = [dict(zip(choices, point, strict=True)) for point in itertools.product(*choices.values())]
    cells = [SweepCell(cell_name([f"{key}={value}" for key, value in point.items()]), point) for point in points]
    _check_folders(cells, axes)
    return Sweep(Path(config.hydra.sweep.dir), config.figure.name, axes, cells, command())


def _check_folders(cells: list[SweepCell], axes: dict[str, list[str]]) -> None:
    (folder, count) = Counter(cell.folder for cell in cells).most_common(1)[0]
    if count > 1:
        raise InputError(
            f"{count} cells would share the folder {folder!r}: of {', '.join(axes)}, give every value once, and "
            "sweep experiment, name, runs and figure one command at a time"
        )


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
    if all(failure and failure.is_input for failure in failures.values()):
        return 2
    say(f"  to run only what is missing: {sweep.command}")
    return 1


def write_table(sweep: Sweep) -> None:
    """``cells.csv``: a row a cell with its state, what was asked for and what came out."""
    rows = [_row(sweep, cell, result) for cell, result in sweep.results()]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with written_whole(sweep.folder / "cells.csv") as file:
        file.write(text.getvalue().encode())


def _row(sweep: Sweep, cell: SweepCell, result: Result | None) -> dict[str, Any]:
    failed = Failure.read(sweep.folder / cell.folder) is not None
    row = {"cell": cell.folder, "state": "done" if result else "failed" if failed else "missing", **cell.values}
    if result is None:
        return row
    losses = {f"{term}_loss": loss for term, loss in result.losses.items()}
    errors = {f"{term}_error": result.error(term) for term in result.relative_errors}
    quality = {"psnr": result.psnr, "ssim": result.ssim, "seconds": round(result.seconds, 2)}
    return row | {"total_loss": result.total} | losses | errors | quality
