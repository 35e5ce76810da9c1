"""A figure of one or several pages as a file: PNG (one below the other), PDF and TIFF (pages), SVG (a file a page).

The same figure gives the same bytes. Vector files hold every picture once, pixel by pixel at its own size, and text as
text in embedded TrueType; raster files resample pictures.
"""

import glob
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from reconstruct.files import written_whole
from reconstruct.report.figures.page.sheet import RESAMPLED, house_style

FORMATS = ("png", "pdf", "svg", "tiff")
RASTER = ("png", "tiff")
LARGEST = 80_000_000  # pixels of all pages of a raster file; longer ones have fewer dots per inch


def save(
    pages: Sequence[Figure], folder: str | Path, stem: str, suffix: str, dpi: int = 300, title: str = ""
) -> list[Path]:
    """Write a figure, each file whole or not at all; SVG has one for each page.

    `suffix` is one of `FORMATS`, `dpi` that of raster files; the file keeps `title` for who cannot see the figure.
    """
    for former in Path(folder).glob(f"{glob.escape(stem)}-*.svg") if suffix == "svg" else ():
        if re.search(r"-\d\d?\.svg$", former.name):  # a further page of before
            former.unlink()
    if suffix == "svg" and len(pages) > 1:
        stems = [stem, *(f"{stem}-{number}" for number in range(2, len(pages) + 1))]
        every = zip(pages, stems, strict=True)
        return [path for page, own in every for path in save([page], folder, own, suffix, dpi, title)]
    path = Path(folder) / f"{stem}.{suffix}"
    _interpolate(pages, RESAMPLED if suffix in RASTER else "none")
    with house_style(), written_whole(path) as file:
        if suffix in RASTER:
            file.write(_raster(pages, suffix, dpi, title))
        elif suffix == "svg":
            pages[0].savefig(file, format="svg", metadata={"Date": None, "Title": title})
        else:
            with PdfPages(file, metadata={"CreationDate": None, "Title": title}) as pdf:
                for page in pages:
                    pdf.savefig(page)
    return [path]


def _raster(pages: Sequence[Figure], suffix: str, dpi: float, title: str) -> bytes:
    """The content of a PNG or a TIFF file."""
    inches = sum(float(page.get_figwidth() * page.get_figheight()) for page in pages)
    dpi = min(dpi, math.sqrt(LARGEST / inches))
    drawn, content = [Image.fromarray(pixels(page, dpi)) for page in pages], io.BytesIO()  # TIFF reads what it wrote
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


def pixels(page: Figure, dpi: float) -> NDArray[np.uint8]:
    """A page as RGB ``(H, W, 3)``, at `dpi` dots per inch."""
    page.set_dpi(dpi)
    canvas = FigureCanvasAgg(page)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _interpolate(pages: Sequence[Figure], how: str) -> None:
    """Let pictures be resampled, or saved at their own size; the colours of a matrix stay as they are."""
    pictures = (image for page in pages for axes in page.axes for image in axes.images)
    for image in (image for image in pictures if image.get_interpolation() != "nearest"):
        image.set_interpolation(how)
