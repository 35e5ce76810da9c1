import pytest
import torch
import torchvision
from support.tiny import smooth_picture, tiny_network
from torch import nn

from reconstruct import layers
from reconstruct.batch_norm import folded
from reconstruct.errors import InputError
from reconstruct.hardware.algorithms import ConvAlgorithm
from reconstruct.network import FAINTEST, Network, file_state, mean_activations, normalized, untrained_state, vgg


def convolutions(network: Network) -> list[str]:
    return [tap for tap, stage in network.stages.items() if isinstance(stage, nn.Conv2d)]


def rounded(network: Network) -> dict[str, ConvAlgorithm]:
    """All in bfloat16 but the first, which sees the picture."""
    first, *others = convolutions(network)
    return {first: ConvAlgorithm.float32, **dict.fromkeys(others, ConvAlgorithm.bfloat16)}


@pytest.fixture(scope="module")
def vgg11() -> Network:
    return vgg("vgg11", untrained_state("vgg11", seed=0))


def test_a_conv_tap_is_not_overwritten_by_the_rectification_after_it(vgg11):
    features = vgg11(smooth_picture(16, 16), ["conv2_1", "relu2_1"])
    assert (features["conv2_1"] < 0).any()
    assert torch.equal(features["conv2_1"].clamp(min=0), features["relu2_1"])


def test_stages_that_work_in_place_leave_the_tap_before_them_alone(picture):
    """As torchvision's AlexNet has them."""
    stages = {"conv1": nn.Conv2d(3, 8, 3), "relu1": nn.ReLU(inplace=True), "drop1": nn.Dropout(inplace=True)}
    features = Network(stages)(picture, stages)
    assert float(features["conv1"].min()) < 0
    assert float(features["relu1"].min()) == 0


def test_taps_are_named_after_torchvisions_modules_in_order(vgg11):
    assert vgg11.taps == layers.taps(layers.ARCHITECTURES["vgg11"])
    kinds = {"conv": nn.Conv2d, "relu": nn.ReLU, "pool": nn.AvgPool2d}
    assert all(isinstance(stage, kinds[tap[:4]]) for tap, stage in vgg11.stages.items())


def test_features_equal_those_of_the_modules_applied_by_hand(network, picture):
    x = picture
    for name, stage in network.stages.items():
        x = stage(x)
        if name == "relu2_1":
            break
    assert torch.equal(network(picture, ["relu2_1"])["relu2_1"], x)


def test_nothing_deeper_than_the_deepest_tap_is_computed(network, picture):
    class Forbidden(nn.Module):
        def forward(self, x):
            raise AssertionError("computed in vain")

    stages = dict(network.stages)
    stages["conv2_2"] = Forbidden()
    Network(stages)(picture, ["relu1_1", "relu2_1"])


def test_weights_are_frozen_and_the_picture_is_not(network, picture):
    picture.requires_grad_()
    network(picture, ["relu2_2"])["relu2_2"].sum().backward()
    assert picture.grad.abs().sum() > 0
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_average_and_maximum_pooling_are_what_they_say():
    state = untrained_state("vgg11", seed=0)
    picture = smooth_picture(16, 16)
    for pooling, function in (("average", nn.functional.avg_pool2d), ("max", nn.functional.max_pool2d)):
        features = vgg("vgg11", state, pooling)(picture, ["relu1_1", "pool1"])
        assert torch.equal(features["pool1"], function(features["relu1_1"], 2))


def test_preprocessing_is_imagenets_for_torchvisions_weights(vgg11):
    grey = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1).expand(1, 3, 4, 4)
    assert torch.allclose(vgg11.preprocess(grey), torch.zeros(1, 3, 4, 4), atol=1e-6)
    brighter = grey + torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    assert torch.allclose(vgg11.preprocess(brighter), torch.ones(1, 3, 4, 4), atol=1e-6)


def test_a_leading_1x1_convolution_is_the_networks_own_preprocessing():
    state = untrained_state("vgg11", seed=0)
    swap = {"0.weight": torch.eye(3).flip(0)[:, :, None, None] * 255, "0.bias": torch.full((3,), -100.0)}
    own = vgg("vgg11", swap | {f"x{key}": value for key, value in state.items()})
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    assert own.preprocess(red).flatten().tolist() == [-100, -100, 155]


