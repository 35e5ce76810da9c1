"""Files that are whole or absent: written beside their place, flushed to disk, then moved there in one step."""

import csv
import io
import os
import re
import signal
import socket
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

_PART = ".part"


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A binary file open for writing that takes the place of `path` only if the block ends without an exception."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{_author()}.", suffix=_PART)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o666 & ~_umask())  # mkstemp's 0600 would hide results from the rest of a group
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_csv(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Rows as a table with all their columns; what a row does not have stays empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with written_whole(path) as file:
        file.write(text.getvalue().encode())


def unique_ends(paths: Iterable[str]) -> dict[str, str]:
    """Path -> the shortest end of it that no other path has, without quotes; the whole path where there is none."""
    parts = {path: re.split(r"[/\\]", path.strip("'\"").rstrip("/\\")) for path in paths}
    often = Counter(tuple(part[-n:]) for part in parts.values() for n in range(1, len(part) + 1))
    return {
        path: next(("/".join(part[-n:]) for n in range(1, len(part) + 1) if often[tuple(part[-n:])] == 1), path)
        for path, part in parts.items()
    }


def remove_stale_parts(folder: Path) -> None:
    """Remove the unfinished files that killed processes of this machine left in `folder`."""
    for part in folder.glob(f".*.{_host()}-*{_PART}"):
        author = re.search(rf"\.{re.escape(_host())}-(\d+)\.\w+\{_PART}$", part.name)
        if author and not _is_alive(int(author[1])):
            part.unlink(missing_ok=True)


def _author() -> str:
    return f"{_host()}-{os.getpid()}"


def _host() -> str:
    return re.sub(r"\W+", "_", socket.gethostname()) or "host"


def _is_alive(process: int) -> bool:
    if hasattr(signal, "CTRL_C_EVENT"):  # a system on which the signal 0 is a key that ends programs
        return True
    try:
        os.kill(process, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)  # else somebody else's
    return True


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
