"""A sweep on disk: the cells that it consists of, in ``sweep.json``, beside their folders."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePath
from typing import Self

from reconstruct.errors import InputError
from reconstruct.runs import records
from reconstruct.runs.naming import canonical_values
from reconstruct.runs.results import Result

SWEEP = "sweep.json"
LONGEST_NAME = 255  # bytes, of a folder on most systems


@dataclass(frozen=True)
class SweepCell:
    """A point of a sweep.

    Attributes:
        folder: the name of its folder.
        values: of every key that was given, swept or not, as it was typed.
        label: in short what tells it from the other cells of its sweep.
        settings: all that have an effect, in one spelling; what was given where they are not known.
    """

    folder: str
    values: Mapping[str, str]
    label: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What a reader calls it."""
        return self.label or self.folder


@dataclass(frozen=True)
class _Record:
    """A sweep's list; settings that all cells have in common stand once, in `settings`."""

    drawing: str
    command: str
    cells: list[SweepCell]
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sweep:
    """The cells that a sweep consists of, finished or not, in order.

    Attributes:
        folder: where the cells' folders are.
        drawing: which figure it makes.
        cells: all of them.
        command: what started it.
    """

    folder: Path
    drawing: str
    cells: list[SweepCell]
    command: str

    @cached_property
    def keys(self) -> list[str]:
        """All keys that were given for any cell, in order."""
        return list(dict.fromkeys(key for cell in self.cells for key in cell.values))

    @cached_property
    def axes(self) -> Mapping[str, list[str]]:
        """The keys that were given and in which cells differ -> their values, in order."""
        return {key: values for key in self.keys if len(values := self.values(key)) > 1}

    def write(self) -> None:
        """Leave the list of cells in the sweep's folder, for figures and overviews."""
        common = dict(set.intersection(*(set(cell.settings.items()) for cell in self.cells)) if self.cells else ())
        own = [
            replace(cell, settings={key: value for key, value in cell.settings.items() if key not in common})
            for cell in self.cells
        ]
        record = _Record(self.drawing, self.command, own, dict(sorted(common.items())))
        records.write(asdict(record), self.folder / SWEEP)

    @classmethod
    def read(cls, folder: Path | str) -> Self:
        """The sweep in `folder`; `InputError` if there is none, or it is damaged."""
        if (sweep := cls.at(folder)) is None:
            raise InputError(f"{folder}: expected the folder of a sweep, which has a {SWEEP}")
        return sweep

    @classmethod
    def at(cls, folder: Path | str) -> Self | None:
        """The sweep in `folder`, or ``None`` if there is none.

        `Damaged` if its record has another form; `InputError` if it names cells outside of `folder`, or one twice.
        """
        folder = Path(folder)
        record = records.read(folder / SWEEP, _Record)
        if record is None:
            return None
        names = [cell.folder for cell in record.cells]
        for name in names:
            is_name = PurePath(name).name == name and name not in ("", "..") and name.isprintable()
            if not is_name or len(name.encode(errors="replace")) > LONGEST_NAME:
                raise InputError(f"{folder / SWEEP}: the cell {name[:80]!r} is not a folder inside of {folder}")
        if len(set(names)) < len(names):
            raise InputError(f"{folder / SWEEP}: a cell stands there twice")
        cells = [replace(cell, settings=_settings(record, cell)) for cell in record.cells]
        return cls(folder, record.drawing, cells, record.command)

    def values(self, key: str) -> list[str]:
        """The different values of a key, in order, whether it was swept or not."""
        return list(dict.fromkeys(cell.settings[key] for cell in self.cells if key in cell.settings))

    def results(self) -> list[tuple[SweepCell, Result | None]]:
        """Every cell with its result, ``None`` where it is not finished or damaged."""
        return [(cell, Result.at(self.folder / cell.folder)) for cell in self.cells]


def _settings(record: _Record, cell: SweepCell) -> dict[str, str]:
    """Of one cell, in order; an earlier record has those that were given alone."""
    known = {**record.settings, **cell.settings} or canonical_values(cell.values)
    return dict(sorted(known.items()))
