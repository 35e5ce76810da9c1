"""Measure every picture of a sweep, in float32, with the network it was made with."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.cell import networks
from experiments.cell.compute_plan import device
from experiments.settings import schema
from experiments.settings.fingerprint import BESIDE_THE_POINT
from experiments.settings.inputs import network_inputs
from experiments.terminal.progress import counted, say
from reconstruct import images, measures
from reconstruct.analysis.entries import MEASURES, Entry, Kind, read, write
from reconstruct.analysis.networks import UNTRAINED
from reconstruct.analysis.selection import distinct
from reconstruct.errors import InputError
from reconstruct.network import Network
from reconstruct.objective import Objective, Term, encode
from reconstruct.recorders.snapshots import found
from reconstruct.representations import Content, Style, equal_weights
from reconstruct.results import PICTURE, Result, Sweep

EQUAL = 100.0  # dB, of a picture that is its original to the bit
TILES = 4  # of a side, by which an original is shuffled: large enough to hold texture, few enough seams


def entries(sweep: Sweep) -> list[Entry]:
    """What ``measures.csv`` has; measured anew if it is damaged or older than what it tells of."""
    with suppress(KeyError, TypeError, ValueError):  # of an earlier version, edited, or cut off
        if sweep.is_up_to_date(MEASURES):
            return read(sweep.folder)
    write(_measured(sweep), sweep.folder)
    return read(sweep.folder)


def _measured(sweep: Sweep) -> list[Entry]:
    there = [(sweep.folder / cell.folder, result) for cell, result in sweep.results() if result]
    finished = [(folder, result) for folder, result in there if _is_whole(folder, result)]
    asked_for = list(dict.fromkeys(str(result.network) for _, result in finished))
    finished.sort(key=lambda cell: asked_for.index(str(cell[1].network)))  # one network after the other
    groups: dict[str, list[tuple[Path, Result]]] = {}
    for folder, result in finished:
        groups.setdefault(_recipe(result), []).append((folder, result))
    made = [entry for cells in counted(list(groups.values()), "measuring") for entry in _of_group(cells)]
    made += _baselines(finished)
    say(f"{sweep.folder / MEASURES}: {len(made)} pictures measured")
    if alike := len(made) - len(distinct(made)):
        say(f"  {alike} of them differ from others in settings that an analysis does not tell apart: left out of it")
    return made


def _is_whole(folder: Path, result: Result) -> bool:
    """Whether a cell's pictures can be read; said if not."""
    try:
        for name in (PICTURE, *(f"{term}.png" for term in result.layers)):
            images.load(folder / name)
    except InputError as error:
        say(f"  left out: {error}")
        return False
    return True


def _recipe(result: Result) -> str:
    """What cells have in common that differ in nothing but the seed."""
    beside = ("seed", "device", "compile", "winograd", *BESIDE_THE_POINT)
    return str({key: value for key, value in result.config.items() if key not in beside})


def _of_group(cells: Sequence[tuple[Path, Result]]) -> Iterator[Entry]:
    """Cells that differ in nothing but the seed, and how far they agree."""
    made = [pair for folder, result in cells for pair in _of_cell(folder, result)]
    for entry, _ in made:
        alike = [picture for other, picture in made if (other.kind, other.level) == (entry.kind, entry.level)]
        yield _spread(entry, torch.cat(alike))


def _of_cell(folder: Path, result: Result) -> Iterator[tuple[Entry, Tensor]]:
    """The reconstruction and, for content alone, which is compared at equal error, its snapshots."""
    reference = _reference(result, folder)
    snapshots = found(folder, result.config.get("snapshots", [])) if list(result.layers) == ["content"] else {}
    for kind, level, path in [(Kind.RESULT, None, folder / PICTURE), *((Kind.SNAPSHOT, *s) for s in snapshots.items())]:
        picture = images.load(path)
        yield _entry(folder.name, kind, level, result, picture, _original(folder, result), reference), picture


def _entry(
    cell: str, kind: Kind, level: float | None, result: Result, picture: Tensor, original: Tensor, reference: Objective
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
        losses=result.losses if joined and result.loss_convention == "relative" else {},
        errors=reference.relative_errors(picture.to(device("auto"))),
        painting=result.asked_for("style") if joined else "",
    )


def _name(result: Result) -> str:
    """The original as it was asked for: files of one name in two folders are two."""
    return result.asked_for(next(iter(result.layers)))


def _network_name(result: Result) -> str:
    network = result.network
    seed = f" {network['seed']}" if network["weights"] == UNTRAINED else ""
    return f"{network['architecture']} {network['weights']}{seed} {network['pooling']}"


def _original(folder: Path, result: Result) -> Tensor:
    return images.load(folder / f"{next(iter(result.layers))}.png")


def _reference(result: Result, folder: Path) -> Objective:
    """Errors of content and style at every layer, in one forward pass; a lone representation's original serves both."""
    terms = list(result.layers)
    content, style = (_File((path := folder / f"{term}.png").read_bytes(), path) for term in (terms[0], terms[-1]))
    return _objective(_network(result.network), content, style)


@dataclass(frozen=True)
class _File:
    """Equal to any other of the same content, so that the codes of an original are computed once for all its cells."""

    content: bytes
    path: Path = field(compare=False)


@lru_cache(maxsize=8)
def _objective(network: Network, content: _File, style: _File) -> Objective:
    weights = equal_weights(tap for tap in network.taps if tap.startswith("relu"))
    here = device("auto")
    return Objective(
        network,
        [
            Term(name, form(weights), encode(network, form(weights), images.load(file.path).to(here)))
            for name, form, file in zip(("content", "style"), (Content, Style), (content, style), strict=True)
        ],
    )


def _network(record: Mapping[str, Any]) -> Network:
    """The network of a result's configuration."""
    settings = {key: value for key, value in record.items() if key != "kind"}
    pooling = schema.Pooling[record["pooling"]]
    asked = schema.NetworkSettings(**settings | {"pooling": pooling})
    return networks.network(asked, network_inputs(asked), device("auto"))


def _spread(entry: Entry, pictures: Tensor) -> Entry:
    if len(pictures) < 2:
        return entry
    deviation = float(measures.deviation(pictures).mean())
    return replace(entry, agreement=measures.mutual_psnr(pictures), deviation=deviation)


def _baselines(finished: list[tuple[Path, Result]]) -> Iterator[Entry]:
    """Each original's shuffled self and each other original, measured as if they were reconstructions of it."""
    firsts = {(str(r.network), _name(r)): (f, r) for f, r in reversed(finished) if len(r.layers) == 1}
    for (network, _), (folder, result) in firsts.items():
        original, reference = _original(folder, result), _reference(result, folder)
        moved = measures.shuffled(original, TILES, torch.Generator().manual_seed(0))
        yield _entry("", Kind.SHUFFLED, None, result, moved, original, reference)
        for (other_network, _), (elsewhere, other) in firsts.items():
            picture = _original(elsewhere, other)
            if other_network == network and elsewhere != folder and picture.shape == original.shape:
                yield _entry("", Kind.OTHER, None, result, picture, original, reference)
