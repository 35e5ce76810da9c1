"""Picture files to tensors and back: ``(1, 3, H, W)``, RGB, float32 in [0, 1]. With `colours`, the door to Pillow."""

import io
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from torch import Tensor
from torch.nn.functional import interpolate

from reconstruct.colours import Convert, Note, finishing, flattening
from reconstruct.errors import InputError
from reconstruct.files import written_whole

log = logging.getLogger(__name__)

_DESCRIPTION = 0x010E  # Exif's ImageDescription

LARGEST = 100_000_000  # pixels that are decoded: 0.4 GB in Pillow's four bytes each
LARGEST_COPIED = 50_000_000  # pixels, where the decoder holds several copies (measured: 0.8 GB)
LARGE = 2**24  # pixels; a larger picture is made smaller part by part, so that there is no second copy of all of it
GAP = 3  # that leaves this many pixels for each that is asked for: the rest is the filter's
PART = 2**20  # pixels

_SEVERAL_BY_NATURE = ("MPO", "PSD", "ICO", "ICNS")  # previews and layers, of which the first is the whole picture
_DRAWN_SMALLER = ("JPEG", "MPO")  # by the decoder, so that only `load` knows how many pixels there will be
_COPYING = ("WEBP", "AVIF", "JPEG2000")
_EXPECTED = "expected JPEG, PNG, TIFF, WebP, …"
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def load(
    path: str | Path, size: int | None = None, square: bool = False, trim: float = 0.0, note: Note = log.warning
) -> Tensor:
    """Read a picture as `colours` understands it, upright.

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
    path, fitted = Path(path), min if square else max
    spare = (1 - 2 * trim) / (size * GAP) if size else 0
    _check_file(path)
    with _explained(path, note) as tell:
        image, finish = _opened(path, lambda width, height: max(1, int(fitted(width, height) * spare)), tell)
        if trim:
            image = _trimmed(image, trim)
        target = _target(*image.size, size, square)
        if max(target) > 2 * fitted(*image.size):
            tell(f"{image.width}×{image.height} pixels are enlarged to {target[0]}×{target[1]}")
    # From here on the file is read, so that what goes wrong is not its fault.
    return to_tensor(finish(ImageOps.fit(image, target, method=Image.Resampling.LANCZOS)))


def shape(path: str | Path, size: int | None = None, square: bool = False) -> tuple[int, int]:
    """Height and width that `load` will give, or the other way round for a picture that it turns; but for trimming.

    Raises:
        InputError: as far as the header tells, `load` will refuse it.
    """
    path = Path(path)
    _check_file(path)
    with _explained(path, lambda line: None), Image.open(path) as file:
        if file.format not in _DRAWN_SMALLER:
            _check_header(file)
        width, height = _target(*file.size, size, square)
    return height, width


def _target(width: int, height: int, size: int | None, square: bool) -> tuple[int, int]:
    if square:
        width = height = min(width, height)
    scale = size / max(width, height) if size else 1.0
    return max(1, round(width * scale)), max(1, round(height * scale))


def _check_file(path: Path) -> None:
    """Nothing but a file is opened: a pipe would wait for ever, and a device may do anything."""
    if not path.exists():
        raise InputError(f"{path}: there is no such file; {_EXPECTED}")
    if not path.is_file():
        raise InputError(f"{path} is not a file; {_EXPECTED}")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty; {_EXPECTED}")


@contextmanager
def _explained(path: Path, note: Note) -> Iterator[Note]:
    """Whatever Pillow raises is an `InputError`, and what it warns of a note; gives `note`, with the file's name."""

    def tell(line: str) -> None:
        note(f"{path}: {line}")

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            yield tell
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        except UnidentifiedImageError as error:
            raise InputError(f"{path}: it is not in a format that Pillow knows; {_EXPECTED}") from error
        except Image.DecompressionBombError as error:
            raise InputError(f"{path}: {_too_large(LARGEST)}") from error
        except PermissionError as error:
            raise InputError(f"{path}: no permission to read it") from error
        except MemoryError as error:
            raise InputError(f"{path}: not enough memory to read it; make it smaller first") from error
        except Exception as error:  # Pillow's decoders raise almost anything on a damaged file
            raise InputError(f"{path}: cannot be read as a picture, it is damaged ({_reason(error)})") from error
    for line in dict.fromkeys(str(warning.message) for warning in heard if warning.category is UserWarning):
        tell(line)


