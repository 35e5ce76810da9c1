"""Medians of a sweep's numbers over seeds, or over what else is repeated: ``summary.csv``, ``summary.tex``."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from experiments.sweep.tables import numbers
from reconstruct.errors import InputError, nearest
from reconstruct.files import unique_ends, write_csv, written_whole
from reconstruct.runs.naming import plain, superscript
from reconstruct.runs.results import Result
from reconstruct.runs.sweeps import Sweep

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


@dataclass
class Group:
    """Cells that differ in nothing but what is summarised.

    Attributes:
        kept: key -> the value that all of them have.
        done, missing: how many are finished, and how many are not.
        not_converged: how many of the finished ones did not come to rest.
        values: name of a number -> that of every finished cell that has it; one that is not finite is infinite.
    """

    kept: Mapping[str, str]
    done: int = 0
    missing: int = 0
    not_converged: int = 0
    values: dict[str, list[float]] = field(default_factory=dict)


def write(
    sweeps: Sequence[Sweep],
    over: Collection[str],
    formats: Iterable[str],
    columns: Sequence[str] = (),
    digits: int = 3,
    name: str = "summary",
) -> list[Path]:
    """Write summaries into the first sweep's folder.

    Args:
        sweeps: at least one.
        over: keys of the sweeps.
        formats: csv, tex.
        columns: the names of numbers, such as psnr; all of them by default, in a paper those of `IN_A_PAPER`.
        digits: significant ones, in a paper.
        name: of the files.

    Raises:
        InputError: no cell is finished, a key is not swept, or a number is not known.
    """
    groups, path = _groups(sweeps, over, LPIPS in columns), sweeps[0].folder / name
    known = list(dict.fromkeys(name for group in groups for name in group.values))
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
            known = cell.known(result)
            kept = named | {key: known.get(key, "") for key in keys}
            group = groups.setdefault(tuple(sorted(kept.items())), Group(kept))
            group.done += result is not None
            group.missing += result is None
            group.not_converged += result is not None and not result.converged
            for name, value in _numbers(sweep.folder / cell.folder, result, with_lpips).items():
                group.values.setdefault(name, []).append(value)
    return list(groups.values())


def _numbers(folder: Path, result: Result | None, with_lpips: bool) -> dict[str, float]:
    """Name -> value of a cell's numbers; LPIPS, which has to be measured, only if it is wanted."""
    found = numbers(result) if result else {}
    if with_lpips:
        from experiments.drawing.observations import perceptual_of

        distance = perceptual_of(folder, result)
        found |= {} if distance is None else {LPIPS: distance}
    return found


def _row(group: Group, columns: Sequence[str]) -> dict[str, object]:
    row: dict[str, object] = {**group.kept, "cells": group.done, "missing": group.missing}
    row |= {"not_converged": group.not_converged}
    for name in columns:
        if values := group.values.get(name):
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
        caption += " Errors of different layers are not comparable."
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
    if not (values := group.values.get(name)):
        return "–"
    middle, low, high = (_number(name, each, digits) for each in (median(values), min(values), max(values)))
    spread = f" ({low}–{high})" if len(values) > 1 else ""
    return f"{middle}{spread}{'' if len(values) == group.done else f', n = {len(values)}'}"


def _number(name: str, value: float, digits: int) -> str:
    if not math.isfinite(value):
        return "∞"
    mantissa, _, exponent = f"{100 * value if name.endswith('_error') else value:#.{digits}g}".partition("e")
    return mantissa.removesuffix(".") + (f"·10{superscript(int(exponent))}" if exponent else "")
