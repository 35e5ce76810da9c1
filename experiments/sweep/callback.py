"""What happens around a sweep: the list of its cells before, its table, figure and report after.

Hydra calls this in the controller, whatever the launcher, so all that is known about cells is read from their folders.
Any exception but SystemExit would become a warning there, and the sweep would seem to have gone well.
"""

import errno
import itertools
import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, open_dict

from experiments.cell import locks
from experiments.cell.failures import Failure
from experiments.cell.invocation import command
from experiments.cell.run import UNFILMED
from experiments.drawing import outdated
from experiments.settings.composition import as_input_errors, configuration, unused_settings
from experiments.settings.fingerprint import request
from experiments.settings.inputs import lookup
from experiments.settings.names import cell_name
from experiments.settings.schema import check_place
from experiments.sweep.monitor import SweepMonitor
from experiments.sweep.preflight import problems
from experiments.sweep.state import State, SweepStatus
from experiments.sweep.tables import write_table
from experiments.terminal.exits import ELSEWHERE, mistakes_in, os_error_message
from experiments.terminal.progress import say
from reconstruct.errors import InputError, RunError
from reconstruct.files import remove_stale_parts
from reconstruct.results import FAILURE, FILM, PICTURE, RESULT, Result, Sweep, SweepCell

DRAWN_AT_MOST = 100  # cells, unasked; 500 take two minutes


class SweepCallback(Callback):
    """Registered in configs/reconstruct.yaml."""

    def on_run_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Find what is wrong with a single cell before anything is written."""
        _or_exit(lambda: _check_alone(config))

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Leave sweep.json, so that figures and overviews know which cells there should be, and watch them."""
        _or_exit(lambda: _begin(config))

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Say how it went, leave the table and the figure, and end the program with the exit code that follows."""
        if _watched and not is_going_on():
            _or_exit(_finish)


Product = dict[str, list[str]]
"""Key -> values: the cells are all combinations. Hydra's sweeper runs one such product at a time."""


@dataclass
class _Watched:
    """The sweep of this process, from its start to its report, and the products that Hydra is still to be given."""

    sweep: Sweep
    watch: SweepMonitor
    ahead: list[Product]


_watched: list[_Watched] = []


def is_going_on() -> bool:
    """Whether Hydra has to be called again, for the next product of this sweep."""
    return any(watched.ahead for watched in _watched)


def abandon() -> bool:
    """The sweep, if there is one, ended before its end, which Hydra tells nobody: say how it stands."""
    was_watched = bool(_watched)
    while _watched:
        watched = _watched.pop()
        report(watched.sweep, watched.watch.close(), watched.watch.before)
        with suppress(OSError):  # the disk may be full
            write_table(watched.sweep)
    return was_watched


def _finish() -> None:
    _wait_for_others(_watched[0].sweep)
    watched = _watched.pop()
    code = report(watched.sweep, watched.watch.close(), watched.watch.before)
    try:
        _conclude(watched.sweep)
    except (InputError, RunError) as error:  # the cells are done all the same
        say(f"reconstruct: {error}; not drawn")
        code = code or 1
    if code:
        raise SystemExit(code)


def _wait_for_others(sweep: Sweep) -> None:
    others = [folder for cell in sweep.cells if locks.is_held(folder := sweep.folder / cell.folder)]
    if others:
        say(f"waiting for {len(others)} that another process is making: {others[0].name}{', …' if others[1:] else ''}")
    for folder in others:
        locks.wait(folder)


def _or_exit(task: Callable[[], None]) -> None:
    try:
        with as_input_errors():
            task()
    except OSError as error:
        say(f"reconstruct: {os_error_message(error, ELSEWHERE)}")
        raise SystemExit(1) from error
    except Exception as error:
        failure = Failure.of(error)
        say(f"reconstruct: {failure.message}")
        raise SystemExit(2 if failure.is_input else 1) from error


def _check_alone(config: DictConfig) -> None:
    HydraConfig.instance().set_config(config)  # which Hydra itself does too late for ${hydra:…}
    for line in unused_settings(configuration(config), config.hydra.overrides.task):
        say(line)
    _make(Path(config.hydra.run.dir))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise InputError(f"{folder}: this folder cannot be made ({error.strerror}); set runs= to another") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: no permission to write there; set runs= to another folder")


def _begin(config: DictConfig) -> None:
    if not _watched:
        _announce(config, plan(config))
    (watched,) = _watched
    if not watched.ahead:
        _finish()
        raise SystemExit(0)
    if product := watched.ahead.pop(0):
        with open_dict(config.hydra):
            config.hydra.sweeper.params = None
            config.hydra.overrides.task = [f"{key}={','.join(values)}" for key, values in product.items()]


