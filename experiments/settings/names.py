"""What a cell is called: in short what tells it from the others of its sweep, and a folder of that name."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256

from reconstruct.files import unique_ends
from reconstruct.runs.naming import NAMES_A_FILE, is_setting, listed
from reconstruct.runs.results import SUFFIX
from reconstruct.runs.wording import layer_range, plain

LONGEST = 60  # characters of a folder's name
DEFAULT = "default"  # a cell for which nothing was chosen

Values = Mapping[str, str]
"""Key -> value."""

# The keys that come first, in this order; the values of those without a prefix speak for themselves.
_ORDER = (
    "representation", "content.picture", "style.picture", "content.layers", "style.layers", "depth", "ratio",
    "network", "canvas", "optimizer", "recipe",
)  # fmt: skip
_LAST = ("seed",)
_SPEAKS_FOR_ITSELF = ("representation", "network", "canvas", "optimizer", "recipe")


def labels(cells: Sequence[Values]) -> list[str]:
    """For every cell what tells it from the others: ``relu4_2 α/β=0.01 seed=1``. No two of different values are alike.

    Of a single cell it is all that was chosen for it.
    """
    chosen = [{key.lstrip("+"): value for key, value in cell.items() if is_setting(key)} for cell in cells]
    for keys in (_several(chosen), _differing(chosen)):
        words = {key: _words(key, chosen) for key in keys}
        names = [" ".join(words[key][cell[key]] for key in keys if key in cell) or DEFAULT for cell in chosen]
        often = Counter(names)
        if len(often) == len(names):
            return names
    return [
        name if often[name] == 1 else f"{name} {sha256(repr(sorted(cell.items())).encode()).hexdigest()[:6]}"
        for name, cell in zip(names, chosen, strict=True)
    ]


def folder_name(label: str, identity: str) -> str:
    """The name of a cell's folder on any system: its label, and the first characters of its identity."""
    name = unicodedata.normalize("NFC", label.replace("α/β", "ratio").replace("–", "-").replace(" ", ","))
    name = "".join(c if c.isalnum() or c in ".,=+-_()" else "_" for c in name).lstrip(".-")
    return f"{name[: LONGEST - SUFFIX - 1].rstrip('.,-') or 'cell'}-{identity[:SUFFIX]}"


def _differing(cells: Sequence[Values]) -> list[str]:
    """The keys that not all cells have alike, in the order in which they are shown; of a single cell all."""
    keys = sorted({key for cell in cells for key in cell}, key=_place)
    return [key for key in keys if len(cells) == 1 or len({cell.get(key) for cell in cells}) > 1]


def _several(cells: Sequence[Values]) -> list[str]:
    """Those of which cells have several values; that some do not have a key says no more than what else they have."""
    return [key for key in _differing(cells) if len(cells) == 1 or len({c[key] for c in cells if key in c}) > 1]


def _place(key: str) -> tuple[int, str]:
    if key in _ORDER:
        return _ORDER.index(key), key
    return len(_ORDER) + (key in _LAST), key


def _words(key: str, cells: Sequence[Values]) -> dict[str, str]:
    """Value of a key -> the words for it, different ones for different values."""
    end = key.rpartition(".")[2]
    alone = not any(other != key and other.rpartition(".")[2] == end for c in cells if key in c for other in c)
    values = list(dict.fromkeys(cell[key] for cell in cells if key in cell))
    prefix = _prefix(key, alone)
    return {value: prefix + words for value, words in _short(end, values).items()}


def _prefix(key: str, alone: bool) -> str:
    """What stands before the values of a key; `alone` if no cell has another key that ends like it."""
    end = key.rpartition(".")[2]
    if key in _SPEAKS_FOR_ITSELF or (alone and end in ("picture", "layers")):
        return ""
    if end in ("picture", "layers"):
        return f"{key.partition('.')[0]}="
    return "α/β=" if key == "ratio" else f"{end if alone else key}="


def _short(end: str, values: Sequence[str]) -> dict[str, str]:
    """Values of a key with that last part in short."""
    if end in NAMES_A_FILE:
        return unique_ends(values)
    if end == "layers":
        return {value: layer_range(listed(value), "+") for value in values}
    return {value: plain(value).replace(", ", ",") for value in values}
