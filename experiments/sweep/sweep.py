"""A sweep from its settings to its figure: what is missing is made, by whatever launcher, and the rest stays."""

import re
import subprocess
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hydra.core.plugins import Plugins
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from experiments.cell import locks
from experiments.cell.invocation import command
from experiments.cell.places import Places, make
from experiments.settings.composition import as_input_errors, check_names
from experiments.settings.overrides import in_quotes
from experiments.settings.schema import check_place
from experiments.sweep.composer import Composer, QuickLoader
from experiments.sweep.conclusion import conclude, report
from experiments.sweep.folder import MULTIRUN
from experiments.sweep.plan import PlannedCell, Point, adopted, begin_anew, looked_at, named, planned
from experiments.sweep.products import points
from experiments.sweep.state import SweepMonitor
from experiments.sweep.summary import write_table
from experiments.terminal.progress import say
from reconstruct.errors import InputError, RunError
from reconstruct.files import remove_stale_parts
from reconstruct.runs.records import Damaged
from reconstruct.runs.sweeps import Sweep, SweepCell

IN_THIS_PROCESS = ".BasicLauncher"
AT_ONCE = 50  # cells in this process, after which Hydra lets go of their configurations
_LARGEST = re.compile(r"^MaxArraySize\s*=\s*(\d+)", re.MULTILINE)


def run(config: DictConfig, context: HydraContext, task: TaskFunction) -> None:
    """Make the missing cells of a sweep, then its table, figure and page.

    Raises:
        InputError: the settings are wrong.
        RunError: the launcher gave up.
        SystemExit: with the code that says how it went, if a cell could not be made.
    """
    check_names(config.hydra)
    check_place(config.runs, config.name)
    with as_input_errors():
        composer = Composer(config.hydra)
        asked = looked_at(points(config), composer)
    _refuse_if_all_are_wrong(asked)
    folder = Path(config.hydra.sweep.dir)
    make(folder)
    known = Places(Path(config.runs), folder)
    cells = planned(asked, known, folder)
    _announce(cells, asked)
    if others := known.others([each.folder.name for each in cells]):
        say(f"{folder} also holds other finished cells ({len(others)}); tables and figures omit them")
    sweep, finished = _begin(config, cells)
    missing = [_overrides(each) for each in cells if each.folder.name not in finished]
    with _watched(sweep, finished) as watch:
        if missing:
            if _is_in_this_process(config):
                context = HydraContext(QuickLoader(context.config_loader, composer), context.callbacks)
            _launch(missing, config, context, task)
        _wait_for_others(sweep)
    code = report(sweep, watch.close(), len(finished))
    if _earlier(folder) != sweep:  # another process has listed its own; of two sweeps the last to end counts
        sweep.write()
    if code := conclude(sweep, str(config.page).lower(), any(each.point.film for each in cells)) or code:
        raise SystemExit(code)


def _refuse_if_all_are_wrong(asked: Sequence[Point]) -> None:
    """If no cell can be made, the sweep is wrong input and nothing is written."""
    found = list(dict.fromkeys(each.problem for each in asked if each.problem))
    if found and all(each.problem for each in asked):
        first, *others = found
        raise InputError(f"{first} (and {len(others)} more mistakes in other cells)" if others else first)


def _announce(cells: Sequence[PlannedCell], asked: Sequence[Point]) -> None:
    """Say what is wrong, what has no effect in any cell, and which settings repeat others."""
    problems: dict[str, list[SweepCell]] = {}
    for each in cells:
        problems.setdefault(each.point.problem, []).append(each.cell)
    for message, stopped in problems.items():
        if message:
            say(f"{len(stopped)} of {len(cells)} cells cannot be made: {message} ({named(stopped)})")
    for line in dict.fromkeys(asked[0].unused):
        if all(line in each.unused for each in asked):
            say(line)
    for line in dict.fromkeys(line for each in asked for line in each.taken):
        say(line)
    if repeated := len(asked) - len(cells):
        say(f"{repeated} of {len(asked)} settings repeat others; each is computed once")


