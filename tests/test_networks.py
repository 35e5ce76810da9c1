"""Which network looks at the pictures: shared, checkpointed, compiled."""

import ctypes
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from conftest import smooth_picture, tiny_network

from experiments.cell import build, networks
from experiments.settings import schema
from reconstruct.errors import InputError, RunError
from reconstruct.images import to_image
from reconstruct.network import Network

CPU = torch.device("cpu")


@dataclass
class Asked:
    """The settings that matter here."""

    compile: str = "auto"
    checkpointing: bool = False
    steps: int = 200


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


def test_winograd_is_not_compiled_unasked(network, picture):
    seen = network.with_winograd(["relu1_1"])
    assert networks.for_optimising(seen, Asked("auto", steps=10**9), picture, ("relu1_1",)) is seen


@pytest.mark.usefixtures("broken_compiler")
def test_without_a_compiler_auto_goes_on(network, picture, capfd):
    asked = Asked(steps=10**7)
    assert networks.for_optimising(network, asked, picture, ("relu1_1",)) is network
    assert "not compiled, which only costs time (no C++ compiler)" in capfd.readouterr().err


@pytest.mark.usefixtures("broken_compiler")
def test_without_a_compiler_compile_true_says_so(network, picture):
    with pytest.raises(RunError, match="compile=true: no C\\+\\+ compiler; compile=false does without"):
        networks.for_optimising(network, Asked("true"), picture, ("relu1_1",))


@pytest.mark.parametrize(("asked", "dtype", "pays", "taken"), [
    ("auto", torch.float32, True, True), ("auto", torch.float32, False, False), ("auto", torch.bfloat16, True, False),
    ("true", torch.float32, False, True), ("false", torch.float32, True, False),
])  # fmt: skip
def test_winograd_is_taken_where_it_pays_or_is_asked_for(asked, dtype, pays, taken, monkeypatch):
    monkeypatch.setattr(networks, "winograd_pays", lambda device: pays)
    assert networks.winograd(asked, dtype, CPU) is taken


def test_winograd_needs_float32():
    with pytest.raises(InputError, match="winograd=true needs precision=float32, not bfloat16"):
        networks.winograd("true", torch.bfloat16, CPU)


def test_winograd_is_made_once_for_all_cells_and_let_go_of(network):
    first, again = (networks.with_winograd(network, ("relu1_1",)) for _ in range(2))
    assert first is again
    build.forget()
    assert networks.with_winograd(network, ("relu1_1",)) is not first


def test_checkpointing_is_passed_on(network, picture):
    seen = networks.for_optimising(network, Asked(checkpointing=True), picture, ("relu1_1",))
    assert (seen.checkpointing, network.checkpointing) == (True, False)


@pytest.mark.real
@pytest.mark.filterwarnings("default")  # the compiler's own
@pytest.mark.skipif(shutil.which("g++") is None and shutil.which("clang++") is None, reason="no C++ compiler")
@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("winograd", [False, True])
def test_compiled_features_and_gradients_are_those_of_the_network(
    winograd, checkpointing, network, picture, monkeypatch
):
    monkeypatch.setattr("reconstruct.network.WIDE", 1)
    monkeypatch.setattr("reconstruct.hardware.winograd.FEWEST", 0)
    layers, ways = ("relu1_1", "relu2_2"), []
    stages = network.with_winograd(layers) if winograd else network
    for seen in (network, networks.for_optimising(stages, Asked("true", checkpointing), picture, layers)):
        x = picture.clone().requires_grad_()
        features = seen(x, layers)
        sum(F.square().sum() for F in features.values()).backward()
        ways.append([*(features[layer] for layer in layers), x.grad])
    assert all(torch.allclose(a, b, rtol=1e-4, atol=1e-6) for a, b in zip(*ways, strict=True))


@pytest.mark.skipif(
    not Path("/proc/self/status").exists() or not hasattr(ctypes.CDLL(None), "mallopt"), reason="no glibc"
)
@pytest.mark.parametrize(("large", "kept"), [(True, True), (False, False)])
def test_freed_memory_is_kept(large, kept):
    program = f"""
import torch
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
from reconstruct.hardware import memory
memory.keep_freed(large={large})
before = resident()
x = torch.ones(2**25)  # 128 MB
del x
print(resident() - before)
"""
    left = int(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)
    assert (left > 2**26) is kept
