"""Which network looks at the pictures: shared, checkpointed, compiled."""

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from support.tiny import smooth_picture

from experiments.cell import networks
from experiments.cell.compute_plan import ComputePlan
from experiments.cell.networks import _compiled
from experiments.cell.originals import _picture
from experiments.settings import schema
from experiments.settings.inputs import lookup, network_inputs
from reconstruct.errors import RunError
from reconstruct.hardware.algorithms import ConvAlgorithm
from reconstruct.hardware.winograd import Winograd
from reconstruct.images import to_image
from reconstruct.network import Network

CPU = torch.device("cpu")


SETTINGS = schema.NetworkSettings(architecture="vgg11", weights="untrained")


def forms_of(picture, layer, algorithm=ConvAlgorithm.float32, checkpointing=False) -> networks.Networks:
    plan = ComputePlan(CPU, algorithm, checkpointing, compiled=False)
    return networks.networks(SETTINGS, network_inputs(SETTINGS), plan, picture, (layer,))


def test_the_same_network_is_loaded_and_cast_once_and_let_go_of(picture):
    forms = [forms_of(picture, "relu2_1", ConvAlgorithm.bfloat16) for _ in range(2)]
    assert forms[0].exact is forms[1].exact
    assert forms[0].matched is forms[1].matched is forms[1].fast
    formats = [form(picture, ["relu2_1"])["relu2_1"].dtype for form in (forms[0].exact, forms[0].matched)]
    assert formats == [torch.float32, torch.bfloat16]
    networks.forget()
    again = forms_of(picture, "relu2_1", ConvAlgorithm.bfloat16)
    assert again.exact is not forms[0].exact
    assert again.matched is not forms[0].matched
    other = schema.NetworkSettings(architecture="vgg11", weights="untrained", seed=1)
    assert networks.network(other, network_inputs(other), CPU) is not again.exact


def test_a_picture_is_read_once_for_all_cells_and_again_when_it_has_changed_on_disk(photo):
    before = _picture(lookup(str(photo), "content.picture"), 32, True, CPU)
    assert _picture(lookup(str(photo), "content.picture"), 32, True, CPU) is before
    to_image(smooth_picture(40, 48, seed=9)).save(photo)
    assert not torch.equal(_picture(lookup(str(photo), "content.picture"), 32, True, CPU), before)


def test_without_a_compiler_compile_true_says_so(network, picture, monkeypatch):
    def fail(self, *arguments):
        raise RuntimeError("no C++ compiler\nand a long explanation")

    monkeypatch.setattr(Network, "compile", lambda self, **options: setattr(self, "_compiled_call_impl", fail))
    with pytest.raises(RunError, match="compile=true: no C\\+\\+ compiler; compile=false does without"):
        _compiled(network, picture, ("relu1_1",))


def test_targets_are_computed_by_torchs_own_convolutions_and_only_the_steps_are_checkpointed(picture):
    forms = forms_of(picture, "relu3_1", ConvAlgorithm.winograd, checkpointing=True)
    assert forms.matched is forms.exact
    assert isinstance(forms.fast.stages["conv3_1"], Winograd)
    assert (forms.fast.checkpointing, forms.matched.checkpointing) == (True, False)


@pytest.mark.real
@pytest.mark.filterwarnings("default")  # the compiler's own
@pytest.mark.skipif(shutil.which("g++") is None and shutil.which("clang++") is None, reason="no C++ compiler")
@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("winograd", [False, True])
def test_compiled_features_and_gradients_are_those_of_the_network(
    winograd, checkpointing, network, picture, monkeypatch
):
    monkeypatch.setattr("reconstruct.hardware.winograd.FEWEST", 0)
    monkeypatch.setattr("reconstruct.hardware.algorithms.WINOGRAD_CHANNELS", 1)
    layers, ways = ("relu1_1", "relu2_2"), []
    stages = network.computed(ConvAlgorithm.winograd, layers) if winograd else network
    stages = stages.checkpointed() if checkpointing else stages
    for seen in (network, _compiled(stages, picture, layers)):
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
