"""Which network looks at the pictures: shared, checkpointed, compiled."""

import shutil
from dataclasses import dataclass

import pytest
import torch
from conftest import smooth_picture, tiny_network

from experiments import build, networks, schema
from reconstruct import memory
from reconstruct.errors import InputError, RunError
from reconstruct.images import to_image
from reconstruct.network import Network
from reconstruct.winograd import Winograd

CPU = torch.device("cpu")


@dataclass
class Asked:
    """The settings that matter here."""

    compile: str = "auto"
    checkpointing: bool = False
    steps: int = 200
    winograd: str = "false"


@pytest.fixture
def broken_compiler(monkeypatch):
    def fail(self, *arguments):
        raise RuntimeError("no C++ compiler\nand a long explanation")

    monkeypatch.setattr(Network, "compile", lambda self, **options: setattr(self, "_compiled_call_impl", fail))


def test_the_same_network_is_loaded_and_cast_once():
    settings = schema.Network(architecture="vgg11", weights="untrained")
    first, again = (networks.network(settings, CPU) for _ in range(2))
    assert first is again
    assert networks.cast(first, torch.bfloat16) is networks.cast(again, torch.bfloat16)
    other = networks.network(schema.Network(architecture="vgg11", weights="untrained", seed=1), CPU)
    assert other is not first


def test_the_code_of_an_original_is_computed_once_for_all_cells(photo):
    picture = build._picture(str(photo), "content.picture", "a", 32, True, CPU)
    assert build._picture(str(photo), "content.picture", "a", 32, True, CPU) is picture
    network = tiny_network()
    first, again = (build._target(network, "content", ("relu1_1",), picture) for _ in range(2))
    assert first is again


def test_a_picture_that_has_changed_on_disk_is_read_again(photo):
    before = build._picture(str(photo), "content.picture", "digest before", 32, True, CPU)
    to_image(smooth_picture(40, 48, seed=9)).save(photo)
    assert not torch.equal(build._picture(str(photo), "content.picture", "digest after", 32, True, CPU), before)


@pytest.mark.parametrize(("compile_", "steps"), [("auto", 200), ("false", 10**9)])
def test_short_runs_are_not_compiled(compile_, steps, network, picture):
    assert networks.for_optimising(network, Asked(compile_, steps=steps), picture, ("relu1_1",)) is network


@pytest.mark.usefixtures("broken_compiler")
def test_without_a_compiler_auto_goes_on(network, picture, capfd):
    asked = Asked(steps=10**7)
    assert networks.for_optimising(network, asked, picture, ("relu1_1",)) is network
    assert "not compiled, which only costs time (no C++ compiler)" in capfd.readouterr().err


@pytest.mark.usefixtures("broken_compiler")
def test_without_a_compiler_compile_true_says_so(network, picture):
    with pytest.raises(RunError, match="compile=true: no C\\+\\+ compiler; compile=false does without"):
        networks.for_optimising(network, Asked("true"), picture, ("relu1_1",))


@pytest.mark.parametrize(("asked", "pays", "taken"), [
    ("auto", True, True), ("auto", False, False), ("true", False, True), ("false", True, False),
])  # fmt: skip
def test_winograd_is_taken_where_it_pays_or_is_asked_for(asked, pays, taken, network, picture, monkeypatch):
    monkeypatch.setattr(networks, "winograd_pays", lambda device: pays)
    monkeypatch.setattr("reconstruct.network.WIDE", 1)
    seen = networks.for_optimising(network, Asked(winograd=asked), picture, ("relu2_1",))
    assert isinstance(seen.stages["conv2_1"], Winograd) is taken
    assert not isinstance(network.stages["conv2_1"], Winograd)


def test_winograd_is_made_once_for_all_cells(network, picture):
    first, again = (networks.for_optimising(network, Asked(winograd="true"), picture, ("relu1_1",)) for _ in range(2))
    assert first is again


def test_winograd_needs_float32(network, picture):
    low = network.cast(torch.bfloat16)
    assert networks.for_optimising(low, Asked(winograd="auto"), picture, ("relu1_1",)) is low
    with pytest.raises(InputError, match="winograd=true: its rounding needs float32"):
        networks.for_optimising(low, Asked(winograd="true"), picture, ("relu1_1",))


def test_checkpointing_is_passed_on(network, picture):
    seen = networks.for_optimising(network, Asked(checkpointing=True), picture, ("relu1_1",))
    assert (seen.checkpointing, network.checkpointing) == (True, False)


@pytest.mark.real
@pytest.mark.filterwarnings("default")  # the compiler's own
@pytest.mark.skipif(shutil.which("g++") is None and shutil.which("clang++") is None, reason="no C++ compiler")
def test_compiled_features_and_gradients_are_those_of_the_network(network, picture):
    layers, ways = ("relu1_1", "relu2_2"), []
    for seen in (network, networks.for_optimising(network, Asked("true"), picture, layers)):
        x = picture.clone().requires_grad_()
        features = seen(x, layers)
        sum(F.square().sum() for F in features.values()).backward()
        ways.append([*(features[layer] for layer in layers), x.grad])
    assert all(torch.allclose(a, b, rtol=1e-4, atol=1e-6) for a, b in zip(*ways, strict=True))


def test_freed_memory_can_be_kept_anywhere():
    for pixels in (1, memory.MANY + 1):
        memory.keep_freed(pixels)
        assert torch.ones(1 << 24).sum() == 1 << 24
