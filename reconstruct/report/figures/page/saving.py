"""A figure of one or several pages as a file: PNG (one below the other), PDF and TIFF (pages), SVG (a file a page).

The same figure gives the same bytes. Vector files hold every picture once, pixel by pixel at its own size, and text as
text in embedded TrueType; raster files resample pictures.
"""

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from reconstruct.files import written_whole
from reconstruct.report.figures.page.sheet import RESAMPLED, house_style

FORMATS = ("png", "pdf", "svg", "tiff")
LARGEST = 80_000_000  # pixels of all pages of a raster file; longer ones have fewer dots per inch


def save(
    pages: Sequence[Figure], folder: str | Path, stem: str, suffix: str, dpi: int = 300, title: str = ""
) -> list[Path]:
    """Write a figure, each file whole or not at all.

    Args:
        pages: at least one figure.
        folder: the folder of the files.
        stem: the file's name without its `suffix`.
        suffix: one of `FORMATS`.
        dpi: dots per inch of raster files.
        title: a description, kept in the file for readers who cannot see the figure.

    Returns:
        The files; SVG has one for each page.
    """
    folder = Path(folder)
    if suffix == "svg":
        ends = ["", *(f"-{number}" for number in range(2, len(pages) + 1))]
        return [_save(page, folder / f"{stem}{end}.svg", title) for page, end in zip(pages, ends, strict=True)]
    path = folder / f"{stem}.{suffix}"
    with house_style(), written_whole(path) as file:
        if suffix == "pdf":
            _save_pdf(pages, file, title)
        else:
            file.write(_raster(pages, suffix, dpi, title))
    return [path]


def _save(page: Figure, path: Path, title: str) -> Path:
    """Write a page as SVG."""
    with house_style(), written_whole(path) as file, _own_pixels(page):
        page.savefig(file, format="svg", metadata={"Date": None, "Title": title})
    return path


def _save_pdf(pages: Sequence[Figure], file: IO[bytes], title: str) -> None:
    with PdfPages(file, metadata={"CreationDate": None, "Title": title}) as pdf:
        for page in pages:
            with _own_pixels(page):
                pdf.savefig(page)


def _raster(pages: Sequence[Figure], suffix: str, dpi: float, title: str) -> bytes:
    """The content of a PNG or a TIFF file."""
    inches = sum(float(page.get_figwidth() * page.get_figheight()) for page in pages)
    dpi = min(dpi, math.sqrt(LARGEST / inches))
    drawn, content = [_rasterised(page, dpi) for page in pages], io.BytesIO()  # TIFF reads what it wrote
    if suffix == "tiff":
        options = {"compression": "tiff_deflate", "description": title.encode(), "dpi": (dpi, dpi)}
        drawn[0].save(content, format="TIFF", save_all=True, append_images=drawn[1:], **options)
        return content.getvalue()
    whole = Image.new("RGB", (max(page.width for page in drawn), sum(page.height for page in drawn)), "white")
    top = 0
    for page in drawn:
        whole.paste(page, (0, top))
        top += page.height
    metadata = PngInfo()
    metadata.add_itxt("Title", title)
    whole.save(content, format="PNG", dpi=(dpi, dpi), pnginfo=metadata)
    return content.getvalue()


def _rasterised(page: Figure, dpi: float) -> Image.Image:
    """A page as an RGB picture, at `dpi` dots per inch."""
    page.set_dpi(dpi)
    canvas = FigureCanvasAgg(page)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


@contextmanager
def _own_pixels(page: Figure) -> Iterator[None]:
    """Within this context pictures are saved at their own size, without resampling."""
    pictures = [image for axes in page.axes for image in axes.images if image.get_interpolation() == RESAMPLED]
    for image in pictures:
        image.set_interpolation("none")
    try:
        yield
    finally:
        for image in pictures:
            image.set_interpolation(RESAMPLED)
