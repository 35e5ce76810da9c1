"""What the user's names stand for, looked up once: samples that are fetched, or files of their own."""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.own_class import source
from experiments.settings.schema import Config, NetworkSettings
from experiments.terminal.progress import fetching, say
from reconstruct import assets
from reconstruct.errors import InputError, nearest, one_line
from reconstruct.runs.naming import TERMS
from reconstruct.runs.results import HALF, NOISE, PICTURE, START

if TYPE_CHECKING:
    from torch import Tensor

STARTS = (NOISE, HALF, *TERMS)  # what `start` may be besides a picture
WEIGHTS = "network.weights"  # the setting that names weights
CODE = "content.code"  # the setting that names a file of features
STATISTIC = "statistic"  # the last part of those that may name a class
ARCHITECTURE = "network.architecture"  # the setting that may name a function; all others name pictures
UNTRAINED = "untrained"
DEFAULT = "default"  # weights that a collection of networks has
TORCHVISION, TORCHVISION_BN = "torchvision", "torchvision_bn"
# Weights that torchvision fetches, or that are drawn at random.
WITHOUT_A_FILE = (TORCHVISION, TORCHVISION_BN, UNTRAINED, DEFAULT)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Input:
    """What one setting names, as it was when it was looked up."""

    key: str  # the setting, such as ``content.picture``
    name: str  # what the user wrote
    path: Path | None  # the user's own file; None for a sample, and for the weights of `WITHOUT_A_FILE`
    digest: str  # SHA-256 of the content, by which a file that has changed is noticed; the name for `WITHOUT_A_FILE`

    @property
    def file(self) -> Path:
        """The user's own file, or the sample's in the cache, which is fetched first if need be."""
        return self.path or fetched(self.name)

    @property
    def identity(self) -> str:
        """What tells the picture from others: its file, and how much of a sample's frame is left out."""
        return f"{self.digest} trimmed {self._trim}" if self._trim else self.digest

    @property
    def short_identity(self) -> str:
        """The same with as much of the digest as a reader can compare."""
        return self.identity.replace(self.digest, self.digest[:8])

    @property
    def _trim(self) -> float:
        return assets.ASSETS[self.name].crop if self.path is None and self.name in assets.ASSETS else 0

    @property
    def record(self) -> dict[str, str]:
        """What a result says of it."""
        return {"key": self.key, "name": self.name, "digest": self.digest}

    @property
    def credit(self) -> dict[str, str]:
        """Name, title, credit and licence, for a caption."""
        if self.path is not None:
            return {"name": Path(self.name).name, "title": Path(self.name).stem, "credit": "", "licence": ""}
        asset = assets.ASSETS[self.name]
        return {"name": self.name, "title": asset.title, "credit": asset.credit, "licence": asset.licence}

    def picture(self, size: int, square: bool) -> "Tensor":
        """The picture, a sample's without its frame: ``(1, 3, H, W)``, RGB in [0, 1]."""
        from reconstruct import images

        return images.load(self.file, size, square, self._trim, _warn)

    def shape(self, size: int, square: bool) -> tuple[int, int]:
        """Height and width that `picture` will have, from the file's header."""
        from reconstruct import images

        return images.shape(self.file, size, square)


@dataclass(frozen=True)
class NetworkInputs:
    """The files that a network is made of; `function` is the module of the user's own that makes it."""

    weights: Input
    normalize_over: tuple[Input, ...]
    function: Input | None = None


@dataclass(frozen=True)
class Inputs:
    """All files that a cell is made from."""

    pictures: Mapping[str, Input]  # term -> its original
    network: NetworkInputs
    start: Input | None = None  # the picture to begin with; None for noise, and where it is made first
    classes: Mapping[str, Input] = field(default_factory=dict)  # term, or network -> the user's module that makes it
    codes: Mapping[str, Input] = field(default_factory=dict)  # term -> file of its code, instead of an original

    @property
    def credits(self) -> dict[str, dict[str, str]]:
        """The name of a term -> name, title, credit and licence of its original; and those of a start of its own."""
        own = {START: self.start} if self.start and self.start not in self.pictures.values() else {}
        return {name: given.credit for name, given in {**self.pictures, **own}.items()}

    @property
    def all_pictures(self) -> tuple[Input, ...]:
        """Originals, start and those that a network is normalised over, each once."""
        start = [self.start] if self.start else []
        return tuple(dict.fromkeys([*self.pictures.values(), *self.network.normalize_over, *start]))

    def check_unchanged(self) -> None:
        """Raise `InputError` unless all files still have the digests that were taken at the beginning."""
        for given in self:
            if lookup(given.name, given.key).record != given.record:
                raise InputError(f"{given.key}={given.name}: has changed since the cell was started; run it again")

    def __iter__(self) -> Iterator[Input]:
        yield self.network.weights
        yield from self.all_pictures
        yield from self.classes.values()
        yield from self.codes.values()


