"""Picture files to tensors and back: ``(1, 3, H, W)``, RGB, float32 in [0, 1]. The one door to Pillow."""

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn.functional import interpolate

from reconstruct.errors import InputError
from reconstruct.files import written_whole

_DESCRIPTION = 0x010E  # Exif's ImageDescription


def load(path: Path, size: int | None = None, square: bool = False, trim: float = 0.0) -> Tensor:
    """Read a picture.

    Args:
        path: any file that Pillow reads; orientation tags are obeyed, transparency is laid on white.
        size: the longer side in pixels afterwards; ``None`` keeps the file's own size.
        square: whether to cut the largest centred square out first.
        trim: share of each side to cut off first (a frame, a scanner's border).

    Returns:
        ``(1, 3, H, W)``, RGB in [0, 1].

    Raises:
        InputError: the file is missing, is no picture, or is damaged.
    """
    image = _trimmed(_read(path), trim)
    width, height = image.size
    if square:
        width = height = min(width, height)
    scale = size / max(width, height) if size else 1.0
    target = max(1, round(width * scale)), max(1, round(height * scale))
    return to_tensor(ImageOps.fit(image, target, method=Image.Resampling.LANCZOS))


def _read(path: Path) -> Image.Image:
    if not path.exists():
        raise InputError(f"{path}: there is no such file; expected a picture (JPEG, PNG, TIFF, WebP, …)")
    if not path.is_file():
        raise InputError(f"{path} is not a file; expected a picture (JPEG, PNG, TIFF, WebP, …)")
    try:
        with Image.open(path) as file:
            return _on_white(ImageOps.exif_transpose(file))
    except Image.DecompressionBombError as error:
        raise InputError(f"{path}: the picture is too large to open safely ({error})") from error
    except PermissionError as error:
        raise InputError(f"{path}: no permission to read it") from error
    except Exception as error:  # Pillow's decoders raise almost anything on a damaged file
        reason = "it is damaged" if _is_known_format(path) else "it is not in a format that Pillow knows"
        raise InputError(f"{path}: cannot be read as a picture, {reason}; expected JPEG, PNG, TIFF, WebP, …") from error


def _is_known_format(path: Path) -> bool:
    try:
        with Image.open(path):
            return True
    except Exception:
        return False


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16-bit grey; Pillow's own conversion cuts it off at 255
        image = Image.fromarray((np.asarray(image).clip(0, 65535) / 257).round().astype(np.uint8))
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return image.convert("RGB")


def _trimmed(image: Image.Image, share: float) -> Image.Image:
    dx, dy = round(image.width * share), round(image.height * share)
    return image.crop((dx, dy, image.width - dx, image.height - dy))


def to_tensor(image: Image.Image) -> Tensor:
    """An RGB image as ``(1, 3, H, W)`` float32 in [0, 1]."""
    pixels = torch.from_numpy(np.asarray(image, dtype=np.float32) / 255)
    return pixels.permute(2, 0, 1).unsqueeze(0).contiguous()


def to_image(picture: Tensor) -> Image.Image:
    """A picture ``(1, 3, H, W)`` as an 8-bit RGB image; values outside [0, 1] are cut off."""
    pixels = (picture.detach()[0].float().clamp(0, 1) * 255).round().to("cpu", torch.uint8)
    return Image.fromarray(pixels.permute(1, 2, 0).numpy())


def save(picture: Tensor, path: Path) -> None:
    """Write a picture ``(1, 3, H, W)`` as an 8-bit PNG, whole or not at all."""
    with written_whole(path) as file:
        to_image(picture).save(file, format="PNG")


def shrunk(picture: Tensor, side: int) -> Image.Image:
    """A picture ``(1, 3, H, W)`` as an image whose longer side has at most `side` pixels."""
    height, width = picture.shape[-2:]
    scale = side / max(height, width)
    if scale < 1:
        size = max(1, round(height * scale)), max(1, round(width * scale))
        picture = interpolate(picture.detach().float(), size=size, mode="bilinear", antialias=True)
    return to_image(picture)


def side_by_side(shown: Sequence[Image.Image], gap: int = 8) -> Image.Image:
    """Images in a row on white, all as high as the last one."""
    height = shown[-1].height
    row = [image.resize((max(1, round(image.width * height / image.height)), height)) for image in shown]
    sheet = Image.new("RGB", (sum(image.width + gap for image in row) - gap, height), "white")
    for i, image in enumerate(row):
        sheet.paste(image, (sum(before.width + gap for before in row[:i]), 0))
    return sheet


def jpeg(image: Image.Image) -> bytes:
    """An image in a quarter of a PNG's bytes; colours keep the full resolution, which texture needs."""
    whole = io.BytesIO()
    image.save(whole, "JPEG", quality=90, subsampling=0)
    return whole.getvalue()


def save_film(
    frames: Iterable[NDArray[np.uint8]], path: Path, milliseconds: int, pause: int, note: str, quality: int
) -> None:
    """Write frames ``(H, W, 3)`` as an animated WebP that starts again after a `pause` on the last one.

    Args:
        milliseconds: that each frame but the last is shown.
        note: kept in the file, for `load_film`.
        quality: of the compression, 0 to 100.
    """
    first, *others = (Image.fromarray(frame) for frame in frames)
    exif = Image.Exif()
    exif[_DESCRIPTION] = note
    timing: dict[str, Any] = {"duration": [*[milliseconds] * len(others), pause], "loop": 0}
    with written_whole(path) as file:
        first.save(file, "WEBP", save_all=True, append_images=others, quality=quality, exif=exif, **timing)


def load_film(path: Path) -> tuple[str, Iterator[tuple[int, NDArray[np.uint8]]]]:
    """The note and, decoded one by one, the frames ``(H, W, 3)`` of a film, each with the millisecond it begins at.

    Raises:
        InputError: there is none, or it is damaged.
    """
    try:
        film = Image.open(io.BytesIO(path.read_bytes()))
        return str(film.getexif().get(_DESCRIPTION, "")), _decoded(film, path)
    except (OSError, SyntaxError) as error:
        raise InputError(f"{path}: cannot be read as a film ({error})") from error


def _decoded(film: Image.Image, path: Path) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    try:
        for number in range(getattr(film, "n_frames", 1)):
            film.seek(number)
            pixels = np.asarray(film.convert("RGB"))  # only now is the time known
            yield film.info.get("timestamp", 0), pixels
    except OSError as error:
        raise InputError(f"{path}: cannot be read as a film ({error})") from error