def test_untrained_weights_come_from_the_seed_alone():
    first, again, other = (untrained_state("vgg11", seed) for seed in (0, 0, 1))
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["0.weight"], other["0.weight"])


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


def test_casting_leaves_the_original_in_its_own_precision(network, picture):
    cast = network.computed(rounded(network))
    assert cast(picture, ["relu1_1"])["relu1_1"].dtype is torch.bfloat16
    assert network(picture, ["relu1_1"])["relu1_1"].dtype is torch.float32


def test_the_first_layer_sees_the_picture_unrounded(network, picture):
    cast, exact = (n(picture, ["conv1_1"])["conv1_1"] for n in (network.computed(rounded(network)), network))
    assert torch.equal(cast, exact.bfloat16())


@pytest.mark.parametrize("checkpointing", [False, True])
def test_the_gradient_of_a_cast_network_is_that_of_the_original_but_for_rounding(network, picture, checkpointing):
    def gradient(seen: Network) -> torch.Tensor:
        x = picture.clone().requires_grad_()
        seen(x, ["relu2_1"])["relu2_1"].float().square().sum().backward()
        return x.grad

    cast = network.computed(rounded(network))
    exact, found = gradient(network), gradient(cast.checkpointed() if checkpointing else cast)
    assert (found - exact).norm() < 0.02 * exact.norm()


def test_weights_of_another_architecture_are_refused():
    with pytest.raises(
        InputError, match=r"network\.weights: 8 convolutions, not the 16 of vgg19; network\.architecture=vgg11 fits"
    ):
        vgg("vgg19", untrained_state("vgg11", seed=0))


def test_a_weights_file_that_wants_to_run_code_is_refused(tmp_path):
    torch.save({"x": print}, tmp_path / "evil.pth")
    with pytest.raises(InputError, match=r"not a PyTorch file of plain tensors; a module's are saved by torch\.save"):
        file_state(tmp_path / "evil.pth")


@pytest.mark.parametrize(
    "content", [{"state_dict": {}, "epoch": 3}, [1, 2], {"0.weight": torch.zeros(3, 3, 1, 1), "x": 1}]
)
def test_a_training_checkpoint_is_no_state_dict(tmp_path, content):
    torch.save(content, tmp_path / "x.pth")
    with pytest.raises(InputError, match="expected a state dict"):
        file_state(tmp_path / "x.pth")


def batch_normalised(architecture):
    """torchvision's network with random statistics, as in the middle of a training."""
    torch.manual_seed(0)
    column = torchvision.models.vgg.cfgs[{"vgg11": "A", "vgg13": "B"}[architecture]]
    features = torchvision.models.vgg.make_layers(column, batch_norm=True).eval()
    for module in features.modules():
        if isinstance(module, nn.BatchNorm2d):
            for values, low in (
                (module.weight, 0.5),
                (module.bias, -0.5),
                (module.running_mean, -0.2),
                (module.running_var, 0.3),
            ):
                nn.init.uniform_(values, low, low + 1)
    return features


@pytest.mark.parametrize("architecture", ["vgg11", "vgg13"])
@pytest.mark.parametrize("prefix", ["", "features."])
def test_batch_normalisation_folded_into_convolutions_computes_the_same(architecture, prefix):
    features, picture = batch_normalised(architecture), smooth_picture(32, 32)
    network = vgg(architecture, {f"{prefix}{key}": value for key, value in features.state_dict().items()}, "max")
    x, taps, expected = network.preprocess(picture), iter(network.taps), {}
    with torch.no_grad():
        for module in features:
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
def test_weights_in_half_precision_are_folded_in_single_precision(half):
    state = {key: value.to(half) for key, value in batch_normalised("vgg11").state_dict().items()}
    single = folded({key: value.float() for key, value in state.items()})
    found = folded(state)
    assert all(torch.equal(found[key], single[key]) for key in single)


@pytest.mark.parametrize("key", ["running_var", "weight", "bias"])
def test_a_normalisation_with_another_number_of_values_is_refused(key):
    state = {"0.weight": torch.zeros(4, 3, 3, 3), "1.running_mean": torch.zeros(4), "1.running_var": torch.ones(4)}
    with pytest.raises(InputError, match="follows no convolution of as many channels"):
        folded(state | {f"1.{key}": torch.ones(1)})


def test_a_normalisation_that_follows_no_convolution_is_refused():
    with pytest.raises(InputError, match=r"network\.weights: features\.1 follows no convolution of as many channels"):
        vgg("vgg11", {"features.0.weight": torch.zeros(4, 3, 3, 3), "features.1.running_mean": torch.zeros(5)})


