"""Measure every picture of a sweep, in float32, with the network it was reconstructed with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.cell import networks
from experiments.cell.compute_plan import device
from experiments.cell.originals import stretched
from experiments.drawing import observations
from experiments.settings import schema
from experiments.settings.fingerprint import BESIDE_THE_POINT
from experiments.settings.inputs import network_inputs
from experiments.terminal.progress import counted, say
from reconstruct import images, layers, measures
from reconstruct.analysis.entries import MEASURES, Entry, Kind, current, read, write
from reconstruct.analysis.networks import UNTRAINED
from reconstruct.analysis.outcomes import plural
from reconstruct.analysis.selection import distinct
from reconstruct.coherence import coherence
from reconstruct.errors import InputError
from reconstruct.network import Network
from reconstruct.objective import Objective, Term, encode
from reconstruct.observers.names import NONE
from reconstruct.recorders.snapshots import found
from reconstruct.representations import Content, Style, equal_weights
from reconstruct.results import PICTURE, Result
from reconstruct.sweeps import Sweep

EQUAL = 100.0  # dB, the PSNR of a picture that equals its original
STRUCTURES = "relu2_1"  # whose features are looked for in the original: they see 10 pixels, every second one


def entries(sweep: Sweep) -> list[Entry]:
    """The entries of ``measures.csv``; measured again if the file is missing, damaged or of another state of the sweep.

    Raises:
        InputError: a network that the sweep used cannot be built.
    """
    known = current(sweep)
    if known is not None:
        if known and known[0].delta_e is None:
            say(f"{sweep.folder / MEASURES} is of an earlier version: without it, colours would be measured, too")
        return known
    write(_measured(sweep), sweep)
    return read(sweep.folder)


def _measured(sweep: Sweep) -> list[Entry]:
    there = [(sweep.folder / cell.folder, result) for cell, result in sweep.results() if result]
    finished = [(folder, result) for folder, result in there if _is_whole(folder, result)]
    asked_for = list(dict.fromkeys(str(result.network) for _, result in finished))
    finished.sort(key=lambda cell: asked_for.index(str(cell[1].network)))  # one network after the other
    groups: dict[str, list[tuple[Path, Result]]] = {}
    for folder, result in finished:
        groups.setdefault(_recipe(result), []).append((folder, result))
    look = _look(sweep, finished)
    pictures = (pair for cells in counted(list(groups.values()), "measuring") for pair in _of_group(cells))
    measured = [look(entry, picture) for entry, picture in chain(pictures, _baselines(finished))]
    say(f"{sweep.folder / MEASURES}: {plural(len(measured), 'picture')} measured")
    _say_what_is_missing(measured)
    return measured


Look = Callable[[Entry, Tensor], Entry]
"""Adds to an entry what is seen in its picture ``(1, 3, H, W)``."""


def _look(sweep: Sweep, finished: Sequence[tuple[Path, Result]]) -> Look:
    """What the sweep's observer sees, and how features compare with random photographs'; nothing if there is none."""
    asked = observations.asked_for(sweep, [result for _, result in finished])
    if asked == NONE:
        return lambda entry, picture: entry
    originals = {_name(result): _original(folder, result) for folder, result in reversed(finished)}
    observed = observations.observed(observations.observer(asked), originals)
    of_networks = {_network_name(result): result.network for _, result in finished}

    def look(entry: Entry, picture: Tensor) -> Entry:
        original = _as_large_as(picture, originals[entry.picture])
        seen = observations.beside_original(observed(entry, picture), picture, original)
        return _beside_chance(seen, picture, originals, of_networks)

    return look


def _beside_chance(
    entry: Entry, picture: Tensor, originals: Mapping[str, Tensor], networks: Mapping[str, Mapping[str, Any]]
) -> Entry:
    """With the agreement of the matched layer, for content of one layer whose original is as large as the picture."""
    layer, original = entry.layers.get("content", ()), originals[entry.picture]
    if entry.representation != "content" or len(layer) != 1 or original.shape != picture.shape:
        return entry
    network = network_of(networks[entry.network])
    chances = observations.by_chance(network, *picture.shape[-2:], tuple(_within(network, min(picture.shape[-2:]))))
    if layer[0] not in chances:
        return entry
    pair = (network(each.to(device("auto")), layer)[layer[0]] for each in (original, picture))
    return observations.beside_chance(entry, chances[layer[0]], *pair)


def _say_what_is_missing(measured: Sequence[Entry]) -> None:
    """What is not measured, and what the analysis leaves out."""
    if small := sum(e.ssim is None for e in measured):
        say(f"  {plural(small, 'picture')} too small for SSIM: not measured")
    if shallow := sum(min(map(len, e.errors.values())) < len(_rectified(e)) for e in measured):
        say(f"  {plural(shallow, 'picture')} too small for the deepest layers: errors there are not measured")
    if alike := len(measured) - len(distinct(measured)):
        say(f"  {plural(alike, 'picture')} left out: an analysis ignores the settings in which copies differ")


def _rectified(entry: Entry) -> list[str]:
    """All rectified layers of an entry's network."""
    architecture = entry.network.split()[0]
    return [tap for tap in layers.taps(layers.ARCHITECTURES[architecture]) if tap.startswith("relu")]


