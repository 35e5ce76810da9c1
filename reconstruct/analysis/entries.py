"""What was measured of the pictures of a sweep: ``measures.csv``, a row a picture."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Self

from reconstruct.files import write_csv

MEASURES = "measures.csv"


class Kind(StrEnum):
    """Which picture was measured."""

    RESULT = "result"  # a cell's reconstruction
    SNAPSHOT = "snapshot"  # the picture when it first had a given relative error
    SHUFFLED = "shuffled"  # the original with its parts in another order
    OTHER = "other"  # another original


@dataclass(frozen=True)
class Entry:
    """One picture beside its original.

    Attributes:
        cell: the run folder's name; empty for pictures that are no reconstructions.
        level: of a snapshot, the relative error it was kept at.
        layers: term -> the layers that were matched.
        network, canvas, seed, ratio: how it was made.
        picture: the original's name; `painting`: of the other one, where content and style were joined.
        psnr, ssim, layout, wavelength: see `reconstruct.measures`; PSNR in dB, wavelength in pixels.
        losses: term -> loss in units of that of the other picture, where content and style were joined so.
        agreement, deviation: over the seeds with which the same was made: mean PSNR of all pairs in dB, and the mean
            over pixels of their standard deviation; ``None`` for a single seed.
        errors: term -> layer -> relative error ‖code − target‖² / ‖target‖², at every layer of the network.
    """

    cell: str
    kind: Kind
    level: float | None
    representation: str
    layers: Mapping[str, tuple[str, ...]]
    network: str
    canvas: str
    picture: str
    seed: int | None
    ratio: float | None
    psnr: float
    ssim: float | None
    layout: float
    wavelength: float
    losses: Mapping[str, float]
    errors: Mapping[str, Mapping[str, float]]
    agreement: float | None = None
    deviation: float | None = None
    painting: str = ""

    def own_error(self, term: str = "") -> float:
        """Relative error at the layers that were matched, mean over them."""
        term = term or self.representation
        return sum(self.errors[term][layer] for layer in self.layers[term]) / len(self.layers[term])

    @property
    def layer(self) -> str:
        """The deepest layer that was matched."""
        return self.layers[self.representation][-1]

    def row(self) -> dict[str, object]:
        """As a row of ``measures.csv``."""
        flat = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("layers", "losses", "errors")}
        flat |= {f"{term} layers": " ".join(names) for term, names in self.layers.items()}
        flat |= {f"{term} loss": loss for term, loss in self.losses.items()}
        flat |= {f"{term} {layer}": e for term, errors in self.errors.items() for layer, e in errors.items()}
        rounded = {name: f"{value:.6g}" for name, value in flat.items() if isinstance(value, float)}
        return flat | rounded | {name: getattr(self, name) for name in AS_GIVEN}

    @classmethod
    def of_row(cls, row: Mapping[str, str]) -> Self:
        """Back from a row."""
        given = {name: value for name, value in row.items() if value != ""}
        terms = [term for term in ("content", "style") if any(name.startswith(f"{term} ") for name in given)]
        beside = ("layers", "loss")
        numbers = {name: float(given[name]) if name in given else None for name in NUMBERS}
        return cls(
            **{name: row[name] for name in TEXTS},  # type: ignore[arg-type]
            **numbers,  # type: ignore[arg-type]
            kind=Kind(row["kind"]),
            seed=int(given["seed"]) if "seed" in given else None,
            layers={term: tuple(given[f"{term} layers"].split()) for term in terms if f"{term} layers" in given},
            losses={term: float(given[f"{term} loss"]) for term in terms if f"{term} loss" in given},
            errors={
                term: {
                    name.removeprefix(f"{term} "): float(value)
                    for name, value in given.items()
                    if name.startswith(f"{term} ") and not name.endswith(beside)
                }
                for term in terms
            },
        )


TEXTS = ("cell", "representation", "network", "canvas", "picture", "painting")
AS_GIVEN = ("level", "ratio")  # settings, not measurements: with all their digits
NUMBERS = ("level", "ratio", "psnr", "ssim", "layout", "wavelength", "agreement", "deviation")


def write(entries: Iterable[Entry], folder: Path) -> None:
    """Leave ``measures.csv`` in a sweep's folder."""
    write_csv([entry.row() for entry in entries], folder / MEASURES)


def read(folder: Path) -> list[Entry]:
    """The entries of ``measures.csv``."""
    with (folder / MEASURES).open(newline="", encoding="utf-8") as file:
        return [Entry.of_row(row) for row in csv.DictReader(file)]
