"""The measurements of the pictures of a sweep: ``measures.csv`` has one row for each picture.

Such a table is current while the sweep is in the state that it shows.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from reconstruct.files import write_csv
from reconstruct.runs import up_to_date
from reconstruct.runs.naming import TERMS
from reconstruct.runs.sweeps import Sweep

MEASURES = "measures.csv"
TRAINED, UNTRAINED = "trained", "untrained"
_DRAWN = re.compile(rf"\S+ {UNTRAINED} (\d+) \S+")
Row = TypeVar("Row")
SHOWS = "observer class"
LPIPS = "lpips"  # distance to the original
PROBABILITY = "observer probability"  # of the original's class
ORIGINAL = "observer original"  # its probability in the original
SPEARMAN = "spearman"  # of the features of picture and original, at the matched layer
MIDDLE, MOST = "null spearman median", "null spearman most"  # the same of random pairs of photographs
SEEN = (
    LPIPS,
    PROBABILITY,
    ORIGINAL,
    "observer rank",  # of the original's class, 1 for the first
    "observer cosine",  # of the embeddings of picture and original
    "identified",  # share of the other originals that are less similar than the picture's own
    "null pearson",  # percentage of random pairs of photographs that agree less, at the matched layer
    "null spearman",
    "null snr",
    SPEARMAN,
    MIDDLE,
    MOST,
)


class Kind(StrEnum):
    """Which picture was measured."""

    RESULT = "result"  # a cell's reconstruction
    SNAPSHOT = "snapshot"  # the picture when it first had a given relative error
    SHUFFLED = "shuffled"  # the original with its parts in another order
    OTHER = "other"  # another original


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The measurements of one picture, compared with its original; ``None`` is not measured, or has no meaning."""

    cell: str = ""  # the run folder's name; empty for a picture that is not a reconstruction
    kind: Kind
    level: float | None = None  # the relative error at which a snapshot was kept
    representation: str  # content, style or both
    layers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # term -> the layers that were matched
    network: str  # architecture, weights (and the seed that drew them), pooling: vgg19 untrained 0 average
    canvas: str
    picture: str  # the original's name
    seed: int | None = None
    ratio: float | None = None  # α/β
    psnr: float  # dB
    ssim: float | None = None
    layout: float  # layout correlation with the original, -1 to 1
    wavelength: float  # mean wavelength in pixels
    losses: Mapping[str, float] = field(default_factory=dict)  # term -> loss, of both joined with losses=relative
    errors: Mapping[str, Mapping[str, float]]  # term -> each rectified layer -> ‖code − target‖² / ‖target‖²
    agreement: float | None = None  # mean PSNR in dB of all pairs of seeds
    deviation: float | None = None  # standard deviation over the seeds, mean over pixels
    painting: str = ""  # the name of the style's original if content and style were joined
    coherence: float | None = None  # size in pixels of the structures that a style shares with its original
    style_balance: float | None = None  # style loss to the painting over that to the photograph, at the matched layers
    lightness: float | None = None  # this and the next four: see `reconstruct.measures.ColourError`
    chroma: float | None = None
    local_lightness: float | None = None
    local_chroma: float | None = None
    delta_e: float | None = None
    observer: str = ""  # the network that looked at the pictures
    shows: str = ""  # the class that it gives to the original
    seen: Mapping[str, float] = field(default_factory=dict)  # column of `SEEN` -> number

    def own_error(self, term: str = "") -> float:
        """Relative error of a term, by default its own representation, mean over the layers that were matched."""
        term = term or self.representation
        return sum(self.errors[term][layer] for layer in self.layers[term]) / len(self.layers[term])

    @property
    def layer(self) -> str:
        """The deepest layer that was matched."""
        return self.layers[self.representation][-1]

    def known(self, name: str) -> float | None:
        """The number of that name, an attribute or one of `SEEN`; ``None`` if it was not measured."""
        value: float | None = getattr(self, name, self.seen.get(name))
        return value

    def __getitem__(self, name: str) -> float:
        """The number of that name; `KeyError` if it was not measured."""
        if (value := self.known(name)) is None:
            raise KeyError(name)
        return value

    def row(self) -> dict[str, Any]:
        """Column -> value: the entry as a row of ``measures.csv``."""
        flat = {name: getattr(self, name) for name in (*_TEXTS, "kind", *_NUMBERS, "seed")}
        flat |= {f"{term} layers": " ".join(names) for term, names in self.layers.items()}
        flat |= {f"{term} loss": loss for term, loss in self.losses.items()}
        flat |= {"observer": self.observer, SHOWS: self.shows} if self.observer else {}
        flat |= self.seen
        flat |= {f"{term} {layer}": e for term, errors in self.errors.items() for layer, e in errors.items()}
        rounded = {name: f"{value:.6g}" for name, value in flat.items() if isinstance(value, float)}
        return flat | rounded | {"level": self.level, "ratio": self.ratio}  # settings have all their digits


