"""What is kept of texture: each statistic by its closed form, and by what it tells apart and what it forgets."""

import pytest
import torch
from support.tiny import smooth_picture, tiny_network

from reconstruct.errors import InputError
from reconstruct.objective import Objective, Term, encode
from reconstruct.representations import Covariance, Moments, Shifted, Sliced, Style, equal_weights, gram

ONE = {"x": 1.0}
EVERY = [Style(ONE), Covariance(ONE), Moments(ONE), Shifted(ONE, [1, 2]), Sliced(ONE, seed=0)]
FORGETTING = [Style(ONE), Covariance(ONE), Moments(ONE), Sliced(ONE, seed=0)]


def named(representation):
    return type(representation).__name__


@pytest.fixture
def F(generator):
    return torch.rand(1, 3, 4, 5, generator=generator)


def loss(representation, F, P):
    return float(representation.layer_loss(representation.code(F), representation.code(P)))


def permuted(F):
    order = torch.randperm(F[0, 0].numel(), generator=torch.Generator().manual_seed(1))
    return F.flatten(2)[..., order].view_as(F)


def test_a_covariance_is_that_of_channels_over_positions(F):
    assert torch.allclose(Covariance(ONE).code(F)[0], torch.cov(F[0].flatten(1), correction=0), atol=1e-6)


def test_a_covariance_forgets_how_strong_channels_are_which_a_gram_matrix_does_not(F):
    stronger = F + torch.tensor([1.0, 0.5, 0.0])[None, :, None, None]
    assert loss(Covariance(ONE), stronger, F) < 1e-12
    assert loss(Style(ONE), stronger, F) > 0.01


def test_moments_are_mean_and_standard_deviation_of_each_channel(F):
    mean, deviation = Moments(ONE).code(F)[0]
    assert torch.allclose(mean, F[0].flatten(1).mean(1))
    assert torch.allclose(deviation, F[0].flatten(1).std(1, correction=0), rtol=1e-5)


def test_the_loss_of_moments_is_the_mean_over_channels_of_both_squared_differences(F):
    assert loss(Moments(ONE), F + 0.5, F) == pytest.approx(0.25, rel=1e-5)
    assert loss(Moments(ONE), 2 * (F - F.mean((2, 3), keepdim=True)), F) == pytest.approx(
        float((F.mean((2, 3)).square() + F.flatten(2).var(2, correction=0)).mean()), rel=1e-5
    )


def test_moments_forget_which_channels_occur_together(F):
    moved = F.clone()
    moved[:, 0] = permuted(F)[:, 0]
    assert loss(Moments(ONE), moved, F) < 1e-12
    assert loss(Style(ONE), moved, F) > 1e-6


def test_a_channel_that_is_constant_has_a_gradient():
    F = torch.ones(1, 1, 3, 3, requires_grad=True)
    loss = Moments(ONE).layer_loss(Moments(ONE).code(F), torch.full((1, 2, 1), 0.5))
    assert torch.autograd.grad(loss, F)[0].isfinite().all()


def shifted_products(F, down, across):
    """The definition, position by position."""
    channels, height, width = F.shape[1:]
    places = [(y, x) for y in range(height - down) for x in range(width - across)]

    def mean(i, j):
        return sum(float(F[0, i, y + down, x + across] * F[0, j, y, x]) for y, x in places) / len(places)

    return [[mean(i, j) for j in range(channels)] for i in range(channels)]


def test_shifted_products_are_those_of_their_definition(F):
    code = Shifted(ONE, [2]).code(F)[0]
    expected = torch.tensor([shifted_products(F, 0, 0), shifted_products(F, 0, 2), shifted_products(F, 2, 0)])
    assert torch.allclose(code, expected, rtol=1e-4)


def test_the_loss_of_shifted_products_is_the_mean_of_equation_4_over_shifts(F):
    P, shifted = permuted(F), Shifted(ONE, [1])
    each = [
        ((a - b).square().sum() / (4 * 9)).item() for a, b in zip(shifted.code(F)[0], shifted.code(P)[0], strict=True)
    ]
    assert loss(shifted, F, P) == pytest.approx(sum(each) / 3, rel=1e-5)


def test_stripes_and_their_shuffle_differ_in_shifted_products_only():
    stripes = torch.tensor([0.0, 1.0]).repeat(4).expand(1, 1, 8, 8)
    shuffled = permuted(stripes)
    assert loss(Shifted(ONE, [1]), shuffled, stripes) > 0.005
    assert all(loss(each, shuffled, stripes) < 1e-10 for each in FORGETTING)


def test_a_shift_that_a_map_has_no_room_for_is_left_out(F):
    shifted = Shifted(ONE, [1, 4, 100])
    assert shifted.code(F).shape == (1, 3, 3, 3)
    large = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(2))
    assert shifted.code(large).shape == (1, 5, 3, 3)
    assert loss(shifted, F, large) == pytest.approx(loss(Shifted(ONE, [1]), F, large))


def test_the_order_of_shifts_and_a_shift_given_twice_change_nothing(F):
    assert torch.equal(Shifted(ONE, [2, 1, 2]).code(F), Shifted(ONE, [1, 2]).code(F))


@pytest.mark.parametrize("shifts", [[], [0], [1, -1]])
def test_shifts_are_positive(shifts):
    with pytest.raises(InputError, match="from 1 on"):
        Shifted(ONE, shifts)


def test_distributions_that_lie_apart_by_c_in_one_dimension_have_the_sliced_distance_of_c_squared():
    F = torch.rand(1, 1, 6, 6, generator=torch.Generator().manual_seed(0))
    assert loss(Sliced(ONE, seed=3), F + 0.5, F) == pytest.approx(0.25, rel=1e-5)


