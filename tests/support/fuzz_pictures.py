"""Mutated picture files for `images.load`, in a process of its own: ``python fuzz_pictures.py COUNT SEED FOLDER``.

Prints a JSON object: how many inputs were read and refused, and whatever went wrong: any exception but `InputError`, a
message of several lines, more than `SECONDS` of computing for one input. The system lets the process have no more than
a GiB beyond what it has before the first input; `declined` are those that wanted it.
"""

import io
import json
import random
import resource
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from reconstruct import images
from reconstruct.errors import InputError

SECONDS = 5
GIB = 2**30
FINE = ("read", "refused", "declined")
EXTREMES = [0, 1, 0x7F, 0x80, 0xFF]
FORMATS = "AVIF BLP BMP DDS DIB EPS GIF ICNS ICO IM JPEG JPEG2000 MPO MSP PCX PNG PPM QOI SGI SPIDER TGA TIFF WEBP XBM"
MODES = "1 L LA La P PA RGB RGBA RGBa RGBX CMYK YCbCr LAB HSV I I;16 F"
THROUGH = {"La": "LA", "PA": "P", "RGBa": "RGBA", "I": "L", "I;16": "L", "F": "L"}  # how RGB becomes a mode
TEXTS = [  # formats that Pillow reads but does not write
    b"SIMPLE  =                    T" + b" " * 50 + b"BITPIX  =                    8" + b" " * 50,
    b'/* XPM */\nstatic char *a[] = {\n"2 2 1 1",\n"a c #ff0000",\n"aa",\n"aa"};\n',
    b"8BPS\0\1\0\0\0\0\0\0\0\3\0\0\0\4\0\0\0\4\0\x08\0\3" + bytes(60),
    b"\x11\xaf\0\0\4\0" + bytes(130),
]


class Hang(BaseException):
    """One input took too long; not an `Exception`, so that nobody catches it on the way."""


def seeds() -> list[bytes]:
    """Files of every format and mode that Pillow can write, some with metadata (also nonsense) or several frames."""
    values = np.random.default_rng(0).integers(0, 255, (24, 33, 3), np.uint8)
    base, exif = Image.fromarray(values), Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain: list[dict[str, object]] = [
        {}, {"exif": exif, "icc_profile": profile}, {"transparency": 0},
        {"exif": b"Exif\0\0II*\0\x08\0\0\0" + values.tobytes()[:90], "icc_profile": profile[:300]},
    ]  # fmt: skip
    several = [{"save_all": True, "append_images": [base.transpose(Image.Transpose.ROTATE_180)]}]
    tiffs = [{"compression": name} for name in ("tiff_lzw", "tiff_deflate", "packbits", "jpeg", "group4")]
    found = list(TEXTS)
    for name in FORMATS.split():
        for mode in MODES.split():
            for options in plain + several + tiffs * (name == "TIFF") + [{"progressive": True}] * (name == "JPEG"):
                found += written(base, mode, name, options)
    return found


def written(base: Image.Image, mode: str, name: str, options: dict[str, object]) -> list[bytes]:
    """The file, if Pillow can write it."""
    buffer = io.BytesIO()
    try:
        base.convert(THROUGH.get(mode, mode)).convert(mode).save(buffer, name, **options)  # type: ignore[arg-type]
    except Exception:
        return []
    return [buffer.getvalue()]


def mutated(files: list[bytes], chance: random.Random) -> bytes:
    """One to four changes of one of the files: most near its beginning, where the headers are."""
    data = bytearray(chance.choice(files))
    for _ in range(chance.randint(1, 4)):
        changes: list[Callable[[bytearray, int], None]] = [
            lambda data, at: data.__setitem__(at, chance.randrange(256)),
            lambda data, at: data.__setitem__(at, chance.choice(EXTREMES)),
            lambda data, at: data.__setitem__(slice(at, at + 4), bytes([chance.choice(EXTREMES)] * 4)),
            lambda data, at: data.__delitem__(slice(at, at + chance.randint(1, 16))),
            lambda data, at: data.__delitem__(slice(max(8, at), None)),
            lambda data, at: data.__setitem__(slice(at, at), data[at // 2 : at // 2 + chance.randint(1, 64)]),
            lambda data, at: data.__setitem__(slice(at, at + 64), chance.choice(files)[at : at + 64]),
        ]
        if data:
            reach = len(data) if chance.random() < 0.4 else min(len(data), 128)
            chance.choice(changes)(data, chance.randrange(reach))
    return bytes(data)


def attempt(path: Path, chance: random.Random) -> str:
    """What became of one input: read, refused, or what went wrong."""
    size, square, trim = chance.choice([None, 1, 8, 64, 256]), chance.random() < 0.3, chance.choice([0.0, 0.05])
    said: list[str] = []
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        picture = images.load(path, size, square, trim, note=said.append)
        sound = picture.ndim == 4 and picture.shape[:2] == (1, 3) and picture.min() >= 0 and picture.max() <= 1
        height, width = picture.shape[-2:]
        asked = size in (None, max(height, width)) and (height == width or not square)
        outcome = "read" if sound and asked else f"a picture of {tuple(picture.shape)}, not in [0, 1] or not as asked"
    except InputError as error:
        said.append(str(error))
        outcome = "declined" if "not enough memory" in said[-1] else "refused"
    except Hang:
        return "a hang"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    lines = all(line.isprintable() and line.startswith(str(path)) for line in said)
    return outcome if lines else f"not one line: {said!r}"


def main(count: int, seed: int, folder: Path) -> None:
    """Try `count` inputs and tell how it went; whatever went wrong is kept in `folder`."""

    def hang(*_: object) -> None:
        raise Hang

    signal.signal(signal.SIGPROF, hang)
    files, chance, path = seeds(), random.Random(seed), folder / "mutated.jpg"
    outcomes: Counter[str] = Counter()
    wrong: dict[str, str] = {}
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + GIB, resource.RLIM_INFINITY))
    for number in range(count):
        data = files[number] if number < len(files) else mutated(files, chance)
        path.write_bytes(data)
        outcome = attempt(path, chance)
        outcomes[outcome if outcome in FINE else "wrong"] += 1
        if outcome not in FINE:
            wrong[f"{seed}-{number}"] = outcome
            (folder / f"wrong-{seed}-{number}").write_bytes(data)
    print(json.dumps({**outcomes, "wrong": wrong}))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
