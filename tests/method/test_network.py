import pytest
import torch
import torchvision
from support.tiny import smooth_picture
from torch import nn

from reconstruct import layers
from reconstruct.batch_norm import folded
from reconstruct.errors import InputError
from reconstruct.hardware.algorithms import ConvAlgorithm
from reconstruct.network import (
    FAINTEST,
    Network,
    Stages,
    file_state,
    mean_activations,
    normalized,
    untrained_state,
    vgg,
)

STATE = untrained_state("vgg11", seed=0)


@pytest.fixture(scope="module")
def vgg11() -> Network:
    return vgg("vgg11", STATE)


def outcome(network: Network, picture: torch.Tensor, taps: list[str]) -> list[torch.Tensor]:
    """Features, and the gradient of their sum of squares."""
    x = picture.clone().requires_grad_()
    features = network(x, taps)
    sum(F.float().square().sum() for F in features.values()).backward()
    return [*features.values(), x.grad]


@pytest.mark.parametrize("taps", [["conv1_1", "relu1_1", "conv2_2"], ["relu2_2"], ["pool1", "relu2_1", "pool2"]])
def test_taps_are_those_of_the_stages_applied_one_by_one(network, picture, taps):
    """Rectifying in place never shows: neither in a tap nor in the gradient."""
    x = plain = picture.clone().requires_grad_()
    expected = {}
    for name, stage in network.stages.items():
        plain = stage(plain)
        expected[name] = plain
    *found, gradient = outcome(network, picture, taps)
    assert all(torch.equal(F, expected[name]) for F, name in zip(found, taps, strict=True))
    (by_hand,) = torch.autograd.grad(sum(expected[name].square().sum() for name in taps), x)
    assert torch.allclose(gradient, by_hand, rtol=1e-5, atol=1e-6)
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_stages_that_work_in_place_leave_the_tap_before_them_alone(picture):
    """As torchvision's AlexNet has them."""
    stages = {"conv1": nn.Conv2d(3, 8, 3), "relu1": nn.ReLU(inplace=True), "drop1": nn.Dropout(inplace=True)}
    features = Stages(stages)(picture, stages)
    assert float(features["conv1"].min()) < 0
    assert float(features["relu1"].min()) == 0


def test_taps_are_named_after_torchvisions_modules_in_order(vgg11):
    assert vgg11.taps == layers.taps(layers.ARCHITECTURES["vgg11"])
    kinds = {"conv": nn.Conv2d, "relu": nn.ReLU, "pool": nn.AvgPool2d}
    assert all(isinstance(stage, kinds[tap[:4]]) for tap, stage in vgg11.stages.items())


def test_nothing_deeper_than_the_deepest_tap_is_computed(network, picture):
    class Forbidden(nn.Module):
        def forward(self, x):
            raise AssertionError("computed in vain")

    stages = dict(network.stages)
    stages["conv2_2"] = Forbidden()
    Stages(stages)(picture, ["relu1_1", "relu2_1"])


def test_average_and_maximum_pooling_are_what_they_say():
    for pooling, function in (("average", nn.functional.avg_pool2d), ("max", nn.functional.max_pool2d)):
        features = vgg("vgg11", STATE, pooling)(smooth_picture(16, 16), ["relu1_1", "pool1"])
        assert torch.equal(features["pool1"], function(features["relu1_1"], 2))


def test_preprocessing_is_imagenets_for_torchvisions_weights(vgg11):
    grey = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1).expand(1, 3, 4, 4)
    assert torch.allclose(vgg11.preprocess(grey), torch.zeros(1, 3, 4, 4), atol=1e-6)
    brighter = grey + torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    assert torch.allclose(vgg11.preprocess(brighter), torch.ones(1, 3, 4, 4), atol=1e-6)


def test_a_leading_1x1_convolution_is_the_networks_own_preprocessing():
    swap = {"0.weight": torch.eye(3).flip(0)[:, :, None, None] * 255, "0.bias": torch.full((3,), -100.0)}
    own = vgg("vgg11", swap | {f"x{key}": value for key, value in STATE.items()})
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    assert own.preprocess(red).flatten().tolist() == [-100, -100, 155]


def test_untrained_weights_come_from_the_seed_alone():
    again, other = untrained_state("vgg11", seed=0), untrained_state("vgg11", seed=1)
    assert all(torch.equal(STATE[key], again[key]) for key in STATE)
    assert not torch.equal(STATE["0.weight"], other["0.weight"])


def test_normalising_makes_every_filters_mean_activation_one_and_changes_no_direction(network):
    pictures = [smooth_picture(16, 16, seed) for seed in range(3)]
    rescaled = normalized(network, pictures)
    before, after = mean_activations(network, pictures), mean_activations(rescaled, pictures)
    for tap, means in after.items():
        faintest = FAINTEST * before[tap].mean()
        alive = before[tap] >= faintest
        assert alive.any()
        assert torch.allclose(means[alive], torch.ones_like(means[alive]), rtol=1e-4)
        assert (means[~alive] < 1).all()
        features, scaled = network(pictures[0], [tap])[tap], rescaled(pictures[0], [tap])[tap]
        expected = features / before[tap].clamp(min=float(faintest))[None, :, None, None]
        assert torch.allclose(scaled, expected, rtol=1e-3, atol=1e-5)


ROUNDING = {ConvAlgorithm.float32: 0, ConvAlgorithm.winograd: 1e-4, ConvAlgorithm.bfloat16: 0.03}


