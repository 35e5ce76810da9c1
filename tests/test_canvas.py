import pytest
import torch

from reconstruct.canvas import DECORRELATED, RGB, Canvas, Pixels, Pyramid, clip, pink_noise, pyramid_sizes, white_noise


@pytest.mark.parametrize("colours", [RGB, DECORRELATED])
def test_pixels_begin_with_their_start_around_grey(colours, generator):
    start = white_noise(6, 8, 0.1, generator)
    assert torch.allclose(Pixels(start, colours)(), 0.5 + start, atol=1e-6)


@pytest.mark.parametrize("colours", [RGB, DECORRELATED])
def test_a_pyramid_begins_with_the_sum_of_its_enlarged_levels(colours, generator):
    start = pink_noise(16, 24, 3, 0.05, generator)
    expected = sum(torch.nn.functional.interpolate(level, size=(16, 24), mode="bilinear") for level in start)
    assert torch.allclose(Pyramid(start, 0.5, colours).position(), 0.5 + expected, atol=1e-6)


def test_levels_halve_and_stop_before_they_are_a_single_row():
    assert pyramid_sizes(16, 24, 6) == [(16, 24), (8, 12), (4, 6), (2, 3)]
    assert pyramid_sizes(1, 5, 3) == [(1, 5)]


def test_pink_noise_doubles_its_variance_from_level_to_level_up_to_the_contrast(generator):
    levels = pink_noise(512, 512, 3, 0.3, generator)
    variances = torch.stack([level.var() for level in levels])
    assert torch.allclose(variances[1:] / variances[:-1], torch.full((2,), 2.0), rtol=0.03)
    assert float(variances.sum()) == pytest.approx(0.3**2, rel=0.02)


def test_noise_comes_from_the_generator_alone():
    first, second = (white_noise(4, 4, 0.2, torch.Generator().manual_seed(7)) for _ in range(2))
    assert torch.equal(first, second)


@pytest.mark.parametrize("canvas", ["pixels", "pyramid"])
def test_every_picture_can_be_expressed(canvas, picture):
    """Least squares from the canvas's own gradient reaches any target."""
    made: Canvas = Pixels(torch.zeros_like(picture), DECORRELATED)
    if canvas == "pyramid":
        made = Pyramid([torch.zeros(1, 3, *size) for size in pyramid_sizes(16, 20, 3)], 0.25, DECORRELATED)
    optimizer = torch.optim.LBFGS(made.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = (made.position() - picture).square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert torch.allclose(made.position(), picture, atol=1e-3)


def test_clipping_lets_gradients_lead_back_inside_but_not_further_out():
    x = torch.tensor([-1.0, -1.0, 0.5, 2.0, 2.0], requires_grad=True)
    clip(x).backward(torch.tensor([1.0, -1.0, 3.0, 1.0, -1.0]))
    assert x.grad.tolist() == [0.0, -1.0, 3.0, 1.0, 0.0]


def test_colour_channels_of_the_decorrelated_canvas_are_invertible():
    assert abs(float(torch.linalg.det(DECORRELATED))) > 1e-3
