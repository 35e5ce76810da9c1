"""Parts of a picture that a figure can have: a square, a detail, or a map of its difference to another picture."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from PIL import Image

Box = tuple[float, float, float, float]
"""Left, top, width and height as fractions of a picture, 0 to 1."""

BRIGHTEST = 0.5  # the mean absolute difference of colours in [0, 1] that is brightest in a map


def squared(picture: Image.Image) -> Image.Image:
    """The largest centred square of a picture."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return picture.crop((left, top, left + side, top + side))


def part_of(picture: Image.Image, box: Box) -> Image.Image:
    """A part of a picture; at least one pixel."""
    left, top, width, height = (round(a * b) for a, b in zip(box, 2 * picture.size, strict=True))
    left, top = min(left, picture.width - 1), min(top, picture.height - 1)
    return picture.crop((left, top, left + max(1, width), top + max(1, height)))


def marked(axes: Axes, picture: Image.Image, box: Box) -> None:
    """Draw a frame around a part of a picture that these axes contain."""
    left, top, width, height = (a * b for a, b in zip(box, 2 * picture.size, strict=True))
    for colour, line in (("black", 2.2), ("white", 1.1)):
        axes.add_patch(Rectangle((left - 0.5, top - 0.5), width, height, fill=False, ec=colour, lw=line))


def difference(one: Image.Image, other: Image.Image) -> Image.Image:
    """A map of the absolute difference of two pictures of one size, mean over the colours."""
    values = np.abs(np.asarray(one, float) - np.asarray(other, float)).mean(axis=2) / 255
    colours = colormaps["magma"](np.clip(values / BRIGHTEST, 0, 1))[..., :3]
    return Image.fromarray((255 * colours).round().astype(np.uint8))
