"""Which algorithm for convolutions is fastest is measured, checked and remembered."""

import json
import math
import time

import pytest
import torch
from torch import nn

from reconstruct import layers
from reconstruct.hardware import choice, processor, timing
from reconstruct.hardware.algorithms import ConvAlgorithm, computing
from reconstruct.hardware.choice import choose, timed_size
from reconstruct.hardware.timing import measure

CPU = torch.device("cpu")
CONVOLUTIONS = layers.convolutions("vgg11", ["relu3_1"])
KEY = "3 convolutions to conv3_1 at 32×16"


def test_every_algorithm_computes_the_convolution():
    convolution = nn.Conv2d(5, 7, 3, padding=1).requires_grad_(False)
    x = torch.randn(2, 5, 21, 18)
    for algorithm in ConvAlgorithm:
        found = computing(convolution, algorithm)(x.to(algorithm.dtype))
        assert found.dtype is algorithm.dtype
        assert (found.float() - convolution(x)).norm() < 0.01 * convolution(x).norm()


def test_measuring_gives_seconds_and_leaves_random_numbers_alone():
    state = torch.random.get_rng_state()
    found = measure(CONVOLUTIONS, (16, 32), list(ConvAlgorithm), CPU)
    assert torch.equal(state, torch.random.get_rng_state())
    assert ConvAlgorithm.float32 in found
    assert all(seconds > 0 for seconds in found.values())


class Wrong(nn.Module):
    """A bfloat16 that loses a channel, as a broken library might."""

    def __init__(self, convolution):
        super().__init__()
        self.convolution = convolution

    def forward(self, x):
        y = self.convolution(x)
        y[:, 0] = 0
        return y


class Slow(Wrong):
    def forward(self, x):
        time.sleep(0.1)
        return self.convolution(x)


class Impossible(Wrong):
    def forward(self, x):
        raise RuntimeError("could not create a primitive descriptor")


@pytest.mark.parametrize("fault", [Wrong, Slow, Impossible])
def test_an_algorithm_that_is_wrong_or_impossible_or_hopelessly_slow_is_left_out(fault, monkeypatch):
    def faulty(convolutions, algorithms):
        stages = timing_assemble(convolutions, algorithms)
        if ConvAlgorithm.bfloat16 in algorithms:
            stages[1:] = [fault(stage) for stage in stages[1:]]
        return stages

    timing_assemble = timing.assemble
    monkeypatch.setattr(timing, "assemble", faulty)
    if fault is not Slow:
        monkeypatch.setattr(timing, "MAX_FIRST_SLOWDOWN", math.inf)  # where bfloat16 is emulated
    found = measure(CONVOLUTIONS, (16, 16), [ConvAlgorithm.float32, ConvAlgorithm.bfloat16], CPU)
    assert list(found) == [ConvAlgorithm.float32]


@pytest.fixture
def measured(monkeypatch) -> list[tuple[int, int]]:
    """The sizes that were measured, at times that are made up."""
    sizes = []

    def made_up(convolutions, size, algorithms, device):
        sizes.append(size)
        return {algorithm: 0.1 * number for number, algorithm in enumerate(algorithms, 1)}

    monkeypatch.setattr(choice, "measure", made_up)
    return sizes


def chosen(path, algorithms=tuple(ConvAlgorithm), size=(16, 32)):
    return choose(CONVOLUTIONS, size, algorithms, CPU, path)


def test_what_was_measured_is_known_the_next_time(tmp_path, measured):
    path = tmp_path / "cache/timings.json"
    assert chosen(path) == chosen(path)
    assert measured == [(16, 32)]


def test_fewer_algorithms_are_read_from_what_is_known_and_more_are_measured(tmp_path, measured):
    path = tmp_path / "timings.json"
    chosen(path, [ConvAlgorithm.float32, ConvAlgorithm.winograd])
    assert "winograd" not in chosen(path, [ConvAlgorithm.float32]).reason
    assert len(measured) == 1
    chosen(path)
    assert len(measured) == 2


@pytest.mark.parametrize(
    "told", [{"OMP_PROC_BIND": "true"}, {"ONEDNN_MAX_CPU_ISA": "AVX2"}, {"DNNL_MAX_CPU_ISA": "SSE41"}]
)
def test_other_circumstances_are_measured_anew(tmp_path, measured, monkeypatch, told):
    chosen(tmp_path / "timings.json")
    for key, value in told.items():
        monkeypatch.setenv(key, value)
    chosen(tmp_path / "timings.json")
    assert len(measured) == 2


def test_other_processors_do_not_take_each_others_times(tmp_path, measured, monkeypatch):
    path = tmp_path / "timings.json"
    for name in ("one", "two", "one"):
        monkeypatch.setattr(processor, "name", lambda device, name=name: name)
        chosen(path)
    assert len(measured) == 2
    assert {each["on"]["processor"] for each in json.loads(path.read_text()).values()} == {"one", "two"}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"x": 1}', '{"x": {"steps": []}}', "DAMAGED", "ZERO", "WORD", "EMPTY"]
)
def test_a_file_that_is_damaged_or_foreign_is_measured_anew(tmp_path, measured, text):
    path = tmp_path / "timings.json"
    first = chosen(path)
    whole = path.read_text()
    damaged = {"DAMAGED": whole[:-9], "ZERO": whole.replace("0.1,", "0,"), "WORD": whole.replace("0.1,", '"fast",')}
    damaged["EMPTY"] = whole.replace(f'"{KEY}": {{', f'"{KEY}": {{}}, "y": {{')
    path.write_text(damaged.get(text, text))
    assert damaged["EMPTY"] != whole
    assert [chosen(path), chosen(path)] == [first, first]
    assert len(measured) == 2


def test_where_nothing_can_be_kept_it_is_measured_all_the_same(tmp_path, measured):
    (tmp_path / "file").touch()
    assert chosen(tmp_path / "file/timings.json").algorithms["conv3_1"] is ConvAlgorithm.float32
    assert measured == [(16, 32)]


def test_large_pictures_are_timed_smaller_and_sizes_that_differ_by_a_few_pixels_as_one():
    sizes = ((171, 256), (170, 255), (341, 512), (1024, 512), (13, 15))
    assert [timed_size(size) for size in sizes] == [(168, 256)] * 3 + [(256, 128), (13, 15)]


def test_the_processor_has_a_name():
    assert processor.name(CPU)
    assert processor.circumstances(CPU)["threads"] == str(torch.get_num_threads())
