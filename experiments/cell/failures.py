"""What a failed cell leaves in its folder, for the report at the end of a sweep."""

import json
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from reconstruct.errors import InputError, RunError
from reconstruct.results import FAILURE, write_json


@dataclass(frozen=True)
class Failure:
    """Why a cell has no result; `is_input` tells whether the user's input was to blame."""

    message: str
    is_input: bool
    traceback: str

    @classmethod
    def of(cls, error: Exception) -> Self:
        """One line about `error`, and where it came from."""
        expected = isinstance(error, InputError | RunError)
        line = str(error) if expected else f"{type(error).__name__}: {error}".splitlines()[0]
        return cls(line, isinstance(error, InputError), "".join(traceback.format_exception(error)))

    def write(self, folder: Path) -> None:
        """Leave it in the cell's folder."""
        folder.mkdir(parents=True, exist_ok=True)
        write_json(asdict(self), folder / FAILURE)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The failure in `folder`, if there is one."""
        try:
            return cls(**json.loads((folder / FAILURE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @staticmethod
    def clear(folder: Path) -> None:
        """The cell gets another chance."""
        (folder / FAILURE).unlink(missing_ok=True)
