"""What a finished cell is on disk, and how a sweep finds its cells.

runs/<name>/<cell>/result.png    the reconstruction
                   result.json   written last: a folder that has it is finished
                   content.png   the originals, as the program saw them
                   style.png
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PurePath
from typing import Any, Self

from reconstruct.errors import InputError
from reconstruct.files import written_whole

TERMS = ("content", "style")
FORMAT = 1  # of result.json; raised when an earlier program would misunderstand the record
NEWER = (
    "winograd",
    "plan",
    "processor",
    "request",
    "inputs",
    "converged",
    "note",
    "start",
)  # what records of earlier programs lack, with a default below
RESULT = "result.json"
PICTURE = "result.png"
FIGURE = "figure"  # name of the files of a sweep's figure, and of the folder of its TensorBoard run
FILM = "film.webp"  # of a cell, or of all cells of a sweep, where it was asked for
# Keys that say where results go, not what a cell is.
NOT_SETTINGS = ("experiment", "runs", "name", "figure", "film", "page", "observer", "fresh")
NAMES_A_FILE = ("picture", "weights", "start", "code")  # last parts of keys whose values may be the names of files
FAILURE = "failure.json"  # instead of a result, or beside one that the last attempt could not confirm
SWEEP = "sweep.json"
CHECKPOINT = "checkpoint.pt"  # while it is unfinished
TRACE = "trace.csv"  # a row a step, written as it goes


NOISE = "noise"  # the start that needs no picture
HALF = "half"  # the start that is the same cell at half its size, and the folder in which that is made
HALVED = "the same at half its size"  # that start, in words
START = "start"  # the name of a picture to begin with that is no term's
USUAL: Mapping[str, Any] = {  # what records of earlier programs lack of their settings
    "start": NOISE,
    "start_noise": 0.0,
    "until": None,
    "content": {"statistic": "features", "parameters": {}, "code": None},
    "style": {"statistic": "gram", "parameters": {}, "shifts": [1, 2, 4, 8], "size": None, "crop": None},
}
NUMBERS = ("steps", "evaluations", "best_step", "seconds", "seed")  # others may be null: not finite, or not there


@dataclass(frozen=True)
class Result:
    """A finished cell. All losses and errors were evaluated in float32 on the picture in ``result.png``.

    Attributes:
        fingerprint: of the resolved configuration and of the content of its input files.
        total: weighted sum of the losses.
        losses: term -> unweighted loss, in the convention of `config`.
        relative_errors: term -> layer -> ‖code - target‖² / ‖target‖².
        layers: term -> layers.
        psnr, ssim: against the content picture, where there is one.
        steps: evaluations asked for; `best_step` is the one whose picture was kept.
        seconds: of optimisation, over all sessions.
        precision: in which the steps were computed: float32, bfloat16 or mixed.
        winograd: whether convolutions were computed in fewer multiplications while optimising.
        plan: device, the way of each convolution, whether compiled, and the reason.
        processor: what its maker calls it.
        pictures: term -> name, title and credit of the original.
        request: digest of what was asked for before it was resolved; `inputs` are the files it was made from.
        start: PSNR and SSIM of the picture that it began with, if there is one, and the seconds in which that was made.
        converged: whether the optimisation came to rest; if not, `note` says what happened to which term at which step.
    """

    fingerprint: str
    total: float
    losses: Mapping[str, float]
    relative_errors: Mapping[str, Mapping[str, float]]
    layers: Mapping[str, list[str]]
    psnr: float | None
    ssim: float | None
    steps: int
    evaluations: int
    best_step: int
    seconds: float
    seed: int
    precision: str
    device: str
    threads: int
    versions: Mapping[str, str]
    pictures: Mapping[str, Mapping[str, str]]
    overrides: list[str]
    command: str
    config: Mapping[str, Any]
    winograd: bool = False
    plan: Mapping[str, Any] = field(default_factory=dict)
    processor: str = ""
    request: str = ""
    inputs: list[Mapping[str, str]] = field(default_factory=list)
    start: Mapping[str, float | None] = field(default_factory=dict)
    converged: bool = True
    note: str = ""
    format: int = FORMAT

    def __post_init__(self) -> None:
        object.__setattr__(self, "config", _with_defaults(self.config, USUAL))

    def error(self, term: str) -> float | None:
        """Relative error of a term, mean over its layers; ``None`` if one of them is not finite."""
        errors = list(self.relative_errors[term].values())
        return None if any(error is None for error in errors) else sum(errors) / len(errors)

    @property
    def originals(self) -> tuple[str, ...]:
        """The pictures that stand beside the result as ``NAME.png``: of its terms, and a start of its own."""
        return tuple(self.pictures)

    def statistic(self, term: str) -> str:
        """What was kept of a term's features, with its parameters; empty if it is the paper's."""
        statistic, parameters = str(self.config[term]["statistic"]), self.config[term]["parameters"]
        if ":" in statistic and parameters:
            return f"{statistic} with {', '.join(f'{key}={value}' for key, value in parameters.items())}"
        return "" if statistic == USUAL[term]["statistic"] else statistic

    @property
    def network(self) -> Mapping[str, Any]:
        """Architecture, weights, pooling and what else says which network it was."""
        return self.config["network"]  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """Pixels of the longer side."""
        return int(self.config["size"])

    @property
    def canvas(self) -> str:
        """What stood for the picture: pixels, pyramid, fourier."""
        return str(self.config["canvas"]["kind"]).lower()

    @property
    def optimizer(self) -> str:
        """By its usual name."""
        kind = str(self.config["optimizer"]["kind"])
        return {"LBFGS": "L-BFGS"}.get(kind, kind)

    @property
    def loss_convention(self) -> str:
        """paper or relative."""
        return str(self.config["losses"])

    @property
    def ratio(self) -> float:
        """α/β; infinite for content alone, which JSON writes as null."""
        ratio = self.config["ratio"]
        return math.inf if ratio is None else float(ratio)

    def asked_for(self, term: str) -> str:
        """How a term's picture was asked for: the name of a sample, or a path."""
        if term == START:
            return str(self.config["start"])
        given = self.config[term].get("code") or self.config[term].get("picture", "")
        return str(given) or self.pictures[term]["name"]

    def scale(self, term: str) -> str:
        """At which scale a term's original was looked at, in words; empty where it is that of the result."""
        given = self.config[term] if term in self.layers else {}
        own = {key: given[key] for key in ("size", "crop") if given.get(key) not in (None, self.config.get(key))}
        size = f"at {own['size']} pixels" if own.get("size") else ""
        crop = {"square": "cut to a square", "none": "whole"}.get(str(own.get("crop")), "")
        return " ".join(filter(None, (size, crop)))

    def layers_by_depth(self, term: str) -> list[str] | None:
        """The list from which a depth chooses a term's layers; ``None`` if they were given by name."""
        given = self.config[term]
        return list(given.get("by_depth") or []) if given.get("layers") is None else None

    @property
    def summary(self) -> str:
        """The final errors, in a line."""
        errors = "  ".join(f"{term} error {_told(self.error(term))}" for term in self.relative_errors)
        quality = f"  PSNR {self.psnr:.1f} dB" if self.psnr is not None else ""
        note = "" if self.converged else f"  NOT CONVERGED, {self.note}"
        return f"{errors}{quality}  {self.seconds:.0f} s{note}"

    def write(self, folder: Path) -> None:
        """Mark `folder` as finished."""
        write_json(asdict(self), folder / RESULT)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The result in `folder`, or ``None`` if it is not finished or its record is damaged.

        Raises:
            InputError: a later program wrote it.
        """
        try:
            record = json.loads((folder / RESULT).read_text(encoding="utf-8"))
            _check_format(record["format"], folder / RESULT)
            if not all(isinstance(record[name], int | float) for name in NUMBERS):
                return None
            return cls(**{f.name: record[f.name] for f in fields(cls) if f.name in record or f.name not in NEWER})
        except InputError:
            raise
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None


def _with_defaults(config: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an earlier program's record, with those that there were not yet."""
    filled = {key: _with_defaults(config.get(key, {}), v) for key, v in usual.items() if isinstance(v, Mapping)}
    return {**usual, **config, **filled}


