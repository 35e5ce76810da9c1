"""How a command ends: every exception as one line and an exit code, the same for all commands.

0  done
1  a run failed, or the program has a mistake, whose traceback is in ``error.log``
2  the user's input was wrong
130  interrupted
"""

import argparse
import errno
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from reconstruct.errors import InputError, RunError

ERROR_LOG = "error.log"
FULL = "no space left on the disk; free some, then the same command goes on"
ELSEWHERE = "set runs= to a folder in which you may write"
SMALLER = "try a smaller size=, lower layers, or checkpointing=true"


@contextmanager
def exits(program: str, interrupted: str = "interrupted") -> Iterator[None]:
    """End `program` with one line for what a user can mend; anything else is a bug and keeps its traceback."""
    try:
        yield
    except (InputError, RunError) as error:
        _end(f"{program}: {error}", 2 if isinstance(error, InputError) else 1, error)
    except OSError as error:
        _end(f"{program}: {os_error_message(error)}", 1, error)
    except KeyboardInterrupt as error:
        after_the_key = "\n" if sys.stderr.isatty() else ""  # which a terminal shows as ^C
        _end(f"{after_the_key}{program}: {interrupted}", 130, error)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        _end(f"{program}: out of memory", 1, error)


def _end(line: str, code: int, error: BaseException) -> NoReturn:
    print(line, file=sys.stderr)
    raise SystemExit(code) from error


@contextmanager
def mistakes_in(folder: Path) -> Iterator[None]:
    """Turn a bug of this program into a `RunError` of one line; its traceback goes into a file of `folder`."""
    try:
        yield
    except (InputError, RunError, OSError, MemoryError):
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        place = folder / ERROR_LOG
        with suppress(OSError):
            place.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        line = f"{type(error).__name__}: {error}".splitlines()[0]
        raise RunError(f"{line}; this is a mistake of the program, its traceback is in {place}") from error


def os_error_message(error: OSError, advice: str = "") -> str:
    """What the system refused; `advice` is what to do about missing permissions."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{what}; {advice}" if advice else what
    return f"the system refused: {what}"


def is_out_of_memory(error: Exception) -> bool:
    """torch has an exception of its own for a GPU's memory, and only words for the machine's."""
    words = ("out of memory", "not enough memory", "can't allocate memory", "bad_alloc")
    return isinstance(error, MemoryError) or any(word in str(error).lower() for word in words)


class Parser(argparse.ArgumentParser):
    """argparse with --version, and one line for a mistake."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, **options)
        self.add_argument("--version", action="version", version=f"%(prog)s {version('reconstruct')}")

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(2, f"{self.prog}: {message}; --help lists what there is\n")
