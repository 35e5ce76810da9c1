"""LPIPS: how different two pictures look, as a network fitted to people's judgements says.

R. Zhang, P. Isola, A. Efros, E. Shechtman, O. Wang, "The Unreasonable Effectiveness of Deep Features as a Perceptual
Metric" (2018), in its version 0.1, over the features of AlexNet (Krizhevsky 2014, without groups).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import normalize

from reconstruct.models import IMAGENET, alexnet
from reconstruct.weights import of_convolutions

SMALLEST = 31  # pixels of a side, of which AlexNet's last maps still have a position


class Perceptual:
    """The distance.

    Args:
        weights: ``AlexNet_0`` -> ``Conv_k`` -> ``kernel`` (height, width, channels before, after) and ``bias``, and
            ``NetLinLayer_k`` -> ``Conv_0`` -> ``kernel`` (1, 1, channels, 1), for k from 0 to 4; see `weights.arrays`.
    """

    def __init__(self, weights: Mapping[str, Any]) -> None:
        self._stages = alexnet(of_convolutions(weights))
        self._weights = [
            torch.from_numpy(weights[f"NetLinLayer_{number}"]["Conv_0"]["kernel"]).reshape(1, -1, 1, 1)
            for number in range(5)
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
        mean, std = (pictures.new_tensor(values)[:, None, None] for values in IMAGENET)
        maps = (pictures - mean) / std
        for name, stage in self._stages.named_children():
            if name == "pool5":
                return
            maps = stage(maps)
            if name.startswith("relu"):
                yield normalize(maps, dim=1, eps=1e-10)
