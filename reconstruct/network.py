"""A convolutional network that is only looked at: pictures in, the features of named layers out.

Gatys et al. (2015) take the convolutions and poolings of VGG-19 (Simonyan & Zisserman, 2015), replace maximum by
average pooling, and rescale the weights so that every filter's mean rectified activation over pictures and positions
is 1. ReLU and both poolings are positively homogeneous, so the rescaling leaves what the network computes unchanged:
filter i of a layer is divided by its mean activation m_i and the next layer's input i multiplied by it.

With `models`, the door to torchvision. All preprocessing happens behind `Network`'s door.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Self

import torch
import torchvision
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from reconstruct import layers as names
from reconstruct.batch_norm import folded
from reconstruct.errors import InputError, RunError
from reconstruct.hardware.algorithms import ConvAlgorithm, Rounded, converted
from reconstruct.hardware.winograd import Winograd
from reconstruct.models import IMAGENET
from reconstruct.weights import State as State
from reconstruct.weights import file_state as file_state

Pooling = Literal["average", "max"]
Read = Callable[[str, Tensor], Any]

FAINTEST = 0.1
CAFFE_MEAN = (103.939, 116.779, 123.68)  # of ImageNet in blue, green, red, 0 to 255


class Network(nn.Module, ABC):
    """What is looked at: calling it gives the features of some of its layers.

    Args:
        preprocess: what stands between RGB in [0, 1] and what the network was trained on.
    """

    def __init__(self, preprocess: nn.Module | None = None) -> None:
        super().__init__()
        self.preprocess = preprocess or nn.Identity()

    def _frozen(self) -> None:
        """Nothing of it learns, and what works in place (torchvision's ReLU) leaves its input alone, a layer itself."""
        for module in self.modules():
            if getattr(module, "inplace", False):
                module.inplace = False  # type: ignore[assignment]
        self.eval().requires_grad_(False).to(memory_format=torch.channels_last)

    @property
    @abstractmethod
    def taps(self) -> tuple[str, ...]:
        """Names of all layers, from the picture upwards."""

    @abstractmethod
    def forward(self, picture: Tensor, layers: Iterable[str], read: Read = lambda _, F: F) -> dict[str, Any]:
        """Features of `layers`; nothing deeper than the deepest of them is computed.

        Args:
            picture: ``(N, 3, H, W)``, RGB in [0, 1].
            layers: tap names.
            read: what of a layer's features is given back; unless that is themselves, or a gradient needs them, they
                are let go of on the way.

        Returns:
            tap -> what `read` makes of tap and ``(N, C, H', W')``, in the number format in which the layer is computed.
        """

    @abstractmethod
    def computed(self, algorithm: ConvAlgorithm, layers: Iterable[str]) -> "Network":
        """The same weights, with the convolutions up to the deepest of `layers` computed by this algorithm."""

    @abstractmethod
    def checkpointed(self) -> "Network":
        """The same weights and features for less memory and more time, if it can do that."""


class Stages(Network):
    """Stages applied in turn, each a tap.

    Args:
        stages: tap name -> module, in the order in which they are applied.
        preprocess: what stands between RGB in [0, 1] and the first stage.
    """

    def __init__(self, stages: Mapping[str, nn.Module], preprocess: nn.Module | None = None) -> None:
        super().__init__(preprocess)
        self.checkpointing = False
        self.stages = nn.ModuleDict(stages)
        self._frozen()

    @property
    def taps(self) -> tuple[str, ...]:
        """Names of all layers, from the picture upwards."""
        return tuple(self.stages)

    def forward(self, picture: Tensor, layers: Iterable[str], read: Read = lambda _, F: F) -> dict[str, Any]:
        """Features of `layers`; see `Network`."""
        wanted = frozenset(layers)
        features: dict[str, Any] = {}
        x = self.preprocess(picture).contiguous(memory_format=torch.channels_last)
        for block in self._blocks(wanted):
            if self.checkpointing and torch.is_grad_enabled():
                x, found = checkpoint(
                    self._stages_of, block, x, wanted, read, use_reentrant=False, preserve_rng_state=False
                )
            else:
                x, found = self._stages_of(block, x, wanted, read)
            features |= found
        return features

    def _stages_of(
        self, block: Sequence[str], x: Tensor, wanted: frozenset[str], read: Read
    ) -> tuple[Tensor, dict[str, Any]]:
        features: dict[str, Any] = {}
        overwritable = False  # nobody else needs x: neither a caller nor the gradient of the stage that made it
        for name in block:
            stage = self.stages[name]
            x = x.relu_() if overwritable and isinstance(stage, nn.ReLU) else stage(x)
            overwritable = isinstance(stage, nn.Conv2d | Winograd | Rounded) and name not in wanted
            if name in wanted:
                features[name] = read(name, x)
        return x, features

    def _blocks(self, wanted: frozenset[str]) -> list[list[str]]:
        """Taps up to the deepest that is wanted, in blocks that end with a pooling."""
        last = max((self.taps.index(name) for name in wanted), default=-1)
        blocks: list[list[str]] = [[]]
        for name in self.taps[: last + 1]:
            blocks[-1].append(name)
            if name.startswith("pool"):
                blocks.append([])
        return [block for block in blocks if block]

    # Departure: the paper computes in float32. What is reported is computed so here, too; the steps may be in bfloat16
    # or by Winograd's convolutions.
    def computed(self, algorithm: ConvAlgorithm, layers: Iterable[str]) -> Self:
        """The same weights, with the convolutions up to the deepest of `layers` computed by this algorithm."""
        network, passed = copy.copy(self), [tap for block in self._blocks(frozenset(layers)) for tap in block]
        plain = {tap: stage for tap in passed if isinstance(stage := self.stages[tap], nn.Conv2d)}
        changed = zip(plain, converted(list(plain.values()), algorithm), strict=True)
        network._modules = self._modules | {"stages": nn.ModuleDict({**self.stages, **dict(changed)}).eval()}
        return network

    def checkpointed(self) -> Self:
        """The same weights; what enters a block is kept, and the rest computed once more for the gradient.

        The same features for less memory and more time (Chen et al., 2016, "Training Deep Nets with Sublinear Memory
        Cost").
        """
        network = copy.copy(self)
        network.checkpointing = True
        return network


def vgg(architecture: str, state: State, pooling: Pooling = "average", preprocess: nn.Module | None = None) -> Stages:
    """The convolutions and poolings of a VGG with the given weights.

    Args:
        architecture: vgg11, vgg13, vgg16 or vgg19.
        state: weights and biases in the order of the convolutions: a torchvision state dict, or one whose first entry
            is a 1×1 convolution that turns RGB in [0, 1] into what the network was trained on. Batch normalisation
            is folded into the convolutions: a conv tap is what comes out of it.
        pooling: what the five poolings do; Gatys et al. use the average.
        preprocess: what stands before weights without such a first entry; by default ImageNet's scaling.

    Raises:
        InputError: the weights are not those of such a network.
    """
    pairs = _convolutions(state)
    if begins_with_preprocessing(state):
        preprocess = _convolution_1x1(*pairs.pop(0))
    return Stages(_stages(architecture, pairs, pooling), preprocess or scaling(*IMAGENET))


def begins_with_preprocessing(state: State) -> bool:
    """Whether weights say themselves what stands before the network: in a 1×1 convolution of RGB."""
    return next((value.shape for value in state.values() if value.ndim == 4), None) == (3, 3, 1, 1)


def _convolutions(state: State) -> list[tuple[Tensor, Tensor]]:
    """Weights and biases of the convolutions; the classifier's matrices are passed over."""
    state = folded(state)
    names = [key.removesuffix("weight") for key, value in state.items() if value.ndim == 4 and key.endswith("weight")]
    try:
        return [(state[f"{name}weight"], state[f"{name}bias"]) for name in names]
    except KeyError as error:
        raise InputError(f"network.weights: the convolution {error} has no bias; expected a plain VGG") from error


def _stages(architecture: str, pairs: Sequence[tuple[Tensor, Tensor]], pooling: Pooling) -> dict[str, nn.Module]:
    features = _features(architecture)
    convolutions = [module for module in features if isinstance(module, nn.Conv2d)]
    shapes, expected = [weight.shape for weight, _ in pairs], _shapes(architecture)
    if shapes != expected:
        fitting = [f"; network.architecture={name} fits" for name in names.ARCHITECTURES if shapes == _shapes(name)]
        raise InputError(
            f"network.weights: {len(shapes)} convolutions, not the {len(expected)} of {architecture}{''.join(fitting)}"
        )
    for module, (weight, bias) in zip(convolutions, pairs, strict=True):
        module.load_state_dict({"weight": weight, "bias": bias})
    taps = names.taps(names.ARCHITECTURES[architecture])
    for index, stage in enumerate(features):
        if isinstance(stage, nn.MaxPool2d) and pooling == "average":
            features[index] = nn.AvgPool2d(2)
    return dict(zip(taps, features, strict=True))


def _shapes(architecture: str) -> list[torch.Size]:
    pairs = names.convolutions(architecture, ["pool5"]).values()
    return [torch.Size((outputs, channels, 3, 3)) for channels, outputs in pairs]


def _features(architecture: str) -> nn.Sequential:
    """torchvision's modules without the classifier, which alone would be 500 MB."""
    column = {"vgg11": "A", "vgg13": "B", "vgg16": "D", "vgg19": "E"}[architecture]
    features: nn.Sequential = torchvision.models.vgg.make_layers(torchvision.models.vgg.cfgs[column])
    return features


def vgg_modules(architecture: str) -> nn.Sequential:
    """Its modules without weights of any use, each with the name of its tap."""
    named, taps = nn.Sequential(), names.taps(names.ARCHITECTURES[architecture])
    for tap, module in zip(taps, _features(architecture), strict=True):
        named.add_module(tap, module)
    return named


def _convolution_1x1(weight: Tensor, bias: Tensor) -> nn.Conv2d:
    convolution = nn.Conv2d(3, 3, 1)
    convolution.load_state_dict({"weight": weight, "bias": bias})
    return convolution


def scaling(mean: Sequence[float], std: Sequence[float]) -> nn.Conv2d:
    """From RGB in [0, 1] to numbers of these mean and standard deviation, as a 1×1 convolution."""
    centre, scale = torch.tensor(mean), torch.tensor(std)
    return _convolution_1x1(torch.diag(1 / scale)[:, :, None, None], -centre / scale)


def preprocessing(name: str) -> nn.Conv2d:
    """That of torchvision's networks (``imagenet``), or that of Caffe's, Gatys's own among them (``caffe``)."""
    if name == "imagenet":
        return scaling(*IMAGENET)
    return _convolution_1x1(255 * torch.eye(3).flip(0)[:, :, None, None], -torch.tensor(CAFFE_MEAN))


def torchvision_state(architecture: str, batch_normalised: bool = False) -> State:
    """The ImageNet weights that torchvision ships for `architecture` (cached by torchvision).

    Raises:
        RunError: they could not be fetched.
    """
    trained = f"{architecture}_bn" if batch_normalised else architecture
    weights = torchvision.models.get_model_weights(trained).DEFAULT
    try:
        state: State = weights.get_state_dict(progress=True, check_hash=True, weights_only=True)
    except Exception as error:  # whatever a download may raise: no network, a wrong digest, a cut-off file
        raise RunError(
            f"torchvision's weights for {trained} could not be fetched ({error}); "
            "network=vgg19_normalized needs only the package index"
        ) from error
    return {key: value for key, value in state.items() if key.startswith("features.")}


def untrained_state(architecture: str, seed: int) -> State:
    """Random weights, normal with variance 2 / fan-in (He et al., 2015), and zero biases."""
    generator = torch.Generator().manual_seed(seed)
    features = _features(architecture)
    state = {key: torch.zeros_like(value) for key, value in features.state_dict().items()}
    for value in state.values():
        if value.ndim == 4:
            value.normal_(std=(2 / value[0].numel()) ** 0.5, generator=generator)
    return state


@torch.no_grad()
def mean_activations(network: Network, pictures: Iterable[Tensor]) -> dict[str, Tensor]:
    """Mean rectified activation of every filter over pictures ``(1, 3, H, W)`` and positions: relu tap -> ``(C,)``."""
    taps = [tap for tap in network.taps if tap.startswith("relu")]
    means = [{tap: F.mean((0, 2, 3)) for tap, F in network(picture, taps).items()} for picture in pictures]
    return {tap: torch.stack([mean[tap] for mean in means]).mean(0) for tap in taps}


def normalized(network: Stages, pictures: Iterable[Tensor]) -> Stages:
    """A copy in which every filter's mean rectified activation over `pictures` is 1 (Gatys et al., 2015, Methods).

    Args:
        network: its convolutions have biases.
        pictures: ``(1, 3, H, W)`` each, RGB in [0, 1], of any sizes.
    """
    network = copy.deepcopy(network)
    below = torch.ones(1)  # the mean activations of the layer beneath
    for tap, m in mean_activations(network, pictures).items():
        # Departure: untrained networks have filters that hardly ever fire. Dividing by next to nothing would leave a
        # layer that consists of them alone, so that no mean counts as less than `FAINTEST` of the layer's average.
        m = m.clamp(min=FAINTEST * float(m.mean()))
        convolution = network.stages[tap.replace("relu", "conv")]
        assert isinstance(convolution, nn.Conv2d)
        assert convolution.bias is not None
        convolution.weight.mul_(below[None, :, None, None]).div_(m[:, None, None, None])
        convolution.bias.div_(m)
        below = m
    return network
