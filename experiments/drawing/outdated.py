"""Figures and tables that tell of an earlier state of a sweep are set aside, so that they do not stand beside newer
cells as if they told of these.
"""

import re
from pathlib import Path

from experiments.drawing.kinds import FIGURES
from experiments.progress import say
from reconstruct.results import FIGURE, FILM, Sweep

OUTDATED = "outdated"  # the folder in which they are kept
_STEMS = "|".join((FIGURE, *FIGURES, "matrix", "arrangement", "front", r"strips_\w+"))
_DRAWN = re.compile(rf"({_STEMS})(-\d+)?\.(png|pdf|svg|tiff)|(({_STEMS})\.)?(caption|alt)\.txt")
_TABLES = ("summary.csv", "findings.md", FILM)


def set_aside(sweep: Sweep) -> None:
    """Move what is older than some of the cells that it shows."""
    found = [path for path in sweep.folder.iterdir() if _is_ours(path) and not sweep.is_up_to_date(path.name)]
    if not found:
        return
    folder = sweep.folder / OUTDATED
    folder.mkdir(exist_ok=True)
    for path in found:
        path.replace(folder / path.name)
    names = ", ".join(sorted(path.name for path in found))
    say(f"{names}: of an earlier state of the sweep, now in {folder}; reconstruct-figure draws them again")


def _is_ours(path: Path) -> bool:
    return path.is_file() and (path.name in _TABLES or bool(_DRAWN.fullmatch(path.name)))
