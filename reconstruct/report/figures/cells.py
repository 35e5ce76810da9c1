"""The cells of a figure: of one sweep or of several, all of them or some.

Each has its picture, or the reason why there is none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, UnidentifiedImageError

from reconstruct.errors import InputError, nearest
from reconstruct.layers import EVERY
from reconstruct.runs.failures import problem
from reconstruct.runs.naming import canonical, is_setting, listed
from reconstruct.runs.results import PICTURE, Result, scale_in_words
from reconstruct.runs.sentences import title
from reconstruct.runs.sweeps import Sweep, SweepCell

LEAST_FRAME = 0.04  # of the longer side
SWEEP_KEY = "sweep"
"""The key whose value is the folder of a cell's sweep; it distinguishes equal cells of several sweeps."""


@dataclass(frozen=True)
class Panel:
    """One cell of a figure."""

    folder: Path  # the cell's folder
    values: Mapping[str, str]  # key of the sweeps -> value; empty if it has no effect
    given: frozenset[str]  # the keys that were given for this cell and have an effect
    result: Result | None  # ``None`` if the cell is not finished
    picture: Image.Image | None  # the reconstruction; ``None`` if there is none
    problem: str = ""  # why there is no picture; empty if there is one
    label: str = ""  # what the cell is called; empty for the name of its folder
    lpips: float | None = None  # LPIPS to the photograph, where it was asked for
    settings: Mapping[str, str] = field(default_factory=dict)  # all that have an effect, in one spelling
    # Term and words of a layer -> label of a channel -> its feature maps in the original and in the result.
    maps: Mapping[tuple[str, str], Mapping[str, Sequence[Image.Image]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What a reader calls it."""
        return self.label or self.folder.name

    def at(self, keys: Iterable[str]) -> tuple[str, ...]:
        """The values of some keys; empty for those that have no effect."""
        return tuple(self.values.get(key, "") for key in keys)

    def error(self, term: str) -> float | None:
        """Relative error of a term, mean over its layers; ``None`` if the cell does not have it or it is not finite."""
        return self.result.error(term) if self.result and self.result.relative_errors.get(term) else None

    def original(self, term: str) -> Image.Image | None:
        """The original of a term, the part that counts in a frame; ``None`` if it cannot be read."""
        picture, window = opened(self.folder / f"{term}.png"), self.window(term)
        return framed(picture, window) if picture and window else picture

    def window(self, term: str) -> list[float]:
        """The part of the picture whose features were looked at, left, top, width, height; empty if that is all."""
        given = self.settings.get(f"{term}.window", "")
        return [float(each) for each in listed(given)] if given.startswith("[") else []

    def original_identity(self, term: str) -> tuple[str, ...]:
        """What tells a term's original from others: how it was asked for, and its scale; empty if there is none."""
        if self.result:
            named = self.result.asked_for(term), self.result.scale(term), *map(str, self.window(term))
            return named if term in self.result.originals else ()
        has_term = self.settings.get("representation", term) in (term, "both") and f"{term}.code" not in self.settings
        given = {key: self.settings.get(f"{term}.{key}") for key in ("picture", "size", "crop")}
        named = given["picture"] or "", scale_in_words(given, self.settings), *map(str, self.window(term))
        return named if has_term and given["picture"] else ()

    def original_title(self, term: str) -> str:
        """The title of a term's original, and at which scale it was looked at; empty if the cell is not finished."""
        return ", ".join(filter(None, (title(self.result, term), self.result.scale(term)))) if self.result else ""


@dataclass(frozen=True)
class Cells:
    """The cells of a figure, with the keys in which they differ."""

    panels: list[Panel]  # the cells, in order
    axes: Mapping[str, list[str]]  # key in which the cells differ -> its values, in order
    drawing: str = "auto"  # the kind of figure that the first sweep asks for
    commands: tuple[str, ...] = ()  # the commands that started the sweeps
    narrowed: Mapping[str, str] = field(default_factory=dict)  # key of which a reader chose a single value -> that
    renamed: Mapping[str, str] = field(default_factory=dict)  # label -> what a reader wants to be written instead
    # Of the keys that were asked for.
    labels: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def values(self, key: str) -> list[str]:
        """The different values of a key, in order, whether cells differ in it or not."""
        return self.axes.get(key) or list(dict.fromkeys(p.values[key] for p in self.panels if p.values.get(key)))

    def of_the_paper(self) -> "Cells":
        """A copy in which cells do not differ by a setting that has one value, and no effect on the others."""
        return replace(self, axes={key: values for key, values in self.axes.items() if len({*values, ""}) > 2})

    def among(self, panels: Sequence[Panel]) -> "Cells":
        """A copy with these cells only."""
        return replace(self, panels=list(panels), axes=_axes(panels, {**self.axes}))


def cells_of(sweeps: Sequence[Sweep], only: Mapping[str, Sequence[str]] | None = None) -> Cells:
    """The cells of at least one sweep, finished or not; `only` has the values that a figure is to have, in that order.

    Raises:
        InputError: there is no sweep, or `only` has a key or a value that none of the cells has.
    """
    if not sweeps:
        raise InputError("a figure needs at least one sweep; none was given")
    sweeps = list({sweep.folder.resolve(): sweep for sweep in sweeps}.values())
    found = [(sweep, cell, result) for sweep in sweeps for cell, result in sweep.results()]
    every = (key for sweep in sweeps for key in (*sweep.axes, *sweep.keys))
    keys = list(dict.fromkeys(filter(is_setting, every)))
    every_panel = [_panel(sweep, cell, result, keys) for sweep, cell, result in found]
    panels = _once(every_panel)
    orders: dict[str, Sequence[str]] = dict.fromkeys(keys, ())
    before = _axes(panels, orders)
    for key, chosen in (only or {}).items():
        orders[key] = _named(key, chosen, panels)
        panels = [panel for panel in panels if panel.values.get(key) in orders[key]]
    if not panels:
        raise InputError("--only leaves no cell; fewer keys leave more")
    axes = _axes(panels, orders)
    if len(sweeps) > 1 and len({panel.at(axes) for panel in panels}) < len(panels):
        axes = _axes(panels, orders | {SWEEP_KEY: ()})
    narrowed = {key: panels[0].values[key] for key in before if key not in axes and key in (only or {})}
    return Cells(panels, axes, sweeps[0].drawing, tuple(dict.fromkeys(sweep.command for sweep in sweeps)), narrowed)


def _once(panels: Sequence[Panel]) -> list[Panel]:
    """A cell that several sweeps have is drawn once, unless its pictures differ, as those of two processors may."""
    first: dict[object, str] = {}  # cell -> the first sweep that has it
    return [panel for panel in panels if first.setdefault(_cell(panel), sweep := panel.values[SWEEP_KEY]) == sweep]


def _cell(panel: Panel) -> object:
    """Equal for panels that show the same cell."""
    if panel.result is None or panel.picture is None:
        return panel.folder
    return panel.result.fingerprint, panel.picture.tobytes()


def _axes(panels: Sequence[Panel], orders: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Key -> values, for the keys that have several: those of `orders` first, layers as they are in the network."""
    axes = {}
    for key, order in orders.items():
        there = list(dict.fromkeys(panel.values.get(key, "") for panel in panels))
        if key.endswith(".layers") and all(map(_places, filter(None, there))):
            there.sort(key=lambda layers: (not layers, _places(layers)))
        values = [value for value in order if value in there]
        axes[key] = [*values, *(value for value in there if value not in values)]
    return {key: values for key, values in axes.items() if len(values) > 1}


def _places(layers: str) -> list[int]:
    """What layers ``[relu1_1,pool2]`` are sorted by: where the network has them, the last first; empty if unknown."""
    names = listed(layers)
    return sorted(map(EVERY.index, names), reverse=True) if {*names} <= {*EVERY} else []


def _panel(sweep: Sweep, cell: SweepCell, result: Result | None, keys: Iterable[str]) -> Panel:
    folder, settings = sweep.folder / cell.folder, cell.settings
    values = {key: settings.get(key, "") for key in keys} | {SWEEP_KEY: str(sweep.folder.resolve())}
    given = frozenset(key for key in cell.values if key in settings)
    panel = Panel(folder, values, given, result, None, label=cell.name, settings=settings)
    if result is None:
        return replace(panel, problem=problem(folder)[0])
    picture = opened(folder / PICTURE)
    why = "" if picture else "damaged" if (folder / PICTURE).exists() else "missing"
    return replace(panel, picture=picture, problem=why)


def framed(picture: Image.Image, window: Sequence[float]) -> Image.Image:
    """With a frame around a part, however small."""
    left, top, width, height = (share * side for share, side in zip(window, 2 * picture.size, strict=True))
    around, line = max(2.0, LEAST_FRAME * max(picture.size)), max(1, round(max(picture.size) / 100))
    right, bottom = max(left + width, left + around / 2), max(top + height, top + around / 2)
    box = min(left, right - around), min(top, bottom - around), right, bottom
    for colour, out in (("black", line), ("white", 0)):
        edges = box[0] - out, box[1] - out, box[2] + out, box[3] + out
        ImageDraw.Draw(picture).rectangle(edges, outline=colour, width=line)
    return picture


def opened(path: Path) -> Image.Image | None:
    """A picture that this program wrote; ``None`` if it is missing or damaged."""
    try:
        with Image.open(path) as picture:
            return picture.convert("RGB")
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError):
        return None


def known_keys(panels: Sequence[Panel]) -> list[str]:
    """The keys by which cells can be chosen or placed."""
    keys = dict.fromkeys(key for panel in panels for key, value in panel.values.items() if value)
    several = len({panel.values.get(SWEEP_KEY) for panel in panels}) > 1
    return [key for key in keys if several or key != SWEEP_KEY]


def _named(key: str, chosen: Iterable[str], panels: Sequence[Panel]) -> list[str]:
    """The chosen values as the cells spell them, each once: the same spelling, or else all equal values."""
    keys = known_keys(panels)
    if key not in keys:
        raise InputError(f"--only {key}=…: expected one of {', '.join(keys)}{nearest(key, keys)}")
    there = list(dict.fromkeys(value for panel in panels if (value := panel.values[key])))
    found: list[str] = []
    for value in chosen:
        wanted = canonical(key, value).strip("[]")  # the brackets of a list may be left out
        alike = [each for each in there if canonical(key, each).strip("[]") == wanted]
        if not alike:
            raise InputError(f"--only {key}={value}: expected some of {', '.join(there)}{nearest(value, there)}")
        found += [value] if value in alike else alike
    return list(dict.fromkeys(found))
