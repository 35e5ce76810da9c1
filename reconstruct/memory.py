"""Memory that one step has freed is kept for the next."""

import ctypes
import sys

# Parameters of glibc's mallopt, from its malloc.h.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4


def keep_freed() -> None:
    """Ask the C library not to hand freed memory back to the system while this process runs.

    Every step needs the same hundreds of megabytes again. By default glibc returns each large block at once, and the
    next step pays for getting it back page by page: at 512 × 512 pixels a fifth of its time. Elsewhere than with glibc
    nothing happens. What a process holds at its peak stays the same.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, -1)
