import math

import pytest
import torch
from support.optimisations import inversion
from support.tiny import smooth_picture
from torch import Tensor

from reconstruct.measures import ColourError, deviation, layout, mutual_psnr, psnr, rearranged, ssim, wavelength
from reconstruct.network import Network
from reconstruct.objective import Objective, Term, encode
from reconstruct.representations import Content, Style, equal_weights


def stripes(period: int, height: int = 64, width: int = 64) -> Tensor:
    phase = 2 * math.pi * torch.arange(width) / period
    return (0.5 + 0.4 * phase.sin()).expand(1, 3, height, width)


def test_psnr_of_a_constant_difference_is_its_closed_form():
    black = torch.zeros(1, 3, 4, 4)
    assert psnr(black + 0.1, black) == pytest.approx(20)
    assert psnr(black, black) == math.inf


def test_ssim_of_equal_pictures_is_one_and_falls_with_noise(picture):
    noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(0))
    assert ssim(picture, picture) == pytest.approx(1)
    assert 1 > ssim(picture + 0.01 * noise, picture) > ssim(picture + 0.1 * noise, picture)
    assert ssim(picture[:, :, :10], picture[:, :, :10]) is None  # which is smaller than its window


def test_ssim_of_two_constant_pictures_is_its_luminance_term():
    x, y = torch.full((1, 3, 16, 16), 0.4), torch.full((1, 3, 16, 16), 0.6)
    c1 = 0.01**2
    assert ssim(x, y) == pytest.approx((2 * 0.4 * 0.6 + c1) / (0.4**2 + 0.6**2 + c1), rel=1e-4)


def test_a_picture_has_its_own_layout_its_negative_the_opposite_and_a_uniform_one_none(picture):
    assert layout(picture, picture) == pytest.approx(1)
    assert layout(1 - picture, picture) == pytest.approx(-1)
    assert layout(torch.full_like(picture, 0.3), picture) == 0


def grey(level: float, size: int = 16) -> Tensor:
    return torch.full((1, 3, size, size), level)


def test_colours_differ_from_themselves_by_nothing_and_black_from_white_by_100_in_lightness_alone(picture):
    assert ColourError.of(picture, picture) == ColourError(0, 0, 0, 0, 0)
    error = ColourError.of(grey(0), grey(1))
    assert (error.lightness, error.local_lightness, error.delta_e) == pytest.approx((100, 100, 100), abs=1e-3)
    assert (error.chroma, error.local_chroma) == pytest.approx((0, 0), abs=0.02)


def test_the_chroma_of_a_primary_colour_is_the_published_one():
    red = grey(0)
    red[:, 0] = 1  # L*, a*, b* = 53.24, 80.09, 67.20: Lindbloom, sRGB, D65
    error = ColourError.of(red, grey(0))
    assert error.lightness == pytest.approx(53.24, abs=0.05)
    assert error.chroma == pytest.approx(math.hypot(80.09, 67.20), abs=0.1)


def test_the_colour_of_a_place_does_not_see_texture_and_that_of_a_pixel_does():
    fine = grey(0.4, 32)
    fine[..., ::2] = 0.6
    error = ColourError.of(fine, fine.roll(1, dims=3))
    assert error.lightness > 10
    assert error.local_lightness == pytest.approx(0, abs=1e-9)


def test_layout_does_not_see_what_is_smaller_than_a_field():
    texture = 0.1 * stripes(2, 64, 64)
    picture = smooth_picture(64, 64)
    assert layout(picture + texture, picture) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("period", [4, 8, 16])
def test_the_wavelength_of_stripes_is_the_distance_between_them(period):
    assert wavelength(stripes(period)) == pytest.approx(period)
    assert wavelength(grey(0.5)) == math.inf  # no structure


def test_the_wavelength_of_white_noise_is_one_over_the_mean_distance_from_the_middle_of_a_square(generator):
    noise = torch.rand(1, 3, 256, 256, generator=generator)
    mean_distance = (math.sqrt(2) + math.log(1 + math.sqrt(2))) / 6  # over a square of side 1
    assert wavelength(noise) == pytest.approx(1 / mean_distance, rel=0.01)


def test_the_deviation_of_two_pictures_is_their_distance_over_the_root_of_two():
    black = torch.zeros(1, 3, 4, 4)
    other = black.clone()
    other[0, :, 1, 2] = 0.6
    expected = torch.zeros(4, 4)
    expected[1, 2] = 0.6 / math.sqrt(2)
    assert torch.allclose(deviation(torch.cat([black, other])), expected)


def test_seeds_agree_as_much_as_their_pairs_do_on_average():
    greys = torch.stack([torch.full((3, 4, 4), value) for value in (0.0, 0.1, 0.2)])
    assert mutual_psnr(greys) == pytest.approx((2 * 20 + 10 * math.log10(25)) / 3)


def test_a_rearranged_picture_has_the_same_pixels_and_no_tile_in_its_place_but_beyond_the_last_whole_one():
    picture = torch.arange(3 * 13 * 9, dtype=torch.float32).view(1, 3, 13, 9)
    other, inside = rearranged(picture), (..., slice(12), slice(8))
    assert torch.equal(other.flatten().sort()[0], picture.flatten().sort()[0])
    assert not (other[inside] == picture[inside]).any()
    tile = other[0, 0, 3:6, 2:4] - other[0, 0, 3, 2]
    assert torch.equal(tile, picture[0, 0, :3, :2] - picture[0, 0, 0, 0])  # tiles are moved as a whole
    assert torch.equal(other[..., 12:, :], picture[..., 12:, :])
    assert torch.equal(other[..., 8:], picture[..., 8:])


def everywhere(network: Network, original: Tensor) -> Objective:
    weights = equal_weights(network.taps)
    representations = {"content": Content(weights), "style": Style(weights)}
    return Objective(network, [Term(name, r, encode(network, r, original)) for name, r in representations.items()])


def test_a_converged_reconstruction_matches_its_own_layer_best_where_the_layers_below_know_more(network):
    """The row of the deepest layer in the matrix "inverted at, measured at": its diagonal is its smallest entry."""
    original = smooth_picture(16, 16)
    synthesis = inversion(network, original, "relu2_2", steps=150)
    for _ in synthesis:
        pass
    row = everywhere(network, original).relative_errors(synthesis.best.picture)["content"]
    del row["pool2"]  # an average of relu2_2, which knows less
    assert row["relu2_2"] < 1e-3
    assert min(row, key=lambda layer: row[layer]) == "relu2_2"
    assert row["relu1_1"] > 3 * row["relu2_2"]
