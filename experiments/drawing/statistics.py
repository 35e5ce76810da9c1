"""Measure the textures of a sweep by every statistic, in float32, with the network they were made with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from experiments.cell.compute_plan import device
from experiments.cell.terms import KNOWN
from experiments.drawing.measurements import network_of
from experiments.terminal.progress import counted, say
from reconstruct import images, layers, measures
from reconstruct.analysis.entries import current, write
from reconstruct.analysis.statistics import OTHER, SHUFFLED, STATISTICS, StatisticError
from reconstruct.errors import InputError
from reconstruct.objective import Term, encode
from reconstruct.representations import Representation, equal_weights
from reconstruct.runs.results import PICTURE, Result
from reconstruct.runs.sweeps import Sweep

Cell = tuple[Path, Result]


def errors(sweep: Sweep) -> list[StatisticError]:
    """The rows of ``statistics.csv``; measured again if the file is missing, damaged or of another state of the sweep.

    Raises:
        InputError: there is no texture, or a network that the sweep used cannot be built.
    """
    known = current(sweep, STATISTICS, StatisticError)
    if known is not None:
        return known
    there = [(sweep.folder / cell.folder, result) for cell, result in sweep.results() if result]
    textures = [(folder, result) for folder, result in there if list(result.layers) == ["style"]]
    if not textures:
        raise InputError(
            f"statistics needs finished cells with representation=style; {sweep.folder} has none; try grid"
        )
    found = [error for cell in counted(textures, "measuring") for error in _of_cell(*cell)]
    found += [error for cell in _one_a_painting(textures) for error in _baselines(cell, textures)]
    write(map(asdict, found), sweep, STATISTICS)
    say(f"{sweep.folder / STATISTICS}: {len(textures)} textures measured")
    return found


def _of_cell(folder: Path, result: Result) -> Iterator[StatisticError]:
    made_from = str(result.config["style"]["statistic"])
    yield from _measured(folder.name, made_from, images.load(folder / PICTURE), folder, result)


def _baselines(cell: Cell, textures: Sequence[Cell]) -> Iterator[StatisticError]:
    """The same of the painting itself in another order, and of all others."""
    folder, result = cell
    painting = images.load(folder / "style.png")
    if (moved := measures.rearranged(painting)) is not None:
        yield from _measured("", SHUFFLED, moved, folder, result)
    others = (images.load(other / "style.png") for other, _ in _one_a_painting(textures) if other != folder)
    for other in others:
        if min(other.shape[-2:]) >= layers.smallest_side(result.layers["style"]):
            yield from _measured("", OTHER, other, folder, result)


def _one_a_painting(textures: Sequence[Cell]) -> list[Cell]:
    return list({result.asked_for("style"): (folder, result) for folder, result in reversed(textures)}.values())


def _measured(cell: str, made_from: str, picture: Tensor, folder: Path, result: Result) -> Iterator[StatisticError]:
    network, painting = network_of(result.network), images.load(folder / "style.png")
    for name, statistic in _statistics(result).items():
        code, target = (encode(network, statistic, each.to(device("auto"))) for each in (picture, painting))
        _, relative = Term(name, statistic, target)(code)
        error = float(torch.stack(list(relative.values())).mean())
        yield StatisticError(cell, result.asked_for("style"), made_from, name, error)


def _statistics(result: Result) -> Mapping[str, Representation]:
    """All of them, at the layers of a result; sliced from other directions than those that were matched."""
    weights = equal_weights(result.layers["style"])
    shifts = result.config["style"]["shifts"] or [1]
    return {name: make(weights, shifts, result.seed + 1) for name, make in KNOWN.items()}