def _reason(error: Exception) -> str:
    return f"{error}"[:200] or type(error).__name__


def _too_large(most: int, pixels: int | None = None) -> str:
    count = f"its {pixels / 1e6:.0f} million pixels are" if pixels else "it has"
    return f"{count} more than the {most / 1e6:.0f} million that are read; make it smaller first"


def _opened(path: Path, reduction: Callable[[int, int], int], tell: Note) -> tuple[Image.Image, Convert]:
    """What `_opaque` gives; the file's own pixels are let go of."""
    with Image.open(path) as file:
        return _opaque(file, reduction(*file.size), tell)


def _opaque(file: Image.Image, reduction: int, tell: Note) -> tuple[Image.Image, Convert]:
    """Upright, opaque and of 8 bits, and what makes that RGB; if large, smaller by about `reduction` on both sides."""
    whole = file.width
    if file.width * file.height <= LARGE:
        reduction = 1
    elif reduction > 1:
        file.draft(None, (file.width // reduction, file.height // reduction))  # JPEG's decoder leaves pixels out
    _check_header(file)
    if getattr(file, "is_animated", False) and file.format not in _SEVERAL_BY_NATURE:
        tell("of several frames or pages the first is taken")
    file.load()
    turn = _UPRIGHT.get(file.getexif().get(ExifTags.Base.Orientation, 1))  # by now Pillow has turned TIFF by itself
    flat = _by_parts(file, flattening(file, tell), max(1, reduction * file.width // whole))
    return flat if turn is None else flat.transpose(turn), finishing(file, tell)


def _check_header(file: Image.Image) -> None:
    if file.format == "EPS":
        raise InputError("PostScript is a program, and none is run; convert it to PNG first")
    most = LARGEST_COPIED if file.format in _COPYING else LARGEST
    if file.width * file.height > most:
        raise InputError(_too_large(most, file.width * file.height))


def _by_parts(image: Image.Image, flatten: Convert, reduction: int) -> Image.Image:
    """All of `image` flattened, and `reduction` times smaller, without a second copy at its full size."""
    if image.width * image.height <= LARGE:
        return flatten(image)
    width, height = image.size
    smaller = Image.new(flatten(image.crop((0, 0, 1, 1))).mode, (-(-width // reduction), -(-height // reduction)))
    rows = max(1, PART // (width * reduction)) * reduction
    for top in range(0, height, rows):
        part = image.crop((0, top, width, min(height, top + rows)))
        smaller.paste(flatten(part).reduce(reduction), (0, top // reduction))
    return smaller


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


def save_film(
    frames: Iterable[NDArray[np.uint8]], path: Path, milliseconds: int, pause: int, note: str, quality: int
) -> None:
    """Write frames ``(H, W, 3)`` as an animated WebP that starts again after a `pause` on the last one.

    Args:
        frames: at least one, all of one size.
        path: of the file, which is written whole or not at all.
        milliseconds: that each frame but the last is shown.
        pause: milliseconds that the last frame is shown.
        note: kept in the file, for `load_film`.
        quality: of the compression, 0 to 100.
    """
    first, *others = (Image.fromarray(frame) for frame in frames)
    exif = Image.Exif()
    exif[_DESCRIPTION] = note
    timing: dict[str, Any] = {"duration": [*[milliseconds] * len(others), pause], "loop": 0}
    with written_whole(path) as file:
        first.save(file, "WEBP", save_all=True, append_images=others, quality=quality, exif=exif, **timing)


def load_film(path: str | Path) -> tuple[str, Iterator[tuple[int, NDArray[np.uint8]]]]:
    """The note and, decoded one by one, the frames ``(H, W, 3)`` of a film, each with the millisecond it begins at.

    Raises:
        InputError: there is none, or it is damaged.
    """
    try:
        path = Path(path)
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
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: cannot be read as a film ({error})") from error
