"""What the user's names stand for: samples that are fetched, or files of their own."""

import hashlib
import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from reconstruct import assets
from reconstruct.errors import InputError, nearest, one_line

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)


def digest(name: str, key: str) -> str:
    """SHA-256 of what a name stands for; `key` is the setting that gave it."""
    if name in assets.ASSETS:
        return assets.ASSETS[name].member_sha256
    try:
        path = source(name, key).resolve()
        status = path.stat()
        return _file_digest(path, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise InputError(f"{key}={name}: cannot be read ({error.strerror})") from error


@lru_cache(maxsize=256)
def _file_digest(path: Path, mtime_ns: int, size: int) -> str:
    """Read once for all cells of a process, and again when the file has changed."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def source(name: str, key: str) -> Path:
    """The user's own file of that name."""
    kind, known = ("weights", assets.weights()) if key == "network.weights" else ("a picture", assets.pictures())
    try:
        path = Path(name).expanduser()
        if path.is_file():
            return path
        exists = path.exists()
    except (OSError, RuntimeError, ValueError) as error:  # too long, nobody's home, a null byte
        raise InputError(f"{key}={name[:80]}: is not the name of a file ({error})") from error
    if exists:
        raise InputError(f"{key}={name}: is not a file; expected {kind}")
    raise InputError(
        f"{key}={name}: no such file, and no sample of that name{nearest(name, known)} (samples: {', '.join(known)})"
    )


def fetched(name: str) -> Path:
    """The sample's file in the cache; a bar is shown if it has to be fetched first."""
    from experiments.terminal.progress import fetching

    with fetching() as progress:
        return assets.fetch(name, progress)


def picture(name: str, key: str, size: int, square: bool) -> "Tensor":
    """A sample, its frame trimmed, or the user's own picture: ``(1, 3, H, W)``."""
    from reconstruct import images

    if name in assets.pictures():
        return images.load(fetched(name), size, square, assets.ASSETS[name].crop, _tell)
    return images.load(source(name, key), size, square, note=_tell)


def shape(name: str, key: str, size: int, square: bool) -> tuple[int, int]:
    """Height and width that `picture` will have, without reading all of it."""
    from reconstruct import images

    path = fetched(name) if name in assets.pictures() else source(name, key)
    return images.shape(path, size, square)


@lru_cache(maxsize=256)
def check_picture(name: str, key: str, digest: str) -> None:
    """Whether the user's own file opens as a picture, by its header; the digest notices a file that changed."""
    if name not in assets.pictures():
        from reconstruct import images  # torch, which takes a second

        images.shape(source(name, key))


def _tell(line: str) -> None:
    """On the terminal, and in the cell's log."""
    from experiments.terminal.progress import say

    log.warning(line)
    say(one_line(line))
