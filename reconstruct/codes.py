"""Features in a file, layer by layer: a code without its picture, as one decodes it from somewhere else.

NumPy's ``.npz`` has an array a layer, safetensors' ``.safetensors`` a tensor a layer, ``(C, H, W)`` or
``(1, C, H, W)``. Height and width of the picture may stand beside them (``size``); without, they follow from the maps.
Nothing in a file is executed. The door to safetensors.
"""

import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from reconstruct import layers as names
from reconstruct.errors import InputError, one_line
from reconstruct.files import written_whole

NUMPY, SAFETENSORS = ".npz", ".safetensors"
DAMAGED = (zipfile.BadZipFile, zlib.error, tokenize.TokenError)
SIZE = "size"  # of the picture: an array in .npz, metadata "HEIGHT WIDTH" in .safetensors
NETWORK = "network"  # in which the features are: an array of one text, or metadata

FileContent = tuple[dict[str, Tensor], tuple[int, int] | None, str]
"""Layer -> features, height and width, and network, as they stand in a file."""


@dataclass(frozen=True)
class SavedCode:
    """What a file holds.

    Attributes:
        features: layer -> ``(1, C, H, W)``, float32.
        size: height and width of the picture; ``None`` if the file does not say.
        network: whose features these are, in any words; empty if the file does not say.
    """

    features: Mapping[str, Tensor]
    size: tuple[int, int] | None = None
    network: str = ""

    def shape(self) -> tuple[int, int]:
        """Height and width of a picture that has such maps: the smallest, if the file does not say.

        Raises:
            InputError: no picture has maps of these sizes.
        """
        maps = {layer: tuple(F.shape[-2:]) for layer, F in self.features.items()}
        lowest = min(maps, key=names.halvings)
        height, width = self.size or tuple(side << names.halvings(lowest) for side in maps[lowest])
        for layer, (rows, columns) in maps.items():
            halvings = names.halvings(layer)
            if (height >> halvings, width >> halvings) != (rows, columns):
                raise InputError(
                    f"{layer} is {columns}×{rows}, which a picture of {width}×{height} pixels does not have"
                )
        return height, width


def read(path: str | Path) -> SavedCode:
    """The code in a file.

    Raises:
        InputError: it cannot be read, has another format, or holds something else than features.
    """
    path = Path(path)
    try:
        arrays, size, network = _numpy(path) if path.suffix == NUMPY else _safetensors(path)
    except InputError:
        raise
    except (ArithmeticError, EOFError, LookupError, OSError, RuntimeError, TypeError, ValueError, *DAMAGED) as error:
        said = "it holds something else than arrays of numbers" if "pickle" in str(error) else one_line(str(error))
        raise InputError(f"{path}: not a {path.suffix} file of features ({said})") from error
    if not arrays:
        raise InputError(f"{path}: has no features; expected an array for each layer, for example relu4_2")
    return SavedCode({layer: _features(layer, array, path) for layer, array in arrays.items()}, size, network)


def write(code: SavedCode, path: str | Path) -> None:
    """Write whole or not at all, in the format that the name ends in."""
    path = Path(path)
    check_ending(path)
    features = {layer: F.detach().cpu().contiguous() for layer, F in code.features.items()}
    with written_whole(path) as file:
        if path.suffix == SAFETENSORS:
            from safetensors.torch import save  # an extra

            metadata = {NETWORK: code.network} | ({SIZE: "{} {}".format(*code.size)} if code.size else {})
            file.write(save(features, metadata))
        else:
            beside = {NETWORK: np.array(code.network)} | ({SIZE: np.array(code.size)} if code.size else {})
            np.savez(file, **{layer: F.numpy() for layer, F in features.items()}, **beside)  # type: ignore[arg-type]


def _numpy(path: Path) -> FileContent:
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: torch.from_numpy(archive[name]) for name in archive.files if name not in (SIZE, NETWORK)}
        size = archive[SIZE].tolist() if SIZE in archive.files else None
        network = str(archive[NETWORK]) if NETWORK in archive.files else ""
    return arrays, _size(size), network


def _safetensors(path: Path) -> FileContent:
    check_ending(path)
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            beside = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    size = [int(side) for side in beside.get(SIZE, "").split()]
    return arrays, _size(size or None), beside.get(NETWORK, "")


def _size(given: Any) -> tuple[int, int] | None:
    """Height and width, if they stand in the file."""
    if given is None:
        return None
    height, width = given
    if not all(side > 0 and side % 1 == 0 for side in (height, width)):
        raise ValueError(f"{SIZE} is {given}, not a height and a width in pixels")
    return int(height), int(width)


def check_ending(path: Path) -> None:
    """Raise `InputError` unless a file ends in .npz or .safetensors, and safetensors is installed if that is needed."""
    if path.suffix not in (NUMPY, SAFETENSORS):
        raise InputError(f"{path}: expected a name that ends in {NUMPY} or {SAFETENSORS}")
    if path.suffix == SAFETENSORS and find_spec("safetensors") is None:
        raise InputError(f"{path}: needs safetensors: pip install safetensors; or a {NUMPY} file")


def _features(layer: str, array: Tensor, path: Path) -> Tensor:
    features = array[None] if array.ndim == 3 else array
    if features.ndim != 4 or features.shape[0] != 1 or not features.is_floating_point() or not features.numel():
        shape = "×".join(map(str, array.shape)) or "one number"
        raise InputError(f"{path}: {layer} is {shape} of {array.dtype}; expected C×H×W of floating point")
    features = features.float()
    if not features.isfinite().all():
        raise InputError(f"{path}: {layer} has values that are not finite in single precision")
    return features
