"""Measure the textures of a sweep by every statistic, in float32, with the network they were made with."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import torch
from torch import Tensor

from experiments.cell.compute_plan import device
from experiments.cell.terms import KNOWN
from experiments.drawing.measurements import Cell
from experiments.terminal.progress import counted, say
from reconstruct import images, layers, measures
from reconstruct.analysis.entries import current, write
from reconstruct.analysis.statistics import OTHER, SHUFFLED, STATISTICS, StatisticError
from reconstruct.errors import InputError
from reconstruct.objective import Term, encode
from reconstruct.representations import equal_weights
from reconstruct.runs.results import PICTURE
from reconstruct.runs.sweeps import Sweep


def errors(sweep: Sweep) -> list[StatisticError]:
    """The rows of ``statistics.csv``; measured again if the file is missing, damaged or of another state of the sweep.

    `InputError` if there is no texture.
    """
    known = current(sweep, STATISTICS, StatisticError)
    if known is not None:
        return known
    textures = [cell for cell in Cell.every(sweep) if list(cell.result.layers) == ["style"]]
    if not textures:
        raise InputError(
            f"statistics needs finished cells with representation=style; {sweep.folder} has none; try grid"
        )
    found = [error for cell in counted(textures, "measuring") for error in _of_cell(cell)]
    one_a_painting = list({cell.name: cell for cell in reversed(textures)}.values())
    found += [error for cell in one_a_painting for error in _baselines(cell, one_a_painting)]
    write(map(asdict, found), sweep, STATISTICS)
    say(f"{sweep.folder / STATISTICS}: {len(textures)} textures measured")
    return found


def _of_cell(cell: Cell) -> Iterator[StatisticError]:
    made_from = str(cell.result.config["style"]["statistic"])
    return _measured(cell, cell.folder.name, made_from, images.load(cell.folder / PICTURE))


def _baselines(cell: Cell, others: Sequence[Cell]) -> Iterator[StatisticError]:
    """The same of the painting itself in another order, and of all others."""
    if (moved := measures.rearranged(cell.original)) is not None:
        yield from _measured(cell, "", SHUFFLED, moved)
    for picture in (other.original for other in others if other is not cell):
        if min(picture.shape[-2:]) >= layers.smallest_side(cell.result.layers["style"]):
            yield from _measured(cell, "", OTHER, picture)


def _measured(cell: Cell, name: str, made_from: str, picture: Tensor) -> Iterator[StatisticError]:
    """How far a picture is from a cell's painting, by every statistic.

    Sliced features are compared along other directions than those that were matched.
    """
    result, painting = cell.result, cell.original
    shifts, weights = result.config["style"]["shifts"] or [1], equal_weights(result.layers["style"])
    for measured_by, make in KNOWN.items():
        statistic = make(weights, shifts, result.seed + 1)
        code, target = (encode(cell.network, statistic, each.to(device("auto"))) for each in (picture, painting))
        _, relative = Term(measured_by, statistic, target)(code)
        error = float(torch.stack(list(relative.values())).mean())
        yield StatisticError(name, cell.name, made_from, measured_by, error)
