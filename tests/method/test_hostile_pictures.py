"""Pictures from everywhere: whatever a file holds, it is read, or refused in one line."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from support.profiles import RED_IS_GREEN, SRGB

from reconstruct import images
from reconstruct.errors import InputError

EXAMPLES = int(os.environ.get("RECONSTRUCT_EXAMPLES", "200"))
INPUTS = int(os.environ.get("RECONSTRUCT_FUZZ", "1500"))  # mutated files
MODES = [
    "1",
    "L",
    "LA",
    "La",
    "P",
    "PA",
    "RGB",
    "RGBA",
    "RGBa",
    "RGBX",
    "CMYK",
    "YCbCr",
    "LAB",
    "HSV",
    "I",
    "I;16",
    "F",
]
FORMATS = ["PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "PPM", "TGA", "JPEG2000", "ICO", "PCX", "SGI"]
HERE = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}

exifs = st.one_of(
    st.none(),
    st.integers(0, 20).map(lambda turn: orientation(turn)),
    st.binary(max_size=200).map(lambda data: b"Exif\0\0" + data),
    st.binary(max_size=200).map(lambda data: b"Exif\0\0II*\0\x08\0\0\0" + data),
)
profiles = st.one_of(st.none(), st.sampled_from([SRGB, RED_IS_GREEN, SRGB[:300]]), st.binary(max_size=300))


def orientation(turn: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = turn
    return exif.tobytes()


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A picture in some mode, size and format, with metadata that may be nonsense."""
    width, height = draw(st.integers(1, 70)), draw(st.integers(1, 70))
    noise = np.random.default_rng(draw(st.integers(0, 9))).integers(0, 255, (height, width, 3), np.uint8)
    image, mode = Image.fromarray(noise), draw(st.sampled_from(MODES))
    through = {"LA": "L", "La": "LA", "PA": "P", "RGBa": "RGBA", "I": "L", "I;16": "L", "F": "L"}
    chain = [mode]
    while chain[0] in through:
        chain.insert(0, through[chain[0]])
    transparency = draw(st.sampled_from([None, 0, 300]))
    options = {"exif": draw(exifs), "icc_profile": draw(profiles), "transparency": transparency}
    buffer = io.BytesIO()
    try:
        for step in chain:
            image = image.convert(step)
        given_options = {key: value for key, value in options.items() if value is not None}
        image.save(buffer, draw(st.sampled_from(FORMATS)), **given_options)
    except Exception:  # not every format takes every mode
        Image.fromarray(noise).save(buffer, "PNG", exif=options["exif"] or b"")
    return buffer.getvalue()


@settings(max_examples=EXAMPLES, **HERE)
@given(data=files(), size=st.sampled_from([None, 1, 16, 100]), square=st.booleans(), trim=st.sampled_from([0.0, 0.05]))
def test_any_mode_size_and_metadata_is_a_picture_or_one_line(tmp_path, data, size, square, trim):
    path, said = tmp_path / "any.jpg", []
    path.write_bytes(data)
    picture = None
    try:
        picture = images.load(path, size, square, trim, note=said.append)
    except InputError as error:
        said.append(str(error))
    assert all(line.isprintable() and line.startswith(str(path)) for line in said)
    if picture is None:
        return
    assert picture.dtype == torch.float32
    assert picture.shape[:2] == (1, 3)
    assert float(picture.min()) >= 0
    assert float(picture.max()) <= 1
    assert size is None or max(picture.shape[-2:]) == size
    assert not square or picture.shape[-1] == picture.shape[-2]


def test_memory_that_gives_out_on_the_way_is_one_line(tmp_path, monkeypatch):
    def give_out(*_: object, **__: object) -> None:
        raise MemoryError

    Image.new("RGB", (20, 30)).save(tmp_path / "a.png")
    monkeypatch.setattr(images, "_by_parts", give_out)
    with pytest.raises(InputError, match=r"a\.png: not enough memory to read it; make it smaller first"):
        images.load(tmp_path / "a.png", 8)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux to limit memory")
def test_mutated_files_are_read_or_refused_in_one_line_within_seconds_and_a_gigabyte(tmp_path):
    script = Path(__file__).parents[1] / "support" / "fuzz_pictures.py"
    command = [sys.executable, str(script), str(INPUTS), "0", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    sys.stdout.write(f"\n{told}\n")
    assert told["wrong"] == {}
    assert told["read"] + told["refused"] + told.get("declined", 0) == INPUTS
    assert told["peak"] < told["before"] + 2**30