def test_directions_have_unit_length_so_that_a_distance_does_not_grow_with_the_number_of_channels():
    F = torch.rand(1, 64, 6, 6, generator=torch.Generator().manual_seed(0))
    shift = torch.zeros(1, 64, 1, 1)
    shift[:, 0] = 8.0  # seen from a direction v it is 8 v_0, whose square is 64 / 64 on average
    assert loss(Sliced(ONE, seed=0), F + shift, F) == pytest.approx(1, rel=0.35)


def test_a_sliced_distance_tells_distributions_of_one_covariance_apart():
    generator = torch.Generator().manual_seed(0)
    signs = torch.randint(0, 2, (1, 2, 64, 64), generator=generator) * 2.0 - 1
    normal = torch.randn(1, 2, 64, 64, generator=generator)
    assert loss(Style(ONE), signs, normal) < 1e-3
    assert loss(Moments(ONE), signs, normal) < 1e-3
    assert loss(Sliced(ONE, seed=0), signs, normal) > 0.05


def test_sliced_distances_are_told_from_another_number_of_positions():
    """A map tiled with itself has the same distribution; in ascending order its values lie between the same ones."""
    F = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(0))
    other = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(1)) ** 2
    tiled = torch.cat([F, F], 3)
    assert loss(Sliced(ONE, seed=0), tiled, F) < 1e-4 < loss(Sliced(ONE, seed=0), other, F) / 50


def test_directions_follow_the_seed(F):
    P = permuted(F) ** 2
    assert loss(Sliced(ONE, seed=0), F, P) == loss(Sliced(ONE, seed=0), F, P) != loss(Sliced(ONE, seed=1), F, P)


@pytest.mark.parametrize("representation", FORGETTING, ids=named)
def test_a_statistic_over_positions_forgets_position(representation, F):
    assert torch.allclose(representation.code(permuted(F)), representation.code(F), atol=1e-6)


@pytest.mark.parametrize("representation", EVERY, ids=named)
def test_relative_error_is_zero_for_a_match_and_one_for_nothing(representation, F):
    code = {"x": representation.code(F)}
    nothing = {"x": torch.zeros_like(code["x"])}
    assert float(representation.relative_errors(code, code)["x"]) == 0
    assert float(representation.relative_errors(nothing, code)["x"]) == pytest.approx(1)
    losses = representation.layer_losses(nothing, code)
    assert Term("style", representation, code).errors(nothing, losses)["x"] == pytest.approx(1)


@pytest.mark.parametrize("representation", [Shifted({"x": 1.0}, [1, 4]), Sliced({"x": 1.0}, seed=0)], ids=named)
@pytest.mark.parametrize(("size", "others"), [((12, 12), (3, 3)), ((3, 3), (12, 12)), ((7, 5), (5, 9))])
def test_an_error_is_that_of_two_codes_of_one_shape_whatever_the_sizes_of_their_pictures(representation, size, others):
    """The zero code has an error of 1, as has any code that is twice the target's in the shape of the picture's."""
    generator = torch.Generator().manual_seed(0)
    F, P = (torch.rand(1, 4, *each, generator=generator) for each in (size, others))
    code, target = {"x": representation.code(F)}, {"x": representation.code(P)}
    nothing = {"x": torch.zeros_like(code["x"])}
    term = Term("style", representation, target)
    assert float(representation.relative_errors(nothing, target)["x"]) == pytest.approx(1)
    assert float(term.errors(nothing, term.layer_losses(nothing))["x"]) == pytest.approx(1)
    expected = float(representation.relative_errors(code, target)["x"])
    assert float(term.errors(code, term.layer_losses(code))["x"]) == pytest.approx(expected)


@pytest.mark.parametrize("representation", EVERY, ids=named)
def test_codes_of_low_precision_features_are_computed_in_float32(representation, F):
    assert representation.code(F.bfloat16()).dtype is torch.float32
    assert torch.equal(representation.code(F.bfloat16()), representation.code(F.bfloat16().float()))


@pytest.mark.parametrize("make", [Covariance, Moments, lambda w: Shifted(w, [1]), lambda w: Sliced(w, 0)])
def test_gradients_with_respect_to_the_picture_are_right(make):
    network = tiny_network(torch.float64)
    representation = make(equal_weights(["conv1_2", "conv2_1"]))
    target = encode(network, representation, smooth_picture(6, 6, seed=1).double())
    objective = Objective(network, [Term("x", representation, target)])
    picture = smooth_picture(6, 6).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: objective(x).total, picture)


@pytest.mark.parametrize("representation", EVERY, ids=named)
def test_paintings_of_another_size_than_the_picture_can_be_targets(representation, F):
    larger = torch.rand(1, 3, 9, 7, generator=torch.Generator().manual_seed(5))
    assert torch.isfinite(representation.layer_loss(representation.code(F), representation.code(larger)))


def test_a_single_position_is_compared_with_the_median_from_every_direction():
    sliced, larger = Sliced(ONE, seed=0), torch.rand(1, 3, 3, 5, generator=torch.Generator().manual_seed(5))
    single = torch.rand(1, 3, 1, 1, generator=torch.Generator().manual_seed(6))
    ordered = sliced.code(larger)
    expected = (sliced.code(single) - ordered.median(-1, keepdim=True).values).square().mean()
    assert torch.allclose(sliced.layer_loss(sliced.code(single), ordered), expected)


def test_the_covariance_is_the_gram_matrix_of_features_about_their_means(F):
    centred = F - F.mean((2, 3), keepdim=True)
    assert torch.allclose(Covariance(ONE).code(F), gram(centred), atol=1e-6)
