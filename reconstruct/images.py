"""Picture files to tensors and back: ``(1, 3, H, W)``, RGB, float32 in [0, 1].

With `colour_profiles`, the door to Pillow.
"""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from torch import Tensor
from torch.nn.functional import interpolate

from reconstruct.colour_profiles import Convert, Note, finishing, flattened
from reconstruct.errors import InputError
from reconstruct.files import written_whole

log = logging.getLogger(__name__)

LARGEST = 100_000_000  # pixels that are decoded: 0.4 GB in Pillow's four bytes each
LARGE = 2**24  # pixels, from which a decoder is asked for fewer
DRAFT = 3  # pixels along a side for each that is wanted: the rest is the filter's
LARGEST_COPIED = 50_000_000  # pixels, where the decoder holds several copies (measured: 0.8 GB)

_SEVERAL_BY_NATURE = ("MPO", "PSD", "ICO", "ICNS")  # previews and layers, of which the first is the whole picture
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_COPYING = ("WEBP", "AVIF", "JPEG2000")
_EXPECTED = "expected JPEG, PNG, TIFF, WebP, …"


def load(
    path: str | Path, size: int | None = None, square: bool = False, trim: float = 0.0, note: Note = log.warning
) -> Tensor:
    """Read a picture as `colour_profiles` understands it, upright.

    Args:
        path: any file that Pillow reads, up to `LARGEST` pixels; of an animation the first frame.
        size: the longer side in pixels afterwards; ``None`` keeps the file's own size.
        square: whether to cut the largest centred square out first.
        trim: share of each side to cut off first (a frame, a scanner's border).
        note: called with a line about each thing that had to be guessed or left out.

    Returns:
        ``(1, 3, H, W)``, RGB in [0, 1].

    Raises:
        InputError: the file is missing, is no picture, is damaged or too large.
    """
    with _opened(Path(path), note, size and round(size / (1 - 2 * trim))) as (file, tell):
        image, finish = _upright(file, tell)
        if trim:
            image = ImageOps.crop(image, (round(image.width * trim), round(image.height * trim)))
        target = _target(*image.size, size, square)
        if max(target) > 2 * (min if square else max)(image.size):
            tell(f"{image.width}×{image.height} pixels are enlarged to {target[0]}×{target[1]}")
    # From here on the file is read, so that what goes wrong is not its fault.
    return to_tensor(finish(ImageOps.fit(image, target, method=Image.Resampling.LANCZOS)))


def shape(path: str | Path, size: int | None = None, square: bool = False) -> tuple[int, int]:
    """Height and width that `load` will give, or the other way round for a picture that it turns; but for trimming.

    Raises:
        InputError: as far as the header tells, `load` will refuse it.
    """
    with _opened(Path(path), lambda line: None, size) as (file, _):
        width, height = _target(*file.size, size, square)
    return height, width


def _target(width: int, height: int, size: int | None, square: bool) -> tuple[int, int]:
    if square:
        width = height = min(width, height)
    scale = size / max(width, height) if size else 1.0
    return max(1, round(width * scale)), max(1, round(height * scale))


@contextmanager
def _opened(path: Path, note: Note, side: int | None) -> Iterator[tuple[Image.Image, Note]]:
    """A file whose header is sound, and `note` with the file's name.

    Of a large JPEG the decoder leaves pixels out, if both sides are much longer than the `side` that is wanted.
    Whatever Pillow raises is an `InputError`, and what it warns of a note.
    """
    _check_file(path)

    def tell(line: str) -> None:
        note(f"{path}: {line}")

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            with Image.open(path) as file:
                if side and file.width * file.height > LARGE:
                    file.draft(None, (DRAFT * side, DRAFT * side))
                _check_header(file)
                yield file, tell
        except Exception as error:  # Pillow's decoders raise almost anything on a damaged file
            raise InputError(f"{path}: {_reason(error)}") from error
    for line in dict.fromkeys(str(warning.message) for warning in heard if warning.category is UserWarning):
        tell(line)


def _check_file(path: Path) -> None:
    """Nothing but a file is opened: a pipe would wait for ever, and a device may do anything."""
    if not path.exists():
        raise InputError(f"{path}: there is no such file; {_EXPECTED}")
    if not path.is_file():
        raise InputError(f"{path} is not a file; {_EXPECTED}")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty; {_EXPECTED}")


def _check_header(file: Image.Image) -> None:
    if file.format == "EPS":
        raise InputError("PostScript is a program, and none is run; convert it to PNG first")
    most, pixels = LARGEST_COPIED if file.format in _COPYING else LARGEST, file.width * file.height
    if pixels > most:
        raise InputError(
            f"its {pixels / 1e6:.0f} million pixels are more than the {most / 1e6:.0f} million that are read; "
            "make it smaller first"
        )


def _reason(error: Exception) -> str:
    match error:
        case InputError():
            return str(error)
        case UnidentifiedImageError():
            return f"it is not in a format that Pillow knows; {_EXPECTED}"
        case Image.DecompressionBombError():
            return f"it has more than the {LARGEST / 1e6:.0f} million pixels that are read; make it smaller first"
        case PermissionError():
            return "no permission to read it"
        case MemoryError():
            return "not enough memory to read it; make it smaller first"
    return f"cannot be read as a picture, it is damaged ({str(error)[:200] or type(error).__name__})"


def _upright(file: Image.Image, tell: Note) -> tuple[Image.Image, Convert]:
    """Its pixels, upright, opaque and of 8 bits, and what makes them RGB."""
    if getattr(file, "is_animated", False) and file.format not in _SEVERAL_BY_NATURE:
        tell("of several frames or pages the first is taken")
    file.load()
    turn = _UPRIGHT.get(file.getexif().get(ExifTags.Base.Orientation, 1))  # by now Pillow has turned TIFF by itself
    flat = flattened(file, tell)
    return flat if turn is None else flat.transpose(turn), finishing(file, tell)


def to_tensor(image: Image.Image) -> Tensor:
    """An RGB image as ``(1, 3, H, W)`` float32 in [0, 1]."""
    pixels = torch.from_numpy(np.asarray(image, dtype=np.float32) / 255)
    return pixels.permute(2, 0, 1).unsqueeze(0).contiguous()


def to_image(picture: Tensor) -> Image.Image:
    """A picture ``(1, 3, H, W)`` as an 8-bit RGB image; values outside [0, 1] are cut off."""
    pixels = (picture.detach()[0].float().clamp(0, 1) * 255).round().to("cpu", torch.uint8)
    return Image.fromarray(pixels.permute(1, 2, 0).numpy())


def save(picture: Tensor, path: str | Path) -> None:
    """Write a picture ``(1, 3, H, W)`` as an 8-bit PNG, whole or not at all."""
    with written_whole(Path(path)) as file:
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
