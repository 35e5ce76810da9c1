"""What an observer sees in the pictures of a sweep, and how their features compare with random photographs'."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from experiments.cell.compute_plan import device
from experiments.settings.inputs import fetched
from experiments.terminal.progress import say
from reconstruct import assets, images
from reconstruct.analysis.entries import LPIPS, MIDDLE, MOST, ORIGINAL, PROBABILITY, SPEARMAN, Entry
from reconstruct.analysis.observers import choices, names
from reconstruct.analysis.observers.chance import NullDistribution, null_distributions, parts
from reconstruct.analysis.observers.classifier import Classifier
from reconstruct.analysis.observers.identification import identified, probability, rank, similarity
from reconstruct.analysis.observers.perceptual import Perceptual, read
from reconstruct.errors import RunError
from reconstruct.network import Network
from reconstruct.runs.results import PICTURE, Result
from reconstruct.runs.sweeps import Sweep

SIZE = 512  # pixels, of photographs for the null distribution
PARTS = 12  # of each photograph, whose pairs are the null distribution


def asked_for(sweep: Sweep, results: Sequence[Result]) -> str:
    """The observer that a sweep names: as it was last given, else as its cells were configured."""
    given = sweep.values("observer") or [str(r.config["observer"]) for r in results if "observer" in r.config]
    return given[0] if given else names.AUTO


def observer(name: str) -> Classifier | None:
    """The observer of that name; ``None``, with a line that says why, if ``auto`` finds none.

    Raises:
        InputError: there is no such observer, or it needs timm.
        RunError: its weights cannot be fetched.
    """
    if name != names.AUTO:
        return choices.observer(name, _pinned_weights)
    if not names.has_timm():
        say("  no observer looks at the pictures: timm is not installed (pip install 'reconstruct[observer]')")
        return None
    try:
        return choices.observer(names.PINNED, _pinned_weights)
    except RunError as error:
        say(f"  no observer looks at the pictures: {error}")
        return None


def _pinned_weights() -> Path:
    return fetched(names.PINNED)


def observed(seeing: Classifier | None, originals: Mapping[str, Tensor]) -> Callable[[Entry, Tensor], Entry]:
    """What adds to an entry what is seen in its picture ``(1, 3, H, W)``; without an observer, nothing does.

    Args:
        seeing: the observer.
        originals: name -> picture ``(1, 3, H, W)``.
    """
    if seeing is None:
        return lambda entry, picture: entry
    known = {name: seeing(picture) for name, picture in originals.items()}

    def look(entry: Entry, picture: Tensor) -> Entry:
        seen, original = seeing(picture), known[entry.picture]
        chances, own = seen.probabilities[0], original.probabilities[0]
        others = [other.embeddings for name, other in known.items() if name != entry.picture]
        found = {
            PROBABILITY: probability(chances, own),
            ORIGINAL: probability(own, own),
            "observer rank": float(rank(chances, own)),
            "observer cosine": similarity(seen.embeddings[0], original.embeddings[0]),
        }
        if others:
            found["identified"] = identified(seen.embeddings[0], original.embeddings[0], torch.cat(others))
        shows = seeing.classes[int(own.argmax())]
        return replace(entry, observer=seeing.name, shows=shows, seen={**entry.seen, **found})

    return look


@lru_cache(maxsize=1)
def perceptual() -> Perceptual | None:
    """The perceptual distance; ``None``, with a line that says why, if its weights cannot be had."""
    try:
        return Perceptual(read(fetched("lpips_alexnet")))
    except RunError as error:
        say(f"  the perceptual distance (LPIPS) is not measured: {error}")
        return None


def perceptual_of(folder: Path, result: Result | None) -> float | None:
    """The perceptual distance of a cell's picture to its photograph; ``None`` if it has none or it cannot be had."""
    distance = perceptual() if result and "content" in result.originals else None
    return distance(images.load(folder / PICTURE), images.load(folder / "content.png")) if distance else None


def beside_original(entry: Entry, picture: Tensor, original: Tensor) -> Entry:
    """An entry with the perceptual distance between pictures of one size ``(1, 3, H, W)``, where that is known."""
    distance = perceptual()
    found = distance(picture, original) if distance else None
    return entry if found is None else replace(entry, seen={**entry.seen, LPIPS: found})


def beside_chance(entry: Entry, chance: NullDistribution, original: Tensor, picture: Tensor) -> Entry:
    """An entry of content of one layer with the percentiles of its agreement among pairs of photographs.

    Args:
        entry: of a picture.
        chance: the agreement of random pairs at that layer.
        original: the original's features there ``(1, C, H, W)``.
        picture: the picture's.
    """
    shares = {f"null {name}": share for name, share in chance.percentiles(original, picture).items()}
    pairs = chance.values["spearman"]
    shares |= {SPEARMAN: chance.agreement(original, picture)["spearman"]}
    shares |= {MIDDLE: float(pairs.quantile(0.5)), MOST: float(pairs.max())}
    return replace(entry, seen={**entry.seen, **shares})


@lru_cache(maxsize=4)
def by_chance(network: Network, height: int, width: int, layers: tuple[str, ...]) -> Mapping[str, NullDistribution]:
    """Layer -> the agreement of random parts of sample photographs, of that size; empty if these cannot be had."""
    generator = torch.Generator().manual_seed(0)
    made = {name: parts(photograph, height, width, PARTS, generator) for name, photograph in _photographs().items()}
    return null_distributions(lambda part: network(part.to(device("auto")), layers), made, generator)


@lru_cache(maxsize=1)
def _photographs() -> Mapping[str, Tensor]:
    try:
        return {name: images.load(fetched(name), SIZE) for name in assets.names(assets.Kind.PHOTOGRAPH)}
    except RunError as error:
        say(f"  features are not compared with random photographs': {error}")
        return {}
