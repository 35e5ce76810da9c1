"""How a cell is computed follows from the settings, from what was measured, or from how it was begun."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from experiments.cell.compute_plan import Begun, Compilation, ComputePlan, _allowed, _compilation, _plan
from experiments.settings import schema
from reconstruct.errors import InputError
from reconstruct.hardware import choice
from reconstruct.hardware.timing import Times
from reconstruct.hardware.timings import Timings
from reconstruct.hardware.ways import Way

CPU = torch.device("cpu")
AUTO, FLOAT32, BFLOAT16 = (schema.Precision[name] for name in ("auto", "float32", "bfloat16"))


def config(**changes) -> schema.Config:
    """Only the settings that matter here."""
    chosen = {"compile": "auto", "steps": 200, "precision": AUTO, "winograd": "auto", "checkpointing": False}
    network, layers = SimpleNamespace(architecture="vgg11"), changes.pop("layers", ("relu3_1",))
    return SimpleNamespace(network=network, asked_layers=lambda: layers, **(chosen | changes))


@pytest.fixture
def measured(monkeypatch):
    """Times are made up: way -> seconds of every convolution."""
    known: dict[Way, float] = {}

    def made_up(shapes, allowed, device, path, tell):
        times = {shape: Times({way: s for way, s in known.items() if way in allowed}, 0.001) for shape in shapes}
        return Timings(times, 0.0)

    monkeypatch.setattr(choice, "timings", made_up)
    return known


@pytest.mark.parametrize(("precision", "winograd", "ways"), [
    (AUTO, "auto", ["float32", "winograd", "bfloat16"]), (AUTO, "false", ["float32", "bfloat16"]),
    (AUTO, "true", ["winograd"]), (FLOAT32, "auto", ["float32", "winograd"]), (FLOAT32, "false", ["float32"]),
    (FLOAT32, "true", ["winograd"]), (BFLOAT16, "auto", ["bfloat16"]), (BFLOAT16, "false", ["bfloat16"]),
])  # fmt: skip
def test_there_is_a_choice_of_what_the_settings_leave_open(precision, winograd, ways):
    assert _allowed(config(precision=precision, winograd=winograd), CPU) == ways


def test_winograd_is_no_way_of_bfloat16():
    with pytest.raises(InputError, match="winograd=true needs precision=float32, not bfloat16"):
        _allowed(config(precision=BFLOAT16, winograd="true"), CPU)


def test_on_metal_there_is_float32_alone():
    """Simulated: nothing here computes on such a device."""
    metal = torch.device("mps")
    assert _allowed(config(), metal) == ["float32"]
    assert set(_plan(config(steps=10**6), metal, 256, 256).ways.values()) == {Way.float32}  # nothing was timed
    with pytest.raises(InputError, match="winograd=true needs a device with double precision"):
        _allowed(config(winograd="true"), metal)


@pytest.mark.parametrize("fastest", list(Way))
def test_what_is_fastest_is_taken_but_for_the_convolution_that_sees_the_picture(measured, fastest):
    measured.update({way: 1.0 - 0.5 * (way is fastest) for way in Way})
    plan = _plan(config(), CPU, 256, 256)
    assert list(plan.ways.values()) == [Way.float32, fastest, fastest]
    assert plan.precision == ("bfloat16" if fastest is Way.bfloat16 else "float32")
    assert plan.winograd is (fastest is Way.winograd)
    assert "1e+03 ms a step" in plan.reason


def test_what_rounds_is_not_taken_for_a_gain_within_the_noise(measured):
    measured.update({Way.float32: 1.0, Way.winograd: 0.99, Way.bfloat16: 0.98})
    assert set(_plan(config(), CPU, 256, 256).ways.values()) == {Way.float32}


def test_what_the_settings_insist_on_is_not_measured(monkeypatch):
    monkeypatch.setattr(choice, "timings", None)
    ways = {
        (FLOAT32, "false"): ["float32"] * 4,
        (FLOAT32, "true"): ["float32", "float32", "winograd", "winograd"],
        (BFLOAT16, "auto"): ["float32", "bfloat16", "bfloat16", "bfloat16"],
    }
    for (precision, winograd), expected in ways.items():
        made = _plan(config(precision=precision, winograd=winograd, layers=("relu3_2",)), CPU, 64, 64)
        assert list(made.ways.values()) == expected
        assert made.compilation is Compilation.none


def test_a_single_convolution_is_computed_in_float32(monkeypatch):
    monkeypatch.setattr(choice, "timings", None)
    assert _plan(config(layers=("relu1_1",)), CPU, 256, 256).ways == {"conv1_1": Way.float32}


@pytest.mark.parametrize(("asked", "seconds", "device", "chosen"), [
    ("auto", 0.1, "cpu", Compilation.none), ("auto", 10.0, "cpu", Compilation.if_faster),
    ("auto", 10.0, "cuda", Compilation.none), ("false", 10.0, "cpu", Compilation.none),
    ("true", 0.0, "cpu", Compilation.required),
])  # fmt: skip
def test_long_runs_are_compiled(asked, seconds, device, chosen):
    assert _compilation(config(compile=asked), seconds, torch.device(device)) is chosen


def test_a_long_run_is_measured_for_compiling_even_if_its_ways_are_given(measured):
    measured.update(dict.fromkeys(Way, 10.0))
    plan = _plan(config(precision=BFLOAT16), CPU, 1024, 1024)
    assert plan.compilation is Compilation.if_faster
    assert list(plan.ways.values()) == [Way.float32, Way.bfloat16, Way.bfloat16]


def test_a_cell_goes_on_as_it_was_begun():
    ways = {"conv1_1": Way.float32, "conv2_1": Way.winograd, "conv3_1": Way.bfloat16}
    record = ComputePlan(CPU, ways, False, Compilation.if_faster).record(compiled=True)
    assert Begun.of(json.loads(json.dumps(record)), CPU) == Begun(ways, True)
    assert Begun.of(record, torch.device("cuda")) is None
    assert Begun.of({}, CPU) is None
    assert Begun.of(record | {"ways": {"conv1_1": "quickly"}}, CPU) is None
    assert ComputePlan(CPU, ways, False, Compilation.none).precision == "mixed"


def test_shapes_that_differ_by_a_few_pixels_are_one(monkeypatch):
    seen = []

    def note(shapes, *_):
        seen.append(shapes)
        return Timings({shape: Times({Way.float32: 1.0}, 0.1) for shape in shapes}, 0.0)

    monkeypatch.setattr(choice, "timings", note)
    _plan(config(), CPU, 171, 256)
    _plan(config(), CPU, 170, 255)
    assert seen[0] == seen[1]
    assert [(shape.channels, shape.outputs) for shape in seen[0]] == [(64, 128), (128, 256)]


def test_the_cache_is_the_users(tmp_path, monkeypatch):
    monkeypatch.setenv("RECONSTRUCT_CACHE", str(tmp_path))
    _plan(config(), CPU, 32, 32)
    (written,) = json.loads(Path(tmp_path / "timings.json").read_text()).values()
    assert set(written["convolutions"]) == {"64×128×16×16", "128×256×8×8"}


def test_a_line_says_that_something_is_measured_and_none_that_it_is_known(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RECONSTRUCT_CACHE", str(tmp_path))
    _plan(config(), CPU, 32, 32)
    assert "measuring which way of computing is fastest here, once for these layers" in capsys.readouterr().err
    _plan(config(), CPU, 32, 32)
    assert capsys.readouterr().err == ""
