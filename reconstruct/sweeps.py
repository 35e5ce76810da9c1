"""A sweep on disk: the cells that it consists of, in ``sweep.json``, beside their folders."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import Self

from reconstruct import records
from reconstruct.errors import InputError
from reconstruct.results import Result

SWEEP = "sweep.json"
LONGEST_NAME = 255  # bytes, of a folder on most systems


@dataclass(frozen=True)
class SweepCell:
    """A point of a sweep.

    Attributes:
        folder: the name of its folder.
        values: of every key that was given, swept or not.
        label: in short what tells it from the other cells of its sweep.
    """

    folder: str
    values: Mapping[str, str]
    label: str = ""

    @property
    def name(self) -> str:
        """What a reader calls it."""
        return self.label or self.folder


@dataclass(frozen=True)
class _Record:
    drawing: str
    cells: list[SweepCell]
    command: str


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
    def axes(self) -> Mapping[str, list[str]]:
        """The keys in which cells differ -> their values, in order."""
        keys = dict.fromkeys(key for cell in self.cells for key in cell.values)
        return {key: values for key in keys if len(values := self.values(key)) > 1}

    def write(self) -> None:
        """Leave the list of cells in the sweep's folder, for figures and overviews."""
        record = asdict(_Record(self.drawing, self.cells, self.command))
        records.write(record, self.folder / SWEEP)

    @classmethod
    def read(cls, folder: Path | str) -> Self:
        """The sweep in `folder`.

        Raises:
            InputError: there is none, or it is damaged.
        """
        if (sweep := cls.at(Path(folder))) is None:
            raise InputError(f"{folder}: expected the folder of a sweep, which has a {SWEEP}")
        return sweep

    @classmethod
    def at(cls, folder: Path) -> Self | None:
        """The sweep in `folder`, or ``None`` if there is none.

        Raises:
            Damaged: its record has another form.
            InputError: it names cells outside of `folder`, or one twice.
        """
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
        return cls(folder, record.drawing, record.cells, record.command)

    def values(self, key: str) -> list[str]:
        """The different values of a key, in order, whether it was swept or not."""
        return list(dict.fromkeys(cell.values[key] for cell in self.cells if key in cell.values))

    def results(self) -> list[tuple[SweepCell, Result | None]]:
        """Every cell with its result, ``None`` where it is not finished or damaged."""
        return [(cell, Result.at(self.folder / cell.folder)) for cell in self.cells]
