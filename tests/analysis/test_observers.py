"""Observers: what they are shown, what they say, and what is chance."""

import os
import pickle
import re

import numpy as np
import pytest
import torch
from scipy.stats import kstest, spearmanr
from support.observers import mean_colour_classifier
from support.tiny import smooth_picture
from torch import nn

from reconstruct import models
from reconstruct.analysis.observers import classifier, names
from reconstruct.analysis.observers.chance import (
    NullDistribution,
    agreements,
    null_distributions,
    parts,
)
from reconstruct.analysis.observers.classifier import Classifier, Observation
from reconstruct.analysis.observers.perceptual import Perceptual
from reconstruct.errors import InputError, RunError
from reconstruct.models import IMAGENET
from reconstruct.weights import arrays


def uniform(*colour: float, size: tuple[int, int] = (16, 16)) -> torch.Tensor:
    return torch.tensor(colour)[None, :, None, None].expand(1, 3, *size)


def test_an_observer_is_shown_the_whole_centred_square_in_its_own_units():
    wide = uniform(0.75, 0.5, 0.25, size=(16, 40)).clone()
    wide[..., :12], wide[..., -12:] = 0, 0  # outside of the square
    shown = mean_colour_classifier().prepared(wide)
    assert shown.shape == (1, 3, 8, 8)
    assert shown[0, :, 4, 4].tolist() == pytest.approx([1, 0, -1])
    assert shown.amax(dim=(2, 3)).tolist()[0] == pytest.approx([1, 0, -1], abs=1e-6)


def test_probabilities_are_the_softmax_of_logits_and_the_embedding_what_gave_them():
    seen = mean_colour_classifier()(uniform(0.75, 0.5, 0.25))
    assert seen.embedding.tolist() == pytest.approx([1, 0, -1], abs=1e-6)
    assert seen.probabilities.tolist() == pytest.approx(torch.tensor([2.0, 0, -2]).softmax(0).tolist(), abs=1e-6)
    assert mean_colour_classifier()(uniform(0.5, 0.5, 0.5)).probabilities.tolist() == pytest.approx([1 / 3] * 3)


def test_a_network_without_a_linear_layer_is_no_observer():
    with pytest.raises(InputError, match="observer=conv: it has no linear layer"):
        Classifier("conv", nn.Conv2d(3, 2, 1), ("a", "b"), 8, [0.5] * 3, [0.25] * 3)


def observation(probabilities: list[float], embedding: list[float]) -> Observation:
    return Observation(torch.tensor(probabilities), torch.tensor(embedding))


def test_a_picture_is_recognised_by_the_class_of_its_original_and_identified_among_originals_that_are_less_near():
    original = observation([0.1, 0.7, 0.2], [1.0, 0.0])
    others = [observation([1.0, 0.0, 0.0], each) for each in ([0.0, 1.0], [1.0, 1.0], [1.0, 0.0])]
    found = observation([0.5, 0.2, 0.3], [2.0, 0.0]).beside(original, others)
    assert found["observer probability"] == pytest.approx(0.2)
    assert found["observer original"] == pytest.approx(0.7)
    assert found["observer rank"] == 3
    assert found["observer cosine"] == pytest.approx(1)
    assert found["identified"] == pytest.approx((1 + 1 + 0.5) / 3)
    assert original.beside(original, [])["observer rank"] == 1
    assert "identified" not in original.beside(original, [])


def test_agreement_is_pearson_spearman_and_the_signal_to_noise_ratio(generator):
    x = torch.randn(500, generator=generator).clamp(min=0)  # many ties, as rectified features have
    y = (x + torch.randn(500, generator=generator)).clamp(min=0)
    found = {name: float(values[0, 1]) for name, values in agreements(torch.stack([x, y])).items()}
    assert found["pearson"] == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert found["spearman"] == pytest.approx(spearmanr(x, y).statistic)
    assert found["snr"] == pytest.approx(10 * np.log10(float(x.square().sum() / (x - y).square().sum())), rel=1e-5)
    assert float(agreements(torch.stack([torch.ones(5), x[:5]]))["pearson"][0, 1]) == 0


