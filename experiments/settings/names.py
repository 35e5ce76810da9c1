"""What a cell is called: in short what tells it from the others of its sweep, and a folder of that name."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from reconstruct.files import unique_ends
from reconstruct.results import NAMES_A_FILE, NOT_SETTINGS, SUFFIX

LONGEST = 60  # characters of a folder's name
DEFAULT = "default"  # a cell for which nothing was chosen

NOT_IN_A_NAME = (*NOT_SETTINGS, "parts", "hydra")

Values = Mapping[str, str]
"""Key -> value, as they were chosen on the command line or in a preset."""

# The keys that come first, in this order; the values of those without a prefix speak for themselves.
_ORDER = (
    "representation", "content.picture", "style.picture", "content.layers", "style.layers", "depth", "ratio",
    "network", "canvas", "optimizer", "recipe",
)  # fmt: skip
_LAST = ("seed",)
_SPEAKS_FOR_ITSELF = ("representation", "network", "canvas", "optimizer", "recipe")
_NAMES_FILES = (*NAMES_A_FILE, "normalize_over")


def labels(cells: Sequence[Values]) -> list[str]:
    """For every cell what tells it from the others: ``relu4_2 α/β=0.01 seed=1``. No two of different values are alike.

    Of a single cell it is all that was chosen for it.
    """
    chosen = [{_bare(key): value for key, value in cell.items() if counts(key)} for cell in cells]
    keys = _differing(chosen)
    words = _words(keys, chosen)
    named = [" ".join(words[key, cell[key]] for key in keys if key in cell) or DEFAULT for cell in chosen]
    return _told_apart(named, chosen)


def folder_name(label: str, identity: str) -> str:
    """The name of a cell's folder on any system: its label, and the first characters of its identity."""
    name = unicodedata.normalize("NFC", label.replace("α/β", "ratio").replace("…", "-").replace(" ", ","))
    name = "".join(c if c.isalnum() or c in ".,=+-_()" else "_" for c in name).lstrip(".-")
    return f"{name[: LONGEST - SUFFIX - 1].rstrip('.,-') or 'cell'}-{identity[:SUFFIX]}"


def counts(key: str) -> bool:
    """Whether the value of a key says what a cell is, rather than where it goes or how it is shown."""
    return re.split(r"[.@/]", _bare(key))[0] not in NOT_IN_A_NAME


def _bare(key: str) -> str:
    return key.lstrip("+")


def _differing(cells: Sequence[Values]) -> list[str]:
    """The keys whose values are not the same in all cells, in the order in which they are shown."""
    keys = dict.fromkeys(key for cell in cells for key in cell)
    several = [key for key in keys if len({cell.get(key) for cell in cells}) > 1]
    return sorted(several if len(cells) > 1 else keys, key=_place)


def _place(key: str) -> tuple[int, str]:
    if key in _ORDER:
        return _ORDER.index(key), key
    return len(_ORDER) + (key in _LAST), key


def _words(keys: Sequence[str], cells: Sequence[Values]) -> dict[tuple[str, str], str]:
    """Key and value -> the words for it."""
    words: dict[tuple[str, str], str] = {}
    for key in keys:
        end = key.rpartition(".")[2]
        alone = all(sum(k in cell and k.rpartition(".")[2] == end for k in keys) < 2 for cell in cells if key in cell)
        values = list(dict.fromkeys(cell[key] for cell in cells if key in cell))
        shown, prefix = _shown(key, values), _prefix(key, alone)
        words |= {(key, value): prefix + shown[value] for value in values}
    return words


def _prefix(key: str, alone: bool) -> str:
    """What stands before the values of a key; `alone` if no cell has another key that ends like it."""
    end = key.rpartition(".")[2]
    if key in _SPEAKS_FOR_ITSELF or (alone and end in ("picture", "layers")):
        return ""
    if end in ("picture", "layers"):
        return f"{key.partition('.')[0]}="
    return "α/β=" if key == "ratio" else f"{end if alone else key}="


def _shown(key: str, values: Sequence[str]) -> dict[str, str]:
    """Values in short, different ones differently."""
    end = key.rpartition(".")[2]
    plain = {value: unquoted(value) for value in values}
    if end in _NAMES_FILES:
        short = _stems(plain)
    elif end == "layers":
        short = {value: _range(text) for value, text in plain.items()}
    else:
        short = {value: _number(text) for value, text in plain.items()}
    often = Counter(short.values())
    return {value: name if often[name] == 1 else plain[value] for value, name in short.items()}


def unquoted(value: str) -> str:
    """A value without the quotes around it."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return re.sub(r"\\(['\"])", r"\1", value[1:-1])
    return value


def _number(text: str) -> str:
    """A number in its shortest form that is the same; a list without brackets; else the text."""
    bare = text.removeprefix("[").removesuffix("]")
    try:
        short = f"{float(bare):.12g}"
        return short if float(short) == float(bare) and not re.search("[_a-z]", bare.replace("e", "")) else bare
    except ValueError:
        return bare


def _range(text: str) -> str:
    """``relu4_2``, ``relu1_1+relu2_1``, or of more the first and the last."""
    names = [unquoted(name.strip()) for name in text.removeprefix("[").removesuffix("]").split(",")]
    return "+".join(names) if len(names) < 3 else f"{names[0]}…{names[-1]}"


def _stems(paths: Mapping[str, str]) -> dict[str, str]:
    """The names of files without their endings; where two are equal, with as much of the path as tells them apart."""
    names = {value: _stem(path) for value, path in paths.items()}
    often = Counter(names.values())
    alike = {paths[value]: value for value, name in names.items() if often[name] > 1}
    return names | {alike[path]: end for path, end in unique_ends(alike).items()}


def _stem(path: str) -> str:
    """Of a list all of them, with a plus between."""
    if path.startswith("[") and path.endswith("]"):
        return "+".join(PurePath(unquoted(each.strip())).stem for each in path[1:-1].split(",")) or "none"
    return PurePath(path).stem or path


def _told_apart(names: Sequence[str], cells: Sequence[Values]) -> list[str]:
    """Cells of different values whose names are alike get a digest of their values."""
    often = Counter(names)
    return [
        name if often[name] == 1 else f"{name} {_digest(sorted(cell.items()))}"
        for name, cell in zip(names, cells, strict=True)
    ]


def _digest(of: object) -> str:
    return hashlib.sha256(repr(of).encode()).hexdigest()[:6]