@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("algorithm", list(ConvAlgorithm))
def test_an_algorithm_and_checkpointing_change_features_and_gradient_by_rounding_alone(
    network, picture, monkeypatch, algorithm, checkpointing
):
    """The first layer sees the picture unrounded, and the network itself stays as it is."""
    monkeypatch.setattr("reconstruct.hardware.winograd.FEWEST", 0)
    monkeypatch.setattr("reconstruct.hardware.algorithms.WINOGRAD_CHANNELS", 1)
    taps = ["conv1_1", "relu2_1", "relu2_2"]
    form = network.computed(algorithm, taps)
    plain, found = (outcome(each, picture, taps) for each in (network, form.checkpointed() if checkpointing else form))
    assert {F.dtype for F in found[:-1]} == {algorithm.dtype}
    assert torch.equal(found[0], plain[0].to(algorithm.dtype))
    assert torch.equal(found[2], plain[2]) == (algorithm is ConvAlgorithm.float32)
    for exact, other in zip(plain, found, strict=True):
        assert (other.float() - exact).norm() <= ROUNDING[algorithm] * exact.norm()


def test_checkpointing_keeps_less_for_the_gradient(network, picture):
    def kept(seen):
        sizes = []
        with torch.autograd.graph.saved_tensors_hooks(lambda x: sizes.append(x.numel()) or x, lambda x: x):
            seen(picture.clone().requires_grad_(), ["relu2_2"])
        return sum(sizes)

    assert kept(network.checkpointed()) < kept(network) / 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"x": print}, r"not a PyTorch file of plain tensors; a module's are saved by torch\.save"),  # it would run
        ({"state_dict": {"x": 1}, "epoch": 3}, "expected a state dict"),
        ([1, 2], "expected a state dict"),
        ({"0.weight": torch.zeros(3, 3, 1, 1), "x": 1}, "expected a state dict"),
    ],
)
def test_a_file_of_something_else_than_weights_is_refused(tmp_path, content, told):
    torch.save(content, tmp_path / "x.pth")
    with pytest.raises(InputError, match=told):
        file_state(tmp_path / "x.pth")


FILTERS = {"features.0.weight": torch.zeros(4, 3, 3, 3)}
ALIKE = {"features.1.running_mean": torch.zeros(4), "features.1.running_var": torch.ones(4)}


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (STATE, "8 convolutions, not the 16 of vgg19; network.architecture=vgg11 fits"),
        (FILTERS, "has no bias"),
        (FILTERS | {"features.1.running_mean": torch.zeros(5)}, "features.1 follows no convolution"),
        *((FILTERS | ALIKE | {f"features.1.{key}": torch.ones(1)}, "follows no convolution of as many")
          for key in ("running_var", "weight", "bias")),
    ],
)  # fmt: skip
def test_weights_of_another_architecture_are_refused(state, told):
    with pytest.raises(InputError, match=rf"network\.weights: .*{told}"):
        vgg("vgg19", state)


@pytest.fixture(scope="module")
def batch_normalised() -> nn.Sequential:
    """torchvision's network with random statistics, as in the middle of a training."""
    torch.manual_seed(0)
    features = torchvision.models.vgg.make_layers(torchvision.models.vgg.cfgs["A"], batch_norm=True).eval()
    for module in (module for module in features if isinstance(module, nn.BatchNorm2d)):
        for values, low in (
            (module.weight, 0.5), (module.bias, -0.5), (module.running_mean, -0.2), (module.running_var, 0.3),
        ):  # fmt: skip
            nn.init.uniform_(values, low, low + 1)
    return features


@pytest.mark.parametrize("prefix", ["", "features."])
def test_batch_normalisation_folded_into_convolutions_computes_the_same(batch_normalised, prefix):
    picture = smooth_picture(32, 32)
    network = vgg("vgg11", {f"{prefix}{key}": value for key, value in batch_normalised.state_dict().items()}, "max")
    x, taps, expected = network.preprocess(picture), iter(network.taps), {}
    with torch.no_grad():
        for module in batch_normalised:
            x = module(x)
            if not isinstance(module, nn.Conv2d):  # the normalised output is the conv tap
                expected[next(taps)] = x.clone()
    found = network(picture, network.taps)
    for tap, F in expected.items():
        assert torch.allclose(found[tap], F, atol=1e-5 * float(F.abs().max()) + 1e-7), tap


def test_normalisations_without_scale_and_convolutions_without_bias_are_folded_too():
    weight, picture = torch.randn(4, 3, 3, 3, generator=torch.Generator().manual_seed(0)), smooth_picture(8, 8)
    mean, variance = torch.tensor([0.1, -0.2, 0.3, 0.0]), torch.tensor([0.5, 1.0, 2.0, 0.1])
    state = folded({"0.weight": weight, "1.running_mean": mean, "1.running_var": variance})
    expected = nn.functional.batch_norm(nn.functional.conv2d(picture, weight), mean, variance)
    assert torch.allclose(nn.functional.conv2d(picture, state["0.weight"], state["0.bias"]), expected, atol=1e-5)


@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_weights_in_half_precision_are_folded_in_single_precision(batch_normalised, half):
    state = {key: value.to(half) for key, value in batch_normalised.state_dict().items()}
    single, found = folded({key: value.float() for key, value in state.items()}), folded(state)
    assert all(torch.equal(found[key], single[key]) for key in single)
