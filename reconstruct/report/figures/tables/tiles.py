"""The tiles of tables: a cell's picture, an original, a detail, or a map of a difference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from matplotlib import colormaps
from PIL import Image

from reconstruct.errors import InputError, nearest
from reconstruct.report.figures.cells import Cells, Panel
from reconstruct.report.figures.page.sheet import Box, Look
from reconstruct.runs.naming import TERMS
from reconstruct.runs.results import Result, decibels
from reconstruct.runs.wording import ERROR, percent

BRIGHTEST = 0.5  # the mean absolute difference of colours in [0, 1] that is brightest in a map
Number = tuple[str, str]
"""What a number is, and the number, as text."""


@dataclass(frozen=True)
class Tile:
    """One place of a table."""

    picture: Image.Image | None  # ``None`` if there is none
    problem: str = ""  # why there is no picture, or what is wrong with it
    values: Sequence[Number] = ()  # the numbers below the picture
    name: str = ""  # of the cell's folder; empty for an original
    mark: Box | None = None  # the part of the picture that gets a frame; ``None`` for none
    inset: Image.Image | None = None  # a picture in the lower left corner; ``None`` for none
    letter: str = ""  # in the upper left corner; empty for what the look asks for


def tiles(cells: Cells, look: Look) -> Callable[[Panel], Tile]:
    """A function from cells to tiles: their pictures, or maps of the difference that the look asks for.

    `InputError` if that is neither to the original nor to a finished cell of that name.
    """
    if not look.difference:
        return partial(_tile_of, look=look)
    to = None if look.difference == "original" else _only(look.difference, cells)
    return partial(_difference, to=to, look=look)


def _tile_of(panel: Panel, look: Look) -> Tile:
    stalled = "not converged" if panel.result and not panel.result.converged else ""
    return Tile(cropped(panel.picture, look), panel.problem or stalled, values(panel, look.values), panel.folder.name)


def values(panel: Panel, which: str) -> list[Number]:
    """The numbers of a cell; of a statistic without relative errors the loss."""
    result = panel.result
    if result is None or which == "none":
        return []
    if which == "error":
        return [_error(result, term) for term in result.losses]
    known = {"psnr": result.psnr, "ssim": result.ssim, "lpips": panel.lpips}[which]
    if known is None:
        return []
    return [(which.upper(), decibels(known) if which == "psnr" else f"{known:.{3 if which == 'lpips' else 2}f}")]


def _error(result: Result, term: str) -> Number:
    is_error = term in result.relative_errors
    what, value = ("error", result.error(term)) if is_error else ("loss", result.losses[term])
    number = "not finite" if value is None else percent(value) if is_error else f"{value:.3g}"
    return f"{term} {what}", number


def about(cells: Cells, look: Look) -> list[str]:
    """What the numbers under the pictures are, and what the pictures are where they are not whole reconstructions."""
    there = [bool(values(panel, look.values)) for panel in cells.panels if panel.result]
    to = "the original" if look.difference == "original" else look.difference
    whole = ", of the whole picture" if look.detail or look.difference else ""
    none = "" if all(there) else "; cells without it have no photograph, or are too small"
    errors = _about_errors([panel.result for panel in cells.panels if panel.result])
    numbers = errors if look.values == "error" else f"{look.values.upper()} to the photograph{whole}{none}"
    maps = f"maps: difference from {to}, mean of the colours, from 0 (black) to {BRIGHTEST:g} and more (bright)"
    detail = "pictures: the same enlarged detail of each; numbers are of the whole picture"
    return [numbers] * any(there) + [maps] * bool(look.difference) + [detail] * bool(look.detail)


def _about_errors(done: Sequence[Result]) -> str:
    """The definition, what cannot be compared, and what has no relative error."""
    layers = {str(result.layers) for result in done}
    statistics = {result.statistic(term) for result in done for term in result.layers}
    own = " and ".join(["layers"] * (len(layers) > 1) + ["statistics"] * (len(statistics) > 1))
    compared = f", each at the cell's own {own}: errors of different {own} cannot be compared" if own else ""
    without = {r.statistic(term) for r in done for term in r.layers if term not in r.relative_errors}
    errors = f"error: {ERROR}, mean over layers{compared}"
    loss = f"loss: {', '.join(sorted(without))} has no relative error"
    return "; ".join([errors] * any(r.relative_errors for r in done) + [loss] * bool(without))


def cropped(picture: Image.Image | None, look: Look) -> Image.Image | None:
    """A picture as the look asks for it: whole, cut to the largest centred square, or a part of either."""
    if picture is None:
        return None
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    picture = picture.crop((left, top, left + side, top + side)) if look.crop else picture
    return _part_of(picture, look.detail) if look.detail else picture


def _part_of(picture: Image.Image, box: Box) -> Image.Image:
    """A part of a picture; at least one pixel."""
    left, top, width, height = (round(a * b) for a, b in zip(box, 2 * picture.size, strict=True))
    left, top = min(left, picture.width - 1), min(top, picture.height - 1)
    return picture.crop((left, top, left + max(1, width), top + max(1, height)))


def original_tiles(picture: Image.Image | None, name: str, look: Look) -> dict[str, Tile]:
    """Label -> tile of an original and, if the look enlarges a part, of that part, which is marked in the original."""
    problem = "" if picture else "missing"
    whole = Tile(cropped(picture, replace(look, detail=None)), problem, mark=look.detail)
    detail = {f"{name}, detail": Tile(cropped(picture, look), problem)} if look.detail else {}
    return {name: whole} | detail


def _difference(panel: Panel, to: Panel | None, look: Look) -> Tile:
    """A map of the absolute difference of a cell to another one, or else to its original, mean over the colours."""
    other = to.picture if to else next(filter(None, map(panel.original, TERMS)), None)
    tile = replace(_tile_of(panel, look), picture=None)
    if panel.picture is None or other is None:
        return replace(tile, problem=panel.problem or "no original")
    if panel.picture.size != other.size:
        return replace(tile, problem="another size")
    one, two = (np.asarray(picture, float) / 255 for picture in (panel.picture, other))
    colours = colormaps["magma"](np.clip(np.abs(one - two).mean(axis=2) / BRIGHTEST, 0, 1))[..., :3]
    picture = Image.fromarray((255 * colours).round().astype(np.uint8))
    return replace(tile, picture=cropped(picture, look))


def _only(name: str, cells: Cells) -> Panel:
    """The finished cell of this name; `InputError` if there is none, or if there are several."""
    found = [panel for panel in cells.panels if name in (panel.name, panel.folder.name)]
    if not found:
        names = [panel.name for panel in cells.panels]
        hint = nearest(name, ["original", *names])
        raise InputError(f"--difference {name}: expected original or the name of a cell, such as {names[0]}{hint}")
    if len(found) > 1:
        raise InputError(f"--difference {name}: {len(found)} cells have that name; give one sweep only")
    if found[0].picture is None:
        raise InputError(f"--difference {name}: expected a finished cell; this one is {found[0].problem}")
    return found[0]
