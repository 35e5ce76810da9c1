"""What is written down while a reconstruction runs: ``trace.csv`` and ``checkpoint.pt``. Recorders see every step."""

import csv
import io
import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import torch

from reconstruct.files import written_whole
from reconstruct.recorders.film import Film
from reconstruct.runs.results import CHECKPOINT
from reconstruct.synthesis import Step, Synthesis

log = logging.getLogger(__name__)

FORMAT = 2  # of the checkpoint; raised when its parts have other names


class Trace:
    """``trace.csv``: step, seconds, total, each term's loss, gradient norm, each layer's relative error.

    Args:
        path: where it goes; what an earlier session wrote of the steps before `done` is kept.
        layers: term -> the layers whose errors are written.
        done: steps already taken.

    Attributes:
        repeated: steps that an earlier session took as well, after its last checkpoint.
    """

    def __init__(self, path: Path, layers: Mapping[str, Sequence[str]], done: int) -> None:
        errors = [f"{term} {layer}" for term, names in layers.items() for layer in names]
        self._columns = ["step", "seconds", "total", *layers, "gradient_norm", *errors]
        _, *earlier = (path.read_text(encoding="utf-8").splitlines() if path.exists() else []) or [""]
        self.repeated = max(0, len(earlier) - done)
        with written_whole(path) as file:
            file.write("".join(f"{row}\n" for row in (",".join(self._columns), *earlier[:done])).encode())
        # Line by line to disk, so that a killed run leaves no gap before its last checkpoint.
        self._file: TextIO = path.open("a", buffering=1, newline="", encoding="utf-8")
        self._writer = csv.writer(self._file, lineterminator="\n")

    def __call__(self, step: Step) -> None:
        """Write the row of this step."""
        row = {"step": str(step.number), "seconds": f"{step.seconds:.4f}", "total": f"{step.total:.9g}"}
        row |= {term: f"{loss:.9g}" for term, loss in step.terms.items()}
        row["gradient_norm"] = f"{step.gradient_norm:.6g}"
        row |= {f"{term} {layer}": f"{e:.6g}" for term, errors in step.errors.items() for layer, e in errors.items()}
        self._writer.writerow([row.get(column, "nan") for column in self._columns])

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def saved(folder: Path, fingerprint: str) -> dict[str, Any]:
    """What the checkpoint in `folder` holds; nothing if there is none, or one that was made with other settings."""
    path = folder / CHECKPOINT
    if not path.exists():
        return {}
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        is_known = state["format"] == FORMAT and state["fingerprint"] == fingerprint
        return state if is_known and state["synthesis"] else {}
    except Exception as error:  # cut off, overwritten, or of another version
        log.warning("%s is damaged and left alone: %s", path, error)
        return {}


class Checkpoint:
    """``checkpoint.pt`` while a cell is unfinished: the synthesis, and its film.

    It is renewed every `every` seconds, or more rarely where saving would take more than a fiftieth of the time.

    Args:
        folder: of the cell.
        fingerprint: of its settings.
        synthesis: to be saved, and brought to where it stood.
        film: to be saved, too.
        plan: by which the steps are computed.
    """

    def __init__(
        self,
        folder: Path,
        fingerprint: str,
        synthesis: Synthesis,
        film: Film | None = None,
        every: float = 5.0,
        plan: Mapping[str, Any] | None = None,
    ) -> None:
        self.path = folder / CHECKPOINT
        self._fingerprint = fingerprint
        self._synthesis = synthesis
        self._film = film
        self._plan = dict(plan or {})
        self._every = every
        self._last = time.monotonic()
        self._cost = 0.0

    def resume(self, state: Mapping[str, Any]) -> None:
        """Bring the synthesis to where it stood when `state` was `saved`; an empty one leaves it at its start."""
        if not state:
            return
        self._synthesis.load_state_dict(state["synthesis"])
        if self._film and state.get("film"):
            self._film.load_state_dict(state["film"])

    def __call__(self, step: Step) -> None:
        """Save if that is due."""
        if time.monotonic() - self._last > max(self._every, 50 * self._cost):
            self.save()

    def save(self) -> None:
        """Write whole or not at all."""
        start = time.monotonic()
        whole = io.BytesIO()  # written at once, because torch turns a full disk into an error of its own
        film = self._film.state_dict() if self._film else {}
        state = {"format": FORMAT, "fingerprint": self._fingerprint, "plan": self._plan, "film": film}
        torch.save(state | {"synthesis": self._synthesis.state_dict()}, whole)
        with written_whole(self.path) as file:
            file.write(whole.getbuffer())
        self._last = time.monotonic()
        self._cost = self._last - start
