"""All figures of an analysis, each with the claim that it is about as its title."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from matplotlib.figure import Figure

from reconstruct.analysis.entries import Entry, Kind
from reconstruct.analysis.selection import at_level, depth_cells, depth_level, distinct, select
from reconstruct.analysis.selection import front as cases_of
from reconstruct.analysis.selection import matrix as errors_of
from reconstruct.analysis.verdicts import TestedClaim
from reconstruct.report.figures.analysis.arrangement import arrangement, subsets
from reconstruct.report.figures.analysis.depth import depth
from reconstruct.report.figures.analysis.joined import blending, front
from reconstruct.report.figures.analysis.matrix import matrix
from reconstruct.report.figures.analysis.strips import strips
from reconstruct.report.figures.page.sheet import Look
from reconstruct.runs.sweeps import Sweep


def atlas(
    sweep: Sweep, entries: Sequence[Entry], tested: Mapping[str, TestedClaim], look: Look
) -> dict[str, list[Figure]]:
    """File name without a suffix -> pages of that figure, whose title is its claim; one without cells is left out."""
    entries = distinct(entries)
    content = depth_cells(entries)
    figures = {}
    if select(content, kind=Kind.RESULT):
        figures["figure"] = depth(entries, _titled(look, tested["unconstrained"]))
    if any(errors_of(entries, term) for term in ("content", "style")):
        figures["matrix"] = matrix(entries, _titled(look, tested["upwards"]))
    for photograph in dict.fromkeys(e.picture for e in at_level(content, depth_level(entries))):
        figures[f"strips_{_as_file(photograph)}"] = strips(sweep, entries, photograph, _titled(look, tested["objects"]))
    if len(subsets(entries)) > 1:
        figures["arrangement"] = arrangement(entries, _titled(look, tested["texture"]))
    if cases_of(entries):
        figures["front"] = front(sweep, entries, _titled(look, tested["both"]))
        if blended := blending(entries, _titled(look, tested["blended"])):
            figures["blending"] = blended
    return figures


def _titled(look: Look, claim: TestedClaim) -> Look:
    """The look with the reader's title, else with the claim that the figure is about, if it was measured."""
    return look if look.title is not None or not claim.findings else replace(look, title=claim.title)


def _as_file(photograph: str) -> str:
    """A photograph's name that is safe in a file's name; if characters were replaced, a digest is added."""
    safe = re.sub(r"\W+", "_", photograph)
    return safe if safe == photograph else f"{safe[-40:]}_{hashlib.sha256(photograph.encode()).hexdigest()[:6]}"
