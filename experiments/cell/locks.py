"""One process a cell: whoever makes it holds a lock in its folder, which the system lets go of if the process dies."""

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from reconstruct.errors import RunError

LOCK = ".lock"
PATIENCE = 0.5  # seconds; whoever only asks whether a cell is held holds it for an instant
POLL = 1.0
NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)  # what network file systems without locks answer


class Busy(Exception):
    """Another process is making this cell."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody else makes the cell in `folder` meanwhile; `Busy` if somebody else does."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = _lock(folder, PATIENCE)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(f"{folder} is being made by another process") from None
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        advice = "mount it with flock, or set runs= elsewhere"
        raise RunError(f"{folder}: this file system has no locks; {advice}") from error
    try:
        yield
    finally:
        _remove(folder)
        lock.release()


def is_held(folder: Path) -> bool:
    """Whether a living process is making the cell in `folder`."""
    if not (folder / LOCK).exists():
        return False
    try:
        with _lock(folder, 0):
            _remove(folder)  # which a killed process left, or this look has made
            return False
    except Timeout:
        return True
    except OSError:  # of somebody else who does not let us look
        return False


def _lock(folder: Path, patience: float) -> FileLock:
    return FileLock(folder / LOCK, timeout=patience, fallback_to_soft=False)


def _remove(folder: Path) -> None:
    """Remove the lock's file while it is held, so that nobody waits for a file that is gone."""
    with suppress(PermissionError):  # a system on which an open file stays; there it goes with its lock
        (folder / LOCK).unlink(missing_ok=True)


def wait(folder: Path) -> None:
    """Until nobody is making the cell in `folder`."""
    while is_held(folder):
        time.sleep(POLL)
