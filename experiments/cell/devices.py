"""Which GPU this process computes on, so that cells that run side by side on one machine have one each."""

import os
import tempfile
from functools import lru_cache
from pathlib import Path

from filelock import FileLock, Timeout


@lru_cache(maxsize=1)
def own(count: int) -> int:
    """Index, below `count`, of a GPU that no other process of this user has taken, from now until this one ends.

    If all are taken, one is shared.
    """
    for index in range(count):
        lock = FileLock(Path(tempfile.gettempdir()) / f"reconstruct-{_user()}-gpu-{_name(index)}.lock")
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        _taken.append(lock)
        return index
    return os.getpid() % count


_taken: list[FileLock] = []  # a lock that nobody refers to would be let go of


def _user() -> str:
    """Whose processes share the GPUs; where a system does not number users, each has temporary files of their own."""
    return str(os.getuid()) if hasattr(os, "getuid") else "user"


def _name(index: int) -> str:
    """The GPU's own name: an index counts only those that are visible to this process."""
    visible = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    return visible[index] if index < len(visible) else str(index)
