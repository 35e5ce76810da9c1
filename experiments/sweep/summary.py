"""A sweep as tables: ``cells.csv``, a row a cell; ``summary.csv`` and ``summary.tex``, medians over seeds."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from experiments.sweep.state import CellStatus, State, look
from reconstruct.errors import InputError, nearest
from reconstruct.files import unique_ends, write_csv, written_whole
from reconstruct.runs import up_to_date
from reconstruct.runs.results import Result
from reconstruct.runs.sweeps import Sweep
from reconstruct.runs.wording import plain, superscript

Row = dict[str, Any]
CELLS = "cells.csv"
HOW = ("evaluations", "best_step", "precision", "device", "threads", "converged", "note")  # what a result says besides
IN_A_PAPER = ("content_error", "style_error", "psnr", "ssim")  # unless others are asked for
LPIPS = "lpips"
HEADINGS = {"psnr": "PSNR (dB)", "ssim": "SSIM", LPIPS: "LPIPS", "seconds": "time (s)"}
TABLE = r"""\begin{table}
\centering
\caption{%(caption)s}
\begin{tabular}{%(form)s}
\hline
%(head)s \\
\hline
%(body)s \\
\hline
\end{tabular}
\end{table}
"""


def write_table(sweep: Sweep) -> None:
    """``cells.csv``: a row a cell with its state, what was asked for and what came out."""
    rows = [_cell(each, Result.at(sweep.folder / each.cell.folder), list(sweep.keys)) for each in look(sweep).standings]
    write_csv(rows, sweep.folder / CELLS)
    up_to_date.note([sweep], [sweep.folder / CELLS])


def _cell(standing: CellStatus, result: Result | None, keys: Sequence[str]) -> Row:
    known = standing.cell.settings
    row = {"cell": standing.cell.folder, "label": standing.cell.name, "state": standing.state.value}
    row |= {key: known[key] for key in keys if key in known}
    if standing.state in (State.failed, State.damaged):
        row["reason"] = standing.message
    if result is None or standing.state is not State.done:
        return row
    return row | _numbers(result) | {name: getattr(result, name) for name in HOW}


def _numbers(result: Result) -> dict[str, float]:
    """Name -> value of what came out of a cell; a loss or an error that is not finite is infinite."""
    losses = {"total_loss": result.total} | {f"{term}_loss": loss for term, loss in result.losses.items()}
    errors = {f"{term}_error": result.error(term) for term in result.relative_errors}
    told = {name: math.inf if value is None else value for name, value in (losses | errors).items()}
    quality = {"psnr": result.psnr, "ssim": result.ssim, "seconds": round(result.seconds, 2)}
    start = {f"start_{measure}": value for measure, value in result.start.items()}
    return told | {name: value for name, value in (quality | start).items() if value is not None}


@dataclass
class Group:
    """Cells that differ in nothing but what is summarised."""

    kept: Mapping[str, str]  # key -> the value that all of them have
    missing: int = 0  # how many are not finished
    not_converged: int = 0  # how many of the finished ones did not come to rest
    numbers: list[Mapping[str, float]] = field(default_factory=list)  # of each finished cell, name -> value or infinity

    @property
    def done(self) -> int:
        """How many are finished."""
        return len(self.numbers)

    def values(self, name: str) -> list[float]:
        """A number of every cell that has it."""
        return [each[name] for each in self.numbers if name in each]


def write(
    sweeps: Sequence[Sweep],
    over: Collection[str],
    formats: Iterable[str],
    columns: Sequence[str] = (),
    digits: int = 3,
    name: str = "summary",
) -> list[Path]:
    """Write summaries, over keys of the sweeps, into the first sweep's folder, as csv or tex.

    `columns` are names of numbers, such as psnr: by default all of them, in tex those of `IN_A_PAPER`, with `digits`
    significant ones. `InputError` if no cell is finished, a key is not swept, or a number is not known.
    """
    groups, path = _groups(sweeps, over, LPIPS in columns), sweeps[0].folder / name
    known = list(dict.fromkeys(name for group in groups for each in group.numbers for name in each))
    if not known:
        raise InputError(f"{sweeps[0].folder}: no cell is finished yet, nothing can be summarised")
    _check(columns, known)
    paths = [path.with_name(f"{path.name}.{each}") for each in dict.fromkeys(formats)]
    for each in paths:
        if each.suffix == ".csv":
            write_csv([_row(group, columns or known) for group in groups], each)
        else:
            shown = columns or [column for column in IN_A_PAPER if column in known]
            with written_whole(each) as file:
                file.write(_latex(groups, over, shown, digits).encode())
    return paths


def _check(columns: Iterable[str], known: Sequence[str]) -> None:
    for column in columns:
        if column == LPIPS and column not in known:
            raise InputError("--columns lpips: not measured; it needs its weights, and pictures of 31 pixels and more")
        if column not in known:
            there = list(dict.fromkeys([*known, LPIPS]))
            raise InputError(f"--columns {column}: expected some of {', '.join(there)}{nearest(column, there)}")


def _groups(sweeps: Sequence[Sweep], over: Collection[str], with_lpips: bool) -> list[Group]:
    """All cells, by what is not summarised."""
    swept = list(dict.fromkeys(key for sweep in sweeps for key in sweep.axes))
    for key in over:
        if key not in swept:
            raise InputError(f"--over {key}: the sweep has {', '.join(swept) or 'no keys'}{nearest(key, swept)}")
    keys = dict.fromkeys(key for sweep in sweeps for key in sweep.keys if key not in over)
    groups: dict[tuple[tuple[str, str], ...], Group] = {}
    once = {str(sweep.folder.resolve()): sweep for sweep in sweeps}
    ends = unique_ends(once)
    for path, sweep in once.items():
        named = {"sweep": ends[path]} if len(once) > 1 else {}
        for cell, result in sweep.results():
            known = cell.settings
            kept = named | {key: known.get(key, "") for key in keys}
            group = groups.setdefault(tuple(sorted(kept.items())), Group(kept))
            if result is None:
                group.missing += 1
                continue
            group.not_converged += not result.converged
            group.numbers.append(_numbers(result) | (_lpips(sweep.folder / cell.folder, result) if with_lpips else {}))
    return list(groups.values())


def _lpips(folder: Path, result: Result) -> dict[str, float]:
    from experiments.drawing.observations import perceptual_of

    distance = perceptual_of(folder, result)
    return {} if distance is None else {LPIPS: distance}


def _row(group: Group, columns: Sequence[str]) -> Row:
    row: Row = {**group.kept, "cells": group.done, "missing": group.missing, "not_converged": group.not_converged}
    for name in columns:
        if values := group.values(name):
            row |= {name: median(values), f"{name}_lowest": min(values), f"{name}_highest": max(values)}
            row |= {f"{name}_n": len(values)}
    return row


def _latex(groups: Sequence[Group], over: Collection[str], columns: Sequence[str], digits: int) -> str:
    """A table that needs no packages; of each number the median and, in brackets, the lowest and the highest."""
    from reconstruct.report.figures.labels import key_name
    from reconstruct.report.figures.tables.latex import escaped

    every = list(dict.fromkeys(key for group in groups for key in group.kept))
    keys = [key for key in every if len({group.kept.get(key) for group in groups}) > 1]
    head = [*map(key_name, keys), "n", *map(_heading, columns)]
    rows = [
        [
            *(plain(group.kept.get(key, "")) for key in keys),
            _count(group),
            *(_told(group, name, digits) for name in columns),
        ]
        for group in groups
    ]
    medians = f"Medians over {' and '.join(map(key_name, over))}" if over else "Medians"
    caption = f"{medians} of n reconstructions, and in brackets the lowest and the highest."
    if stalled := sum(group.not_converged for group in groups):
        caption += f" Of all {sum(group.done for group in groups)} reconstructions {stalled} did not converge."
    if any(key == "depth" or key.endswith(".layers") for key in over):
        caption += " Between layers, errors tell how hard each is to match, not how much it knows."
    lines = [" & ".join(map(escaped, row)) for row in (head, *rows)]
    form = "l" * len(keys) + "r" * (1 + len(columns))
    body = " \\\\\n".join(lines[1:])
    return TABLE % {"caption": escaped(caption), "form": form, "head": lines[0], "body": body}


def _heading(name: str) -> str:
    return HEADINGS.get(name) or name.replace("_", " ") + (" (%)" if name.endswith("_error") else "")


def _count(group: Group) -> str:
    return f"{group.done} of {group.done + group.missing}" if group.missing else str(group.done)


def _told(group: Group, name: str, digits: int) -> str:
    """For example 26.3 (25.9–26.8); of how many, if only some of the cells have the number."""
    if not (values := group.values(name)):
        return "–"
    middle, low, high = (_number(name, each, digits) for each in (median(values), min(values), max(values)))
    spread = f" ({low}–{high})" if len(values) > 1 else ""
    return f"{middle}{spread}{'' if len(values) == group.done else f', n = {len(values)}'}"


def _number(name: str, value: float, digits: int) -> str:
    if not math.isfinite(value):
        return "∞"
    mantissa, _, exponent = f"{100 * value if name.endswith('_error') else value:#.{digits}g}".partition("e")
    return mantissa.removesuffix(".") + (f"·10{superscript(int(exponent))}" if exponent else "")
