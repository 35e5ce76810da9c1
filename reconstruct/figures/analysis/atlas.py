"""All figures of an atlas, each with its tested as its title."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from matplotlib.figure import Figure

from reconstruct.analysis.entries import Entry, Kind
from reconstruct.analysis.selection import at_level, depth_cells, distinct, select, shown_level
from reconstruct.analysis.selection import front as cases_of
from reconstruct.analysis.selection import matrix as errors_of
from reconstruct.analysis.verdicts import TestedClaim
from reconstruct.figures.analysis.arrangement import arrangement, subsets
from reconstruct.figures.analysis.depth import depth
from reconstruct.figures.analysis.front import front
from reconstruct.figures.analysis.matrix import matrix
from reconstruct.figures.analysis.strips import strips
from reconstruct.figures.page.sheet import Look
from reconstruct.results import Sweep


def atlas(
    sweep: Sweep, entries: Sequence[Entry], found: Mapping[str, TestedClaim], look: Look
) -> dict[str, list[Figure]]:
    """The figures of an analysis: file name -> one matplotlib figure a page. Those without cells are left out."""
    entries = distinct(entries)
    content = depth_cells(entries)
    made = {}
    if select(content, kind=Kind.RESULT):
        made["figure"] = depth(entries, _titled(look, found["unconstrained"]))
    if any(errors_of(entries, term) for term in ("content", "style")):
        made["matrix"] = matrix(entries, _titled(look, found["upwards"]))
    for photograph in dict.fromkeys(e.picture for e in at_level(content, shown_level(entries))):
        made[f"strips_{_as_file(photograph)}"] = strips(sweep, entries, photograph, _titled(look, found["objects"]))
    if len(subsets(entries)) > 1:
        made["arrangement"] = arrangement(entries, _titled(look, found["texture"]))
    if cases_of(entries):
        made["front"] = front(entries, _titled(look, found["both"]))
    return made


def _titled(look: Look, tested: TestedClaim) -> Look:
    """With the reader's title, else with the claim that the figure is about, if it was tested."""
    return look if look.title or not tested.holds else replace(look, title=tested.title)


def _as_file(photograph: str) -> str:
    """Safe in a file's name; a digest makes up for what had to be replaced."""
    safe = re.sub(r"\W+", "_", photograph)
    return safe if safe == photograph else f"{safe[-40:]}_{hashlib.sha256(photograph.encode()).hexdigest()[:6]}"
