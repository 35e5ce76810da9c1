"""What the numbers in a picture file mean: any of Pillow's modes to 8-bit RGB as sRGB, on white.

RGB without a profile counts as sRGB and passes through untouched. A colour profile is obeyed; greys of more than
8 bits are scaled; CMYK without a profile is taken for ideal inks, R = (1 - C)(1 - K). Whatever had to be guessed is
said through `note`.
"""

import io
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageCms

Note = Callable[[str], None]
Convert = Callable[[Image.Image], Image.Image]

BACKGROUND = "white"  # what lies behind transparency
SAME = 2  # of 255: a profile that moves no colour further is sRGB by another name, and is left alone

_MODES = {"RGB ": "RGB", "CMYK": "CMYK", "GRAY": "L"}  # a profile's colour space -> the mode that it speaks of
_GREYS = ("1", "L", "I", "F")  # "LA" is not LAB here: that has been dealt with
_FLAT = ("L", "RGB", "CMYK", "LAB")
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS: Any = 0x2000  # black point compensation, from Little CMS's lcms2.h; Pillow 10.1 has no name for it


def flattened(image: Image.Image, note: Note) -> Image.Image:
    """`image` opaque and of 8 bits a channel: L, RGB, CMYK or LAB."""
    if image.mode[0] in "IF":
        return _scaled(image, note)
    if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
        return ImageChops.invert(image)  # Pillow has turned it over, as if it came from Adobe's programs
    if image.has_transparency_data:
        straight = image.convert("LA") if image.mode == "La" else image  # which Pillow cannot convert at once
        rgba = straight if straight.mode == "RGBA" else straight.convert("RGBA")
        flat = Image.new("RGB", image.size, BACKGROUND)
        flat.paste(rgba, mask=rgba)
        return flat
    return image if image.mode in _FLAT else image.convert("L" if image.mode == "1" else "RGB")


def _scaled(image: Image.Image, note: Note) -> Image.Image:
    """Greys of 16 or 32 bits count from 0 to 65535 and those of floating point from 0 to 1, if all values lie there.

    Where some do not, nothing in the file tells what is white: the darkest value becomes black, the brightest white.
    """
    values = np.array(image, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("some of its values are not finite numbers")
    black, white = 0.0, 1.0 if image.mode == "F" else 65535.0
    if values.min() < black or values.max() > white:
        black, white = float(values.min()), float(values.max())
        note(f"grey values from {black:g} to {white:g}; the darkest is taken for black, the brightest for white")
    values -= black
    values /= (white - black) or 1
    values *= 255
    return Image.fromarray(np.rint(values, out=values).astype(np.uint8))


def finishing(image: Image.Image, note: Note) -> Convert:
    """How to turn what `flattened` makes of `image` into RGB as sRGB.

    It takes a while for every pixel, so that a picture is first made as small as it is wanted.
    """
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return _transforming(ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB"), "LAB")
    finish = _profile(image, note) if image.info.get("icc_profile") else None
    if image.mode == "CMYK" and finish is None:
        note("CMYK without a usable colour profile; ideal inks are assumed")
    return finish or (lambda flat: flat.convert("RGB"))


def _profile(image: Image.Image, note: Note) -> Convert | None:
    """By `image`'s own colour profile; ``None`` where it says no more than sRGB, or cannot be used."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        mode = _MODES[profile.profile.xcolor_space]
        if (mode == "CMYK") != (image.mode == "CMYK") or (mode == "L" and not image.mode.startswith(_GREYS)):
            raise ValueError(f"a profile of {mode} in a picture of {image.mode}")
        transform = ImageCms.buildTransform(profile, _srgb(), mode, "RGB", _INTENT, _FLAGS)
    except Exception:  # a profile can be broken in as many ways as a picture
        note("its colour profile cannot be used; sRGB is assumed")
        return None
    return None if mode == "RGB" and _changes_nothing(transform) else _transforming(transform, mode)


def _transforming(transform: ImageCms.ImageCmsTransform, mode: str) -> Convert:
    def transformed(flat: Image.Image) -> Image.Image:
        moved = ImageCms.applyTransform(flat.convert(mode), transform)
        assert moved is not None  # it would be in place
        return moved

    return transformed


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    levels = np.arange(0, 256, 17, dtype=np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(64, 64, 3)
    changed = np.asarray(_transforming(transform, "RGB")(Image.fromarray(colours)))
    return int(np.abs(changed.astype(int) - colours).max()) <= SAME
