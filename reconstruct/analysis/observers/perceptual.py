"""LPIPS: how different two pictures look, as a network fitted to people's judgements says.

R. Zhang, P. Isola, A. Efros, E. Shechtman, O. Wang, "The Unreasonable Effectiveness of Deep Features as a Perceptual
Metric" (2018), in its version 0.1, over the features of AlexNet (Krizhevsky 2014, without groups).
"""

import pickle
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

SMALLEST = 31  # pixels of a side, of which AlexNet's last maps still have a position
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of RGB in [0, 1], as AlexNet was trained


class Perceptual:
    """The distance.

    Args:
        weights: ``AlexNet_0`` -> ``Conv_k`` -> ``kernel`` (height, width, channels before, after) and ``bias``, and
            ``NetLinLayer_k`` -> ``Conv_0`` -> ``kernel`` (1, 1, channels, 1), for k from 0 to 4; see `read`.
    """

    def __init__(self, weights: Mapping[str, Any]) -> None:
        convolutions = [nn.Conv2d(3, 64, 11, 4, 2), nn.Conv2d(64, 192, 5, 1, 2), nn.Conv2d(192, 384, 3, 1, 1)]
        convolutions += [nn.Conv2d(384, 256, 3, 1, 1), nn.Conv2d(256, 256, 3, 1, 1)]
        for number, convolution in enumerate(convolutions):
            known = weights["AlexNet_0"][f"Conv_{number}"]
            kernel = torch.from_numpy(known["kernel"]).permute(3, 2, 0, 1)
            convolution.load_state_dict({"weight": kernel, "bias": torch.from_numpy(known["bias"])})
        self._stages = [
            nn.Sequential(*before, each, nn.ReLU()) for before, each in zip(_POOLED, convolutions, strict=True)
        ]
        self._weights = [
            torch.from_numpy(weights[f"NetLinLayer_{number}"]["Conv_0"]["kernel"]).reshape(1, -1, 1, 1)
            for number in range(len(convolutions))
        ]

    @torch.no_grad()
    def __call__(self, picture: Tensor, original: Tensor) -> float | None:
        """Between pictures ``(1, 3, H, W)``, RGB in [0, 1], of one size: 0 for equal ones, about 1 for unrelated ones.

        ``None`` if they are smaller than `SMALLEST`.
        """
        if min(picture.shape[-2:]) < SMALLEST:
            return None
        pair = torch.cat([picture, original]).float().cpu()
        stages = zip(self._features(pair), self._weights, strict=True)
        return float(sum(((F[:1] - F[1:]).square() * w).sum(dim=1).mean() for F, w in stages))

    def _features(self, pictures: Tensor) -> Iterator[Tensor]:
        """Of each stage ``(N, C, h, w)``, of length 1 at every position."""
        mean, std = (pictures.new_tensor(values)[:, None, None] for values in (MEAN, STD))
        maps = (pictures - mean) / std
        for stage in self._stages:
            maps = stage(maps)
            yield normalize(maps, dim=1, eps=1e-10)


_POOLED: Sequence[Sequence[nn.Module]] = ([], [nn.MaxPool2d(3, 2)], [nn.MaxPool2d(3, 2)], [], [])
"""What stands before each convolution."""


def read(path: Path) -> Mapping[str, Any]:
    """The weights in a file.

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
