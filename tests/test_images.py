import numpy as np
import pytest
import torch
from conftest import smooth_picture
from PIL import Image

from reconstruct import images
from reconstruct.errors import InputError


def test_a_saved_picture_reads_back_as_it_was_rounded(tmp_path, picture):
    images.save(picture, tmp_path / "x.png")
    assert torch.equal(images.load(tmp_path / "x.png"), (picture * 255).round() / 255)


def test_values_outside_the_range_are_cut_off():
    picture = torch.tensor([-1.0, 0.5, 2.0]).view(1, 3, 1, 1)
    assert images.to_image(picture).getpixel((0, 0)) == (0, 128, 255)


def test_size_is_the_longer_side_and_the_aspect_stays(tmp_path):
    images.save(smooth_picture(40, 80), tmp_path / "wide.png")
    assert images.load(tmp_path / "wide.png", size=60).shape == (1, 3, 30, 60)


def test_a_square_is_cut_from_the_middle(tmp_path):
    picture = torch.zeros(1, 3, 10, 30)
    picture[..., 10:20] = 1
    images.save(picture, tmp_path / "bar.png")
    assert torch.equal(images.load(tmp_path / "bar.png", square=True), torch.ones(1, 3, 10, 10))


def test_trimming_takes_the_frame_away(tmp_path):
    picture = torch.zeros(1, 3, 20, 20)
    picture[..., 2:-2, 2:-2] = 1
    images.save(picture, tmp_path / "framed.png")
    assert torch.equal(images.load(tmp_path / "framed.png", trim=0.1), torch.ones(1, 3, 16, 16))


def test_the_orientation_tag_is_obeyed(tmp_path):
    image = Image.fromarray(np.zeros((4, 8, 3), np.uint8))
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    image.save(tmp_path / "turned.jpg", exif=exif)
    assert images.load(tmp_path / "turned.jpg").shape == (1, 3, 8, 4)


def test_transparency_is_laid_on_white(tmp_path):
    Image.new("RGBA", (2, 2), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert torch.equal(images.load(tmp_path / "clear.png"), torch.ones(1, 3, 2, 2))


def test_grey_pictures_have_three_equal_channels(tmp_path):
    Image.new("L", (2, 2), 51).save(tmp_path / "grey.png")
    assert torch.allclose(images.load(tmp_path / "grey.png"), torch.full((1, 3, 2, 2), 0.2))


def test_16_bit_greys_keep_their_brightness(tmp_path):
    Image.fromarray(np.full((2, 2), 65535 // 2, np.uint16)).save(tmp_path / "deep.png")
    assert torch.allclose(images.load(tmp_path / "deep.png"), torch.full((1, 3, 2, 2), 0.5), atol=1 / 255)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.jpg: there is no such file"):
        images.load(tmp_path / "nowhere.jpg")


def test_a_text_file_is_no_picture_whatever_it_is_called(tmp_path):
    (tmp_path / "letter.jpg").write_text("Dear reader,")
    with pytest.raises(InputError, match=r"letter\.jpg: cannot be read as a picture, it is not in a format"):
        images.load(tmp_path / "letter.jpg")


def test_a_truncated_picture_is_damaged(tmp_path, picture):
    images.save(picture, tmp_path / "whole.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "whole.png").read_bytes()[:200])
    with pytest.raises(InputError, match="it is damaged"):
        images.load(tmp_path / "half.png")


def test_a_folder_is_no_picture(tmp_path):
    with pytest.raises(InputError, match="is not a file"):
        images.load(tmp_path)
