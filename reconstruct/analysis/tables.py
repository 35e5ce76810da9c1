"""Tables of what was measured of a sweep; one is current while the sweep is in the state that it shows."""

import csv
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from reconstruct.files import write_csv
from reconstruct.runs import up_to_date
from reconstruct.runs.sweeps import Sweep

Row = TypeVar("Row")


def write(rows: Iterable[Mapping[str, Any]], sweep: Sweep, name: str) -> None:
    """Write a table of that name into a sweep's folder."""
    write_csv(list(rows), sweep.folder / name)
    up_to_date.note([sweep], [sweep.folder / name])


def read(path: Path, of_row: Callable[[Mapping[str, str]], Row]) -> list[Row]:
    """The rows of a table.

    Raises:
        OSError: the file cannot be read.
        KeyError, TypeError, ValueError: the file is damaged.
    """
    with path.open(newline="", encoding="utf-8") as file:
        return [of_row(row) for row in csv.DictReader(file)]


def current(sweep: Sweep, name: str, of_row: Callable[[Mapping[str, str]], Row]) -> list[Row] | None:
    """What was measured of a sweep as it is now; ``None`` if that is missing, damaged or of another state."""
    with suppress(OSError, KeyError, TypeError, ValueError):  # of an earlier version, edited, or cut off
        if up_to_date.is_current(sweep, name):
            return read(sweep.folder / name, of_row)
    return None