def _begin(config: DictConfig, cells: Sequence[PlannedCell]) -> tuple[Sweep, set[str]]:
    """The sweep, listed in its folder, and the names of the folders of its finished cells."""
    folder = Path(config.hydra.sweep.dir)
    remove_stale_parts(folder)
    sweep, earlier = Sweep(folder, config.figure.name, [each.cell for each in cells], command()), _earlier(folder)
    if earlier and _what(earlier) == _what(sweep):
        sweep = earlier  # the same cells in other words: what was drawn of them stays up to date
    else:
        sweep.write()
        OmegaConf.save(config, folder / MULTIRUN)
    begin_anew(cells)
    copied = adopted(cells)
    before = [each for each in cells if each.is_finished]
    if before:
        say(f"{folder}: {len(before)} of {len(cells)} cells were done before")
    return sweep, {each.folder.name for each in [*before, *copied]}


def _earlier(folder: Path) -> Sweep | None:
    with suppress(Damaged):
        return Sweep.at(folder)
    return None


def _what(sweep: Sweep) -> object:
    """Equal for sweeps of the same cells that are shown in the same way."""
    return sweep.drawing, [(cell.folder, cell.settings) for cell in sweep.cells]


def _overrides(planned_cell: PlannedCell) -> list[str]:
    """What a launcher is told of a cell: what was chosen, and where it goes."""
    chosen = [f"{key}={value}" for key, value in planned_cell.point.values.items()]
    return [*chosen, f"hydra.sweep.subdir={in_quotes(planned_cell.folder.name)}"]


@contextmanager
def _watched(sweep: Sweep, finished: Collection[str]) -> Iterator[SweepMonitor]:
    """Cells are watched while they are made; whatever ends that early, how the sweep stands is said."""
    watch = SweepMonitor(sweep, finished)
    try:
        yield watch
    except BaseException as error:
        report(sweep, watch.close(), len(finished))
        with suppress(OSError):  # the disk may be full
            write_table(sweep)
        if isinstance(error, Exception) and not isinstance(error, InputError | RunError | OSError):
            raise RunError(f"the launcher gave up ({type(error).__name__}: {error})") from error
        raise


def _launch(jobs: list[list[str]], config: DictConfig, context: HydraContext, task: TaskFunction) -> None:
    launcher = Plugins.instance().instantiate_launcher(hydra_context=context, task_function=task, config=config)
    at_once = _at_once(config, len(jobs))
    for start in range(0, len(jobs), at_once):
        launcher.launch(jobs[start : start + at_once], initial_job_idx=start)


def _is_in_this_process(config: DictConfig) -> bool:
    return str(config.hydra.launcher._target_).endswith(IN_THIS_PROCESS)


def _at_once(config: DictConfig, count: int) -> int:
    """How many cells a launcher is given at a time."""
    if _is_in_this_process(config):
        return AT_ONCE
    most = most_at_once(config.hydra.launcher)
    if most is not None and most < count:
        arrays = f"{-(-count // most)} job arrays, one after the other"
        say(f"{count} cells in {arrays}: this cluster takes {most} at once (MaxArraySize)")
    return most or count


def most_at_once(launcher: DictConfig) -> int | None:
    """Slurm's MaxArraySize, if that is the launcher and the cluster says it; else there is no limit.

    Indices begin at 0 and end below that number, so that it is also the number of jobs.
    """
    if not str(launcher.get("_target_", "")).endswith(".SlurmLauncher"):
        return None
    try:
        command = ["scontrol", "show", "config"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):  # the launcher will say what is wrong
        return None
    found = _LARGEST.search(said)
    return int(found[1]) if found and int(found[1]) > 0 else None


def _wait_for_others(sweep: Sweep) -> None:
    others = [folder for cell in sweep.cells if locks.is_held(folder := sweep.folder / cell.folder)]
    if others:
        say(f"waiting for {len(others)} that another process is making: {others[0].name}{', …' if others[1:] else ''}")
    for folder in others:
        locks.wait(folder)
