"""What a finished cell is on disk.

runs/<name>/<cell>/result.png    the reconstruction
                   result.json   written last: a folder that has it is finished; it vouches for the other files
                   content.png   the originals, as the program saw them
                   style.png
"""

import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from statistics import fmean
from typing import Any, Self

from reconstruct.errors import InputError
from reconstruct.runs import records
from reconstruct.runs.records import Damaged

FORMAT = 3  # of result.json; raised when an earlier program would misunderstand the record
RESULT = "result.json"
PICTURE = "result.png"
FIGURE = "figure"  # name of the files of a sweep's figure, and of the folder of its TensorBoard run
FILM = "film.webp"  # of a cell, or of all cells of a sweep, where it was asked for
CHECKPOINT = "checkpoint.pt"  # while it is unfinished
TRACE = "trace.csv"  # a row a step, written as it goes
SNAPSHOTS = "error=*.png"  # pictures at given relative errors
EVENTS = "events.out.tfevents.*"  # TensorBoard's
SUFFIX = 9  # hexadecimal digits of the fingerprint, in which the name of a cell's folder ends: a date has 8

NOISE = "noise"  # the start that needs no picture
HALF = "half"  # the start that is the same cell at half its size, and the folder in which that is made
HALVED = "the same reconstruction at half size"  # that start, in words
START = "start"  # the name of a picture to begin with that is no term's
PAPERS = {"content": "features", "style": "gram"}  # term -> the paper's statistic


@dataclass(frozen=True)
class Result:
    """A finished cell; losses and errors were evaluated in float32 on the picture in ``result.png``.

    Attributes:
        fingerprint: of the resolved configuration and of the content of its input files.
        total: weighted sum of the losses.
        losses: term -> unweighted loss, in the convention of `config`.
        relative_errors: term -> layer -> ‖code - target‖² / ‖target‖², where the loss is a multiple of that.
        layers: term -> layers.
        psnr, ssim: against the content picture, where there is one; PSNR is infinite where both are equal.
        steps: evaluations asked for; `best_step` is the one whose picture was kept.
        seconds: of optimisation, over all sessions.
        precision: in which the steps were computed: float32 or bfloat16.
        plan: device, algorithm of the convolutions, whether compiled, and the reason.
        processor: what its maker calls it.
        pictures: term -> name, title and credit of the original.
        inputs: setting, name and digest of each file that it was made from.
        start: PSNR and SSIM of the picture that it began with, if there is one, and the seconds in which that was made.
        converged: false if a loss diverged or stalled, and `note` says which one at which step; true says nothing of
            how much more steps would change.
        settings: all that have an effect, each in one spelling.
        layer_table: a head, and a row for each layer up to the deepest that was used; earlier programs wrote none.
        files: the other files of its folder that belong to it -> their SHA-256.
    """

    fingerprint: str
    total: float | None
    losses: Mapping[str, float | None]
    relative_errors: Mapping[str, Mapping[str, float | None]]
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
    plan: Mapping[str, Any] = field(default_factory=dict)
    processor: str = ""
    inputs: list[Mapping[str, str]] = field(default_factory=list)
    start: Mapping[str, float | None] = field(default_factory=dict)
    converged: bool = True
    note: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    layer_table: list[list[str]] = field(default_factory=list)
    files: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def error(self, term: str) -> float | None:
        """Relative error of a term, mean over its layers; ``None`` if it has none, or one that is not finite."""
        return means(self.relative_errors).get(term)

    @property
    def originals(self) -> tuple[str, ...]:
        """The pictures that stand beside the result as ``NAME.png``: of its terms, and a start of its own."""
        return tuple(self.pictures)

    def statistic(self, term: str) -> str:
        """What was kept of a term's features, with its parameters; empty if it is the paper's."""
        statistic, parameters = str(self.config[term]["statistic"]), self.config[term]["parameters"]
        if ":" in statistic and parameters:
            return f"{statistic} with {', '.join(f'{key}={value}' for key, value in parameters.items())}"
        return "" if statistic == PAPERS[term] else statistic

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
        return scale_in_words(self.config[term] if term in self.layers else {}, self.config)

    @property
    def summary(self) -> str:
        """The final errors, in a line."""
        errors = {term: f"{term} error {_number(self.error(term))}" for term in self.relative_errors}
        losses = {term: f"{term} loss {_number(loss)}" for term, loss in self.losses.items()}
        values = "  ".join((losses | errors).values())
        quality = f"  PSNR {decibels(self.psnr)}" if self.psnr is not None else ""
        early = f" (ended after {self.evaluations} of {self.steps} steps)" if self.evaluations < self.steps else ""
        note = "" if self.converged else f"  NOT CONVERGED, {self.note}"
        return f"{values}{quality}  {self.seconds:.0f} s{early}{note}"

    def write(self, folder: Path) -> Self:
        """Mark `folder` as finished; the result that was written, which vouches for all that belongs to it."""
        names = [PICTURE, TRACE, FILM, *(f"{name}.png" for name in self.originals)]
        there = [path for path in (*map(folder.joinpath, names), *folder.glob(SNAPSHOTS)) if path.is_file()]
        vouching = replace(self, files={path.name: _digest(path) for path in sorted(there)})
        records.write_sealed(asdict(vouching), folder / RESULT)
        return vouching

    @classmethod
    def read(cls, folder: Path | str) -> Self:
        """The result in `folder`; `InputError` if there is none, it is damaged, or another version wrote it."""
        if (result := cls.at(folder)) is None:
            none = f"{folder}: expected the folder of a finished cell, which has a {RESULT}"
            raise InputError(damage(Path(folder)) or none)
        return result

    @classmethod
    def at(cls, folder: Path | str) -> Self | None:
        """The result in `folder`; ``None`` if it is not finished, or damaged (`damage` says how).

        `InputError` if another version wrote it.
        """
        try:
            return _whole(Path(folder), _stamp(Path(folder)))  # type: ignore[return-value]
        except Damaged:
            return None


