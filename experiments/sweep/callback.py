"""What happens around a sweep: the list of its cells before, its table, figure and report after.

Hydra calls this in the controller, whatever the launcher, so all that is known about cells is read from their folders.
Any exception but SystemExit would become a warning there, and the sweep would seem to have gone well.
"""

import errno
import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, open_dict, read_write

from experiments.cell import locks
from experiments.cell.failures import Failure
from experiments.cell.invocation import command
from experiments.cell.known import KnownCells, take_over
from experiments.cell.run import UNFILMED
from experiments.drawing import outdated
from experiments.settings.composition import as_input_errors, configuration, unused_settings
from experiments.settings.fingerprint import request
from experiments.settings.folders import Folders
from experiments.settings.overrides import chosen
from experiments.settings.schema import Config, check_place
from experiments.settings.yaml_text import check_names
from experiments.sweep.cluster import most_at_once
from experiments.sweep.monitor import SweepMonitor
from experiments.sweep.plan import Finder, Identity, PlannedCell, identity, planned
from experiments.sweep.preflight import Composer
from experiments.sweep.products import Product, narrowed, points, products, split
from experiments.sweep.state import State, SweepStatus
from experiments.sweep.tables import write_rows, write_table
from experiments.terminal.exits import ELSEWHERE, mistakes_in, os_error_message
from experiments.terminal.progress import say
from reconstruct.errors import InputError, RunError
from reconstruct.files import remove_stale_parts
from reconstruct.results import FILM, Sweep, SweepCell

DRAWN_AT_MOST = 100  # cells, unasked; 500 take two minutes
PAGED_AT_MOST = 1000