def _announce(config: DictConfig, sweep: Sweep) -> None:
    check_place(config.runs, config.name)
    left = _unfinished(config, sweep)
    _rehearse(config, sweep, left)
    _make(sweep.folder)
    remove_stale_parts(sweep.folder)
    sweep.write()
    others = {path.parent.name for path in sweep.folder.glob(f"*/{RESULT}")} - {cell.folder for cell in sweep.cells}
    if others:
        say(f"{sweep.folder} also holds {len(others)} finished cells of other sweeps, which its table leaves out")
    watch = SweepMonitor(sweep)
    if watch.before:
        say(f"{sweep.folder}: {len(watch.before)} of {len(sweep.cells)} cells were done before")
    _watched.append(_Watched(sweep, watch, _narrowed(config, sweep, left)))


def _unfinished(config: DictConfig, sweep: Sweep) -> list[SweepCell]:
    """The cells that are not known to be finished."""
    files = sources(config.hydra)
    return [cell for cell in sweep.cells if not _is_current(sweep.folder / cell.folder, cell, files)]


def _rehearse(config: DictConfig, sweep: Sweep, left: Sequence[SweepCell]) -> None:
    """Say which cells cannot be made; if that is all of the sweep, it is wrong input and nothing is written."""
    found = problems(left, config.hydra)
    if sum(map(len, found.values())) == len(sweep.cells):
        first, *others = found
        raise InputError(f"{first} (and {len(others)} more mistakes in other cells)" if others else first)
    for message, cells in found.items():
        say(f"{len(cells)} of {len(sweep.cells)} cells cannot be made: {message} ({_named(cells)})")


def _named(cells: Sequence[SweepCell]) -> str:
    return cells[0].folder + (", …" if cells[1:] else "")


def _narrowed(config: DictConfig, sweep: Sweep, left: Sequence[SweepCell]) -> list[Product]:
    """The sweep's products, with only the values of cells that are not known to be finished: each takes a second.

    Where there are no parts and nothing is finished, it is left as Hydra has it, and stands here empty.
    """
    made_of, still_open = products(config), {cell.folder for cell in left}
    if not config.get("parts") and len(still_open) == len(sweep.cells):
        return [{}]
    open_cells = [[cell for cell in _cells(product) if cell.folder in still_open] for product in made_of]
    return [
        {key: list(dict.fromkeys(cell.values[key] for cell in cells)) for key in cells[0].values}
        for cells in open_cells
        if cells
    ]


def _is_current(folder: Path, cell: SweepCell, files: list[Path]) -> bool:
    """Whether the cell's result was made by the same request from the same files, so that it need not be visited."""
    result = Result.read(folder)
    if result is None or (folder / FAILURE).exists() or not (folder / PICTURE).exists():
        return False
    try:
        unchanged = all(lookup(given["name"], given["key"]).record == given for given in result.inputs)
    except InputError:
        return False
    return bool(result.inputs) and unchanged and result.request == request(cell.values, files)


def sources(hydra_config: DictConfig) -> list[Path]:
    """What the configuration was composed from: the primary file, and the folders in which others were looked for."""
    folders = [
        Path(source.path).absolute() for source in hydra_config.runtime.config_sources if source.schema == "file"
    ]
    return [Path(hydra_config.job.config_name), *folders]


def _conclude(sweep: Sweep) -> None:
    write_table(sweep)
    if sweep.drawing == "none" or not any(result for _, result in sweep.results()):
        return
    with mistakes_in(sweep.folder):
        if not outdated.is_drawn(sweep):
            _draw(sweep)
        if not outdated.is_current(sweep, FILM):
            _film(sweep)
        outdated.set_aside(sweep)


def _draw(sweep: Sweep) -> None:
    if sweep.drawing == "auto" and len(sweep.cells) > DRAWN_AT_MOST:
        say(f"{len(sweep.cells)} cells make a large table: reconstruct-figure {sweep.folder} draws it")
        return
    from experiments.drawing.figure import draw

    draw([sweep])


def _film(sweep: Sweep) -> None:
    """Of the cells that were made with film=true, if there are any."""
    if any((sweep.folder / cell.folder / FILM).exists() for cell in sweep.cells):
        if len(sweep.cells) > DRAWN_AT_MOST:
            say(f"{len(sweep.cells)} cells make a long film: reconstruct-figure {sweep.folder} --kind film makes it")
            return
        from experiments.drawing.film import draw_film

        draw_film(sweep)
    elif any(cell.values.get("film", "").lower() == "true" for cell in sweep.cells):
        say(f"{sweep.folder}: all cells were {UNFILMED}")


