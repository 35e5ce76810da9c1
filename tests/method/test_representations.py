"""The paper's formulas, restated as loops; each statistic by its closed form, and by what it tells apart."""

import itertools

import pytest
import torch
from support.tiny import smooth_picture, tiny_network

from reconstruct.errors import InputError
from reconstruct.objective import Objective, Term, encode
from reconstruct.representations import Content, Covariance, Moments, Shifted, Sliced, Style, equal_weights, gram

ONE = {"x": 1.0}
FORGETTING = [Style(ONE), Covariance(ONE), Moments(ONE), Sliced(ONE, seed=0)]
EVERY = [Content(ONE), *FORGETTING, Shifted(ONE, [1, 2])]


def named(representation):
    return type(representation).__name__


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(1, *shape, generator=torch.Generator().manual_seed(seed))


F, P = random(3, 4, 5), random(3, 4, 5, seed=1)


def loss(representation, F, P):
    return float(representation.layer_loss(representation.code(F), representation.code(P)))


def error(representation, code, target):
    """The relative error of a code."""
    term = Term("x", representation, {"x": target})
    return float(term({"x": code})[1]["x"])


def permuted(F):
    order = torch.randperm(F[0, 0].numel(), generator=torch.Generator().manual_seed(1))
    return F.flatten(2)[..., order].view_as(F)


def paper_content(F, P):
    """Equation 1 of arXiv 1508.06576, element by element."""
    F, P = F[0].flatten(1).tolist(), P[0].flatten(1).tolist()
    return 0.5 * sum((F[i][j] - P[i][j]) ** 2 for i, j in itertools.product(range(len(F)), range(len(F[0]))))


def paper_gram(F):
    """Equation 3, element by element."""
    F = F[0].flatten(1).tolist()
    return [[sum(a * b for a, b in zip(F[i], F[j], strict=True)) for j in range(len(F))] for i in range(len(F))]


def paper_style(F, S):
    """Equation 4, element by element."""
    G, A = paper_gram(F), paper_gram(S)
    N, M = F.shape[1], F.shape[2] * F.shape[3]
    return sum((G[i][j] - A[i][j]) ** 2 for i in range(N) for j in range(N)) / (4 * N**2 * M**2)


def test_content_is_equation_1():
    assert loss(Content(ONE), F, P) == pytest.approx(paper_content(F, P), rel=1e-5)


def test_a_gram_matrix_is_equation_3_over_the_number_of_positions():
    assert torch.allclose(gram(F)[0] * 20, torch.tensor(paper_gram(F)), rtol=1e-5)


def test_layers_of_equation_4_are_summed_with_their_weights():
    style = Style({"x": 0.25, "y": 3.0})
    found = style.loss(style.encode({"x": F, "y": P}), style.encode({"x": P, "y": F}))
    assert float(found) == pytest.approx(3.25 * paper_style(F, P), rel=1e-5)


def test_weights_are_equal_and_sum_to_one_by_default():
    assert equal_weights(["a", "b", "c", "d"]) == dict.fromkeys("abcd", 0.25)


def test_a_representation_without_layers_is_refused():
    with pytest.raises(InputError, match="at least one layer"):
        Style({})


def test_a_picture_tiled_with_itself_has_the_same_style_at_every_size():
    assert torch.allclose(gram(torch.cat([F, F], 3)), gram(F), rtol=1e-5)


def test_in_bfloat16_the_product_is_float32s_and_the_gradient_close(generator):
    F = torch.randn(1, 8, 16, 16, generator=generator).bfloat16()
    half, single = F.clone().requires_grad_(), F.float().requires_grad_()
    assert torch.equal(gram(half), gram(single))
    for features in (half, single):
        gram(features).square().sum().backward()
    difference = (half.grad.float() - single.grad).norm() / single.grad.norm()
    assert float(difference) < 0.01


@pytest.mark.parametrize("representation", FORGETTING, ids=named)
def test_a_statistic_over_positions_forgets_position_and_features_do_not(representation):
    assert torch.allclose(representation.code(permuted(F)), representation.code(F), atol=1e-6)
    assert not torch.allclose(permuted(F), F)


@pytest.mark.parametrize("representation", EVERY, ids=named)
def test_relative_error_is_zero_for_a_match_and_one_for_nothing(representation):
    code = representation.code(F)
    assert error(representation, code, code) == 0
    assert error(representation, torch.zeros_like(code), code) == pytest.approx(1)


@pytest.mark.parametrize("representation", [*FORGETTING, Shifted(ONE, [1, 4])], ids=named)
@pytest.mark.parametrize(("size", "others"), [((12, 12), (3, 3)), ((3, 3), (12, 12)), ((7, 5), (5, 9))])
def test_an_error_is_that_of_two_codes_of_one_shape_whatever_the_sizes_of_their_pictures(representation, size, others):
    code, target = (representation.code(random(4, *each)) for each in (size, others))
    assert error(representation, torch.zeros_like(code), target) == pytest.approx(1)


@pytest.mark.parametrize("representation", EVERY, ids=named)
def test_codes_of_low_precision_features_are_computed_in_float32(representation):
    assert representation.code(F.bfloat16()).dtype is torch.float32
    assert torch.equal(representation.code(F.bfloat16()), representation.code(F.bfloat16().float()))


@pytest.mark.parametrize(
    "make", [Content, Style, Covariance, Moments, lambda w: Shifted(w, [1]), lambda w: Sliced(w, 0)]
)
def test_gradients_with_respect_to_the_picture_are_right(make):
    network = tiny_network(torch.float64)
    representation = make(equal_weights(["conv1_2", "conv2_1"]))
    target = encode(network, representation, smooth_picture(6, 6, seed=1).double())
    objective = Objective(network, [Term("x", representation, target)])
    picture = smooth_picture(6, 6).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: objective(x).total, picture)


