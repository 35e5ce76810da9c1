import math

import pytest
import torch
from conftest import smooth_picture

from reconstruct.measures import psnr, ssim


def test_psnr_of_a_constant_difference_is_its_closed_form():
    black = torch.zeros(1, 3, 4, 4)
    assert psnr(black + 0.1, black) == pytest.approx(20)


def test_psnr_of_equal_pictures_is_infinite(picture):
    assert psnr(picture, picture) == math.inf


def test_ssim_of_equal_pictures_is_one_and_falls_with_noise(picture):
    noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(0))
    assert ssim(picture, picture) == pytest.approx(1)
    assert 1 > ssim(picture + 0.01 * noise, picture) > ssim(picture + 0.1 * noise, picture)


def test_ssim_of_two_constant_pictures_is_its_luminance_term():
    x, y = torch.full((1, 3, 16, 16), 0.4), torch.full((1, 3, 16, 16), 0.6)
    c1 = 0.01**2
    assert ssim(x, y) == pytest.approx((2 * 0.4 * 0.6 + c1) / (0.4**2 + 0.6**2 + c1), rel=1e-4)


def test_ssim_needs_a_picture_as_large_as_its_window():
    assert ssim(smooth_picture(10, 20), smooth_picture(10, 20)) is None
