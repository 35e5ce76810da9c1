"""All figures of an atlas, each with its finding as its title."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from matplotlib.figure import Figure

from reconstruct.atlas.entries import Entry
from reconstruct.atlas.findings import Finding
from reconstruct.atlas.selection import cumulative, depth_cells, shown_level
from reconstruct.atlas.selection import front as cases_of
from reconstruct.figures.depth import depth
from reconstruct.figures.front import arrangement, front
from reconstruct.figures.matrix import matrix
from reconstruct.figures.sheet import Look
from reconstruct.figures.strips import strips
from reconstruct.results import Sweep


def atlas(sweep: Sweep, entries: Sequence[Entry], found: Mapping[str, Finding], look: Look) -> dict[str, Figure]:
    """File name -> figure; what the sweep has no cells for is left out."""
    made = {}
    content = depth_cells(entries)
    if content:
        made["figure"] = depth(entries, _titled(look, found["unconstrained"]))
        made["matrix"] = matrix(entries, _titled(look, found["upwards"]))
    if content and shown_level(entries) is not None:
        for photograph in dict.fromkeys(e.picture for e in content):
            made[f"strips_{_as_file(photograph)}"] = strips(sweep, entries, photograph, _titled(look, found["objects"]))
    if cumulative(entries):
        made["arrangement"] = arrangement(entries, _titled(look, found["texture"]))
    if cases_of(entries):
        made["front"] = front(entries, _titled(look, found["both"]))
    return made


def _titled(look: Look, finding: Finding) -> Look:
    return look if look.title else replace(look, title=finding.title)


def _as_file(photograph: str) -> str:
    """Safe in a file's name; a digest makes up for what had to be replaced."""
    safe = re.sub(r"\W+", "_", photograph)
    return safe if safe == photograph else f"{safe[-40:]}_{hashlib.sha256(photograph.encode()).hexdigest()[:6]}"
