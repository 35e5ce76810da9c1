"""A sweep as tables: ``cells.csv``, a row a cell, and ``summary.csv``, medians over seeds or what else is repeated."""

from collections.abc import Collection, Iterator, Sequence
from statistics import median
from typing import Any

from experiments.overview import Reader, Standing, State
from experiments.progress import say
from reconstruct.errors import InputError, nearest
from reconstruct.files import write_csv
from reconstruct.results import Result, Sweep

Row = dict[str, Any]


def write_table(sweep: Sweep) -> None:
    """``cells.csv``: a row a cell with its state, what was asked for and what came out."""
    standings = Reader(sweep).look().standings
    rows = [_row(standing, Result.read(sweep.folder / standing.cell.folder)) for standing in standings]
    write_csv(rows, sweep.folder / "cells.csv")


def write_summary(sweep: Sweep, over: Collection[str]) -> None:
    """``summary.csv``: a row for all finished cells that differ in nothing but `over`, keys of the sweep.

    Of every number it has the median, the lowest and the highest.
    """
    for key in over:
        if key not in sweep.axes:
            raise InputError(
                f"--over {key}: the sweep has {', '.join(sweep.axes) or 'no keys'}{nearest(key, sweep.axes)}"
            )
    groups: dict[tuple[tuple[str, str], ...], list[Row]] = {}
    for cell, result in sweep.results():
        if result:
            kept = tuple((key, value) for key, value in cell.values.items() if key not in over)
            groups.setdefault(kept, []).append(_numbers(result))
    rows = [dict(kept) | {"cells": len(group)} | dict(_medians(group)) for kept, group in groups.items()]
    write_csv(rows, sweep.folder / "summary.csv")
    say(str(sweep.folder / "summary.csv"))


def _medians(group: Sequence[Row]) -> Iterator[tuple[str, float]]:
    for name in group[0]:
        numbers = [row[name] for row in group if row[name] is not None]
        if numbers:
            yield name, median(numbers)
            yield f"{name}_lowest", min(numbers)
            yield f"{name}_highest", max(numbers)


def _row(standing: Standing, result: Result | None) -> Row:
    row = {"cell": standing.cell.folder, "state": standing.state.value, **standing.cell.values}
    if standing.state is State.failed:
        row["reason"] = standing.message
    if result is None or standing.state is not State.done:
        return row
    made = {"best_step": result.best_step, "precision": result.precision, "device": result.device}
    kept = {"threads": result.threads, "converged": result.converged, "note": result.note}
    return row | _numbers(result) | made | kept


def _numbers(result: Result) -> Row:
    losses = {f"{term}_loss": loss for term, loss in result.losses.items()}
    errors = {f"{term}_error": result.error(term) for term in result.relative_errors}
    quality = {"psnr": result.psnr, "ssim": result.ssim, "seconds": round(result.seconds, 2)}
    return {"total_loss": result.total} | losses | errors | quality
