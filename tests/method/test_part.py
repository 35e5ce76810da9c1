"""Some channels and some positions of a layer: what they are, and what of the picture they can see."""

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from torch import Tensor

from reconstruct.errors import InputError
from reconstruct.modules import Modules
from reconstruct.network import vgg_modules
from reconstruct.objective import Objective, Term, encode
from reconstruct.representations import Content, Part, Style
from reconstruct.selection import Selection, from_ranges, in_ranges

SIDE = 48
F = torch.arange(2 * 4 * 8.0).reshape(1, 2, 4, 8)


@pytest.mark.parametrize(
    ("selection", "part"),
    [
        (Selection(), F),
        (Selection([1]), F[:, 1:]),
        (Selection(window=(0, 0, 0.5, 0.5)), F[:, :, :2, :4]),
        (Selection(window=(0.4, 0.25, 0.25, 0.5)), F[:, :, 1:3, 3:5]),  # centres at 0.4375 and 0.5625
        (Selection([0], (1, 0.5, 0, 0)), F[:, :1, 2:3, 7:]),  # a point
    ],
)
def test_positions_count_whose_centres_lie_in_the_window(selection, part):
    assert torch.equal(selection(F), part)


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection([0, 2]), "channels: there is no 2; this layer has 0 to 1"),
        (
            Selection(window=(0, 0, 0.05, 1)),
            "window=[0, 0, 0.05, 1]: none of this layer's 8 × 4 positions has its centre",
        ),
    ],
)
def test_a_part_that_is_not_there_is_refused(selection, said):
    with pytest.raises(InputError, match=re.escape(said)):
        selection(F)


@pytest.fixture(scope="module")
def network() -> Modules:
    torch.manual_seed(0)
    return Modules(vgg_modules("vgg11"), size=(SIDE, SIDE))


def pictures() -> tuple[Tensor, Tensor]:
    made = torch.rand(2, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    return made[:1], made[1:]


@pytest.mark.parametrize("whole", [Content, Style])
@pytest.mark.parametrize("layer", ["relu2_1", "conv3_1"])
def test_the_loss_has_no_gradient_where_a_part_sees_nothing(network, whole, layer):
    picture, original = pictures()
    part = Part(whole({layer: 1.0}), Selection(range(8), (0.5, 0.25, 0, 0)))
    x = picture.clone().requires_grad_()
    Objective(network, [Term("content", part, encode(network, part, original))])(x).total.backward()
    (down, across), (_, rows, columns) = network.layers[layer].field, network.layers[layer].shape
    ends = [
        (int(axis.first + axis.stride * at), int(axis.last + axis.stride * at) + 1)
        for axis, at in ((down, rows // 4), (across, columns // 2))
    ]
    inside = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    inside[slice(*ends[0]), slice(*ends[1])] = True
    assert x.grad is not None
    seen = x.grad[0].abs().sum(0)
    assert float(seen[~inside].max()) == 0
    assert float(seen[inside].max()) > 0


def test_an_error_is_that_of_the_part_alone(network):
    picture, original = pictures()
    part = Part(Content({"relu2_1": 1.0}), Selection([3, 17], (0, 0, 0.5, 1)))
    found = Objective(network, [Term("content", part, encode(network, part, original))]).relative_errors(picture)
    F, P = (network(each, ["relu2_1"])["relu2_1"][:, [3, 17], :, : SIDE // 4] for each in (picture, original))
    assert found["content"]["relu2_1"] == pytest.approx(float((F - P).square().sum() / P.square().sum()), rel=1e-5)


@given(some.sets(some.integers(0, 40)))
def test_channels_written_as_ranges_are_the_same_channels(numbers):
    assert from_ranges(in_ranges(sorted(numbers))) == tuple(sorted(numbers))


def test_ranges_are_written_as_a_user_would():
    assert in_ranges([3, 5, 6, *range(10, 64)]) == ["3", "5:7", "10:64"]
