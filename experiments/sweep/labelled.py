"""The cells of sweeps under their labels, for programs that show the names of folders: links, kept up to date."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from reconstruct.errors import InputError
from reconstruct.results import FIGURE
from reconstruct.sweeps import SWEEP, Sweep, SweepCell

LOOK_AGAIN = 3.0  # seconds
SLASH = "∕"  # looks like one and separates no folders: α∕β


@contextmanager
def labelled(folders: Sequence[Path]) -> Iterator[Path]:
    """A folder in which the cells below `folders` have their labels for names; a folder without sweeps alone is itself.

    While it is open, cells that are begun appear in it, and names follow the labels.

    Raises:
        InputError: there are several folders, and the system has no links.
    """
    first, *others = folders
    if not others and not sweeps_in(first):
        yield first
        return
    over = threading.Event()
    with TemporaryDirectory(prefix="reconstruct-board-") as made:
        try:
            _link(folders, Path(made))
        except OSError as error:  # a system without links
            if others:
                raise InputError(f"several folders are shown by links, which cannot be made here ({error})") from error
            yield first
            return
        threading.Thread(target=_follow, args=(folders, Path(made), over), daemon=True).start()
        try:
            yield Path(made)
        finally:
            over.set()


def sweeps_in(folder: Path) -> list[Path]:
    """The folders of sweeps: this one, or those in it."""
    return [folder] if (folder / SWEEP).exists() else [path.parent for path in sorted(folder.glob(f"*/{SWEEP}"))]


def _follow(folders: Sequence[Path], links: Path, over: threading.Event) -> None:
    while not over.wait(LOOK_AGAIN):
        with suppress(OSError):  # a folder that is out of reach for a moment
            _link(folders, links)


def _link(folders: Sequence[Path], links: Path) -> None:
    wanted = {links / name: target for name, target in _named(folders)}
    for path in links.rglob("*"):
        if path.is_symlink() and (path not in wanted or path.readlink() != wanted[path]):
            path.unlink()
    for path, target in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_symlink():
            path.symlink_to(target)


def _named(folders: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Name and folder of everything that can be shown; of several folders each has a name above."""
    if len(folders) == 1:
        yield from _within(folders[0])
        return
    paths = list(dict.fromkeys(folder.resolve() for folder in folders))
    for number, path in enumerate(paths):
        alike = [other for other in paths[:number] if other.name == path.name]
        above = f"{path.name}~{len(alike) + 1}" if alike else path.name
        found = list(_within(path)) if sweeps_in(path) else [("", path)]
        yield from ((f"{above}/{name}".rstrip("/"), target) for name, target in found)


def _cells(sweep: Path) -> Sequence[SweepCell]:
    """Those that are listed; none if the list is damaged."""
    with suppress(InputError):
        found = Sweep.read(sweep)
        return found.cells if found else []
    return []


def _within(folder: Path) -> Iterator[tuple[str, Path]]:
    sweeps = sweeps_in(folder)
    for place in sweeps:
        above = "" if place == folder else f"{place.name}/"
        labels = {cell.folder: cell.name.replace("/", SLASH) for cell in _cells(place)}
        for path in sorted(place.iterdir()):
            if path.is_dir() and (path.name in labels or path.name == FIGURE):
                yield f"{above}{labels.get(path.name, path.name)}", path.resolve()
    if folder not in sweeps:
        others = (path for path in sorted(folder.iterdir()) if path.is_dir() and path not in sweeps)
        yield from ((path.name, path.resolve()) for path in others)
