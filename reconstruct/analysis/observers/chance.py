"""What features of random pairs of photographs share anyhow: the null distribution that a match must exceed.

Feather, Leclerc, Mądry & McDermott (2023, "Model metamers reveal divergent invariances between biological and
artificial neural networks") accept a metamer only if its features agree with the original's better than those of all
random pairs of natural pictures do. Agreement is Pearson's and Spearman's correlation and the signal-to-noise ratio
10 log₁₀(Σ x² / Σ (x − y)²).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import torch
from scipy.stats import rankdata
from torch import Tensor
from torch.nn.functional import interpolate

from reconstruct.analysis.entries import MIDDLE, MOST, SPEARMAN

COORDINATES = 2**14  # features of a layer that are compared, drawn where it has more


def agreements(codes: Tensor) -> dict[str, Tensor]:
    """Of all pairs of codes ``(N, D)``: Pearson's and Spearman's correlation, the signal-to-noise ratio in dB.

    Each is ``(N, N)``, with the reference in the row. A correlation is 0 where one of the two is constant.
    """
    codes = codes.double()
    squares = codes.square().sum(dim=1)
    distances = (squares[:, None] + squares[None] - 2 * codes @ codes.T).clamp(min=1e-12)
    ranks = torch.from_numpy(rankdata(codes.numpy(), axis=1))  # equal values share their mean rank
    return {
        "pearson": torch.corrcoef(codes).nan_to_num(0),
        "spearman": torch.corrcoef(ranks).nan_to_num(0),
        "snr": 10 * torch.log10(squares[:, None] / distances),
    }


@dataclass(frozen=True)
class NullDistribution:
    """The agreement of random pairs of photographs at one layer."""

    codes: Tensor  # some of the features of parts of photographs ``(N, D)``
    photographs: Sequence[str]  # which photograph each is a part of; pairs from one photograph do not count
    places: Tensor  # which features these are ``(D,)``

    @cached_property
    def values(self) -> Mapping[str, Tensor]:
        """Measure -> its values over all pairs."""
        other = torch.tensor([[a != b for b in self.photographs] for a in self.photographs])
        return {name: values[other] for name, values in agreements(self.codes).items()}

    def beside(self, original: Tensor, picture: Tensor) -> dict[str, float]:
        """Column of ``measures.csv`` -> number: how a picture's features agree with its original's, and random pairs'.

        For each measure, the percentage of random pairs that agree less, 0 to 100.

        Args:
            original: features of the layer, ``(1, C, H, W)``.
            picture: likewise.
        """
        pair = torch.stack([features.flatten()[self.places].cpu() for features in (original, picture)])
        own = {name: float(values[0, 1]) for name, values in agreements(pair).items()}
        shares = {f"null {name}": 100 * float((self.values[name] < own[name]).double().mean()) for name in own}
        pairs = self.values["spearman"]
        return shares | {SPEARMAN: own["spearman"], MIDDLE: float(pairs.quantile(0.5)), MOST: float(pairs.max())}


def parts(photograph: Tensor, height: int, width: int, count: int, generator: torch.Generator) -> list[Tensor]:
    """Parts of a photograph ``(1, 3, H, W)``, at random places and as large as it is down to half, ``(1, 3, h, w)``."""
    largest = min(photograph.shape[-2] / height, photograph.shape[-1] / width)
    made = []
    for scale, down, across in torch.rand(count, 3, generator=generator).tolist():
        h, w = (max(1, int(side * largest * (1 - scale / 2))) for side in (height, width))
        top, left = int(down * (photograph.shape[-2] - h + 1)), int(across * (photograph.shape[-1] - w + 1))
        part = photograph[..., top : top + h, left : left + w]
        made.append(interpolate(part, (height, width), mode="bicubic", antialias=True).clamp(0, 1))
    return made


def null_distributions(
    look: Callable[[Tensor], Mapping[str, Tensor]], made: Mapping[str, Sequence[Tensor]], generator: torch.Generator
) -> dict[str, NullDistribution]:
    """Layer -> the agreement of random pairs.

    Args:
        look: a picture ``(1, 3, H, W)`` -> the features ``(1, C, H, W)`` of some layers.
        made: name of a photograph -> parts of it, all of one size.
        generator: draws the features that are compared, where a layer has more than `COORDINATES`.
    """
    places: dict[str, Tensor] = {}
    codes: dict[str, list[Tensor]] = {}
    for part in chain(*made.values()):
        for layer, features in look(part).items():
            places.setdefault(layer, coordinates(features.numel(), generator))
            codes.setdefault(layer, []).append(features.flatten()[places[layer].to(features.device)].cpu())
    names = [name for name, of in made.items() for _ in of]
    return {layer: NullDistribution(torch.stack(of), names, places[layer]) for layer, of in codes.items()}


def coordinates(count: int, generator: torch.Generator) -> Tensor:
    """Which of `count` features are compared: all of them, or `COORDINATES` that are drawn."""
    return torch.arange(count) if count <= COORDINATES else torch.randperm(count, generator=generator)[:COORDINATES]
