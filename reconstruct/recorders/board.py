"""What TensorBoard shows of a cell while it is made, and of a sweep.

The tags of a cell, named for how TensorBoard groups and sorts them::

    fit/…                     each term's relative error, mean over layers; PSNR: first, so that HParams shows them
    layers                    the network's, with their receptive fields, as text
    loss/…                    total, and each term's own
    optimisation/…            loss and gradient norm as logarithms, steps per second
    pictures/beside_original  original and reconstruction side by side, at steps 0, 1, 2, 4, 8, …
    relative_error_log10/…    of every layer, log10 ‖code - target‖² / ‖target‖²: -2 is one percent

The last point of fit/… and loss/… is that of the saved picture, evaluated in float32. Each doubling of the steps adds
at most `SCALARS` points to a curve and one picture.
"""

import math
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from torch import Tensor

from reconstruct import images
from reconstruct.measures import psnr
from reconstruct.recorders.events import Charts, EventFile, HParam, layout, picture, scalar, session, session_end, text
from reconstruct.runs.results import Result, means
from reconstruct.synthesis import Step

SHOWN_SIDE = 256  # pixels of the longer side of each picture; larger ones are shrunk
FIGURE_WIDTH, FIGURE_HEIGHT = 1400, 6000  # pixels of a sweep's figure; of one of many pages the width counts
SCALARS = 64  # points of a curve from step 64 to 127, 128 to 255, 256 to 511, …
CHARTS: Charts = {
    "What does each layer know?": {
        "How far are its features from the original's? (content; log10 of the relative error, -2 is 1 %)": (
            "relative_error_log10/content_.*"
        ),
        "How far are its correlations? (style; log10 of the relative error, -2 is 1 %)": (
            "relative_error_log10/style_.*"
        ),
    },
    "Has it settled?": {
        "Does the loss still fall? (log10)": "optimisation/loss_log10",
        "How steep is it still? (log10 of the gradient norm)": "optimisation/gradient_norm_log10",
    },
    "What does a layer cost?": {"How many steps a second?": "optimisation/steps_per_second"},
}


class Board:
    """The event file of one cell.

    Args:
        folder: the cell's.
        done: steps already taken; what an earlier session wrote from there on is hidden.
        originals: what is to be reconstructed, ``(1, 3, H, W)`` each.
        settings: its row of the HParams table.
        texts: name -> Markdown for the Text tab.
    """

    def __init__(
        self,
        folder: Path,
        done: int,
        originals: Mapping[str, Tensor],
        settings: Mapping[str, HParam],
        texts: Mapping[str, str],
    ) -> None:
        self._file = EventFile(folder, done)
        self._originals = originals
        self._shown = [images.shrunk(original, SHOWN_SIDE) for original in originals.values()]
        self._seconds: float | None = None
        if not done:  # else an earlier session said so
            said = [text(name, words) for name, words in texts.items() if words]
            self._file.write(0, layout(CHARTS), session(settings), *said)

    def __call__(self, step: Step) -> None:
        """Write the points of curves and the pictures that are due at this step."""
        earlier, self._seconds = self._seconds, step.seconds
        if is_logged(step.number):
            rate = {} if earlier is None else {"optimisation/steps_per_second": 1 / (step.seconds - earlier)}
            self._write(step.number, _points(step) | rate)
        if is_milestone(step.number):
            self._show(step.picture, step.number)
            if "content" in self._originals:
                self._write(step.number, {"fit/psnr": psnr(step.picture, self._originals["content"])})

    def _write(self, number: int, points: Mapping[str, float]) -> None:
        self._file.write(number, *(scalar(*point) for point in points.items()))

    def _show(self, reconstruction: Tensor, number: int) -> None:
        both = images.side_by_side([*self._shown, images.shrunk(reconstruction, SHOWN_SIDE)])
        self._file.write(number, picture("pictures/beside_original", both))

    def finish(self, reconstruction: Tensor, result: Result) -> None:
        """The saved picture, and what the HParams table says of it: the last point of each curve."""
        self._show(reconstruction, result.evaluations)
        quality = {} if result.psnr is None else {"fit/psnr": result.psnr}
        self._write(result.evaluations, _numbers(result.total, result.losses, result.relative_errors) | quality)
        self._file.write(result.evaluations, session_end())

    def close(self) -> None:
        """Write what is left and close the file."""
        self._file.close()


def _numbers(
    total: float | None, losses: Mapping[str, float | None], errors: Mapping[str, Mapping[str, float | None]]
) -> dict[str, float]:
    """tag -> value, for every step and for the saved picture."""
    found = {f"fit/{term}_error": error for term, error in means(errors).items()}
    found |= {"loss/total": total} | {f"loss/{term}": loss for term, loss in losses.items()}
    return {tag: value for tag, value in found.items() if value is not None}


def _points(step: Step) -> dict[str, float]:
    """tag -> value; what falls through decades as a logarithm, for TensorBoard's axes are linear."""
    falling = {"optimisation/loss_log10": step.total, "optimisation/gradient_norm_log10": step.gradient_norm}
    for term, layers in step.errors.items():
        falling |= {f"relative_error_log10/{term}_{layer}": error for layer, error in layers.items()}
    logarithms = {tag: math.log10(value) for tag, value in falling.items() if value > 0}
    return _numbers(step.total, step.terms, step.errors) | logarithms


def is_logged(number: int) -> bool:
    """Every step to begin with, then every second, fourth, eighth, …: `SCALARS` of each octave."""
    return number % (1 << max(0, number.bit_length() - SCALARS.bit_length())) == 0


def is_milestone(number: int) -> bool:
    """Steps 0, 1, 2, 4, 8, …: as many early as late ones on a logarithmic axis."""
    return number & (number - 1) == 0


def show_figure(folder: Path, figure: Path, done: int, texts: Mapping[str, str]) -> None:
    """Of a whole sweep, as a run of its own beside those of the cells: the one in `folder` is replaced.

    Args:
        folder: of the run.
        figure: a picture file, which shows `done` cells.
        done: how many.
        texts: name -> Markdown.
    """
    for earlier in folder.glob("events.out.tfevents.*"):
        earlier.unlink()
    with Image.open(figure) as whole:
        shown = whole.convert("RGB")
    shown.thumbnail((FIGURE_WIDTH, FIGURE_HEIGHT), Image.Resampling.LANCZOS)
    file = EventFile(folder)
    file.write(done, picture("figure", shown), *(text(name, words) for name, words in texts.items()))
    file.close()