def plan(config: DictConfig) -> Sweep:
    """The cells that Hydra's sweeper will be given, each once."""
    made_of = products(config)
    cells = list({cell.folder: cell for product in made_of for cell in _cells(product)}.values())
    keys = dict.fromkeys(key for product in made_of for key in product)
    axes = {key: list(dict.fromkeys(cell.values[key] for cell in cells if key in cell.values)) for key in keys}
    axes = {key: values for key, values in axes.items() if len(values) > 1}
    return Sweep(Path(config.hydra.sweep.dir), config.figure.name, axes, cells, command())


def products(config: DictConfig) -> list[Product]:
    """What is swept: the preset's `parts`, if there are any, each with the common parameters and the command line's.

    The command line wins; values of a key that some parts sweep go to those parts alone. What a part takes from a group
    of configs/, such as its representation or network, is what it is there for; it is left out where the command line
    asks for another.

    Raises:
        InputError: no part has the values that were given, or two cells would share a folder.
    """
    common = {key: _values(key, values) for key, values in (config.hydra.sweeper.get("params") or {}).items()}
    given: Product = {}
    for override in OverridesParser.create().parse_overrides(list(config.hydra.overrides.task)):
        given[override.get_key_element()] = _strings(override)
    parts = [{key: _values(key, values) for key, values in part.items()} for part in config.get("parts") or [{}]]
    groups = set(config.hydra.runtime.choices) & set(given)
    axes = {key for part in parts for key, values in part.items() if len(values) > 1}
    made = [
        common | part | _for(part, given, axes) | _kept(part, groups)
        for part in parts
        if all(set(values) <= set(given[key]) for key, values in _kept(part, groups).items())
    ]
    if not made:
        raise InputError(f"{' '.join(config.hydra.overrides.task)}: none of the preset's parts has these values")
    for product in made:
        _check_folders(_cells(product), product)
    return made


def _kept(part: Product, groups: Collection[str]) -> Product:
    return {key: values for key, values in part.items() if key in groups}


def _for(part: Product, given: Product, axes: Collection[str]) -> Product:
    """What of the command line concerns a part: not the values of a key that only other parts sweep."""
    return {key: values for key, values in given.items() if key in part or key not in axes}


def _values(key: str, values: object) -> list[str]:
    (override,) = OverridesParser.create().parse_overrides([f"{key}={values}"])
    return _strings(override)


def _strings(override: Override) -> list[str]:
    values = override.sweep_string_iterator() if override.is_sweep_override() else [override.get_value_element_as_str()]
    return list(map(str, values))


def _cells(product: Product) -> list[SweepCell]:
    points = [dict(zip(product, point, strict=True)) for point in itertools.product(*product.values())]
    return [SweepCell(cell_name([f"{key}={value}" for key, value in point.items()]), point) for point in points]


def _check_folders(cells: Sequence[SweepCell], product: Mapping[str, Sequence[str]]) -> None:
    if not cells:
        raise InputError(f"{', '.join(key for key in product if not product[key])}: expected at least one value")
    (folder, count) = Counter(cell.folder for cell in cells).most_common(1)[0]
    if count > 1:
        axes = [key for key, values in product.items() if len(values) > 1]
        raise InputError(
            f"{count} cells would share the folder {folder!r}: of {', '.join(axes)}, give every value once, and "
            "sweep experiment, name, runs and figure one command at a time"
        )


def report(sweep: Sweep, overview: SweepStatus, before: Collection[object]) -> int:
    """Say how many cells are done and which failed and why; the exit code: 0, 1, or 2 if only input was wrong."""
    done, failed = overview.of(State.done), overview.of(State.failed)
    skipped = sum(standing.event in before for standing in done)
    told = f", {skipped} of them before" if skipped else ""
    say(f"{sweep.folder}: {len(done)} of {len(overview.standings)} cells done{told}")
    reasons: dict[str, list[SweepCell]] = {}
    for standing in failed:
        reasons.setdefault(standing.message, []).append(standing.cell)
    for message, cells in reasons.items():
        say(f"  {len(cells)} failed: {message} ({_named(cells)})")
    if len(done) == len(overview.standings):
        return 0
    failures = [Failure.read(sweep.folder / standing.cell.folder) for standing in failed]
    if len(failed) == len(overview.standings) and all(failure and failure.is_input for failure in failures):
        return 2
    say(f"  to run only what is missing: {sweep.command}")
    return 1
