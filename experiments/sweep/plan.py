"""What is asked for: which cells these are, whether they are finished, and the folders where they are or will be."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, open_dict, read_write
from omegaconf.errors import InterpolationKeyError, InterpolationResolutionError

from experiments.cell import places
from experiments.cell.locks import Busy, held
from experiments.cell.places import Places, make
from experiments.cell.run import already_finished
from experiments.settings.composition import as_input_errors, check_names, configuration
from experiments.settings.effective import spelled, taken_layers, unused_settings
from experiments.settings.fingerprint import Provenance
from experiments.settings.inputs import check_header
from experiments.settings.names import Values, folder_name, labels
from experiments.settings.overrides import chosen, typed
from experiments.settings.schema import Config
from experiments.sweep.composer import Composer
from experiments.terminal.exits import exits
from experiments.terminal.progress import counted, say
from reconstruct.errors import InputError
from reconstruct.runs.naming import OBSERVER, canonical_values, is_setting
from reconstruct.runs.results import CHECKPOINT, PICTURE
from reconstruct.runs.sweeps import SweepCell

MANY = 100  # cells, from which on looking at them takes seconds


@dataclass(frozen=True)
class Point:
    """What was asked for, and which cell that is."""

    values: Values  # what was chosen, as Hydra is told of it
    given: Values  # what of it a sweep lists, as it is typed: not where results go, but who looks at them
    identity: str  # the cell's fingerprint; an x and a digest of the words where that is not known before the cell runs
    settings: Values  # all that have an effect, in one spelling; those chosen where they are not known before it runs
    film: bool = False  # whether a film is wanted
    fresh: bool = False  # whether it is to be computed again
    problem: str = ""  # what will stop it when its turn comes
    unused: tuple[str, ...] = ()  # a line for each setting that was given and has no effect
    taken: tuple[str, ...] = ()  # a line for layers that were given by other programs' names


@dataclass(frozen=True)
class PlannedCell:
    """A cell in its folder."""

    cell: SweepCell  # as a sweep lists it
    point: Point  # what was asked for
    folder: Path  # where it is or will be
    is_finished: bool  # whether it is finished there and need not be computed again
    source: Path | None  # a finished cell of another sweep, to be copied


def point(config: Config, values: Values) -> Point:
    """Which cell a configuration is; `InputError` if a file is missing or no picture."""
    found = Provenance.of(config)
    for picture in found.inputs.all_pictures:
        check_header(picture)
    if not config.network.is_vgg:
        from experiments.cell.architectures import check_layers  # torch; VGG's layers are known without

        check_layers(config, found.inputs.network)
    given, unused, taken = _given(values), unused_settings(config, values), taken_layers(config, values)
    known = spelled(config, given)
    return Point(values, given, found.fingerprint, known, config.film, config.fresh, "", tuple(unused), tuple(taken))


def _given(values: Values) -> Values:
    typed_values = typed(f"{key}={value}" for key, value in values.items())
    return {key: value for key, value in typed_values.items() if is_setting(key) or key == OBSERVER}


def looked_at(asked: Sequence[Values], compose: Composer) -> list[Point]:
    """Which cells these are, and what is wrong with them.

    `InputError` if a key or the type of a value is wrong, with which Hydra starts no cell at all.
    """
    return [_looked_at(values, compose) for values in (counted(asked, "checking") if len(asked) > MANY else asked)]


def _looked_at(values: Values, compose: Composer) -> Point:
    composed, given, config = compose(values), _given(values), None
    try:
        config = configuration(composed)
        return point(config, values)
    except InputError as error:
        known = spelled(config, given) if config else canonical_values(given)
        words = sorted((key, value) for key, value in values.items() if is_setting(key))
        problem = "" if _depends_on_the_run(error) else str(error)
        return Point(values, given, f"x{sha256(repr(words).encode()).hexdigest()}", known, problem=problem)


def _depends_on_the_run(error: InputError) -> bool:
    """Whether a value cannot be had yet: the number of a job, or a variable that only a cluster's node has."""
    cause = error.__cause__
    return isinstance(cause, InterpolationResolutionError) and not isinstance(cause, InterpolationKeyError)


def planned(points: Iterable[Point], known: Places, sweep: Path) -> list[PlannedCell]:
    """Every cell once, each in its folder; of points that are the same cell the first counts."""
    once: dict[str, Point] = {}
    for each in points:
        once.setdefault(each.identity, each)
    named = labels([{key: p.settings[key] for key in p.given if key in p.settings} for p in once.values()])
    every = list(zip(once.values(), named, strict=True))
    return [_planned(*each, known, sweep) for each in (counted(every, "looking for") if len(every) > MANY else every)]


def _planned(asked: Point, label: str, known: Places, sweep: Path) -> PlannedCell:
    folder = known.own(asked.identity) or sweep / folder_name(label, asked.identity)
    is_finished = not asked.fresh and places.is_finished(folder, asked.identity)
    reuse = not (is_finished or asked.fresh or asked.problem)
    source = known.elsewhere(asked.identity, asked.film) if reuse else None
    cell = SweepCell(folder.name, asked.given, label, asked.settings)
    return PlannedCell(cell, asked, folder, is_finished, source)


def adopted(cells: Iterable[PlannedCell]) -> list[PlannedCell]:
    """The cells that were copied from other sweeps, of which a line tells; not those that another process makes."""
    copied, found = [], [each for each in cells if each.source is not None]
    for each in counted(found, "copying") if len(found) > MANY else found:
        if each.source is not None:
            with suppress(Busy, FileNotFoundError):
                places.adopt(each.source, each.folder)
                copied.append(each)
    for sweep, count in Counter(each.source.parent for each in copied if each.source).items():
        results, them = ("1 result", "it") if count == 1 else (f"{count} results", "them")
        say(f"{results} reused from {sweep}; fresh=true recomputes {them}")
    return [each for each in copied if places.is_finished(each.folder, each.point.identity)]


def begin_anew(cells: Iterable[PlannedCell]) -> None:
    """What is to be computed again does not go on from where an earlier attempt was interrupted."""
    for each in cells:
        if each.point.fresh and (each.folder / CHECKPOINT).exists():
            with suppress(Busy), held(each.folder):
                (each.folder / CHECKPOINT).unlink(missing_ok=True)


def named(cells: Sequence[SweepCell]) -> str:
    """The first of several cells."""
    return cells[0].name + (", …" if cells[1:] else "")


class SingleCell(Callback):
    """What happens before a single cell is made; registered in configs/reconstruct.yaml."""

    def on_run_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Find what is wrong before anything is written, and the folder; end the program if nothing is to be done."""
        with exits("reconstruct"), as_input_errors():
            _place(config)


def _place(config: DictConfig) -> None:
    check_names(config.hydra)
    HydraConfig.instance().set_config(config)  # which Hydra itself does too late for ${hydra:…}
    asked = point(configuration(config), chosen(config.hydra.overrides.task))
    for line in (*asked.unused, *asked.taken):
        say(line)
    if any(override.lstrip("+").startswith("hydra.run.dir=") for override in config.hydra.overrides.hydra):
        make(Path(config.hydra.run.dir))
        return
    folder = Path(config.runs) / config.name
    make(folder)
    (cell,) = planned([asked], Places(Path(config.runs), folder), folder)
    if cell.is_finished:
        say(already_finished(cell.folder, asked.film))
        raise SystemExit(0)
    if adopted([cell]):
        say(str(cell.folder / PICTURE))
        raise SystemExit(0)
    begin_anew([cell])
    with read_write(config.hydra), open_dict(config.hydra):
        config.hydra.run.dir = str(cell.folder)
