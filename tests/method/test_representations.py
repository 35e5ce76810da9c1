"""The paper's formulas, restated as loops."""

import pytest
import torch
from support.paper import paper_content, paper_gram, paper_style
from support.tiny import smooth_picture, tiny_network

from reconstruct.errors import InputError
from reconstruct.objective import Objective, Term, encode
from reconstruct.representations import Content, Style, equal_weights, gram


@pytest.fixture
def F(generator):
    return torch.rand(1, 3, 4, 5, generator=generator)


@pytest.fixture
def P(generator):
    generator.manual_seed(1)
    return torch.rand(1, 3, 4, 5, generator=generator)


def test_content_is_equation_1(F, P):
    assert float(Content({"x": 1.0}).loss({"x": F}, {"x": P})) == pytest.approx(paper_content(F, P), rel=1e-5)


def test_a_gram_matrix_is_equation_3_over_the_number_of_positions(F):
    assert torch.allclose(gram(F)[0] * 20, torch.tensor(paper_gram(F)), rtol=1e-5)


def test_style_is_equation_4(F, P):
    style = Style({"x": 1.0})
    loss = style.loss(style.encode({"x": F}), style.encode({"x": P}))
    assert float(loss) == pytest.approx(paper_style(F, P), rel=1e-5)


def test_layers_are_summed_with_their_weights(F, P):
    style = Style({"x": 0.25, "y": 3.0})
    loss = style.loss(style.encode({"x": F, "y": P}), style.encode({"x": P, "y": F}))
    assert float(loss) == pytest.approx(3.25 * paper_style(F, P), rel=1e-5)


def test_weights_are_equal_and_sum_to_one_by_default():
    assert equal_weights(["a", "b", "c", "d"]) == dict.fromkeys("abcd", 0.25)


def test_a_gram_matrix_forgets_position_and_features_do_not(F):
    shuffled = F.flatten(2)[..., torch.randperm(20)].view_as(F)
    assert torch.allclose(gram(shuffled), gram(F), rtol=1e-5)
    assert not torch.allclose(shuffled, F)


def test_a_gram_matrix_is_symmetric_and_positive_semidefinite(F):
    G = gram(F)[0]
    assert torch.equal(G, G.T)
    assert torch.linalg.eigvalsh(G).min() >= -1e-6


def test_a_picture_tiled_with_itself_has_the_same_style_at_every_size(F):
    assert torch.allclose(gram(torch.cat([F, F], 3)), gram(F), rtol=1e-5)


def test_losses_of_low_precision_features_are_computed_in_float32(F):
    assert Style({"x": 1.0}).encode({"x": F.bfloat16()})["x"].dtype is torch.float32


def test_relative_error_is_zero_for_a_match_and_one_for_nothing(F):
    content = Content({"x": 1.0})
    assert float(content.relative_errors({"x": F}, {"x": F})["x"]) == 0
    assert float(content.relative_errors({"x": torch.zeros_like(F)}, {"x": F})["x"]) == 1


def test_a_representation_without_layers_is_refused():
    with pytest.raises(InputError, match="at least one layer"):
        Style({})


@pytest.mark.parametrize("kind", [Content, Style])
def test_gradients_of_both_losses_with_respect_to_the_picture_are_right(kind):
    network = tiny_network(torch.float64)
    representation = kind(equal_weights(["conv1_2", "conv2_1"]))
    target = encode(network, representation, smooth_picture(6, 6, seed=1).double())
    objective = Objective(network, [Term("x", representation, target)])
    picture = smooth_picture(6, 6).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: objective(x).total, picture)


def test_the_gradient_of_a_rectified_tap_vanishes_where_nothing_fires():
    network = tiny_network()
    target = {"relu1_1": torch.ones(1, 4, 6, 6)}
    picture = smooth_picture(6, 6).requires_grad_()
    features = network(picture, ["conv1_1", "relu1_1"])
    gradient = torch.autograd.grad(
        Content({"relu1_1": 1.0}).loss({"relu1_1": features["relu1_1"]}, target), features["conv1_1"]
    )[0]
    assert (gradient[features["conv1_1"] < 0] == 0).all()
    assert (gradient[features["conv1_1"] > 0] != 0).all()


def test_the_gradient_of_a_gram_matrix_is_that_of_its_definition(generator):
    F = torch.randn(1, 3, 4, 5, generator=generator, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(gram, F)


def test_in_bfloat16_the_product_is_float32s_and_the_gradient_close(generator):
    F = torch.randn(1, 8, 16, 16, generator=generator).bfloat16()
    half, single = F.clone().requires_grad_(), F.float().requires_grad_()
    assert torch.equal(gram(half), gram(single))
    for features in (half, single):
        gram(features).square().sum().backward()
    difference = (half.grad.float() - single.grad).norm() / single.grad.norm()
    assert float(difference) < 0.01
