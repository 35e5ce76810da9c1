"""What is written down while a reconstruction runs. Each recorder is called with every step.

trace.csv        a row a step
events.out.…     TensorBoard: losses, gradient norm, step rate, the picture at steps spaced logarithmically
checkpoint.pt    enough to go on, bit for bit
"""

import csv
import io
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import torch
from torch import Tensor
from torch.nn.functional import interpolate
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from reconstruct.files import written_whole
from reconstruct.results import CHECKPOINT
from reconstruct.synthesis import Step, Synthesis

log = logging.getLogger(__name__)

LOGGED_SIDE = 256  # pixels; larger pictures are shrunk for TensorBoard


class Trace:
    """``trace.csv``: step, seconds, total, each term's loss, gradient norm.

    Args:
        path: where it goes; what an earlier sitting wrote of the steps before `done` is kept.
        terms: names of the losses.
        done: steps already taken.

    Attributes:
        repeated: steps that an earlier sitting took as well, after its last checkpoint.
    """

    def __init__(self, path: Path, terms: list[str], done: int) -> None:
        earlier = path.read_text(encoding="utf-8").splitlines()[1:] if path.exists() else []
        self.repeated = max(0, len(earlier) - done)
        rows = [",".join(["step", "seconds", "total", *terms, "gradient_norm"]), *earlier[:done]]
        with written_whole(path) as file:
            file.write("".join(f"{row}\n" for row in rows).encode())
        # Line by line to disk, so that a killed run leaves no gap before its last checkpoint.
        self._file: TextIO = path.open("a", buffering=1, newline="", encoding="utf-8")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._terms = terms

    def __call__(self, step: Step) -> None:
        losses = [f"{step.terms[term]:.9g}" for term in self._terms]
        numbers = f"{step.seconds:.4f}", f"{step.total:.9g}", *losses, f"{step.gradient_norm:.6g}"
        self._writer.writerow([step.number, *numbers])

    def close(self) -> None:
        self._file.close()


class Board:
    """TensorBoard's event file of one cell.

    Args:
        folder: where the event file goes; TensorBoard shows it under this folder's name.
        done: steps already taken; what an earlier sitting wrote from there on is hidden.
    """

    def __init__(self, folder: Path, done: int) -> None:
        self._writer = SummaryWriter(str(folder), purge_step=done, max_queue=100)
        self._seconds: float | None = None

    def originals(self, pictures: Mapping[str, Tensor]) -> None:
        """Show what is to be reconstructed."""
        for name, picture in pictures.items():
            self._writer.add_image(f"pictures/{name}", _small(picture), 0, dataformats="CHW")

    def __call__(self, step: Step) -> None:
        scalars = {
            "loss/total": step.total,
            **{f"loss/{term}": loss for term, loss in step.terms.items()},
            "optimisation/gradient_norm": step.gradient_norm,
        }
        if self._seconds is not None:
            scalars["optimisation/steps_per_second"] = 1 / (step.seconds - self._seconds)
        self._seconds = step.seconds
        for tag, value in scalars.items():
            self._writer.add_scalar(tag, value, step.number)
        if is_milestone(step.number):
            self._writer.add_image("pictures/reconstruction", _small(step.picture), step.number, dataformats="CHW")

    def finish(self, picture: Tensor, steps: int, settings: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
        """The final picture and one row of the HParams table.

        `SummaryWriter.add_hparams` would start a second run for each cell, so its summaries go into this one.
        """
        self._writer.add_image("pictures/reconstruction", _small(picture), steps, dataformats="CHW")
        for name, value in metrics.items():
            self._writer.add_scalar(f"final/{name}", value, steps)
        plain = {key: v if isinstance(v, bool | int | float | str) else str(v) for key, v in settings.items()}
        for summary in hparams(plain, {f"final/{name}": value for name, value in metrics.items()}):
            self._writer._get_file_writer().add_summary(summary)

    def close(self) -> None:
        self._writer.close()


def is_milestone(number: int) -> bool:
    """Steps 0, 1, 2, 4, 8, …: as many early as late ones on a logarithmic axis."""
    return number & (number - 1) == 0


def _small(picture: Tensor) -> Tensor:
    scale = LOGGED_SIDE / max(picture.shape[-2:])
    if scale < 1:
        picture = interpolate(picture.float(), scale_factor=scale, mode="bilinear", antialias=True)
    return picture[0].float().clamp(0, 1).cpu()


class Checkpoint:
    """``checkpoint.pt`` while a cell is unfinished.

    It is renewed every `every` seconds, or more rarely where saving takes so long that it would be more than a
    fiftieth of the time.
    """

    def __init__(self, folder: Path, fingerprint: str, synthesis: Synthesis, every: float = 5.0) -> None:
        self.path = folder / CHECKPOINT
        self._fingerprint = fingerprint
        self._synthesis = synthesis
        self._every = every
        self._last = time.monotonic()
        self._cost = 0.0

    def resume(self) -> None:
        """Bring the synthesis to where it stopped; one that was made with other settings is left alone."""
        if not self.path.exists():
            return
        try:
            state = torch.load(self.path, map_location="cpu", weights_only=True)
            found, synthesis = state["fingerprint"], state["synthesis"]
        except Exception as error:  # cut off, overwritten, or of another version
            log.warning("%s is damaged and left alone: %s", self.path, error)
            return
        if found == self._fingerprint:
            self._synthesis.load_state_dict(synthesis)

    def __call__(self, step: Step) -> None:
        if time.monotonic() - self._last > max(self._every, 50 * self._cost):
            self.save()

    def save(self) -> None:
        """Write whole or not at all."""
        start = time.monotonic()
        whole = io.BytesIO()  # written at once, because torch turns a full disk into an error of its own
        torch.save({"fingerprint": self._fingerprint, "synthesis": self._synthesis.state_dict()}, whole)
        with written_whole(self.path) as file:
            file.write(whole.getbuffer())
        self._last = time.monotonic()
        self._cost = self._last - start

    def remove(self) -> None:
        """The cell is finished."""
        self.path.unlink(missing_ok=True)
