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
LARGEST = 80_000_000  # pixels of a PNG; a longer one has fewer dots per inch


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
    path = folder / f"{stem}.{suffix}"
    with house_style(), written_whole(path) as file:
        match suffix:
            case "pdf":
                _save_pdf(pages, file, title)
            case "svg":
                return [path, *_save_svg(pages, file, folder, stem, title)]
            case _:
                _save_raster(pages, file, suffix, _fewer(pages, dpi), title)
    return [path]


def rasterised(page: Figure, dpi: float) -> Image.Image:
    """A page as an RGB picture, at `dpi` dots per inch."""
    page.set_dpi(dpi)
    canvas = FigureCanvasAgg(page)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def one_below_the_other(pages: Sequence[Image.Image]) -> Image.Image:
    """One picture of all pages."""
    whole = Image.new("RGB", (max(p.width for p in pages), sum(p.height for p in pages)), "white")
    top = 0
    for page in pages:
        whole.paste(page, (0, top))
        top += page.height
    return whole


def _fewer(pages: Sequence[Figure], dpi: float) -> float:
    """`dpi`, or fewer dots per inch if all pages together would have more than `LARGEST` pixels."""
    inches = sum(float(page.get_figwidth() * page.get_figheight()) for page in pages)
    return min(dpi, math.sqrt(LARGEST / inches))


def _save_raster(pages: Sequence[Figure], file: IO[bytes], suffix: str, dpi: float, title: str) -> None:
    whole = io.BytesIO()  # for TIFF reads what it wrote
    drawn = [rasterised(page, dpi) for page in pages]
    if suffix == "tiff":
        options = {"compression": "tiff_deflate", "description": title.encode(), "dpi": (dpi, dpi)}
        drawn[0].save(whole, format="TIFF", save_all=True, append_images=drawn[1:], **options)
    else:
        metadata = PngInfo()
        metadata.add_itxt("Title", title)
        one_below_the_other(drawn).save(whole, format="PNG", dpi=(dpi, dpi), pnginfo=metadata)
    file.write(whole.getvalue())


def _save_pdf(pages: Sequence[Figure], file: IO[bytes], title: str) -> None:
    with PdfPages(file, metadata={"CreationDate": None, "Title": title}) as pdf:
        for page in pages:
            with _own_pixels(page):
                pdf.savefig(page)


def _save_svg(pages: Sequence[Figure], file: IO[bytes], folder: Path, stem: str, title: str) -> list[Path]:
    """Write the first page into `file`, and the others into files of their own, whose paths are returned."""
    others = [folder / f"{stem}-{number}.svg" for number in range(2, len(pages) + 1)]
    file.write(_svg(pages[0], title))
    for page, path in zip(pages[1:], others, strict=True):
        with written_whole(path) as other:
            other.write(_svg(page, title))
    return others


def _svg(page: Figure, title: str) -> bytes:
    buffer = io.BytesIO()
    with _own_pixels(page):
        page.savefig(buffer, format="svg", metadata={"Date": None, "Title": title})
    return buffer.getvalue()


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
