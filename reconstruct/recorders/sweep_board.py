"""What TensorBoard shows of a whole sweep: its figure, as a run of its own beside those of the cells."""

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from reconstruct.recorders.events import EventFile, picture, text

SIDE = 1400  # pixels of the figure's width
HIGHEST = 6000  # pixels of a figure of many pages, whose width is what counts


def show(folder: Path, figure: Path, done: int, texts: Mapping[str, str]) -> None:
    """The figure of a sweep as a run of its own, instead of the one that was there.

    Args:
        folder: of that run.
        figure: the file that shows it.
        done: how many cells it shows.
        texts: name -> Markdown for the Text tab.
    """
    for earlier in folder.glob("events.out.tfevents.*"):
        earlier.unlink()
    file = EventFile(folder)
    file.write(done, picture("figure", _shrunk(figure)), *(text(name, words) for name, words in texts.items()))
    file.close()


def _shrunk(figure: Path) -> Image.Image:
    with Image.open(figure) as whole:
        scale = min(1.0, SIDE / whole.width, HIGHEST / whole.height)
        size = round(whole.width * scale), round(whole.height * scale)
        return whole.convert("RGB").resize(size, Image.Resampling.LANCZOS)
