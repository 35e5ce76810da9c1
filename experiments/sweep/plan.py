"""What a sweep is made of: every point's cell, whether it is finished, and the folder where it is or will be."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.cell.known import KnownCell, KnownCells
from experiments.settings.composition import unused_settings
from experiments.settings.fingerprint import fingerprint, request
from experiments.settings.folders import Folders, Place, words
from experiments.settings.inputs import inputs
from experiments.settings.names import Values, earlier_name, folder_names, labels
from experiments.settings.overrides import typed
from experiments.settings.schema import Config
from experiments.sweep.preflight import Composer, checked, depends_on_the_run
from reconstruct.errors import InputError
from reconstruct.results import SweepCell


@dataclass(frozen=True)
class Identity:
    """What was asked for, and which cell that is.

    Attributes:
        values: what was chosen, in these words.
        request: the digest of that.
        fingerprint: of the cell; empty where it is not known before the cell runs.
        finished: the cell, where it has been made.
        problem: what will stop it when its turn comes.
        unused: a line for each setting that was given and has no effect.
    """

    values: Values
    request: str
    fingerprint: str = ""
    finished: KnownCell | None = None
    problem: str = ""
    unused: tuple[str, ...] = ()

    @property
    def key(self) -> object:
        """Equal for points that are the same cell."""
        return self.finished.folder if self.finished else self.fingerprint or self.request


@dataclass(frozen=True)
class PlannedCell:
    """A cell in its folder."""

    cell: SweepCell
    identity: Identity

    @property
    def place(self) -> Place:
        """What is kept of it for the next sweep of this name."""
        finished = self.identity.finished
        known = finished.result.fingerprint if finished else self.identity.fingerprint
        return Place(self.cell.folder, self.identity.request, known)


class Finder:
    """Finds what was asked for among the cells on disk.

    Args:
        known: the cells of a sweep and of its neighbours.
        folders: which of them was put where before.
        compose: how values become a configuration.
        sources: what they are composed from (`experiments.settings.fingerprint.request`).
    """

    def __init__(self, known: KnownCells, folders: Folders, compose: Composer, sources: Sequence[Path]) -> None:
        self._known, self._folders, self._sources = known, folders, sources
        self._compose = compose

    def __call__(self, values: Values) -> Identity:
        """Which cell a point is. Where its very words are known nothing is composed, which takes Hydra a while.

        Raises:
            InputError: a key or the type of a value is wrong, with which Hydra starts no cell at all.
        """
        asked = request(values, self._sources)
        finished = self._in_these_words(values, asked)
        if finished is not None:
            return Identity(values, asked, finished.result.fingerprint, finished)
        composed = self._compose(values)
        try:
            return identity(checked(composed), values, asked, self._known)
        except InputError as error:
            return Identity(values, asked, problem="" if depends_on_the_run(error) else str(error))

    def _in_these_words(self, values: Values, asked: str) -> KnownCell | None:
        place = self._folders[values]
        cell = self._known.own.get(place.folder) if place and place.request == asked else None
        if cell is not None and place is not None and cell.result.fingerprint == place.fingerprint:
            return cell if cell.is_unchanged else None
        return self._known.requested(asked)


def identity(config: Config, values: Values, asked: str, known: KnownCells) -> Identity:
    """Which cell a configuration is.

    Raises:
        InputError: a file is missing or no picture.
    """
    own = fingerprint(config, inputs(config))
    finished = known.finished(own)
    if finished is None and not config.fresh:
        finished = known.elsewhere(own, config.film)
    unused = unused_settings(config, [f"{key}={value}" for key, value in values.items()])
    return Identity(values, asked, own, finished, unused=tuple(unused))


def planned(
    identities: Sequence[Identity], known: KnownCells, folders: Folders, there: Collection[str]
) -> list[PlannedCell]:
    """Every cell once, each in a folder of its own.

    Args:
        identities: what was asked for; of points that are the same cell the first counts.
        known: the cells on disk.
        folders: which of them was put where before.
        there: the names of all folders that the sweep has.
    """
    once = list({identity.key: identity for identity in reversed(identities)}.values())[::-1]
    bare = [typed(identity.values) for identity in once]
    named = labels(bare)
    names = _names(once, named, known, folders, there)
    cells = [SweepCell(name, values, label) for name, values, label in zip(names, bare, named, strict=True)]
    return [PlannedCell(cell, identity) for cell, identity in zip(cells, once, strict=True)]


def _names(
    once: Sequence[Identity], named: Sequence[str], known: KnownCells, folders: Folders, there: Collection[str]
) -> Iterator[str]:
    """A folder's name for each: where the cell is, or was begun, or would have been put before; else a new one."""
    kept: dict[int, str] = {}
    for number, each in enumerate(once):
        places = (name for name in _places(each, known, folders) if name in there and name not in kept.values())
        if (name := next(places, None)) is not None:
            kept[number] = name
    new = [number for number in range(len(once)) if number not in kept]
    kept |= dict(zip(new, folder_names([named[number] for number in new], taken=there), strict=True))
    return (kept[number] for number in range(len(once)))


def _places(identity: Identity, known: KnownCells, folders: Folders) -> Iterator[str]:
    if identity.finished is not None and known.is_own(identity.finished):
        yield identity.finished.folder.name
    yield from [known.begun[identity.fingerprint]] if identity.fingerprint in known.begun else []
    place, said = folders[identity.values], words(identity.values)
    yield from [place.folder] if place is not None else []
    yield from [known.begun[said]] if said in known.begun else []
    yield earlier_name(identity.values)
