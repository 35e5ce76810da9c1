"""Any module of torch's as a network, and what its layers see of a picture."""

import pytest
import torch
import torchvision
from torch import Tensor, nn

from reconstruct.hardware.algorithms import ConvAlgorithm
from reconstruct.modules import Modules
from reconstruct.receptive_fields import survey


class Residual(nn.Module):
    """A skip connection, one rectification for two places, and sums in place."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, stride=2, padding=1)
        self.one, self.two = nn.Conv2d(6, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=2, dilation=2)
        self.norm, self.relu = nn.BatchNorm2d(6), nn.ReLU(inplace=True)
        self.head = nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        y = self.two(self.relu(self.norm(self.one(x))))
        y += x
        return self.head(self.relu(y).mean((2, 3)))


def model_of(name: str) -> nn.Module:
    torch.manual_seed(0)
    quickly = {"init_weights": False} if name in ("vgg19", "inception_v3") else {}
    return (Residual() if name == "residual" else torchvision.models.get_model(name, weights=None, **quickly)).eval()


SIDE = 64
NETWORKS = ("residual", "resnet18", "convnext_tiny")


def untouched(module: nn.Module, picture: Tensor, names: set[str]) -> dict[str, Tensor]:
    """Features by plain hooks, of each module's first call."""
    found: dict[str, Tensor] = {}

    def keep(name: str, output: Tensor) -> None:
        found.setdefault(name, output.clone())

    for name in names:
        module.get_submodule(name).register_forward_hook(lambda m, given, output, name=name: keep(name, output))
    module(picture)
    return found


@pytest.fixture
def picture() -> Tensor:
    return torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", ["residual", "resnet18", "convnext_tiny", "vit_b_16"])
def test_features_are_those_of_the_modules_calls(name):
    side = 224 if name == "vit_b_16" else SIDE
    x = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(1))
    network = Modules(model_of(name), size=(side, side))
    first = [tap for tap in network.taps if tap == network.layers[tap].module]
    chosen = [first[1], first[len(first) // 2], first[-1]]
    with torch.no_grad():
        seen, expected = network(x, chosen), untouched(model_of(name), x, set(chosen))
    for layer in chosen:
        channels, height, width = network.layers[layer].shape
        assert seen[layer].shape == (1, channels, height, width)
        assert torch.allclose(seen[layer].flatten().sort().values, expected[layer].flatten().sort().values, atol=1e-5)


def test_a_module_that_is_called_twice_is_two_layers_and_nothing_is_changed_behind_them(picture):
    network = Modules(model_of("residual"), size=(SIDE, SIDE))
    assert network.taps == ("stem", "one", "norm", "relu", "two", "relu_1", "head")
    with torch.no_grad():
        seen = network(picture, network.taps)
    assert torch.equal(seen["relu"], seen["norm"].relu())
    assert torch.equal(seen["relu_1"], (seen["two"] + seen["stem"]).relu())  # two itself is not yet summed
    assert torch.equal(seen["head"][0, :, 0, 0], network.module.head(seen["relu_1"].mean((2, 3)))[0])


def test_nothing_deeper_than_the_deepest_layer_is_computed(picture):
    network = Modules(model_of("residual"), size=(SIDE, SIDE))
    network.module.two.register_forward_hook(lambda *_: pytest.fail("computed"))
    assert list(network(picture, ["norm", "stem"])) == ["stem", "norm"]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_gradient_is_that_of_finite_differences(name, picture):
    network = Modules(model_of(name).double(), size=(SIDE, SIDE))
    x, layer = picture.double().requires_grad_(), network.taps[len(network.taps) // 2]
    loss = lambda x: network(x, [layer])[layer].square().sum()  # noqa: E731
    (gradient,) = torch.autograd.grad(loss(x), x)
    direction = torch.randn(x.shape, generator=torch.Generator().manual_seed(2), dtype=x.dtype)
    step = 1e-7 * direction  # few rectifications change their minds on so short a way
    with torch.no_grad():
        slope = (loss(x + step) - loss(x - step)) / 2e-7
    assert float((gradient * direction).sum()) == pytest.approx(float(slope), rel=1e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_bfloat16_rounds_and_no_more(name, picture):
    network = Modules(model_of(name), size=(SIDE, SIDE))
    layer = network.taps[len(network.taps) // 2]
    with torch.no_grad():
        exact, rounded = (
            each(picture, [layer])[layer] for each in (network, network.computed(ConvAlgorithm.bfloat16, [layer]))
        )
    assert rounded.dtype is torch.bfloat16
    assert float((exact - rounded.float()).norm() / exact.norm()) < 0.03
    assert network(picture, [layer])[layer].dtype is torch.float32


def positive(module: nn.Module) -> nn.Module:
    """The same network with weights such that nothing that a position sees cancels out."""
    for part in list(module.modules()):
        for name, each in part.named_children():
            if isinstance(each, nn.MaxPool2d):  # whose gradient is that of one position
                part.add_module(name, nn.AvgPool2d(each.kernel_size, each.stride, each.padding))
        for name, value in part.named_parameters(recurse=False):
            value.data = torch.full_like(
                value, 0.0 if name == "bias" else 1 / value[0].numel() if value.ndim > 1 else 1
            )
    return module


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("residual", 64),
        ("vgg19", 128),
        ("alexnet", 256),
        ("resnet18", 160),
        ("densenet121", 128),
        ("inception_v3", 160),
    ],
)
def test_a_receptive_field_is_the_support_of_the_gradient(name, side):
    """Of a position in the middle, in a network without negative weights, in layers that see less than the picture."""
    whole = model_of(name)
    module = positive(whole.features if name in ("vgg19", "alexnet") else whole).double()
    network = Modules(module, size=(side, side))
    checked, every = 0, list(network.layers.items())
    for layer, known in every[:: max(1, len(every) // 40)]:
        (down, across), (_, rows, columns) = known.field, known.shape
        row, column = rows // 2, columns // 2
        ends = [
            (axis.first + axis.stride * at, axis.last + axis.stride * at)
            for axis, at in ((down, row), (across, column))
        ]
        if any(first < 0 or last >= side for first, last in ends):
            continue
        x = torch.rand(
            1, 3, side, side, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
        ).requires_grad_()
        (gradient,) = torch.autograd.grad(network(x, [layer])[layer][0, :, row, column].sum(), x)
        seen = gradient[0].abs().sum(0).nonzero()
        assert [(float(s.min()), float(s.max())) for s in seen.T] == ends, layer
        checked += 1
    assert checked > 4


def test_the_receptive_fields_of_vgg_are_those_that_are_known():
    module = model_of("vgg19")
    layers = survey(module, 224, 224).values()
    sizes = [each.field[0].size for each in layers if isinstance(module.get_submodule(each.module), nn.Conv2d)]
    assert sizes == [3, 5, 10, 14, 24, 32, 40, 48, 68, 84, 100, 116, 156, 188, 220, 252]
