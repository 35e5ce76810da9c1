"""Why a cell has no result: ``failure.json`` in its folder, for the report at the end of a sweep."""

import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from reconstruct.errors import InputError, RunError, one_line
from reconstruct.runs import records
from reconstruct.runs.results import damage

FAILURE = "failure.json"


@dataclass(frozen=True)
class Failure:
    """Why a cell has no result; `is_input` tells whether the user's input was to blame."""

    message: str
    is_input: bool
    traceback: str

    @classmethod
    def of(cls, error: Exception) -> Self:
        """One line about `error`, and its traceback."""
        expected = isinstance(error, InputError | RunError)
        line = str(error) if expected else f"{type(error).__name__}: {error}".splitlines()[0]
        return cls(line, isinstance(error, InputError), "".join(traceback.format_exception(error)))

    def write(self, folder: Path) -> None:
        """Leave it in the cell's folder."""
        folder.mkdir(parents=True, exist_ok=True)
        records.write(asdict(self), folder / FAILURE)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The failure in `folder`, if there is one; of a damaged record that it is."""
        try:
            found = records.read(folder / FAILURE, cls)
        except records.Damaged as error:
            return cls(str(error), False, "")
        return found and cls(one_line(found.message), found.is_input, found.traceback)

    @staticmethod
    def clear(folder: Path) -> None:
        """The cell gets another chance."""
        (folder / FAILURE).unlink(missing_ok=True)


def problem(folder: Path) -> tuple[str, str]:
    """What became of a cell without a result: damaged, failed, not finished or missing; and why, if that is known."""
    if line := damage(folder):
        return "damaged", line
    if failure := Failure.read(folder):
        return "failed", failure.message
    return "not finished" if folder.is_dir() else "missing", ""
