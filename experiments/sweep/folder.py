"""The folder of a sweep, or of cells that were made one by one, as a person names it."""

from collections.abc import Mapping
from pathlib import Path

from experiments.settings.names import labels
from experiments.settings.overrides import chosen
from reconstruct.errors import InputError, nearest
from reconstruct.records import Damaged
from reconstruct.results import RESULT, Result
from reconstruct.sweeps import SWEEP, Sweep, SweepCell


def read(folder: Path) -> Sweep:
    """The sweep in `folder`; of a cell, or of cells without a sweep, what one of them would be.

    Raises:
        InputError: there is none, or its record is damaged.
    """
    try:
        if sweep := Sweep.read(folder):
            return sweep
    except Damaged as error:
        raise InputError(f"{folder} has a damaged {SWEEP}; the sweep's command writes it again ({error})") from error
    if cells := _finished(folder):
        return _joined(folder, cells)
    sweeps = sorted(path.parent for around in (folder, Path("runs")) for path in around.glob(f"*/{SWEEP}"))
    there = ", ".join(dict.fromkeys(map(str, sweeps))) or "for example runs/fig1"
    hint = nearest(folder.name, [each.name for each in sweeps])
    raise InputError(f"{folder}: expected the folder of a sweep, which has a {SWEEP}, or of a cell ({there}){hint}")


def _finished(folder: Path) -> dict[str, Result]:
    """Name -> result of the finished cells in a folder; ``.`` for itself, if it is one."""
    if result := Result.read(folder):
        return {".": result}
    names = sorted(path.parent.name for path in folder.glob(f"*/{RESULT}"))
    return {name: result for name in names if (result := Result.read(folder / name))}


def _joined(folder: Path, results: Mapping[str, Result]) -> Sweep:
    """Finished cells that belong to no sweep, as one."""
    values = [chosen(result.overrides) for result in results.values()]
    cells = [SweepCell(*each) for each in zip(results, values, labels(values), strict=True)]
    first = next(iter(results.values()))
    return Sweep(folder, "auto", cells, first.command)