_TEXTS = ("cell", "representation", "network", "canvas", "picture", "painting")
_NUMBERS = [f.name for f in fields(Entry) if f.type in (float, float | None)]


def write(rows: Iterable[Mapping[str, Any]], sweep: Sweep, name: str) -> None:
    """Write a table of that name into a sweep's folder."""
    write_csv(list(rows), sweep.folder / name)
    up_to_date.note([sweep], [sweep.folder / name])


def read(path: Path, kind: type[Row]) -> list[Row]:
    """The rows of a table; `ValueError` if a row lacks a column, or a value is damaged."""
    from pydantic import TypeAdapter

    of = TypeAdapter(kind)
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file, restkey="", restval="cut off")
        return [of.validate_python(_nested(row)) for row in rows]


def _nested(row: Mapping[str, str]) -> dict[str, Any]:
    """Attribute -> value, or the values of several columns."""
    given: dict[str, Any] = {name: value for name, value in row.items() if value or name in _TEXTS}
    errors = {term: {n.partition(" ")[2]: v for n, v in given.items() if n.startswith(f"{term} ")} for term in TERMS}
    errors = {term: of for term, of in errors.items() if of}
    layers = {term: of.pop("layers").split() for term, of in errors.items() if "layers" in of}
    losses = {term: of.pop("loss") for term, of in errors.items() if "loss" in of}
    seen = {name: given[name] for name in SEEN if name in given}
    return given | {"layers": layers, "losses": losses, "errors": errors, "seen": seen, "shows": given.get(SHOWS, "")}


def current(sweep: Sweep, name: str, kind: type[Row]) -> list[Row] | None:
    """What was measured of a sweep as it is now; ``None`` if that is missing, damaged or of another state."""
    with suppress(OSError, ValueError):  # of an earlier version, edited, or cut off
        if up_to_date.is_current(sweep, name):
            return read(sweep.folder / name, kind)
    return None


def training(network: str) -> str:
    """`TRAINED` or `UNTRAINED`: whether the network was trained."""
    return UNTRAINED if _DRAWN.fullmatch(network) else TRAINED


def usual(entries: Iterable[Entry]) -> str:
    """The network that an analysis is about: the first trained one, else the first; empty if there are no entries."""
    networks = list(dict.fromkeys(entry.network for entry in entries))
    return next((name for name in networks if training(name) == TRAINED), next(iter(networks), ""))


def counterpart(network: str, entries: Iterable[Entry]) -> str:
    """The first untrained network of the same architecture and pooling; `network` itself if it is untrained."""
    if training(network) == UNTRAINED:
        return network
    names = dict.fromkeys(entry.network for entry in entries)
    return next((name for name in names if training(name) == UNTRAINED and _built(name) == _built(network)), "")


def _built(network: str) -> tuple[str, str]:
    """The architecture and the pooling."""
    parts = network.split() or [""]
    return parts[0], parts[-1]


def network_name(network: str) -> str:
    """A network's name for readers: "vgg19, untrained (seed 0), average pooling"."""
    architecture, pooling = _built(network)
    drawn = _DRAWN.fullmatch(network)
    weights = network.removeprefix(architecture).removesuffix(pooling).strip()
    return ", ".join([architecture, f"untrained (seed {drawn[1]})" if drawn else weights, f"{pooling} pooling"])


def network_note(entries: Sequence[Entry], used: Iterable[Entry]) -> str:
    """A note that names the networks of the entries a figure used, and the others that were measured.

    Empty if there are no others; the untrained counterparts of the figure's networks do not count as such.
    """
    own = list(dict.fromkeys(entry.network for entry in used))
    known = {*own, *(counterpart(name, entries) for name in own)}
    others = [name for name in dict.fromkeys(entry.network for entry in entries) if name not in known]
    if not (own and others):
        return ""
    return f"network: {'; '.join(map(network_name, own))} (not in the figure: {'; '.join(map(network_name, others))})"
