"""The note below a figure: what its numbers are, and what its pictures are where they are not whole."""

from collections.abc import Sequence

from reconstruct.report.figures.cells import Cells
from reconstruct.report.figures.page.sheet import Look
from reconstruct.report.figures.tables.tiles import BRIGHTEST, values
from reconstruct.runs.results import Result


def about(cells: Cells, look: Look) -> list[str]:
    """What the numbers under the pictures are, and what the pictures are where they are not whole reconstructions."""
    there = [bool(values(panel, look.values)) for panel in cells.panels if panel.result]
    to = "the original" if look.difference == "original" else look.difference
    whole = ", of the whole picture" if look.detail or look.difference else ""
    none = "" if all(there) else "; cells without it have no photograph, or are too small"
    errors = _about_errors([panel.result for panel in cells.panels if panel.result])
    numbers = errors if look.values == "error" else f"{look.values.upper()} to the photograph{whole}{none}"
    maps = f"maps: difference to {to}, mean of the colours, from 0 (black) to {BRIGHTEST:g} and more (bright)"
    detail = "pictures: the same enlarged detail of each; numbers are of the whole picture"
    return [numbers] * any(there) + [maps] * bool(look.difference) + [detail] * bool(look.detail)


def _about_errors(done: Sequence[Result]) -> str:
    """The definition, what cannot be compared, and what has no relative error."""
    layers = {str(result.layers) for result in done}
    statistics = {result.statistic(term) for result in done for term in result.layers}
    own = " and ".join(["layers"] * (len(layers) > 1) + ["statistics"] * (len(statistics) > 1))
    compared = f", each at the cell's own {own}: errors of different {own} cannot be compared" if own else ""
    without = {r.statistic(term) for r in done for term in r.layers if term not in r.relative_errors}
    errors = f"error: ‖code − target‖² / ‖target‖², mean over layers{compared}"
    loss = f"loss: {', '.join(sorted(without))} has no relative error"
    return "; ".join([errors] * any(r.relative_errors for r in done) + [loss] * bool(without))