def test_random_pairs_have_uniform_percentiles_and_the_same_picture_the_highest(generator):
    codes = torch.randn(60, 200, generator=generator)
    two_of_each = [str(k // 2) for k in range(60)]
    chance = NullDistribution(codes, two_of_each, torch.arange(200))
    assert len(chance.values["pearson"]) == 60 * 58
    fresh = torch.randn(80, 200, generator=generator)
    for name in ("pearson", "spearman", "snr"):
        found = [chance.beside(a, b)[f"null {name}"] / 100 for a, b in zip(fresh[::2], fresh[1::2], strict=True)]
        assert kstest(found, "uniform").pvalue > 0.01
    assert HIGHEST.items() <= chance.beside(fresh[0], fresh[0] + 0.01).items()


HIGHEST = {"null pearson": 100, "null spearman": 100, "null snr": 100}


def test_random_pairs_are_parts_of_photographs_that_differ(generator):
    photographs = {name: smooth_picture(60, 90, seed) for seed, name in enumerate("abc")}
    made = {name: parts(photograph, 16, 24, 4, generator) for name, photograph in photographs.items()}
    assert {part.shape for of in made.values() for part in of} == {(1, 3, 16, 24)}
    assert not torch.equal(made["a"][0], made["a"][1])
    found = null_distributions(lambda part: {"low": part, "high": part.mean(dim=1, keepdim=True)}, made, generator)
    assert {layer: chance.codes.shape for layer, chance in found.items()} == {"low": (12, 1152), "high": (12, 384)}
    assert len(found["low"].values["snr"]) == 12 * 8
    assert HIGHEST.items() <= found["low"].beside(made["b"][0], made["b"][0]).items()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("efficientnet", "expected auto, none, efficientnet_lite0, timm:NAME or torchvision:NAME; did you mean"),
        ("timm:", "observer=timm:: expected"),
        ("torchvision:vgg19", "that is the network that was inverted; expected another"),
        ("torchvision:vgg19_bn", "that is the network that was inverted; expected another"),
        ("timm:vgg19.tv_in1k", "that is the network that was inverted; expected another"),
    ],
)  # fmt: skip
def test_what_cannot_observe_is_refused_in_a_line(name, message):
    with pytest.raises(InputError, match="observer=") as refused:
        names.check(name, "vgg19")
    assert message in str(refused.value)


def nowhere():
    raise AssertionError("no weights are needed")


AUXILIARY = ("googlenet", "inception_v3")


@pytest.mark.filterwarnings("ignore:The default weight initialization")
@pytest.mark.parametrize("name", ["resnet18", "densenet121", *AUXILIARY])
def test_a_classifier_of_torchvision_observes_with_its_own_weights_and_classes(monkeypatch, name):
    """Two shift the colours of their inputs; the weights of another have other names than its tensors."""
    import torchvision

    builder, own = torchvision.models.get_model_builder(name), {"aux_logits": True} if name in AUXILIARY else {}
    state = builder(weights=None, **own).state_dict()
    tensors = r"(denselayer\d+\.(?:norm|conv))([12]\.(?:weight|bias|running_mean|running_var))"
    old = {re.sub(tensors, r"\1.\2", key): value for key, value in state.items()}
    load = "load_state_dict_from_url"
    monkeypatch.setattr(torch.hub, load, lambda url, **how: dict(old) if how["weights_only"] else None)
    found, picture = classifier.observer(f"torchvision:{name}", nowhere), smooth_picture(60, 60)
    whole = builder(weights=torchvision.models.get_model_weights(name).DEFAULT, progress=False).eval()
    expected = whole(found.prepared(picture))[0].softmax(dim=0)
    assert torch.allclose(found(picture).probabilities, expected, atol=1e-6)
    assert getattr(found._model, "transform_input", False) == (name in AUXILIARY)
    assert found.classes[281] == "tabby"


def test_weights_that_cannot_be_had_are_told_in_a_line(monkeypatch):
    def offline(url, **how):
        raise OSError("no route\nto host")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", offline)
    with pytest.raises(
        RunError, match=r"resnet18: its weights are not on this machine and cannot be fetched \(no route\)"
    ):
        classifier.observer("torchvision:resnet18", nowhere)
    with pytest.raises(InputError, match="no such model; did you mean 'torchvision:resnet18'"):
        classifier.observer("torchvision:resnet8", nowhere)


@pytest.mark.parametrize("name", ["efficientnet_lite0", "timm:resnet50"])
def test_without_timm_an_observer_of_timms_is_refused_before_anything_is_computed_or_fetched(monkeypatch, name):
    monkeypatch.setattr(models, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=f"observer={name} needs timm"):
        names.check(name, "vgg19")
    with pytest.raises(InputError, match=rf"observer={name} needs timm: pip install 'reconstruct\[observer\]'"):
        classifier.observer(name, nowhere)
    for other in ("auto", "none", "torchvision:resnet18", "torchvision:vgg16"):
        names.check(other, "vgg19")