def _told(error: float | None) -> str:
    return "not finite" if error is None else f"{error:.3g}"


def _check_format(given: int, path: Path) -> None:
    if given > FORMAT:
        raise InputError(
            f"{path} was written by a later version of reconstruct (format {given}, known up to {FORMAT}); "
            "install that one, or set runs= or name= to another folder"
        )


@dataclass(frozen=True)
class SweepCell:
    """A point of a sweep.

    Attributes:
        folder: the name of its folder.
        values: of every key that was given, swept or not.
        label: in short what tells it from the other cells of its sweep.
    """

    folder: str
    values: Mapping[str, str]
    label: str = ""

    @property
    def name(self) -> str:
        """What a reader calls it."""
        return self.label or self.folder


@dataclass(frozen=True)
class Sweep:
    """The cells that a sweep consists of, finished or not, in order.

    Attributes:
        folder: where the cells' folders are.
        drawing: which figure it makes.
        axes: swept key -> its values.
        cells: the product of the axes.
        command: what started it.
    """

    folder: Path
    drawing: str
    axes: Mapping[str, list[str]]
    cells: list[SweepCell]
    command: str

    @classmethod
    def of(cls, folder: Path, drawing: str, cells: Sequence[SweepCell], command: str) -> Self:
        """The sweep of these cells: its axes are the keys in which they differ."""
        keys = dict.fromkeys(key for cell in cells for key in cell.values)
        axes = {key: list(dict.fromkeys(cell.values[key] for cell in cells if key in cell.values)) for key in keys}
        return cls(folder, drawing, {key: values for key, values in axes.items() if len(values) > 1}, [*cells], command)

    def write(self) -> None:
        """Leave the list of cells in the sweep's folder, for figures and overviews, unless it is there already."""
        if Sweep.read(self.folder) == self:
            return
        record = asdict(self)
        del record["folder"]
        write_json(record, self.folder / SWEEP)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The sweep in `folder`, or ``None`` if there is none.

        Raises:
            InputError: it names cells outside of `folder`.
        """
        try:
            record = json.loads((folder / SWEEP).read_text(encoding="utf-8"))
            record["cells"] = [SweepCell(**cell) for cell in record["cells"]]
            sweep = cls(folder=folder, **record)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        for cell in sweep.cells:
            if PurePath(cell.folder).name != cell.folder or cell.folder in ("", ".."):
                raise InputError(f"{folder / SWEEP}: the cell {cell.folder!r} is not a folder inside of {folder}")
        return sweep

    def values(self, key: str) -> list[str]:
        """The different values of a key, in order, whether it was swept or not."""
        return list(dict.fromkeys(cell.values[key] for cell in self.cells if key in cell.values))

    def is_up_to_date(self, *names: str) -> bool:
        """Whether these files of its folder are there, and younger than everything they may tell of."""
        # A folder is younger when a file in it has come, gone or been swapped.
        folders = [self.folder / cell.folder for cell in self.cells]
        told = [self.folder / SWEEP, *folders, *(folder / RESULT for folder in folders)]
        try:
            oldest = min((self.folder / name).stat().st_mtime for name in names)
            return all(path.stat().st_mtime < oldest for path in told if path.exists())
        except OSError:
            return False

    def results(self) -> Iterator[tuple[SweepCell, Result | None]]:
        """Every cell with its result, ``None`` where it is missing or the last attempt failed."""
        for cell in self.cells:
            folder = self.folder / cell.folder
            yield cell, None if (folder / FAILURE).exists() else Result.read(folder)


def write_json(record: Mapping[str, Any], path: Path) -> None:
    """Write whole or not at all; strict JSON, so NaN and infinity become null."""
    text = json.dumps(_strict(record), indent=2, ensure_ascii=False, allow_nan=False)
    with written_whole(path) as file:
        file.write(text.encode() + b"\n")


def _strict(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    return value