def scale_in_words(given: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    """The size and crop of an original, as `given`, where they are not those of the whole picture."""
    own = {key: given[key] for key in ("size", "crop") if given.get(key) not in (None, whole.get(key))}
    size = f"at {own['size']} pixels" if own.get("size") else ""
    crop = {"square": "cut to a square", "none": "whole"}.get(str(own.get("crop")), "")
    return " ".join(filter(None, (size, crop)))


def damage(folder: Path) -> str:
    """Why the result in `folder` is not believed, in a line; empty if it is, or if there is none."""
    try:
        _whole(folder, _stamp(folder))
    except Damaged as error:
        return str(error)
    return ""


@lru_cache(maxsize=4096)
def _whole(folder: Path, stamp: tuple[object, ...]) -> Result | None:
    """The result in `folder`, whose files were looked at when they were as `stamp` says."""
    version = records.read(folder / RESULT, _Version)
    if version and version.format != FORMAT:
        which, advice = f"format {version.format}, known is {FORMAT}", "set runs= or name= to another folder"
        raise InputError(f"{folder / RESULT} was written by another version ({which}); {advice}")
    if (result := records.read(folder / RESULT, Result)) is None:
        return None
    records.check_seal(folder / RESULT)
    _check(folder, result)
    start = {name: math.inf if name == "psnr" and value is None else value for name, value in result.start.items()}
    psnr = math.inf if result.psnr is None and "content" in result.originals else result.psnr
    return replace(result, psnr=psnr, start=start)


def _check(folder: Path, result: Result) -> None:
    """Whether a result belongs to its folder, and the files there to it."""
    named = suffix(folder)
    if named and not result.fingerprint.startswith(named):
        raise Damaged(f"{folder / RESULT}: is the result of another cell")
    for name, digest in result.files.items():
        if not (folder / name).is_file():
            raise Damaged(f"{folder / name}: is missing")
        if _digest(folder / name) != digest:
            raise Damaged(f"{folder / name}: is not the file that {RESULT} was written with")


def suffix(folder: Path) -> str:
    """The beginning of the fingerprint in which a folder's name ends; empty if it does not."""
    found = re.search(rf"-([0-9a-f]{{{SUFFIX}}})$", folder.name)
    return found[1] if found else ""


def _stamp(folder: Path) -> tuple[object, ...]:
    """What changes with the files of a folder; nothing where there is none, or nobody may look."""
    stamps = []
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError), os.scandir(folder) as files:
        for file in files:
            with suppress(FileNotFoundError):  # one that is being written
                status = file.stat()
                stamps.append((file.name, status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(sorted(stamps))


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Damaged(f"{path}: cannot be read ({error.strerror})") from error


@dataclass(frozen=True)
class _Version:
    format: int


def differences(results: Iterable[Result]) -> Iterator[str]:
    """In what cells were computed differently that is no setting of theirs, in words."""
    results = list(results)
    processors = Counter(each.processor for each in results)
    threads = Counter(str(each.threads) for each in results if each.device == "cpu")
    for what, counts in {"processors": processors, "numbers of threads": threads}.items():
        if len(counts) > 1:
            shares = ", ".join(f"{count} with {value}" for value, count in counts.most_common())
            yield f"computed with different {what} ({shares}); last digits of pictures can differ"


def means(errors: Mapping[str, Mapping[str, float | None]]) -> dict[str, float | None]:
    """Term -> layer -> error to term -> mean over layers; ``None`` where one of them is not finite."""
    return {term: _mean(list(layers.values())) for term, layers in errors.items()}


def _mean(errors: list[float | None]) -> float | None:
    finite = [error for error in errors if error is not None]
    return fmean(finite) if finite and len(finite) == len(errors) else None


def decibels(psnr: float) -> str:
    """A PSNR as text."""
    return f"{psnr:.1f} dB" if math.isfinite(psnr) else "∞ dB"


def _number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.3g}"