def _is_whole(folder: Path, result: Result) -> bool:
    """Whether a cell's pictures can be read; if not, a line says so."""
    if not set(result.layers) <= set(result.originals):
        say(f"  left out: {folder.name} was made from a code without a picture to compare with")
        return False
    try:
        for name in (PICTURE, *(f"{term}.png" for term in result.layers)):
            images.load(folder / name)
    except InputError as error:
        say(f"  left out: {error}")
        return False
    return True


def _recipe(result: Result) -> str:
    """The settings that are equal in cells that differ in the seed only."""
    ignored = ("seed", "device", "compile", "winograd", *BESIDE_THE_POINT)
    return str(sorted((key, value) for key, value in result.config.items() if key not in ignored))


def _of_group(cells: Sequence[tuple[Path, Result]]) -> Iterator[tuple[Entry, Tensor]]:
    """The entries of cells that differ in the seed only, with their agreement, and the pictures."""
    measured = [pair for folder, result in cells for pair in _of_cell(folder, result)]
    for entry, own in measured:
        alike = [picture for other, picture in measured if (other.kind, other.level) == (entry.kind, entry.level)]
        yield _spread(entry, torch.cat(alike)), own


def _of_cell(folder: Path, result: Result) -> Iterator[tuple[Entry, Tensor]]:
    """The entries of a reconstruction and, for content alone, of its snapshots, which are compared at equal error."""
    original = _as_large_as(images.load(folder / PICTURE), _original(folder, result))
    reference = _reference(result, folder, original)
    snapshots = found(folder, result.config.get("snapshots", [])) if list(result.layers) == ["content"] else {}
    for kind, level, path in [(Kind.RESULT, None, folder / PICTURE), *((Kind.SNAPSHOT, *s) for s in snapshots.items())]:
        picture = images.load(path)
        yield _entry(folder, folder.name, kind, level, result, picture, original, reference), picture


def _entry(
    folder: Path,
    cell: str,
    kind: Kind,
    level: float | None,
    result: Result,
    picture: Tensor,
    original: Tensor,
    reference: Objective,
) -> Entry:
    joined = len(result.losses) == 2
    return Entry(
        cell=cell,
        kind=kind,
        level=level,
        representation="both" if joined else next(iter(result.layers)),
        layers={term: tuple(layers) for term, layers in result.layers.items()} if cell else {},
        network=_network_name(result),
        canvas=result.canvas,
        picture=_name(result),
        seed=result.seed if cell else None,
        ratio=result.ratio if joined else None,
        psnr=min(measures.psnr(picture, original), EQUAL),
        ssim=measures.ssim(picture, original),
        layout=measures.layout(picture, original),
        wavelength=min(measures.wavelength(picture), max(picture.shape[-2:])),
        coherence=_coherence(result, picture, original)
        if kind is Kind.RESULT and list(result.layers) == ["style"]
        else None,
        style_balance=_style_balance(result, folder, picture, original) if joined and cell else None,
        **asdict(measures.ColourError.of(picture, original)),
        losses=_finite(result.losses) if joined and result.loss_convention == "relative" else {},
        errors=reference.relative_errors(picture.to(device("auto"))),
        painting=result.asked_for("style") if joined else "",
    )


def _finite(losses: Mapping[str, float | None]) -> dict[str, float]:
    return {term: loss for term, loss in losses.items() if loss is not None}


def _style_balance(result: Result, folder: Path, picture: Tensor, photograph: Tensor) -> float | None:
    """How far a joined picture's style is from the painting's, as a multiple of how far from the photograph's."""
    network, style = network_of(result.network), Style(equal_weights(result.layers["style"]))
    pictures = picture, images.load(folder / "style.png"), photograph
    G, painting, own = (encode(network, style, each.to(device("auto"))) for each in pictures)
    to_own = float(style.loss(G, own))
    return float(style.loss(G, painting)) / to_own if to_own else None


