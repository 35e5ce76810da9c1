"""How a cell is computed follows from the settings, from what was measured, or from its checkpoint."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from experiments.cell import compute_plan
from experiments.cell.compute_plan import _allowed, _choice, own_gpu
from experiments.settings import schema
from reconstruct.errors import InputError
from reconstruct.hardware import algorithm_choice
from reconstruct.hardware.algorithms import ConvAlgorithm

CPU = torch.device("cpu")
AUTO, FLOAT32, BFLOAT16 = (schema.Precision[name] for name in ("auto", "float32", "bfloat16"))


pytestmark = pytest.mark.usefixtures("elsewhere")


def config(**changes) -> schema.Config:
    """Only the settings that matter here."""
    chosen = {"compile": "auto", "steps": 200, "precision": AUTO, "winograd": "auto", "checkpointing": False}
    network, layers = schema.NetworkSettings("vgg11"), changes.pop("layers", ("relu3_1",))
    return SimpleNamespace(network=network, asked_layers=lambda: layers, **(chosen | changes))


@pytest.fixture
def measured(monkeypatch):
    """Made up: algorithm -> seconds of a step."""
    known: dict[ConvAlgorithm, float] = {}
    monkeypatch.setattr(algorithm_choice, "measure", lambda *_: known)
    return known


def test_on_metal_there_is_float32_alone():
    """Simulated: nothing here computes on such a device."""
    metal = torch.device("mps")
    assert _allowed(config(), metal) == ["float32"]
    assert _choice(config(steps=10**6), None, metal, 256, 256)[0] is ConvAlgorithm.float32
    with pytest.raises(InputError, match="winograd=true needs a device with double precision"):
        _allowed(config(winograd="true"), metal)


@pytest.mark.parametrize("fastest", list(ConvAlgorithm))
def test_what_is_fastest_is_taken(measured, fastest):
    measured.update({each: 1.0 - 0.5 * (each is fastest) for each in ConvAlgorithm})
    algorithm, reason = _choice(config(layers=("relu3_2",)), None, CPU, 256, 256)
    assert algorithm is fastest
    assert f"{fastest} is fastest: a step at 256×256 pixels takes" in reason
    assert f"500 ms in {fastest}" in reason


def test_what_rounds_is_not_taken_for_a_gain_within_the_noise(measured):
    measured.update(dict(zip(ConvAlgorithm, (1.0, 0.99, 0.98), strict=True)))
    assert _choice(config(), None, CPU, 256, 256)[0] is ConvAlgorithm.float32


@pytest.mark.parametrize(("precision", "winograd", "layer", "algorithm"), [
    (FLOAT32, "false", "relu3_2", "float32"), (FLOAT32, "true", "relu3_2", "winograd"),
    (BFLOAT16, "auto", "relu3_2", "bfloat16"), (FLOAT32, "auto", "relu2_1", "float32"),
    (AUTO, "auto", "relu1_1", "float32"), (BFLOAT16, "auto", "relu1_1", "float32"),
    (AUTO, "true", "relu2_1", "float32"),
])  # fmt: skip
def test_what_leaves_no_choice_is_not_measured(monkeypatch, precision, winograd, layer, algorithm):
    """Nor is an algorithm that no convolution has enough channels for, nor any for the one that sees the picture."""
    monkeypatch.setattr(algorithm_choice, "measure", None)
    found = _choice(config(precision=precision, winograd=winograd, layers=(layer,)), None, CPU, 64, 64)
    assert found == (algorithm, f"{algorithm}: there is no choice")


def test_a_line_says_that_something_is_measured_and_none_that_it_is_known(capsys):
    first = _choice(config(), None, CPU, 32, 32)
    assert "measuring which algorithm for 3 convolutions to" in capsys.readouterr().err
    assert _choice(config(), None, CPU, 32, 32) == first
    assert capsys.readouterr().err == ""
    assert len(list(Path("empty-cache/timings").glob("*.json"))) == 1


@pytest.fixture
def _no_gpu_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    own_gpu.cache_clear()
    yield
    own_gpu.cache_clear()
    compute_plan._taken.clear()


@pytest.mark.usefixtures("_no_gpu_taken")
def test_processes_side_by_side_take_one_gpu_each_and_share_when_there_are_no_more():
    code = "from experiments.cell.compute_plan import own_gpu; print(own_gpu(2), flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    processes = []
    for taken in "01":
        processes.append(subprocess.Popen([sys.executable, "-c", code], text=True, **pipes))
        assert processes[-1].stdout.readline().strip() == taken
    assert own_gpu(2) in (0, 1)  # shared
    own_gpu.cache_clear()
    processes[1].communicate("\n")
    assert own_gpu(2) == 1
    processes[0].communicate("\n")


@pytest.mark.usefixtures("_no_gpu_taken")
def test_a_gpu_is_known_by_its_own_name_to_all_processes_of_its_user(tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    monkeypatch.delattr(os, "getuid")  # a system that does not number users; each has temporary files of their own
    assert own_gpu(2) == 0
    assert [path.name for path in tmp_path.glob("*.lock")] == ["reconstruct-user-gpu-3.lock"]
