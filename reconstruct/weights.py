"""Weights in files: PyTorch's, safetensors', and arrays in a pickle. Nothing in a file is executed."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from reconstruct.errors import InputError, one_line

State = Mapping[str, Tensor]
ARRAYS, SAFETENSORS = ".ckpt", ".safetensors"


def file_state(path: str | Path) -> State:
    """Names -> tensors of a state dict, by itself or as ``state_dict`` in a checkpoint.

    Raises:
        InputError: there is no such file, or it holds something else than tensors.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"network.weights={path}: there is no such file")
    try:
        state = _read(path)
    except Exception as error:  # a file that is no archive, not a state dict, or wants to run code
        raise InputError(
            f"network.weights={path}: not a PyTorch file of plain tensors; a module's are saved by "
            f"torch.save(module.state_dict(), PATH) ({one_line(str(error).partition(chr(10))[0][:100])})"
        ) from error
    state = state.get("state_dict", state) if isinstance(state, Mapping) else state
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        raise InputError(f"network.weights={path}: expected a state dict, a mapping from names to tensors and no more")
    return state


def _read(path: Path) -> Any:
    if path.suffix == ARRAYS:
        return of_convolutions(arrays(path))
    if path.suffix == SAFETENSORS:
        from safetensors.torch import load_file  # an extra

        return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def of_convolutions(found: Mapping[str, Any]) -> State:
    """The state of the network in a file of LPIPS's, whose own linear layers stand beside it."""
    (network,) = (layers for name, layers in found.items() if not name.startswith("NetLinLayer"))
    kernels = {f"{name}.weight": known["kernel"].transpose(3, 2, 0, 1) for name, known in network.items()}
    every = kernels | {f"{name}.bias": known["bias"] for name, known in network.items()}
    return {name: torch.from_numpy(every[name].copy()) for of in network for name in (f"{of}.weight", f"{of}.bias")}


def arrays(path: Path) -> Mapping[str, Any]:
    """The arrays in a pickle, as they are named there.

    Raises:
        pickle.UnpicklingError: it has something else than arrays in it.
    """
    with path.open("rb") as file:
        found: Mapping[str, Any] = _Arrays(file).load()
        return found


class _Arrays(pickle.Unpickler):
    """Reads arrays and nothing else, since a pickle can name any function to be called."""

    KNOWN = {"_reconstruct": np.empty(0).__reduce__()[0], "ndarray": np.ndarray, "dtype": np.dtype}  # noqa: RUF012

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] == "numpy" and name in self.KNOWN:
            return self.KNOWN[name]
        raise pickle.UnpicklingError(f"expected arrays, not {module}.{name}")
