import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from support.tiny import as_nobody, smooth_picture

from reconstruct import images
from reconstruct.errors import InputError


def test_a_saved_picture_reads_back_as_it_was_rounded_by_a_path_or_a_string(tmp_path, picture):
    images.save(picture, str(tmp_path / "x.png"))
    assert torch.equal(images.load(tmp_path / "x.png"), (picture * 255).round() / 255)
    assert images.load(str(tmp_path / "x.png")).shape[2:] == images.shape(str(tmp_path / "x.png"))


def test_values_outside_the_range_are_cut_off():
    picture = torch.tensor([-1.0, 0.5, 2.0]).view(1, 3, 1, 1)
    assert images.to_image(picture).getpixel((0, 0)) == (0, 128, 255)


def test_size_is_the_longer_side_and_the_aspect_stays(tmp_path):
    images.save(smooth_picture(40, 80), tmp_path / "wide.png")
    assert images.load(tmp_path / "wide.png", size=60).shape == (1, 3, 30, 60)


@pytest.mark.parametrize(
    ("size", "frame", "options"), [((10, 30), (0, 10), {"square": True}), ((20, 20), (2, 2), {"trim": 0.1})]
)
def test_a_square_is_cut_from_the_middle_and_a_frame_is_trimmed(tmp_path, size, frame, options):
    (rows, columns), (height, width) = frame, size
    picture = torch.zeros(1, 3, height, width)
    picture[..., rows : height - rows, columns : width - columns] = 1
    images.save(picture, tmp_path / "framed.png")
    expected = torch.ones(1, 3, height - 2 * rows, width - 2 * columns)
    assert torch.equal(images.load(tmp_path / "framed.png", **options), expected)


def test_16_bit_greys_keep_their_brightness(tmp_path):
    Image.fromarray(np.full((2, 2), 65535 // 2, np.uint16)).save(tmp_path / "deep.png")
    assert torch.allclose(images.load(tmp_path / "deep.png"), torch.full((1, 3, 2, 2), 0.5), atol=1 / 255)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("nowhere.jpg", r"nowhere\.jpg: there is no such file"),
        ("letter.jpg", r"letter\.jpg: it is not in a format that Pillow knows"),
        ("half.png", r"half\.png: cannot be read as a picture, it is damaged"),
        ("nothing.png", r"nothing\.png: the file is empty"),
        ("page.eps", r"page\.eps: PostScript is a program, and none is run"),
        ("pipe.png", r"pipe\.png is not a file"),  # without waiting for it
        ("", "is not a file"),
        ("/dev/zero", "/dev/zero is not a file"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_name(tmp_path, picture, name, line):
    (tmp_path / "letter.jpg").write_text("Dear reader,")
    (tmp_path / "nothing.png").touch()
    (tmp_path / "page.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n")
    images.save(picture, tmp_path / "whole.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "whole.png").read_bytes()[:200])
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(InputError, match=line):
        images.load(tmp_path / name)


def test_a_mistake_of_ours_is_not_called_a_damaged_file(photo, monkeypatch):
    def fail(*arguments, **options):
        raise ValueError("height and width must be > 0")

    monkeypatch.setattr("reconstruct.images.ImageOps.fit", fail)
    with pytest.raises(ValueError, match="height and width"):
        images.load(photo, 32)


def test_a_picture_that_may_not_be_read_is_named(tmp_path, picture):
    images.save(picture, tmp_path / "secret.png")
    (tmp_path / "secret.png").chmod(0)
    script = "from pathlib import Path; from reconstruct import images; images.load(Path('secret.png'))"
    said = as_nobody([sys.executable, "-c", script], tmp_path)
    assert "InputError: secret.png: no permission to read it" in said


def test_a_picture_of_too_many_pixels_is_refused_with_the_limit(tmp_path, monkeypatch, picture):
    images.save(picture, tmp_path / "x.png")
    monkeypatch.setattr(images, "LARGEST", 100)
    with pytest.raises(InputError, match=r"x\.png: its 0 million pixels are more than the 0 million that are read"):
        images.load(tmp_path / "x.png")


def test_a_decompression_bomb_is_refused_with_the_limit(tmp_path):
    header = struct.pack(">IIBBBBB", 2**30, 2**30, 8, 2, 0, 0, 0)
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))))
    ]
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    with pytest.raises(InputError, match="it has more than the 100 million pixels that are read"):
        images.load(tmp_path / "bomb.png")


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "tiff"])
def test_of_an_animation_the_first_frame_is_taken_and_that_is_said(tmp_path, suffix):
    first, second = Image.new("RGB", (4, 4), "white"), Image.new("RGB", (4, 4), "black")
    options = {"lossless": True} if suffix == "webp" else {}
    first.save(tmp_path / f"moves.{suffix}", save_all=True, append_images=[second], **options)
    said: list[str] = []
    assert torch.equal(images.load(tmp_path / f"moves.{suffix}", note=said.append), torch.ones(1, 3, 4, 4))
    assert said == [f"{tmp_path / f'moves.{suffix}'}: of several frames or pages the first is taken"]


def test_enlarging_more_than_twice_is_said(tmp_path, picture):
    images.save(picture, tmp_path / "x.png")
    said: list[str] = []
    images.load(tmp_path / "x.png", size=100, note=said.append)
    assert said == [f"{tmp_path / 'x.png'}: 20×16 pixels are enlarged to 100×80"]


@pytest.mark.parametrize("suffix", ["png", "tiff"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_as_pillow_turns_it(tmp_path, monkeypatch, orientation, suffix):
    image = images.to_image(smooth_picture(8, 12))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(tmp_path / f"x.{suffix}", exif=exif)
    with Image.open(tmp_path / f"x.{suffix}") as file:
        expected = images.to_tensor(ImageOps.exif_transpose(file))
    monkeypatch.setattr(Image.Exif, "tobytes", None)  # nothing of it is written again: other values may be nonsense
    assert torch.equal(images.load(tmp_path / f"x.{suffix}"), expected)
    assert sorted(images.shape(tmp_path / f"x.{suffix}")) == [8, 12]


def test_memory_that_gives_out_on_the_way_is_one_line(tmp_path, monkeypatch, picture):
    def give_out(*_: object) -> None:
        raise MemoryError

    images.save(picture, tmp_path / "a.png")
    monkeypatch.setattr(images, "flattened", give_out)
    with pytest.raises(InputError, match=r"a\.png: not enough memory to read it; make it smaller first"):
        images.load(tmp_path / "a.png", 8)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux to limit memory")
def test_mutated_files_are_read_or_refused_in_one_line_within_seconds_and_a_gigabyte(tmp_path):
    script = Path(__file__).parents[1] / "support" / "fuzz_pictures.py"
    inputs = os.environ.get("RECONSTRUCT_FUZZ", "1800")
    command = [sys.executable, str(script), inputs, "0", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["wrong"] == {}
    assert told["read"] + told["refused"] + told.get("declined", 0) == int(inputs)
