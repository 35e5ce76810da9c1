"""``trace.csv`` as it is read back: what `recording.Trace` wrote of every step, a killed run's last line left out."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path


def read(path: str | Path) -> list[dict[str, float]]:
    """Column -> number, a row a step; rows that are cut off or damaged are left out. Without a file there are none."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    lines = text.split("\n")[:-1]  # what follows the last line break was cut off
    return list(_whole(csv.DictReader(line for line in lines if "\0" not in line)))


def _whole(rows: "csv.DictReader[str]") -> Iterator[dict[str, float]]:
    for row in rows:
        with suppress(TypeError, ValueError):
            yield _numbers(row)


def _numbers(row: Mapping[str, str]) -> dict[str, float]:
    """Raises TypeError or ValueError where a column is missing or no number."""
    return {name: float(value) for name, value in row.items()}
