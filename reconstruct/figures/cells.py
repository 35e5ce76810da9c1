"""The cells of a sweep as a figure needs them: a picture or the reason why there is none, and a name for each value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL.Image import Image

from reconstruct import images
from reconstruct.errors import InputError
from reconstruct.figures.sheet import plain
from reconstruct.results import FAILURE, PICTURE, Result, Sweep, SweepCell


@dataclass(frozen=True)
class Panel:
    """A cell; `problem` says why there is no picture."""

    cell: SweepCell
    result: Result | None
    picture: Image | None
    problem: str = ""

    def error(self, term: str) -> float | None:
        """Relative error of a term, mean over its layers, where the cell has it."""
        return self.result.error(term) if self.result and term in self.result.relative_errors else None


def error_label(folder: str, term: str) -> str:
    """By which a film finds the error that stands under the picture of the cell in `folder`."""
    return f"{folder}/{term}"


def panels(sweep: Sweep) -> list[Panel]:
    """Every cell of a sweep; cells that are missing or damaged say so."""
    return [_panel(sweep.folder / cell.folder, cell, result) for cell, result in sweep.results()]


def _panel(folder: Path, cell: SweepCell, result: Result | None) -> Panel:
    if result is None:
        problem = "failed" if (folder / FAILURE).exists() else "not finished" if folder.is_dir() else "missing"
        return Panel(cell, None, None, problem)
    try:
        return Panel(cell, result, images.to_image(images.load(folder / PICTURE)))
    except InputError:
        return Panel(cell, result, None, "damaged" if (folder / PICTURE).exists() else "missing")


def original(sweep: Sweep, term: str, cells: Iterable[SweepCell] | None = None) -> Image | None:
    """The input picture of `term`, from the first of the cells that has it."""
    for cell in sweep.cells if cells is None else cells:
        try:
            return images.to_image(images.load(sweep.folder / cell.folder / f"{term}.png"))
        except InputError:
            continue
    return None


def aspect(cells: Sequence[Panel]) -> float:
    """Height over width of the first picture there is; 1 if there is none."""
    return next((p.picture.height / p.picture.width for p in cells if p.picture), 1.0)


def value_name(key: str, value: str, cells: Iterable[Panel]) -> str:
    """What a reader calls a value of a swept key: a layer's name, a picture's title, a number."""
    chosen = [p.result for p in cells if p.cell.values.get(key) == value and p.result]
    if key.endswith(".picture") and chosen:
        return plain(chosen[0].pictures[key.split(".")[0]]["title"].split(",")[0])
    if key == "depth" and chosen:
        return _at_depth(_varying_layers(chosen)) or value
    return power_of_ten(value) if key == "ratio" else value.strip("[]").replace(",", ", ")


def _varying_layers(results: Sequence[Result]) -> Mapping[str, list[str]]:
    """Of the results at one depth, the layers of every term that depth chooses."""
    first = results[0]
    explicit = {term for term in first.layers if first.config.get(term, {}).get("layers") is not None}
    return {term: layers for result in results for term, layers in result.layers.items() if term not in explicit}


def _at_depth(layers: Mapping[str, list[str]]) -> str:
    """The deepest layer, with a plus where it joins others."""
    deepest = ", ".join(dict.fromkeys(names[-1] for names in layers.values()))
    return f"+ {deepest}" if list(layers) == ["style"] and len(layers["style"]) > 1 else deepest


def power_of_ten(value: str) -> str:
    """1e-3 as 10⁻³ and 3e-8 as 3·10⁻⁸, as mathematical text; 0, 1, 10 and ∞ as they are."""
    try:
        number = float(value)
    except ValueError:
        return value
    if number in (0.0, float("inf")):
        return "0" if number == 0 else "∞"
    factor, exponent = f"{number:.0e}".split("e")
    power = f"10^{{{int(exponent)}}}"
    if int(exponent) in (0, 1):
        return f"{number:g}"
    return f"${power}$" if factor == "1" else f"${factor}\\cdot{power}$"


def key_name(key: str) -> str:
    """What a reader calls a swept key."""
    known = {"ratio": "α/β", "content.layers": "content layer", "style.layers": "style layers", "depth": "layers"}
    return known.get(key, key.removesuffix(".picture").replace("content.", "").replace("canvas.", "canvas "))
