"""One process a cell: whoever makes it holds a lock in its folder, which the system lets go of if the process dies."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

LOCK = ".lock"
PATIENCE = 0.5  # seconds; whoever only asks whether a cell is held holds it for an instant
POLL = 1.0


class Busy(Exception):
    """Another process is making this cell."""


@contextmanager
def held(folder: Path, note: Mapping[str, Any]) -> Iterator[None]:
    """Nobody else makes the cell in `folder` meanwhile; others can read `note`.

    Raises:
        Busy: somebody else does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK, timeout=PATIENCE)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(f"{folder} is being made by another process") from None
    try:
        (folder / LOCK).write_text(json.dumps(note), encoding="utf-8")
        yield
    finally:
        (folder / LOCK).unlink(missing_ok=True)  # while it is held, so that nobody waits for a file that is gone
        lock.release()


def is_held(folder: Path) -> bool:
    """Whether a living process is making the cell in `folder`."""
    path = folder / LOCK
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            path.unlink(missing_ok=True)  # of a process that died; or made by looking, when its owner had just left
            return False
    except Timeout:
        return True
    except OSError:  # of somebody else, who may not even let us look
        return False


def note(folder: Path) -> dict[str, Any]:
    """What the process that makes the cell says of it."""
    try:
        said = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def wait(folder: Path) -> None:
    """Until nobody is making the cell in `folder`."""
    while is_held(folder):
        time.sleep(POLL)
