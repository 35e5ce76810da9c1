"""A sweep as tables: ``cells.csv``, a row a cell, and ``summary.csv``, medians over seeds or what else is repeated."""

from collections.abc import Collection, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from experiments.sweep.state import CellStatus, Reader, State
from reconstruct import up_to_date
from reconstruct.errors import InputError, nearest
from reconstruct.files import write_csv
from reconstruct.results import Result
from reconstruct.sweeps import Sweep

Row = dict[str, Any]
CELLS = "cells.csv"


def write_table(sweep: Sweep) -> None:
    """``cells.csv``: a row a cell with its state, what was asked for and what came out."""
    standings = Reader(sweep).look().standings
    rows = [_row(standing, Result.read(sweep.folder / standing.cell.folder)) for standing in standings]
    write_csv(rows, sweep.folder / CELLS)
    up_to_date.note([sweep], [sweep.folder / CELLS])


def write_summary(sweep: Sweep, over: Collection[str]) -> Path:
    """``summary.csv``: a row for all finished cells that differ in nothing but `over`, keys of the sweep.

    Of every number it has the median, the lowest and the highest.

    Raises:
        InputError: no cell is finished, or a key is not swept.
    """
    rows = [dict(kept) | {"cells": len(group)} | _medians(group) for kept, group in _groups(sweep, over).items()]
    if not rows:
        raise InputError(f"{sweep.folder}: no cell is finished yet, nothing can be summarised")
    path = sweep.folder / "summary.csv"
    write_csv(rows, path)
    return path


def _groups(sweep: Sweep, over: Collection[str]) -> dict[tuple[tuple[str, str], ...], list[Row]]:
    """The numbers of finished cells, by what is not summarised."""
    for key in over:
        if key not in sweep.axes:
            there = ", ".join(sweep.axes) or "no keys"
            raise InputError(f"--over {key}: the sweep has {there}{nearest(key, sweep.axes)}")
    groups: dict[tuple[tuple[str, str], ...], list[Row]] = {}
    for cell, result in sweep.results():
        if result:
            kept = tuple((key, value) for key, value in cell.values.items() if key not in over)
            groups.setdefault(kept, []).append(_numbers(result))
    return groups


def _medians(group: Sequence[Row]) -> Row:
    medians: Row = {}
    for name in dict.fromkeys(name for row in group for name in row):
        if numbers := [row[name] for row in group if row.get(name) is not None]:
            medians |= {name: median(numbers), f"{name}_lowest": min(numbers), f"{name}_highest": max(numbers)}
    return medians


def _row(standing: CellStatus, result: Result | None) -> Row:
    row = {
        "cell": standing.cell.folder,
        "label": standing.cell.name,
        "state": standing.state.value,
        **standing.cell.values,
    }
    if standing.state in (State.failed, State.damaged):
        row["reason"] = standing.message
    if result is None or standing.state is not State.done:
        return row
    made = {
        "evaluations": result.evaluations,
        "best_step": result.best_step,
        "precision": result.precision,
        "device": result.device,
    }
    kept = {"threads": result.threads, "converged": result.converged, "note": result.note}
    return row | _numbers(result) | made | kept


def _numbers(result: Result) -> Row:
    losses = {f"{term}_loss": loss for term, loss in result.losses.items()}
    errors = {f"{term}_error": result.error(term) for term in result.relative_errors}
    quality = {"psnr": result.psnr, "ssim": result.ssim, "seconds": round(result.seconds, 2)}
    start = {f"start_{measure}": value for measure, value in result.start.items()}
    return {"total_loss": result.total} | losses | errors | quality | start
