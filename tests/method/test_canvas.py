import pytest
import torch

from reconstruct.canvas import DECORRELATED, RGB, Fourier, Pixels, Pyramid, clip, pyramid_sizes, white_noise


@pytest.mark.parametrize("size", [(6, 8), (7, 5), (16, 24)])
@pytest.mark.parametrize("colours", [RGB, DECORRELATED])
@pytest.mark.parametrize("canvas", [Pixels, Fourier, lambda start, colours: Pyramid(start, 3, 0.25, colours)])
def test_a_canvas_begins_with_its_start_around_grey(canvas, colours, size, generator):
    start = white_noise(*size, 0.1, generator)
    assert torch.allclose(canvas(start, colours).position(), 0.5 + start, atol=1e-5)


def test_a_pyramid_is_the_sum_of_its_enlarged_levels(generator):
    pyramid = Pyramid(torch.zeros(1, 3, 16, 24), levels=3, damping=0.5)
    for level in pyramid.levels:
        level.data.normal_(generator=generator)
    enlarge = torch.nn.functional.interpolate
    fine, middle, coarse = pyramid.levels
    lower = enlarge(0.5 * coarse, size=(8, 12), mode="bilinear") + 2**-0.5 * middle
    expected = enlarge(lower, size=(16, 24), mode="bilinear") + fine
    assert torch.allclose(pyramid.planes(), expected, atol=1e-5)


def test_an_octave_of_the_fourier_canvas_holds_its_frequencies_and_no_others():
    canvas = Fourier(torch.zeros(1, 3, 32, 32))
    for octave in canvas.octaves:
        octave.data.normal_(generator=torch.Generator().manual_seed(0))
        waves = torch.fft.rfft2(canvas.planes().detach())[0, 0].abs()
        octave.data.zero_()
        rows, columns = torch.fft.fftfreq(32)[:, None], torch.fft.rfftfreq(32)[None, :]
        frequencies = (rows.square() + columns.square()).sqrt()[waves > 1e-3]
        assert float(frequencies.max()) < 2 * max(float(frequencies.min()), 1 / 32)


def test_fourier_coefficients_are_the_pixels_in_another_basis(generator):
    """The same length: a step in one is as long as in the other, but for what a real spectrum keeps twice."""
    pixels = white_noise(64, 64, 0.1, generator)
    lengths = [octave.detach().square().sum() for octave in Fourier(pixels).octaves]
    assert float(sum(lengths)) == pytest.approx(float(pixels.square().sum()) / 2, rel=0.05)


def test_levels_halve_and_stop_before_they_are_a_single_row():
    assert pyramid_sizes(16, 24, 6) == [(16, 24), (8, 12), (4, 6), (2, 3)]
    assert pyramid_sizes(1, 5, 3) == [(1, 5)]


def test_clipping_lets_gradients_lead_back_inside_but_not_further_out():
    x = torch.tensor([-1.0, -1.0, 0.5, 2.0, 2.0], requires_grad=True)
    clip(x).backward(torch.tensor([1.0, -1.0, 3.0, 1.0, -1.0]))
    assert x.grad.tolist() == [0.0, -1.0, 3.0, 1.0, 0.0]
