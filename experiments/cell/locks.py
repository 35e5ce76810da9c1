"""One process a cell: whoever makes it holds a lock in its folder, which the system lets go of if the process dies."""

import errno
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from reconstruct.errors import RunError

try:
    import fcntl
except ImportError:  # a system that locks files otherwise
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"
NOTE = ".making"  # beside the lock, which some systems let nobody else read
PATIENCE = 0.5  # seconds; whoever only asks whether a cell is held holds it for an instant
POLL = 1.0
NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)  # what network file systems without locks answer


class Busy(Exception):
    """Another process is making this cell."""


@contextmanager
def held(folder: Path, note: Mapping[str, Any]) -> Iterator[None]:
    """Nobody else makes the cell in `folder` meanwhile; others can read `note`.

    Raises:
        Busy: somebody else does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK, timeout=PATIENCE, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(f"{folder} is being made by another process") from None
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        raise RunError(
            f"{folder}: this file system has no locks; mount it with flock, or set runs= elsewhere"
        ) from error
    try:
        (folder / NOTE).write_text(json.dumps(note), encoding="utf-8")
        yield
    finally:
        (folder / NOTE).unlink(missing_ok=True)
        with suppress(PermissionError):  # a system on which an open file stays; there it goes with its lock
            (folder / LOCK).unlink(missing_ok=True)  # while it is held, so that nobody waits for a file that is gone
        lock.release()


def is_held(folder: Path) -> bool:
    """Whether a living process is making the cell in `folder`."""
    return _is_locked_by_others(folder / LOCK) if fcntl is None else _is_flocked(folder / LOCK)


def _is_flocked(path: Path) -> bool:
    try:
        with path.open("rb+") as file:  # as FileLock does, but without making the file
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:  # not there, or of somebody else who does not let us look
        return False


def _is_locked_by_others(path: Path) -> bool:
    """By whatever locks the system has."""
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0, fallback_to_soft=False):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def note(folder: Path) -> dict[str, Any]:
    """What the process that makes the cell says of it."""
    try:
        said = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def wait(folder: Path) -> None:
    """Until nobody is making the cell in `folder`."""
    while is_held(folder):
        time.sleep(POLL)
