"""Memory: how much of it there is for this process, and keeping what one step has freed for the next."""

import ctypes
import mmap
import os
import sys
from collections.abc import Iterator
from pathlib import Path

try:
    import resource
except ImportError:  # a system without limits of the shell
    resource = None  # type: ignore[assignment]

# Parameters of glibc's mallopt, from its malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4
_LARGE = 2**25  # bytes, the most that glibc accepts
_OUTSIDE = 2**16  # blocks that may lie outside the heap, glibc's own choice

_SYSTEM = Path("/proc/meminfo")
_PROCESS = Path("/proc/self/statm")
_MEMBERSHIP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")
# Of control groups: by the version's place below _GROUPS, the files of a group's limit and of what it has taken.
_SECOND = ("memory.max", "memory.current")
_FIRST = ("memory.limit_in_bytes", "memory.usage_in_bytes")


def available() -> int | None:
    """Bytes that this process may take, with what it has already.

    The least of what machine, container, job and shell allow; ``None`` where nothing tells (not Linux).
    """
    return min(_limits(), default=None)


def _limits() -> Iterator[int]:
    pages = _numbers(_PROCESS)[:2]
    if len(pages) < 2:
        return
    virtual, resident = (count * mmap.PAGESIZE for count in pages)
    system = dict(line.split(":") for line in _text(_SYSTEM).splitlines())
    if "MemAvailable" in system:
        swap = system.get("SwapFree", "0")
        yield 1024 * sum(int(entry.split()[0]) for entry in (system["MemAvailable"], swap)) + resident
    for limit, used in _groups():
        if (most := _numbers(limit)) and (now := _numbers(used)):
            left = most[0] - now[0] + _reclaimable(used.with_name("memory.stat"))
            yield min(most[0], left + resident)  # libraries that others had read first are resident, not charged
    yield from _job()
    address_space = resource.getrlimit(resource.RLIMIT_AS)[0] if resource else None
    if address_space is not None and address_space != resource.RLIM_INFINITY:
        yield address_space - virtual + resident


def _job() -> Iterator[int]:
    """What Slurm gave this job on this node: it may be killed for more even where no control group holds it."""
    if "SLURM_JOB_ID" not in os.environ:
        return
    node, cpu, cpus = (os.environ.get(f"SLURM_{name}", "") for name in ("MEM_PER_NODE", "MEM_PER_CPU", "CPUS_ON_NODE"))
    given = int(node) if node.isdigit() else int(cpu) * int(cpus) if cpu.isdigit() and cpus.isdigit() else 0
    if given:  # 0: all that the node has
        yield given * 2**20


def _groups() -> Iterator[tuple[Path, Path]]:
    """Limit and use of every control group that this process is in: a job's or a container's own, and those above it.

    Within a container the groups above it, and often the path to its own, cannot be seen.
    """
    for line in _text(_MEMBERSHIP).splitlines():
        _, controllers, own = line.split(":", 2)
        places = [("", _SECOND), ("unified", _SECOND)] if not controllers else []
        places += [("memory", _FIRST)] if "memory" in controllers.split(",") else []
        for place, (limit, used) in places:
            group = _GROUPS / place / own.lstrip("/")
            for folder in (group, *group.parents[: len(Path(own).parts) - 1]):
                yield folder / limit, folder / used


def _reclaimable(account: Path) -> int:
    """Bytes of files that the kernel keeps for later and gives up when asked: they count as used."""
    words = _text(account).split()
    return int(words[words.index("inactive_file") + 1]) if "inactive_file" in words else 0


def _numbers(file: Path) -> list[int]:
    return [int(word) for word in _text(file).split() if word.isdigit()]


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def keep_freed(large: bool) -> None:
    """Ask glibc not to hand freed memory back to the system: at 512 × 512 pixels that takes a fifth of a step's time.

    Args:
        large: whether that holds for blocks of 32 MB and more too. They leave gaps: content and style of 1024 × 1024
            pixels in float32 then took 4.9 GiB instead of 3.7.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_MMAP_MAX, 0 if large else _OUTSIDE)
        mallopt(_TRIM_THRESHOLD, -1)
