"""What an observer sees in the pictures of a sweep, and how their features compare with random photographs'."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from experiments.cell.compute_plan import device
from experiments.cell.originals import stretched
from experiments.settings.inputs import fetched
from experiments.terminal.progress import say
from reconstruct import assets, images, layers
from reconstruct.analysis.entries import LPIPS, Entry
from reconstruct.analysis.observers import classifier, names
from reconstruct.analysis.observers.chance import NullDistribution, null_distributions, parts
from reconstruct.analysis.observers.perceptual import Perceptual
from reconstruct.errors import InputError, RunError
from reconstruct.network import Network, Stages
from reconstruct.runs.results import PICTURE, Result
from reconstruct.runs.sweeps import Sweep
from reconstruct.weights import arrays

LPIPS_WEIGHTS = "lpips_alexnet"
SIZE = 512  # pixels, of photographs for the null distribution
PARTS = 12  # of each photograph, whose pairs are the null distribution


def asked_for(sweep: Sweep, results: Sequence[Result]) -> str:
    """The observer that a sweep names: as it was last given, else as its cells were configured."""
    given = sweep.values("observer") or [str(r.config["observer"]) for r in results if "observer" in r.config]
    return given[0] if given else names.AUTO


def observer(name: str) -> classifier.Classifier | None:
    """The observer of that name; ``None``, with a line that says why, if ``auto`` finds none.

    Raises:
        InputError: there is no such observer, or it needs timm.
        RunError: its weights cannot be fetched.
    """
    asked = names.PINNED if name == names.AUTO else name
    try:
        return classifier.observer(asked, lambda: fetched(names.PINNED))
    except (InputError, RunError) as error:
        if name != names.AUTO:
            raise
        say(f"  no observer looks at the pictures: {error}")
        return None


def observed(
    asked: str, originals: Mapping[str, Tensor], seen_by: Callable[[str], tuple[Network, tuple[str, ...]]]
) -> Callable[[Entry, Tensor], Entry]:
    """What adds to an entry what is seen in its picture ``(1, 3, H, W)``, beside the original of that name.

    `asked` is the observer's name; `seen_by` gives the network of a name, and its layers that the sweep looks at.
    """
    if asked == names.NONE:
        return lambda entry, picture: entry
    seeing = observer(asked)
    known = {name: seeing(picture) for name, picture in originals.items()} if seeing else {}

    def look(entry: Entry, picture: Tensor) -> Entry:
        original, matched = originals[entry.picture], entry.layers.get("content", ())
        seen, inverted = dict[str, float](), entry.network.split()[:2]  # no network judges what was made from itself
        if seeing and seeing.name not in inverted:
            own, others = known[entry.picture], [each for name, each in known.items() if name != entry.picture]
            entry = replace(entry, observer=seeing.name, shows=seeing.classes[int(own.probabilities.argmax())])
            seen = seeing(picture).beside(own, others)
        if LPIPS_WEIGHTS not in inverted:
            seen |= _perceived(picture, stretched(original, *picture.shape[-2:]))
        if entry.representation == "content" and len(matched) == 1 and picture.shape == original.shape:
            seen |= _beside_chance(*seen_by(entry.network), matched[0], original, picture)
        return replace(entry, seen=seen)

    return look


@lru_cache(maxsize=1)
def perceptual() -> Perceptual | None:
    """The perceptual distance; ``None``, with a line that says why, if its weights cannot be had."""
    try:
        return Perceptual(arrays(fetched(LPIPS_WEIGHTS)))
    except RunError as error:
        say(f"  the perceptual distance (LPIPS) is not measured: {error}")
        return None


def perceptual_of(folder: Path, result: Result | None) -> float | None:
    """The perceptual distance of a cell's picture to its photograph; ``None`` if it has none or it cannot be had."""
    distance = perceptual() if result and "content" in result.originals else None
    return distance(images.load(folder / PICTURE), images.load(folder / "content.png")) if distance else None


def _perceived(picture: Tensor, original: Tensor) -> dict[str, float]:
    """The perceptual distance between pictures of one size ``(1, 3, H, W)``, where that is known."""
    distance = perceptual()
    found = distance(picture, original) if distance else None
    return {} if found is None else {LPIPS: found}


def _beside_chance(network: Network, named: tuple[str, ...], layer: str, *pair: Tensor) -> dict[str, float]:
    """How the features of an original and a picture ``(1, 3, H, W)`` agree at a layer, among random photographs'."""
    chances = by_chance(network, named, *pair[0].shape[-2:])
    if layer not in chances:
        return {}
    return chances[layer].beside(*(network(each.to(device("auto")), [layer])[layer] for each in pair))


@lru_cache(maxsize=4)
def by_chance(network: Network, named: tuple[str, ...], height: int, width: int) -> Mapping[str, NullDistribution]:
    """Layer -> the agreement of random parts of sample photographs, of that size; empty if these cannot be had."""
    generator, taps = torch.Generator().manual_seed(0), measured_layers(network, named, min(height, width))
    made = {name: parts(photograph, height, width, PARTS, generator) for name, photograph in _photographs().items()}
    return null_distributions(lambda part: network(part.to(device("auto")), taps), made, generator)


def measured_layers(network: Network, named: Collection[str], side: int) -> list[str]:
    """A VGG's rectified layers with a position where the shortest side has so many pixels; of others those `named`."""
    if not isinstance(network, Stages):
        return [tap for tap in network.taps if tap in named]
    return [tap for tap in network.taps if tap.startswith("relu") and layers.smallest_side([tap]) <= side]


@lru_cache(maxsize=1)
def _photographs() -> Mapping[str, Tensor]:
    try:
        return {name: images.load(fetched(name), SIZE) for name in assets.names(assets.Kind.PHOTOGRAPH)}
    except RunError as error:
        say(f"  features are not compared with random photographs': {error}")
        return {}
