"""The folder of a sweep, or of cells that were made one by one, as a person names it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from experiments.settings.names import labels
from experiments.settings.overrides import chosen
from experiments.terminal.progress import say
from reconstruct.errors import InputError, nearest
from reconstruct.runs.naming import canonical_values
from reconstruct.runs.records import Damaged
from reconstruct.runs.results import RESULT, Result, damage, suffix
from reconstruct.runs.sweeps import SWEEP, Sweep, SweepCell

MULTIRUN = "multirun.yaml"  # the settings of a sweep, as Hydra composed them


def read(folder: Path) -> Sweep:
    """The sweep in `folder`, as `listed`; a line tells of each cell that is damaged."""
    sweep = listed(folder)
    for cell in sweep.cells:
        if line := damage(sweep.folder / cell.folder):
            say(line)
    return sweep


def listed(folder: Path, begun: bool = False) -> Sweep:
    """The sweep in `folder`; of a cell, or of cells without a sweep, what one of them would be.

    Where no sweep lists them, cells that are not finished count if they are asked for as `begun`.

    Raises:
        InputError: there is none, or its record is damaged.
    """
    try:
        if sweep := Sweep.at(folder):
            return sweep
    except Damaged as error:
        raise InputError(f"{folder} has a damaged {SWEEP}; the sweep's command writes it again ({error})") from error
    cells = _finished(folder)
    unfinished = [path.name for path in sorted(folder.glob("*/")) if suffix(path) and path.name not in cells]
    unfinished = unfinished or (["."] if suffix(folder) and not cells else [])
    if cells or (begun and unfinished):
        joined = _joined(folder, cells)
        return replace(joined, cells=[*joined.cells, *(SweepCell(name, {}) for name in unfinished if begun)])
    sweeps = sorted(path.parent for around in (folder, Path("runs")) for path in around.glob(f"*/{SWEEP}"))
    there = ", ".join(dict.fromkeys(map(str, sweeps))) or "for example runs/fig1"
    hint = nearest(folder.name, [each.name for each in sweeps])
    raise InputError(f"{folder}: expected the folder of a sweep, which has a {SWEEP}, or of a cell ({there}){hint}")


def command(sweep: Sweep) -> str:
    """What makes its cells: the command that was typed; if its folder was copied or moved, with where it is now."""
    try:
        typed = OmegaConf.load(sweep.folder / MULTIRUN)
        began = Path(str(typed.runs), str(typed.name))
    except (OSError, YAMLError, OmegaConfBaseException):  # cells that were made one by one, or a damaged file
        return sweep.command
    here = sweep.folder.resolve()
    return sweep.command if began.resolve() == here else f"{sweep.command} runs={here.parent} name={here.name}"


def _finished(folder: Path) -> dict[str, Result]:
    """Name -> result of the finished cells in a folder; ``.`` for itself, if it is one."""
    if result := Result.at(folder):
        return {".": result}
    names = sorted(path.parent.name for path in folder.glob(f"*/{RESULT}"))
    return {name: result for name in names if (result := Result.at(folder / name))}


def _joined(folder: Path, results: Mapping[str, Result]) -> Sweep:
    """Finished cells that belong to no sweep, as one; files of the same name that differ are told apart by digests."""
    values = [chosen(result.overrides) for result in results.values()]
    known = [dict(r.settings) or canonical_values(v) for r, v in zip(results.values(), values, strict=True)]
    for given, of, result in zip(values, known, results.values(), strict=True):
        alike = [other for own, other in zip(values, results.values(), strict=True) if own == given]
        for record in result.inputs:
            if record["key"] in given and any(record not in other.inputs for other in alike):
                of[record["key"]] = f"{record['name']} ({record['digest'][:8]})"
    named = [{key: of[key] for key in given if key in of} for given, of in zip(values, known, strict=True)]
    cells = [SweepCell(*each) for each in zip(results, values, labels(named), known, strict=True)]
    return Sweep(folder, "auto", cells, next((result.command for result in results.values()), "reconstruct"))