class SweepCallback(Callback):
    """Registered in configs/reconstruct.yaml."""

    def on_run_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Find what is wrong with a single cell before anything is written."""
        _or_exit(lambda: check_names(config.hydra))
        _or_exit(lambda: _check_alone(config))

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Leave sweep.json, so that figures and overviews know which cells there should be, and watch them."""
        _or_exit(lambda: _begin(config))

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Say how it went, leave the table and the figure, and end the program with the exit code that follows."""
        if _watched and not is_going_on():
            _or_exit(_finish)


@dataclass
class _Watched:
    """The sweep of this process, from its start to its report, and the products that Hydra is still to be given."""

    sweep: Sweep
    watch: SweepMonitor
    ahead: list[Product]
    page: str


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
        _conclude(watched.sweep, watched.page)
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
    checked_config = configuration(config)
    for line in unused_settings(checked_config, config.hydra.overrides.task):
        say(line)
    if any(override.startswith("hydra.run.dir=") for override in config.hydra.overrides.hydra):
        _make(Path(config.hydra.run.dir))
        return
    _make(Path(config.runs) / config.name)
    _place_alone(config, checked_config)


def _place_alone(config: DictConfig, checked_config: Config) -> None:
    """The folder of a single cell: where it is already, else one that is named after what was chosen."""
    folder = Path(config.runs) / config.name
    known = KnownCells(Path(config.runs), folder)
    values = chosen(config.hydra.overrides.task)
    found = identity(checked_config, values, request(values, sources(config.hydra)), known)
    (cell,) = planned([found], known, Folders({}), _folders(folder))
    _take_over([cell], known, folder)
    with read_write(config.hydra), open_dict(config.hydra):
        config.hydra.run.dir = str(folder / cell.cell.folder)


def _placed(identities: Sequence[Identity], known: KnownCells, folder: Path) -> list[PlannedCell]:
    """Every cell in its folder; the processes of a launcher find it by what was chosen, in any of the words."""
    _make(folder)
    with Folders.changed(folder) as folders:
        cells = planned(identities, known, folders, _folders(folder))
        places = {each.identity.key: each.place for each in cells}
        for each in identities:
            folders[each.values] = replace(places[each.key], request=each.request)
    return cells


def _folders(sweep: Path) -> set[str]:
    return {path.name for path in sweep.iterdir() if path.is_dir()} if sweep.is_dir() else set()


def _take_over(cells: Sequence[PlannedCell], known: KnownCells, folder: Path) -> None:
    """Link what other sweeps have finished into the folder of this one, and say so."""
    taken = [(each, found) for each in cells if (found := each.identity.finished) and not known.is_own(found)]
    for each, found in taken:
        take_over(found, folder / each.cell.folder)
    for there in dict.fromkeys(found.folder.parent for _, found in taken):
        count = sum(found.folder.parent == there for _, found in taken)
        number = "1 cell" if count == 1 else f"{count} cells"
        say(f"{number} taken from {there}, where they were finished; fresh=true makes them anew")


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
        check_names(config.hydra)
        _announce(config, products(config))
    (watched,) = _watched
    if not watched.ahead:
        _finish()
        raise SystemExit(0)
    if product := watched.ahead.pop(0):
        with open_dict(config.hydra):
            config.hydra.sweeper.params = None
            config.hydra.overrides.task = [f"{key}={','.join(values)}" for key, values in product.items()]


def _announce(config: DictConfig, made_of: list[Product]) -> None:
    check_place(config.runs, config.name)
    folder = Path(config.hydra.sweep.dir)
    known = KnownCells(Path(config.runs), folder)
    find = Finder(known, Folders.read(folder), Composer(config.hydra), sources(config.hydra))
    every = {tuple(sorted(point.items())): point for product in made_of for point in points(product)}
    identities = [find(point) for point in every.values()]
    _refuse_if_all_are_wrong(identities)
    cells = _placed(identities, known, folder)
    _say_what_is_wrong(cells)
    _say_what_is_unused(identities)
    if repeated := len(identities) - len(cells):
        say(f"{repeated} of {len(identities)} cells are others in other words; each is made once")
    _take_over(cells, known, folder)
    ahead = _ahead(config, made_of, cells, bool(repeated))
    ahead = _within(most_at_once(config.hydra.launcher), ahead, made_of, len(cells))
    finished = {each.cell.folder for each in cells if each.identity.finished}
    _watch(_sweep(config, cells), finished, known, ahead, str(config.page).lower())


def _watch(sweep: Sweep, finished: set[str], known: KnownCells, ahead: list[Product], page: str) -> None:
    remove_stale_parts(sweep.folder)
    sweep.write()
    if others := known.own.keys() - {cell.folder for cell in sweep.cells}:
        say(f"{sweep.folder} also holds {len(others)} finished cells of other sweeps, which its table leaves out")
    watch = SweepMonitor(sweep, finished)
    if watch.before:
        say(f"{sweep.folder}: {len(watch.before)} of {len(sweep.cells)} cells were done before")
    _watched.append(_Watched(sweep, watch, ahead, page))


def _sweep(config: DictConfig, cells: Sequence[PlannedCell]) -> Sweep:
    folder = Path(config.hydra.sweep.dir)
    return Sweep.of(folder, config.figure.name, [each.cell for each in cells], command())


def _refuse_if_all_are_wrong(identities: Sequence[Identity]) -> None:
    """If no cell can be made, the sweep is wrong input and nothing is written."""
    found = list(dict.fromkeys(each.problem for each in identities if each.problem))
    if found and all(each.problem for each in identities):
        first, *others = found
        raise InputError(f"{first} (and {len(others)} more mistakes in other cells)" if others else first)


def _say_what_is_unused(identities: Sequence[Identity]) -> None:
    """The settings without effect in any cell; where others differ in one, they are told as the same cell."""
    for line in dict.fromkeys(identities[0].unused):
        if all(line in each.unused for each in identities):
            say(line)


def _say_what_is_wrong(cells: Sequence[PlannedCell]) -> None:
    found: dict[str, list[SweepCell]] = {}
    for each in cells:
        found.setdefault(each.identity.problem, []).append(each.cell)
    for message, stopped in found.items():
        if message:
            say(f"{len(stopped)} of {len(cells)} cells cannot be made: {message} ({_named(stopped)})")


def _named(cells: Sequence[SweepCell]) -> str:
    return cells[0].name + (", …" if cells[1:] else "")


def _ahead(config: DictConfig, made_of: list[Product], cells: Sequence[PlannedCell], repeated: bool) -> list[Product]:
    """The sweep's products, with only the values of cells that are not known to be finished: each takes a second.

    Where there are no parts and nothing is finished, it is left as Hydra has it, and stands here empty.
    """
    unfinished = [each.identity.values for each in cells if each.identity.finished is None]
    if not config.get("parts") and len(unfinished) == len(cells) and not repeated:
        return [{}]
    return narrowed(made_of, unfinished)


def _within(most: int | None, ahead: list[Product], made_of: list[Product], count: int) -> list[Product]:
    """The products in parts that the cluster takes as one job array."""
    if most is None:
        return ahead
    parts = [
        part for product in (made_of if ahead == [{}] and count > most else ahead) for part in split(product, most)
    ]
    if len(parts) > len(ahead):
        arrays = f"{len(parts)} job arrays, one after the other"
        say(f"{count} cells in {arrays}: this cluster takes {most} at once (MaxArraySize)")
    return parts


def sources(hydra_config: DictConfig) -> list[Path]:
    """What the configuration was composed from: the primary file, and the folders in which others were looked for."""
    folders = [
        Path(source.path).absolute() for source in hydra_config.runtime.config_sources if source.schema == "file"
    ]
    return [Path(hydra_config.job.config_name), *folders]


def _conclude(sweep: Sweep, page: str) -> None:
    write_table(sweep)
    write_rows(sweep)
    if not any(result for _, result in sweep.results()):
        return
    try:
        if sweep.drawing != "none":
            _drawn(sweep)
    finally:  # a page needs no figure, but shows what an analysis has measured for its figures
        with mistakes_in(sweep.folder):
            _page(sweep, page)
            outdated.set_aside(sweep)


def _drawn(sweep: Sweep) -> None:
    with mistakes_in(sweep.folder):
        if outdated.is_drawn(sweep):
            for path in outdated.own_figure(sweep):
                say(str(path))
        else:
            _draw(sweep)
        if not outdated.is_current(sweep, FILM):
            _film(sweep)


def _page(sweep: Sweep, wanted: str) -> None:
    small = wanted == "auto" and len(sweep.cells) <= PAGED_AT_MOST
    if wanted == "true" or small:
        from experiments.drawing.page import PAGE, write_page

        say(str(sweep.folder / PAGE if outdated.is_current(sweep, PAGE) else write_page([sweep])))


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
    if len(done) + len(failed) == len(overview.standings) and all(each and each.is_input for each in failures):
        if done:
            say("  what is missing cannot be made with these settings; everything else is done")
        return 1 if done else 2
    say(f"  to run only what is missing: {sweep.command}")
    return 1
