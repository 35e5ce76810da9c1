"""Where cells are: the name of a cell's folder ends in the first characters of its fingerprint, by which it is found.

What stands before them is a label for people. A cell that another sweep has is copied whole.
"""

import errno
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from experiments.cell.locks import LOCK, held
from reconstruct.errors import InputError
from reconstruct.files import written_whole
from reconstruct.runs.failures import FAILURE
from reconstruct.runs.results import CHECKPOINT, EVENTS, FILM, RESULT, SNAPSHOTS, SUFFIX, Result

DEEPEST = 3  # folders below that of runs, of which the last is a cell's: names of sweeps may have a slash
_OF_AN_ATTEMPT = (EVENTS, SNAPSHOTS, RESULT, CHECKPOINT, FAILURE, FILM)


def make(folder: Path) -> None:
    """Make the folder into which results go; `InputError` if it cannot be made, or one may not write there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise InputError(f"{folder}: this folder cannot be made ({error.strerror}); set runs= to another") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: no permission to write there; set runs= to another folder")


class Places:
    """The folders of all cells below the folder of all sweeps, as they are named now; `sweep` is that of this one."""

    def __init__(self, runs: Path, sweep: Path) -> None:
        self._sweep = sweep
        self._folders: dict[str, list[Path]] = {}
        elsewhere = (path for top in _below(runs, 1) for path in _below(top, DEEPEST - 1))
        for folder in dict.fromkeys([*_below(sweep, 1), *elsewhere]):
            self._folders.setdefault(folder.name[-SUFFIX:], []).append(folder)

    def others(self, names: Collection[str]) -> list[str]:
        """The names of finished cells' folders in this sweep's, besides these."""
        here = (each for folders in self._folders.values() for each in folders if each.parent == self._sweep)
        return [each.name for each in here if each.name not in names and (each / RESULT).exists()]

    def own(self, identity: str) -> Path | None:
        """The folder of this sweep in which a cell is, or was begun; of several the one where it is finished."""
        here = [folder for folder in self._folders.get(identity[:SUFFIX], []) if folder.parent == self._sweep]
        return next((folder for folder in here if is_finished(folder, identity)), here[0] if here else None)

    def elsewhere(self, fingerprint: str, film: bool) -> Path | None:
        """The folder of another sweep in which a cell is finished, with a film if one is wanted."""
        found = (folder for folder in self._folders.get(fingerprint[:SUFFIX], []) if folder.parent != self._sweep)
        return next((folder for folder in found if is_finished(folder, fingerprint, film)), None)


def _below(folder: Path, depth: int) -> Iterator[Path]:
    """Folders below `folder`, in the order of their names, and those below them; hidden ones are left out."""
    try:
        below = sorted(Path(each.path) for each in os.scandir(folder) if each.is_dir() and each.name[0] != ".")
    except OSError:  # not there, or of somebody else who does not let us look
        return
    for path in below:
        yield path
        yield from _below(path, depth - 1) if depth > 1 else ()


def is_finished(folder: Path, fingerprint: str, film: bool = False) -> bool:
    """Whether that cell is finished in `folder`, undamaged, and with a film if one is wanted."""
    result = Result.at(folder)
    return result is not None and result.fingerprint == fingerprint and (FILM in result.files or not film)


def adopt(source: Path, folder: Path) -> None:
    """Copy a finished cell whole, in the place of what was begun in `folder`; the result comes last.

    Raises:
        Busy: another process is making the cell there.
        FileNotFoundError: another process has begun to make the source again.
    """
    with held(folder):
        record = (source / RESULT).read_bytes()
        for path in [path for pattern in _OF_AN_ATTEMPT for path in folder.glob(pattern)]:
            path.unlink(missing_ok=True)
        for path in sorted(source.rglob("*")):
            if path.is_dir():
                (folder / path.relative_to(source)).mkdir(exist_ok=True)
            elif path.name != LOCK and path != source / RESULT:
                shutil.copyfile(path, folder / path.relative_to(source))
                _date(path, folder / path.relative_to(source))
        with written_whole(folder / RESULT) as file:
            file.write(record)
        _date(source / RESULT, folder / RESULT)


def _date(source: Path, target: Path) -> None:
    """Make a copy as old as what it is a copy of."""
    times = source.stat()
    os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
