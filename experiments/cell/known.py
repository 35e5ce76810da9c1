"""The finished cells on disk: what was asked for once is made once, whatever it was called then."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from experiments.cell.locks import LOCK
from experiments.settings.inputs import is_same_today
from reconstruct.errors import InputError
from reconstruct.files import written_whole
from reconstruct.results import FAILURE, FILM, PICTURE, RESULT, Result

IDENTITY = ".identity"  # of a cell that was begun: its fingerprint, and what was chosen
SET_ASIDE = "earlier"  # the folder in a cell's for what was made from other files under the same name


@dataclass(frozen=True)
class KnownCell:
    """A cell's folder and its finished result."""

    folder: Path
    result: Result

    @cached_property
    def is_unchanged(self) -> bool:
        """Whether the files that it was made from are the same today."""
        try:
            same = all(map(is_same_today, self.result.inputs))
        except InputError:
            return False
        return same and bool(self.result.inputs)

    @property
    def has_film(self) -> bool:
        """Whether it was made with one."""
        return (self.folder / FILM).exists()


class KnownCells:
    """The finished cells of a folder of runs.

    Args:
        runs: the folder of all sweeps.
        own: the folder of this one.
    """

    def __init__(self, runs: Path, own: Path) -> None:
        self._runs, self._path = runs, own

    @cached_property
    def own(self) -> dict[str, KnownCell]:
        """Folder's name -> finished cell of this sweep."""
        return {cell.folder.name: cell for cell in _finished(self._path.glob(f"*/{RESULT}"))}

    @cached_property
    def _others(self) -> list[KnownCell]:
        paths = (path for path in sorted(self._runs.glob(f"*/*/{RESULT}")) if path.parent.parent != self._path)
        return list(_finished(paths))

    @cached_property
    def _own_requests(self) -> dict[str, list[KnownCell]]:
        return _grouped((cell.result.request, cell) for cell in self.own.values())

    @cached_property
    def _own_fingerprints(self) -> dict[str, list[KnownCell]]:
        return _grouped((cell.result.fingerprint, cell) for cell in self.own.values())

    @cached_property
    def _other_fingerprints(self) -> dict[str, list[KnownCell]]:
        return _grouped((cell.result.fingerprint, cell) for cell in self._others)

    def is_own(self, cell: KnownCell) -> bool:
        """Whether it belongs to this sweep."""
        return cell.folder.parent == self._path

    def requested(self, request: str) -> KnownCell | None:
        """This sweep's cell that was made for the very same request from files that are the same today."""
        return next((cell for cell in self._own_requests.get(request, []) if cell.is_unchanged), None)

    def finished(self, fingerprint: str) -> KnownCell | None:
        """This sweep's cell with that fingerprint."""
        return next(iter(self._own_fingerprints.get(fingerprint, [])), None)

    def elsewhere(self, fingerprint: str, film: bool) -> KnownCell | None:
        """Another sweep's cell with that fingerprint, and with a film if one is wanted."""
        found = self._other_fingerprints.get(fingerprint, [])
        return next((cell for cell in found if cell.has_film or not film), None)

    @cached_property
    def begun(self) -> Mapping[str, str]:
        """Fingerprint, and what was chosen in which words -> folder's name, of this sweep's cells, finished or not."""
        return {each: path.parent.name for path in sorted(self._path.glob(f"*/{IDENTITY}")) for each in _mark(path)}


def _grouped(pairs: Iterable[tuple[str, KnownCell]]) -> dict[str, list[KnownCell]]:
    groups: dict[str, list[KnownCell]] = {}
    for key, cell in pairs:
        groups.setdefault(key, []).append(cell)
    return groups


def _finished(results: Iterable[Path]) -> Iterator[KnownCell]:
    for path in sorted(results):
        if path.parent.parent.name == SET_ASIDE or (path.parent / FAILURE).exists():
            continue
        try:
            result = Result.read(path.parent)
        except InputError:  # of a later program
            continue
        if result is not None and (path.parent / PICTURE).exists():
            yield KnownCell(path.parent, result)


def mark(folder: Path, fingerprint: str, words: str) -> None:
    """Leave in a cell's folder by what it is found again before it is finished."""
    if _mark(folder / IDENTITY) != [fingerprint, words]:
        with written_whole(folder / IDENTITY) as file:
            file.write(f"{fingerprint}\n{words}\n".encode())


def _mark(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[:2]
    except OSError:
        return []


def take_over(known: KnownCell, folder: Path) -> None:
    """Link a finished cell's files into another folder, or copy them where that cannot be; the result comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [path for path in known.folder.iterdir() if path.is_file() and path.suffix != ".log" and path.name != LOCK]
    for path in sorted(files, key=lambda path: path.name == RESULT):
        if not (folder / path.name).exists():
            _link(path, folder / path.name)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # another file system, or one without links
        with path.open("rb") as source, written_whole(target) as file:
            shutil.copyfileobj(source, file)
