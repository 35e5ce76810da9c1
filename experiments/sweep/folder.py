"""The folder of a sweep, as a person names it."""

from pathlib import Path

from reconstruct.errors import InputError, nearest
from reconstruct.results import PICTURE, RESULT, SWEEP, Sweep


def read(folder: Path) -> Sweep:
    """The sweep in `folder`.

    Raises:
        InputError: there is none, or its record is damaged.
    """
    sweep = Sweep.read(folder)
    if sweep is None:
        sweeps = sorted(path.parent for around in (folder, Path("runs")) for path in around.glob(f"*/{SWEEP}"))
        there = ", ".join(dict.fromkeys(map(str, sweeps))) or "for example runs/fig1"
        hint = nearest(folder.name, [each.name for each in sweeps])
        raise InputError(
            f"{folder}{_instead(folder)}: expected the folder of a sweep, which has a {SWEEP} ({there}){hint}"
        )
    return sweep


def _instead(folder: Path) -> str:
    """What the folder is, if not that of a sweep."""
    if (folder / SWEEP).exists():
        return f" has a damaged {SWEEP}; the command that made the sweep writes it again"
    if (folder / RESULT).exists():
        return f" is one cell, whose picture is {PICTURE}"
    alone = len(list(folder.glob(f"*/{RESULT}")))
    return f" has {alone} cells made one by one, each with its {PICTURE}" if alone else ""
