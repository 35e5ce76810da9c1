"""What the numbers in a picture file mean: any of Pillow's modes to 8-bit RGB as sRGB, on white.

RGB without a profile counts as sRGB and passes through untouched. A colour profile is obeyed; greys of more than
8 bits are scaled; CMYK without a profile is taken for ideal inks, R = (1 - C)(1 - K). Whatever had to be guessed is
said through `note`.
"""

import io
import math
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


def flattening(image: Image.Image, note: Note) -> Convert:
    """How to make `image`, or any part of it, opaque and of 8 bits a channel: L, RGB, CMYK or LAB."""
    shallow = _eight_bits(image, note)

    def flatten(part: Image.Image) -> Image.Image:
        part = shallow(part)
        if part.has_transparency_data:
            return _on_background(part.convert("RGBA"))
        return part if part.mode in _FLAT else part.convert("L" if part.mode == "1" else "RGB")

    return flatten


def _on_background(rgba: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", rgba.size, BACKGROUND), rgba).convert("RGB")


def _eight_bits(image: Image.Image, note: Note) -> Convert:
    """From `image`'s mode to one of 8 bits a channel that Pillow converts to RGB by itself."""
    if image.mode[0] in "IF":
        return _scaling(image, note)
    if image.mode == "La":
        return lambda part: part.convert("LA")
    if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
        return ImageChops.invert  # Pillow has turned it over, as if it came from Adobe's programs
    return lambda part: part


def _scaling(image: Image.Image, note: Note) -> Convert:
    """Greys of 16 or 32 bits count from 0 to 65535 and those of floating point from 0 to 1, if all values lie there.

    Where some do not, nothing in the file tells what is white: the darkest value becomes black, the brightest white.
    """
    black, white = 0.0, 1.0 if image.mode == "F" else 65535.0
    least, most = _extremes(image) if image.mode in ("I", "F") else (black, white)
    if not (math.isfinite(least) and math.isfinite(most)):
        raise ValueError("some of its values are not finite numbers")
    if least < black or most > white:
        note(f"grey values from {least:g} to {most:g}; the darkest is taken for black, the brightest for white")
        black, white = least, most
    clear = image.info.get("transparency")

    def scale(part: Image.Image) -> Image.Image:
        values = np.asarray(part).astype(np.float64)
        if not np.isfinite(values).all():
            raise ValueError("some of its values are not finite numbers")
        shares = (values - black) / ((white - black) or 1)
        if isinstance(clear, int):
            shares[values == clear] = 1
        return Image.fromarray((shares.clip(0, 1) * 255).round().astype(np.uint8))

    return scale


def _extremes(image: Image.Image) -> tuple[float, float]:
    least, most = image.getextrema()
    return float(least), float(most)  # type: ignore[arg-type]  # pairs only where there are several channels


def finishing(image: Image.Image, note: Note) -> Convert:
    """How to turn what `flattening` makes of `image` into RGB as sRGB.

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
