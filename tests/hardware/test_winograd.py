"""Winograd's convolutions are convolutions."""

import pytest
import torch
from torch import nn

from reconstruct.hardware import winograd
from reconstruct.hardware.winograd import Winograd


def convolution(channels, outputs, dtype=torch.float64, **options):
    torch.manual_seed(0)
    options = {"kernel_size": 3, "padding": 1} | options
    return nn.Conv2d(channels, outputs, dtype=dtype, **options).requires_grad_(False)


@pytest.fixture(autouse=True)
def _even_for_a_single_tile(monkeypatch):
    monkeypatch.setattr(winograd, "FEWEST", 0)


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (5, 8), (13, 6), (20, 23)])
def test_result_and_gradient_are_those_of_the_convolution(size):
    plain = convolution(3, 5)
    x = torch.rand(2, 3, *size, dtype=torch.float64, requires_grad=True)
    expected, given = plain(x), Winograd(plain)(x)
    torch.testing.assert_close(given, expected)
    g = torch.rand_like(expected)
    torch.testing.assert_close(torch.autograd.grad(given, x, g), torch.autograd.grad(expected, x, g))


def test_bands_join_without_a_seam(monkeypatch):
    plain, x = convolution(3, 5), torch.rand(1, 3, 24, 16, dtype=torch.float64, requires_grad=True)
    monkeypatch.setattr(winograd, "BAND", 2 * winograd.POINTS * 4 * 5)
    given = Winograd(plain)(x)
    torch.testing.assert_close(given, plain(x))
    torch.testing.assert_close(*(torch.autograd.grad(y.square().sum(), x) for y in (given, plain(x))))


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # in torch's own check
def test_torch_knows_all_of_the_operation():
    x, layer = torch.rand(1, 2, 5, 6, dtype=torch.float64, requires_grad=True), Winograd(convolution(2, 3))
    torch.library.opcheck(winograd._convolved, (x, layer.kernel, layer.convolution.bias))


def test_rounding_is_a_few_times_that_of_the_convolution():
    plain, x = convolution(64, 64, torch.float32), torch.rand(1, 64, 32, 32)
    exact = nn.functional.conv2d(x.double(), plain.weight.double(), plain.bias.double(), padding=1)
    assert (Winograd(plain)(x) - exact).norm() < 8 * (plain(x) - exact).norm()


def test_a_few_tiles_are_convolved_as_usual(monkeypatch):
    monkeypatch.setattr(winograd, "FEWEST", 4)
    layer, forbidden = Winograd(convolution(3, 4)), torch.rand(36, 3, 4)
    few, many = (torch.rand(1, 3, *size, dtype=torch.float64) for size in ((8, 4), (8, 8)))
    expected = [
        nn.functional.conv2d(x, layer.convolution.weight, layer.convolution.bias, padding=1) for x in (few, many)
    ]
    layer.kernel = forbidden.double()
    assert torch.equal(layer(few), expected[0])
    assert not torch.allclose(layer(many), expected[1])


def test_the_result_is_channels_last_and_the_weights_are_shared():
    plain = convolution(3, 8, torch.float32)
    layer = Winograd(plain)
    assert layer(torch.rand(1, 3, 6, 7)).is_contiguous(memory_format=torch.channels_last)
    assert layer.convolution is plain


OTHERS = [{"stride": 2}, {"kernel_size": 1}, {"padding_mode": "reflect"}, {"bias": False}, {"dtype": torch.bfloat16}]


@pytest.mark.parametrize("plain", [*(convolution(3, 4, **each) for each in OTHERS), convolution(3, 4).requires_grad_()])
def test_other_convolutions_are_refused(plain):
    with pytest.raises(ValueError, match="expected 3×3 with stride 1, padding 1, bias and frozen float32 weights"):
        Winograd(plain)