def test_a_covariance_is_that_of_channels_over_positions():
    assert torch.allclose(Covariance(ONE).code(F)[0], torch.cov(F[0].flatten(1), correction=0), atol=1e-6)


def test_a_covariance_forgets_how_strong_channels_are_which_a_gram_matrix_does_not():
    stronger = F + torch.tensor([1.0, 0.5, 0.0])[None, :, None, None]
    assert loss(Covariance(ONE), stronger, F) < 1e-12
    assert loss(Style(ONE), stronger, F) > 0.01


def test_moments_are_mean_and_standard_deviation_of_each_channel():
    mean, deviation = Moments(ONE).code(F)[0]
    assert torch.allclose(mean, F[0].flatten(1).mean(1))
    assert torch.allclose(deviation, F[0].flatten(1).std(1, correction=0), rtol=1e-5)


def test_the_loss_of_moments_is_the_mean_over_channels_of_both_squared_differences():
    assert loss(Moments(ONE), F + 0.5, F) == pytest.approx(0.25, rel=1e-5)
    assert loss(Moments(ONE), 2 * (F - F.mean((2, 3), keepdim=True)), F) == pytest.approx(
        float((F.mean((2, 3)).square() + F.flatten(2).var(2, correction=0)).mean()), rel=1e-5
    )


def test_moments_forget_which_channels_occur_together():
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


def test_shifted_products_are_those_of_their_definition_whatever_the_order_of_shifts():
    expected = torch.tensor([shifted_products(F, *place) for place in ((0, 0), (0, 1), (1, 0), (0, 2), (2, 0))])
    assert torch.allclose(Shifted(ONE, [2, 1, 2]).code(F)[0], expected, rtol=1e-4)


def test_the_loss_of_shifted_products_is_the_mean_of_equation_4_over_shifts():
    codes = (Shifted(ONE, [1]).code(each)[0] for each in (F, permuted(F)))
    each = [((a - b).square().sum() / (4 * 9)).item() for a, b in zip(*codes, strict=True)]
    assert loss(Shifted(ONE, [1]), F, permuted(F)) == pytest.approx(sum(each) / 3, rel=1e-5)


def test_stripes_and_their_shuffle_differ_in_shifted_products_only():
    stripes = torch.tensor([0.0, 1.0]).repeat(4).expand(1, 1, 8, 8)
    shuffled = permuted(stripes)
    assert loss(Shifted(ONE, [1]), shuffled, stripes) > 0.005
    assert all(loss(each, shuffled, stripes) < 1e-10 for each in FORGETTING)


def test_a_shift_that_a_map_has_no_room_for_is_left_out():
    shifted, large = Shifted(ONE, [1, 4, 100]), random(3, 9, 9, seed=2)
    assert shifted.code(F).shape == (1, 3, 3, 3)
    assert shifted.code(large).shape == (1, 5, 3, 3)
    assert loss(shifted, F, large) == pytest.approx(loss(Shifted(ONE, [1]), F, large))


@pytest.mark.parametrize("shifts", [[], [0], [1, -1]])
def test_shifts_are_positive(shifts):
    with pytest.raises(InputError, match="from 1 on"):
        Shifted(ONE, shifts)


def test_distributions_that_lie_apart_by_c_in_one_dimension_have_the_sliced_distance_of_c_squared():
    F = random(1, 6, 6)
    assert loss(Sliced(ONE, seed=3), F + 0.5, F) == pytest.approx(0.25, rel=1e-5)


def test_directions_have_unit_length_so_that_a_distance_does_not_grow_with_the_number_of_channels():
    F, shift = random(64, 6, 6), torch.zeros(1, 64, 1, 1)
    shift[:, 0] = 8.0  # seen from a direction v it is 8 v_0, whose square is 64 / 64 on average
    assert loss(Sliced(ONE, seed=0), F + shift, F) == pytest.approx(1, rel=0.35)


def test_a_sliced_distance_tells_distributions_of_one_covariance_apart(generator):
    signs = torch.randint(0, 2, (1, 2, 64, 64), generator=generator) * 2.0 - 1
    normal = torch.randn(1, 2, 64, 64, generator=generator)
    assert loss(Style(ONE), signs, normal) < 1e-3
    assert loss(Moments(ONE), signs, normal) < 1e-3
    assert loss(Sliced(ONE, seed=0), signs, normal) > 0.05


def test_sliced_distances_are_told_from_another_number_of_positions():
    """A map tiled with itself has the same distribution; in ascending order its values lie between the same ones."""
    F, other, sliced = random(3, 24, 24), random(3, 24, 24, seed=1) ** 2, Sliced(ONE, seed=0)
    assert loss(sliced, torch.cat([F, F], 3), F) < 1e-4 < loss(sliced, other, F) / 50


def test_directions_follow_the_seed():
    other = permuted(F) ** 2
    assert loss(Sliced(ONE, 0), F, other) == loss(Sliced(ONE, 0), F, other) != loss(Sliced(ONE, 1), F, other)


def test_a_single_position_is_compared_with_the_median_from_every_direction():
    sliced, single, ordered = Sliced(ONE, seed=0), random(3, 1, 1, seed=6), Sliced(ONE, seed=0).code(random(3, 3, 5))
    expected = (sliced.code(single) - ordered.median(-1, keepdim=True).values).square().mean()
    assert torch.allclose(sliced.layer_loss(sliced.code(single), ordered), expected)
