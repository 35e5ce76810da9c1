import weakref

import pytest
import torch
from support.tiny import smooth_picture

from reconstruct.objective import Objective, Term, encode, reference_loss
from reconstruct.representations import Content, Style, equal_weights


def test_the_total_is_alpha_content_plus_beta_style_of_one_forward_pass(network, terms):
    calls = []
    network.register_forward_pre_hook(lambda module, arguments: calls.append(set(arguments[1])))
    evaluation = Objective(network, terms)(smooth_picture(16, 16))
    expected = 1e-2 * evaluation.terms["content"] + evaluation.terms["style"]
    assert torch.allclose(evaluation.total, expected)
    assert calls == [{"relu1_1", "relu2_1"}]


def test_the_code_of_a_style_is_made_without_keeping_the_features_of_any_layer(network, picture):
    features: list[weakref.ref] = []
    alive: list[int] = []

    def watch(module, inputs, output):
        features.append(weakref.ref(output))
        alive.append(sum(reference() is not None for reference in features))

    for stage in network.stages.values():
        stage.register_forward_hook(watch)
    encode(network, Style(equal_weights(["relu1_1", "relu1_2", "relu2_1"])), picture)
    assert max(alive) == 2  # what goes into a stage and what comes out of it


def test_relative_to_nothing_a_zero_code_has_loss_one_and_relative_to_another_picture_that_picture(network):
    content = Content({"relu2_2": 1.0})
    target, other = (encode(network, content, smooth_picture(16, 16, seed)) for seed in (0, 1))
    zero = {layer: torch.zeros_like(code) for layer, code in target.items()}
    for code, unit in ((zero, reference_loss(content, target)), (other, reference_loss(content, target, other))):
        assert float(Term("content", content, target, unit=unit)(code)[0]) == pytest.approx(1)


def test_a_term_of_weight_zero_is_watched_and_has_no_gradient(network, terms):
    content, style = terms
    watched = Term("content", content.representation, content.target, weight=0.0)
    gradients = []
    for objective in (Objective(network, [watched, style]), Objective(network, [style])):
        x = smooth_picture(16, 16).requires_grad_()
        evaluation = objective(x)
        (gradient,) = torch.autograd.grad(evaluation.total, x)
        gradients.append(gradient)
    assert torch.equal(*gradients)
    assert float(Objective(network, [watched, style])(x.detach()).terms["content"]) > 0


def test_errors_come_with_the_losses_and_are_squared_distances_over_those_of_the_targets(network, terms):
    picture = smooth_picture(16, 16)
    codes = {term.name: encode(network, term.representation, picture) for term in terms}
    objective = Objective(network, terms)
    whole, without_gradients = objective(picture), objective.evaluate(picture)
    assert torch.allclose(without_gradients.total, whole.total)
    for evaluation in (whole, without_gradients):
        for term in terms:
            for layer, error in evaluation.errors[term.name].items():
                target = term.target[layer]
                expected = (codes[term.name][layer] - target).square().sum() / target.square().sum()
                assert float(error) == pytest.approx(float(expected), rel=1e-5)
