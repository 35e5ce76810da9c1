"""What TensorBoard shows of a whole sweep: its figure, as a run of its own beside those of the cells."""

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from reconstruct.recorders.events import EventFile, picture, text

SIDE, HIGHEST = 1400, 6000  # pixels of the figure's width and height; of one of many pages the width counts


def show(folder: Path, figure: Path, done: int, texts: Mapping[str, str]) -> None:
    """Replace the run in `folder` by one that shows a figure of `done` cells, and texts: name -> Markdown."""
    for earlier in folder.glob("events.out.tfevents.*"):
        earlier.unlink()
    with Image.open(figure) as whole:
        shown = whole.convert("RGB")
    shown.thumbnail((SIDE, HIGHEST), Image.Resampling.LANCZOS)
    file = EventFile(folder)
    file.write(done, picture("figure", shown), *(text(name, words) for name, words in texts.items()))
    file.close()
