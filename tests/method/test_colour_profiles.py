"""What the numbers in a picture file mean."""

import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms
from support.tiny import smooth_picture

from reconstruct import images
from reconstruct.colour_profiles import flattened
from reconstruct.errors import InputError

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def with_renamed_tags(profile: bytes, names: dict[bytes, bytes]) -> bytes:
    """A profile in whose table of tags (12 bytes each, from byte 132) some have other names."""
    changed = bytearray(profile)
    for start in range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12):
        name = bytes(changed[start : start + 4])
        changed[start : start + 4] = names.get(name, name)
    return bytes(changed)


RED_IS_GREEN = with_renamed_tags(SRGB, {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"})


def grey_profile() -> bytes:
    """sRGB's curve for greys alone."""
    profile = bytearray(with_renamed_tags(SRGB, {b"rTRC": b"kTRC"}))
    profile[16:20] = b"GRAY"
    return bytes(profile)


def read(image: Image.Image, path, note=None, **options) -> torch.Tensor:
    image.save(path, **options)
    said: list[str] = []
    picture = images.load(path, note=said.append if note is None else note.append)
    assert note is not None or said == []
    return picture


def colour(picture: torch.Tensor) -> list[int]:
    return (picture[0, :, 0, 0] * 255).round().int().tolist()


@pytest.mark.parametrize("suffix", ["png", "jpg", "tiff", "webp"])
def test_a_colour_profile_is_obeyed(tmp_path, suffix):
    picture = images.to_image(smooth_picture(16, 16))
    options = {"quality": 95} if suffix in ("jpg", "webp") else {}
    plain = read(picture, tmp_path / f"plain.{suffix}", **options)
    profiled = read(picture, tmp_path / f"profiled.{suffix}", icc_profile=RED_IS_GREEN, **options)
    assert float((profiled - plain[:, [1, 0, 2]]).abs().max()) <= 4 / 255  # of rounding in the profile's fixed point


@pytest.mark.parametrize("profile", [SRGB, None], ids=["sRGB", "none"])
def test_a_profile_that_says_srgb_changes_no_pixel(tmp_path, profile):
    picture = images.to_image(smooth_picture(16, 16))
    assert torch.equal(read(picture, tmp_path / "x.png", icc_profile=profile), images.to_tensor(picture))


def test_greys_may_have_a_profile_of_their_own_or_one_for_colours(tmp_path):
    grey = Image.new("L", (2, 2), 100)
    assert colour(read(grey, tmp_path / "grey.png", icc_profile=grey_profile())) == pytest.approx([100] * 3, abs=1)
    assert colour(read(grey, tmp_path / "rgb.png", icc_profile=SRGB)) == [100] * 3


@pytest.mark.parametrize(
    "profile", [b"nonsense", SRGB[:200], grey_profile(), SRGB.replace(b"RGB XYZ", b"CMYKXYZ")],
    ids=["text", "cut off", "greys", "inks"],
)  # fmt: skip
def test_a_profile_that_does_not_fit_or_is_broken_is_passed_over_and_that_is_said(tmp_path, profile):
    said: list[str] = []
    picture = images.to_image(smooth_picture(4, 4))
    assert torch.equal(read(picture, tmp_path / "x.png", said, icc_profile=profile), images.to_tensor(picture))
    assert said == [f"{tmp_path / 'x.png'}: its colour profile cannot be used; sRGB is assumed"]


@pytest.mark.parametrize("marked", [True, False], ids=["Adobe", "plain"])
def test_inks_are_read_with_and_without_the_marker_by_which_adobe_turns_them_over(tmp_path, marked):
    said: list[str] = []
    buffer = io.BytesIO()
    Image.new("CMYK", (16, 16), (255, 0, 0, 0)).save(buffer, "JPEG", quality=95)  # as Adobe does: turned over, marked
    data = buffer.getvalue()
    if not marked:  # the same bytes mean the opposite where nothing says that they are turned over
        start = data.index(b"\xff\xee")
        data = data[:start] + data[start + 16 :]
    (tmp_path / "inks.jpg").write_bytes(data)
    picture = images.load(tmp_path / "inks.jpg", note=said.append)
    assert colour(picture) == pytest.approx([0, 255, 255] if marked else [0, 0, 0], abs=3)
    assert said == [f"{tmp_path / 'inks.jpg'}: CMYK without a usable colour profile; ideal inks are assumed"]


def test_lab_is_converted(tmp_path):
    red = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(Image.new("RGB", (4, 4), (200, 30, 60)), *red, outputMode="LAB")
    assert colour(read(lab, tmp_path / "lab.tiff")) == pytest.approx([200, 30, 60], abs=4)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_every_mode_shows_the_same_picture(tmp_path, mode, suffix):
    grey = images.to_image(smooth_picture(8, 8)).convert("L").point(lambda v: 255 * (v > 127))
    assert torch.equal(read(grey.convert(mode), tmp_path / f"x.{suffix}"), images.to_tensor(grey.convert("RGB")))


def test_a_grey_that_was_multiplied_by_its_transparency_is_read():
    grey = Image.new("LA", (1, 1), (0, 127))
    assert flattened(grey.convert("La"), print).getpixel((0, 0)) == (128, 128, 128)


def test_half_transparent_is_half_white(tmp_path):
    assert colour(read(Image.new("RGBA", (2, 2), (0, 0, 255, 128)), tmp_path / "x.png")) == [127, 127, 255]
    assert colour(read(Image.new("LA", (2, 2), (0, 128)), tmp_path / "grey.png")) == [127, 127, 127]


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "1"])
def test_a_transparent_colour_is_white(tmp_path, mode):
    image = Image.new("RGB", (2, 2), (9, 9, 9)).convert(mode)
    key = image.getpixel((0, 0))
    assert colour(read(image, tmp_path / "x.png", transparency=key)) == [255, 255, 255]


def test_floating_point_greys_go_from_0_to_1(tmp_path):
    image = Image.fromarray(np.array([[0, 0.2, 1]], np.float32))
    assert (read(image, tmp_path / "x.tiff")[0, 0, 0] * 255).round().int().tolist() == [0, 51, 255]


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_greys_of_an_unknown_range_are_stretched_and_that_is_said(tmp_path, kind):
    said: list[str] = []
    image = Image.fromarray(np.array([[-100, 0, 100]], kind))
    picture = read(image, tmp_path / "x.tiff", said)
    assert (picture[0, 0, 0] * 255).round().int().tolist() == [0, 128, 255]
    expected = "grey values from -100 to 100; the darkest is taken for black, the brightest for white"
    assert said == [f"{tmp_path / 'x.tiff'}: {expected}"]


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("place", [0, 1])
def test_a_grey_that_is_not_a_number_is_refused(tmp_path, value, place):
    values = np.full((1, 2), 0.5, np.float32)
    values[0, place] = value
    Image.fromarray(values).save(tmp_path / "x.tiff")
    with pytest.raises(InputError, match="some of its values are not finite numbers"):
        images.load(tmp_path / "x.tiff")
