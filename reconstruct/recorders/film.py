"""``film.webp``: frames of an optimisation, spaced by how much the picture changed.

A frame is kept when it differs from the last one by more than a spacing. When there are too many, every second one goes
and the spacing grows to what is left between the others, so that a run of any length needs the same memory.
"""

import io
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import ExifTags, Image
from torch import Tensor

from reconstruct import images
from reconstruct.errors import InputError
from reconstruct.files import written_whole
from reconstruct.runs.results import Result, means
from reconstruct.synthesis import Step

SIDE = 256  # pixels of a frame's longer side
MOST = 60  # frames: at most 12 MB of memory
SPACING = 1.0  # root mean square of 255, to begin with
FRAME, PAUSE = 80, 2000  # milliseconds: of a frame, and of the last one

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Frame:
    """A picture on its way."""

    step: int  # its number
    pixels: Pixels  # ``(H, W, 3)``
    errors: Mapping[str, float | None]  # term -> relative error, mean over layers


class Film:
    """A recorder that keeps what will be the frames of the film."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.spacing = SPACING

    def __call__(self, step: Step) -> None:
        """Keep this step's picture if it differs enough from the last one that was kept."""
        frame = Frame(step.number, np.asarray(images.shrunk(step.picture, SIDE)), means(step.errors))
        if not self.frames or distance(self.frames[-1], frame) > self.spacing:
            self.frames.append(frame)
        if len(self.frames) > MOST:
            self.frames = self.frames[::2]
            self.spacing = max(self.spacing, min(distance(*pair) for pair in pairwise(self.frames)))

    def finish(self, picture: Tensor, result: Result, path: Path) -> None:
        """Write it, with the `picture` that was saved, ``(1, 3, H, W)``, as the last frame."""
        last = Frame(result.evaluations, np.asarray(images.shrunk(picture, SIDE)), means(result.relative_errors))
        kept = [*self.frames, last]
        if len(kept) > 1 and distance(*kept[-2:]) <= SPACING:
            del kept[-2]
        write(kept, path)

    def state_dict(self) -> dict[str, Any]:
        """For a checkpoint: plain tensors and numbers."""
        frames = [(f.step, torch.from_numpy(f.pixels.copy()), dict(f.errors)) for f in self.frames]
        return {"frames": frames, "spacing": self.spacing}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken."""
        self.frames = [Frame(step, pixels.numpy(), errors) for step, pixels, errors in state["frames"]]
        self.spacing = state["spacing"]


def distance(one: Frame, other: Frame) -> float:
    """Root mean square over pixels and colours, of 255."""
    return float(np.square(one.pixels.astype(np.float32) - other.pixels).mean() ** 0.5)


def write(frames: Sequence[Frame], path: Path) -> None:
    """Write a film; steps and errors go into its metadata."""
    note = json.dumps([{"step": frame.step, "errors": frame.errors} for frame in frames])
    save((frame.pixels for frame in frames), path, note)


def save(frames: Iterable[Pixels], path: Path, note: str = "") -> None:
    """Write pictures ``(H, W, 3)`` of one size as an animated WebP, whole or not at all; a `FilmReader` reads `note`.

    It starts again after a pause.
    """
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = note
    first, *others = map(Image.fromarray, frames)
    timing: dict[str, Any] = {"duration": [*[FRAME] * len(others), PAUSE], "loop": 0}
    with written_whole(path) as file:
        first.save(file, "WEBP", save_all=True, append_images=others, exif=exif, **timing)


class FilmReader:
    """A film on disk, which runs forward; one frame is in memory at a time.

    Attributes:
        steps: of its frames.

    Raises:
        InputError: it is missing, damaged, or was not made here.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        with self._readable():
            self._film = Image.open(io.BytesIO(self._path.read_bytes()))
            frames = json.loads(str(self._film.getexif().get(ExifTags.Base.ImageDescription, "")))
            self.steps = [frame["step"] for frame in frames]
            self._errors = [frame["errors"] for frame in frames]
        self._pictures = self.pictures()
        (_, self._pixels), self._coming = next(self._pictures), next(self._pictures, None)

    def pictures(self) -> Iterator[tuple[int, Pixels]]:
        """Its frames from the first on, decoded one by one, each with the millisecond it begins at."""
        with self._readable():
            for number in range(getattr(self._film, "n_frames", 1)):
                self._film.seek(number)
                pixels = np.asarray(self._film.convert("RGB"))  # only now is the time known
                yield self._film.info.get("timestamp", 0), pixels

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, EOFError, SyntaxError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{self._path}: expected a film that film=true made ({error})") from error

    def at(self, step: int) -> Frame:
        """How it looked at that step, which must be no earlier than the last one asked for."""
        number = max(0, bisect_right(self.steps, step) - 1)
        # WebP joins frames that look the same: what a frame shows is known by its time, not by its number.
        while self._coming and self._coming[0] <= number * FRAME:
            self._pixels, self._coming = self._coming[1], next(self._pictures, None)
        return Frame(self.steps[number], self._pixels, self._errors[number])