@pytest.mark.real
def test_the_pinned_observer_names_what_the_samples_show():
    from reconstruct import assets, images

    observer = classifier.observer("efficientnet_lite0", lambda: assets.fetch("efficientnet_lite0"))
    seen = {
        name: observer(images.load(assets.fetch(name), 256, square=True)).probabilities
        for name in assets.names(assets.Kind.PHOTOGRAPH)
    }
    named = {name: observer.classes[int(probabilities.argmax())] for name, probabilities in seen.items()}
    wanted = {
        "pagoda": "palace", "cat": "Egyptian cat", "coffee": "espresso", "jellyfish": "jellyfish", "vase": "vase",
        "sign": "brass", "yosemite": "cliff", "hopper": "military uniform",
    }  # fmt: skip
    assert {name: named[name] for name in wanted} == wanted
    assert sum(float(p.max()) >= 0.3 for name, p in seen.items() if name in wanted) >= 7  # the pagoda has 0.29
    assert float(seen["coffee"].max()) == pytest.approx(0.94, abs=0.04)


KERNELS = ((11, 3, 64), (5, 64, 192), (3, 192, 384), (3, 384, 256), (3, 256, 256))


def drawn_weights() -> dict:
    """In the form of the file of the perceptual distance, but drawn."""
    numbers = np.random.default_rng(0)
    draw = lambda *shape: (numbers.standard_normal(shape) / np.sqrt(np.prod(shape[:3]))).astype(np.float32)  # noqa: E731
    network = {
        f"Conv_{k}": {"kernel": draw(side, side, before, after), "bias": draw(1, 1, 1, after).ravel()}
        for k, (side, before, after) in enumerate(KERNELS)
    }
    judged = {f"NetLinLayer_{k}": {"Conv_0": {"kernel": abs(draw(1, 1, n, 1))}} for k, (*_, n) in enumerate(KERNELS)}
    return {"AlexNet_0": network, **judged}


def test_the_perceptual_distance_is_that_of_its_formula():
    """Of unit vectors of features at every position, the weighted squared differences: of the first two stages."""
    weights = drawn_weights()
    for k in (2, 3, 4):
        weights[f"NetLinLayer_{k}"]["Conv_0"]["kernel"][:] = 0
    x, y = smooth_picture(40, 48, 0), smooth_picture(40, 48, 1)
    mean, std = (torch.tensor(values)[:, None, None] for values in IMAGENET)
    expected, maps = 0.0, [(each - mean) / std for each in (x, y)]
    for k, (stride, padding) in enumerate([(4, 2), (1, 2)]):
        known = weights["AlexNet_0"][f"Conv_{k}"]
        kernel, bias = torch.tensor(known["kernel"]).permute(3, 2, 0, 1), torch.tensor(known["bias"])
        maps = [nn.functional.conv2d(each, kernel, bias, stride, padding).relu() for each in maps]
        units = [(F[0] / F[0].norm(dim=0)).nan_to_num() for F in maps]
        w = torch.tensor(weights[f"NetLinLayer_{k}"]["Conv_0"]["kernel"]).ravel()
        expected += float(torch.einsum("k,kij->ij", w, (units[0] - units[1]) ** 2).mean())
        maps = [nn.functional.max_pool2d(each, 3, 2) for each in maps]
    distance = Perceptual(weights)
    assert distance(x, x) == 0 < distance(x, y) == pytest.approx(expected, rel=1e-4)
    assert distance(x[..., :31], y[..., :31]) is not None
    assert distance(x[..., :30], y[..., :30]) is None


def test_the_weights_of_the_perceptual_distance_are_arrays_and_nothing_is_run(tmp_path):
    (tmp_path / "good.ckpt").write_bytes(pickle.dumps(drawn_weights(), protocol=3))
    assert set(arrays(tmp_path / "good.ckpt")) == set(drawn_weights())

    class Harm:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "harm"),)

    (tmp_path / "bad.ckpt").write_bytes(pickle.dumps({"AlexNet_0": Harm()}))
    with pytest.raises(pickle.UnpicklingError, match=r"expected arrays, not posix\.mkdir"):
        arrays(tmp_path / "bad.ckpt")
    assert not (tmp_path / "harm").exists()


@pytest.mark.real
def test_the_perceptual_distance_is_that_of_its_authors():
    """Their own program, version 0.1.4 of the distribution lpips, with the same AlexNet, gave these numbers."""
    from reconstruct import assets, images, measures

    distance = Perceptual(arrays(assets.fetch("lpips_alexnet")))
    for name, shuffled, grey in (
        ("pagoda", 0.757095, 0.946411),
        ("coffee", 0.576142, 1.043355),
        ("cat", 0.540441, 0.916943),
    ):
        original = images.load(assets.fetch(name), 128, square=True)
        moved = measures.rearranged(original)
        assert distance(moved, original) == pytest.approx(shuffled, abs=2e-4)
        assert distance(torch.full_like(original, 0.5), original) == pytest.approx(grey, abs=2e-4)