def inputs(config: Config) -> Inputs:
    """What the names of a configuration stand for now, as `lookup` finds them."""
    codes = {"content": lookup(config.code, CODE)} if config.code else {}
    terms = {name: term for name, term in config.terms().items() if name not in codes}
    pictures = {name: lookup(term.picture, f"{name}.picture") for name, term in terms.items()}
    chosen = {name: term.statistic for name, term in config.terms().items() if term.is_own}
    classes = {name: lookup(own, f"{name}.{STATISTIC}") for name, own in chosen.items()}
    network = network_inputs(config.network)
    classes |= {"network": network.function} if network.function else {}
    return Inputs(pictures, network, _start(config), classes, codes)


def _start(config: Config) -> Input | None:
    """The content's or style's picture, whether or not it is to be matched, or one of its own."""
    if config.start in (NOISE, HALF):
        return None
    if config.start in TERMS:
        return lookup(config.term(config.start).picture, f"{config.start}.picture")
    return lookup(config.start, START)


def network_inputs(settings: NetworkSettings) -> NetworkInputs:
    """The same for the network alone."""
    over = tuple(lookup(name, "network.normalize_over") for name in settings.normalize_over)
    function = lookup(settings.architecture, ARCHITECTURE) if settings.is_own else None
    return NetworkInputs(lookup(settings.weights, WEIGHTS), over if settings.is_vgg else (), function)


def lookup(name: str, key: str) -> Input:
    """What `name` stands for as the value of the setting `key`.

    `InputError` if there is no such file or sample, or the file cannot be read.
    """
    if key == WEIGHTS and name in WITHOUT_A_FILE:
        return Input(key, name, None, name)
    kinds = (assets.Kind.WEIGHTS, assets.Kind.OBSERVER) if key == WEIGHTS else () if key == CODE else assets.PICTURES
    samples = assets.names(*kinds)
    if name in samples:
        return Input(key, name, None, assets.ASSETS[name].member_sha256)
    try:
        path = source(name, key) if key.endswith((STATISTIC, ARCHITECTURE)) else _own_file(name, key, samples)
        status = path.stat()
        return Input(key, name, path, _digest(path.resolve(), status.st_mtime_ns, status.st_size))
    except OSError as error:
        raise InputError(f"{key}={name}: cannot be read ({error.strerror})") from error


@lru_cache(maxsize=256)
def _digest(path: Path, mtime_ns: int, size: int) -> str:
    """Read once for all cells of a process, and again when the file has changed."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _own_file(name: str, key: str, samples: Sequence[str]) -> Path:
    kind = {CODE: "a file of features", WEIGHTS: "weights"}.get(key, "a picture")
    try:
        path = Path(name) if Path(name).exists() else Path(name).expanduser()
        path = path / PICTURE if key == START and (path / PICTURE).is_file() else path  # a finished cell's folder
        if path.is_file():
            return path
        exists = path.exists()
    except (OSError, RuntimeError, ValueError) as error:  # too long, nobody's home, a null byte
        raise InputError(f"{key}={name[:80]}: is not the name of a file ({error})") from error
    if exists:
        cell = " or the folder of a finished cell" if key == START else ""
        raise InputError(f"{key}={name}: is not a file; expected {kind}{cell}")
    words = STARTS if key == START else ()
    if not samples:
        raise InputError(f"{key}={name}: no such file; expected {kind}")
    known = f"{nearest(name, [*words, *samples])} (samples: {', '.join(samples)})"
    raise InputError(f"{key}={name}: no such file, and no sample of that name{known}")


def fetched(name: str) -> Path:
    """The sample's file in the cache; a bar is shown if it has to be fetched first."""
    return assets.fetch(name, fetching)


@lru_cache(maxsize=256)
def check_header(given: Input) -> None:
    """Raise `InputError` unless the user's own file opens as a picture; looked at once for a file of that content."""
    from reconstruct import images

    if given.path is not None:
        images.shape(given.path)


def _warn(line: str) -> None:
    """On the terminal, and in the cell's log."""
    log.warning(line)
    say(one_line(line))