def _coherence(result: Result, picture: Tensor, original: Tensor) -> float | None:
    """Of a style and its original, at a layer that sees ten pixels; ``None`` if they are too small for it."""
    if min(*picture.shape[-2:], *original.shape[-2:]) < layers.smallest_side([STRUCTURES]):
        return None
    network = network_of(result.network)
    F, P = (network(each.to(device("auto")), [STRUCTURES])[STRUCTURES] for each in (picture, original))
    return coherence(F, P, stride=2)


def _name(result: Result) -> str:
    """The original as it is named in the settings: files of one name in two folders are different originals."""
    return result.asked_for(next(iter(result.layers)))


def _network_name(result: Result) -> str:
    network = result.network
    seed = f" {network['seed']}" if network["weights"] == UNTRAINED else ""
    return f"{network['architecture']} {network['weights']}{seed} {network['pooling']}"


def _original(folder: Path, result: Result) -> Tensor:
    return images.load(folder / f"{next(iter(result.layers))}.png")


def _as_large_as(picture: Tensor, original: Tensor) -> Tensor:
    """An original that was looked at in another size than the result has, in that of the result."""
    return stretched(original, picture.shape[-2], picture.shape[-1])


def _reference(result: Result, folder: Path, like: Tensor) -> Objective:
    """Errors of content and style at every layer; of a single representation, both are errors to its original.

    The pictures that are to be measured are as large as `like`, ``(1, 3, H, W)``.
    """
    terms = list(result.layers)
    content, style = (_File((path := folder / f"{term}.png").read_bytes(), path) for term in (terms[0], terms[-1]))
    return _objective(network_of(result.network), content, style, (like.shape[-2], like.shape[-1]))


@dataclass(frozen=True)
class _File:
    """A file that equals any other of the same content: an original's codes are computed once for all its cells."""

    content: bytes
    path: Path = field(compare=False)


@lru_cache(maxsize=8)
def _objective(network: Network, content: _File, style: _File, size: tuple[int, int]) -> Objective:
    """Content and style at all rectified layers, of pictures of this height and width."""
    terms = []
    for name, form, file in zip(("content", "style"), (Content, Style), (content, style), strict=True):
        original = images.load(file.path)
        original = stretched(original, *size) if name == "content" else original
        representation = form(equal_weights(_within(network, min(*size, *original.shape[-2:]))))
        terms.append(Term(name, representation, encode(network, representation, original.to(device("auto")))))
    return Objective(network, terms)


def _within(network: Network, side: int) -> list[str]:
    """The rectified layers that still have a position if the shortest side has so many pixels."""
    return [tap for tap in network.taps if tap.startswith("relu") and layers.smallest_side([tap]) <= side]


def network_of(record: Mapping[str, Any]) -> Network:
    """The network of a result's record."""
    settings = {key: value for key, value in record.items() if key != "kind"}
    pooling = schema.Pooling[record["pooling"]]
    asked = schema.NetworkSettings(**settings | {"pooling": pooling})
    return networks.network(asked, network_inputs(asked), device("auto"))


def _spread(entry: Entry, pictures: Tensor) -> Entry:
    """An entry with the agreement of pictures ``(S, 3, H, W)`` of `S` seeds, if there are several."""
    if len(pictures) < 2:
        return entry
    deviation = float(measures.deviation(pictures).mean())
    return replace(entry, agreement=measures.mutual_psnr(pictures), deviation=deviation)


def _baselines(finished: list[tuple[Path, Result]]) -> Iterator[tuple[Entry, Tensor]]:
    """For each original: itself shuffled, and each other original, measured like reconstructions of it; the picture."""
    firsts = {(str(r.network), _name(r)): (f, r) for f, r in reversed(finished) if len(r.layers) == 1}
    for (network, _), (folder, result) in firsts.items():
        original = _original(folder, result)
        reference = _reference(result, folder, original)
        if (moved := measures.rearranged(original)) is not None:
            yield _entry(folder, "", Kind.SHUFFLED, None, result, moved, original, reference), moved
        for (other_network, _), (other_folder, other) in firsts.items():
            picture = _original(other_folder, other)
            if other_network == network and other_folder != folder and picture.shape == original.shape:
                yield _entry(folder, "", Kind.OTHER, None, result, picture, original, reference), picture
