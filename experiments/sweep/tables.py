"""A sweep as a table: ``cells.csv``, a row a cell."""

import math
from collections.abc import Sequence
from typing import Any

from experiments.sweep.state import CellStatus, State, look
from reconstruct.files import write_csv
from reconstruct.runs import up_to_date
from reconstruct.runs.results import Result
from reconstruct.runs.sweeps import Sweep

Row = dict[str, Any]
CELLS = "cells.csv"
HOW = ("evaluations", "best_step", "precision", "device", "threads", "converged", "note")  # what a result says besides


def write_table(sweep: Sweep) -> None:
    """``cells.csv``: a row a cell with its state, what was asked for and what came out."""
    rows = [_row(each, Result.at(sweep.folder / each.cell.folder), list(sweep.keys)) for each in look(sweep).standings]
    write_csv(rows, sweep.folder / CELLS)
    up_to_date.note([sweep], [sweep.folder / CELLS])


def _row(standing: CellStatus, result: Result | None, keys: Sequence[str]) -> Row:
    known = standing.cell.known(result)
    row = {"cell": standing.cell.folder, "label": standing.cell.name, "state": standing.state.value}
    row |= {key: known[key] for key in keys if key in known}
    if standing.state in (State.failed, State.damaged):
        row["reason"] = standing.message
    if result is None or standing.state is not State.done:
        return row
    return row | numbers(result) | {name: getattr(result, name) for name in HOW}


def numbers(result: Result) -> dict[str, float]:
    """Name -> value of what came out of a cell; a loss or an error that is not finite is infinite."""
    losses = {"total_loss": result.total} | {f"{term}_loss": loss for term, loss in result.losses.items()}
    errors = {f"{term}_error": result.error(term) for term in result.relative_errors}
    told = {name: math.inf if value is None else value for name, value in (losses | errors).items()}
    quality = {"psnr": result.psnr, "ssim": result.ssim, "seconds": round(result.seconds, 2)}
    start = {f"start_{measure}": value for measure, value in result.start.items()}
    return told | {name: value for name, value in (quality | start).items() if value is not None}