def test_a_convolution_without_a_bias_is_refused():
    with pytest.raises(InputError, match="has no bias"):
        vgg("vgg11", {"0.weight": torch.zeros(4, 3, 3, 3)})


def test_a_weights_file_reads_back(tmp_path):
    state = untrained_state("vgg11", seed=0)
    torch.save(state, tmp_path / "w.pth")
    assert torch.equal(file_state(tmp_path / "w.pth")["0.weight"], state["0.weight"])


def test_in_double_precision_a_gradient_through_the_network_is_right():
    network = tiny_network(torch.float64)
    picture = smooth_picture(6, 6).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: network(x, ["conv2_2"])["conv2_2"], picture)


@pytest.mark.parametrize("layers", [["conv1_1", "relu1_1", "conv2_2"], ["relu2_2"], ["pool1", "relu2_1", "pool2"]])
def test_taps_are_those_of_the_stages_applied_one_by_one(network, picture, layers):
    """Rectifying in place never shows: neither in a tap nor in the gradient."""
    x = plain = picture.clone().requires_grad_()
    expected = {}
    for name, stage in network.stages.items():
        plain = stage(plain)
        expected[name] = plain
    found = network(x, layers)
    assert all(torch.equal(found[name], expected[name]) for name in layers)
    (gradient,) = torch.autograd.grad(sum(found[name].square().sum() for name in layers), x)
    (by_hand,) = torch.autograd.grad(sum(expected[name].square().sum() for name in layers), x)
    assert torch.allclose(gradient, by_hand, rtol=1e-5, atol=1e-6)


def test_winograd_changes_features_and_gradient_by_rounding_alone(network, picture, monkeypatch):
    monkeypatch.setattr("reconstruct.hardware.winograd.FEWEST", 0)
    layers, outcomes = ["conv1_1", "relu2_1", "relu2_2"], []
    for seen in (network, network.computed(dict.fromkeys(convolutions(network), ConvAlgorithm.winograd))):
        x = picture.clone().requires_grad_()
        features = seen(x, layers)
        sum(F.square().sum() for F in features.values()).backward()
        outcomes.append([*features.values(), x.grad])
    assert not torch.equal(outcomes[0][-2], outcomes[1][-2])
    for plain, fast in zip(*outcomes, strict=True):
        torch.testing.assert_close(fast, plain, rtol=1e-4, atol=1e-5 * float(plain.detach().abs().max()))


@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("last", list(ConvAlgorithm))
@pytest.mark.parametrize("middle", list(ConvAlgorithm))
def test_ways_can_be_mixed(network, picture, monkeypatch, middle, last, checkpointing):
    monkeypatch.setattr("reconstruct.hardware.winograd.FEWEST", 0)
    first, second, third, *_ = convolutions(network)
    mixed = network.computed({first: ConvAlgorithm.float32, second: middle, third: last})
    mixed, outcomes = mixed.checkpointed() if checkpointing else mixed, []
    for seen in (network, mixed):
        x = picture.clone().requires_grad_()
        features = seen(x, [first, third])
        sum(F.float().square().sum() for F in features.values()).backward()
        outcomes.append([*features.values(), x.grad])
    assert [F.dtype for F in outcomes[1][:2]] == [middle.dtype, last.dtype]
    for plain, other in zip(*outcomes, strict=True):
        assert (other.float() - plain).norm() < 0.03 * plain.norm()


def test_checkpointing_changes_neither_features_nor_gradient(network, picture):
    layers, ways = ["relu1_1", "relu2_2"], []
    for seen in (network, network.checkpointed()):
        x = picture.clone().requires_grad_()
        features = seen(x, layers)
        sum(F.square().sum() for F in features.values()).backward()
        ways.append([*features.values(), x.grad])
    assert all(torch.equal(a, b) for a, b in zip(*ways, strict=True))


def test_checkpointing_keeps_less_for_the_gradient(network, picture):
    def kept(seen):
        sizes = []
        with torch.autograd.graph.saved_tensors_hooks(lambda x: sizes.append(x.numel()) or x, lambda x: x):
            seen(picture.clone().requires_grad_(), ["relu2_2"])
        return sum(sizes)

    assert kept(network.checkpointed()) < kept(network) / 2
