"""Which algorithm for convolutions is fastest is measured, checked and remembered."""

import math
import time

import pytest
import torch
from filelock import FileLock

from reconstruct import layers
from reconstruct.hardware import algorithm_choice, processor
from reconstruct.hardware.algorithm_choice import choose, measure, timed_size, vgg_task
from reconstruct.hardware.algorithms import ConvAlgorithm, converted

CPU = torch.device("cpu")
CONVOLUTIONS = layers.convolutions("vgg11", ["relu3_1"])


def test_measuring_gives_seconds_and_leaves_random_numbers_alone():
    state = torch.random.get_rng_state()
    found = measure(vgg_task(CONVOLUTIONS), (16, 32), list(ConvAlgorithm), CPU)
    assert torch.equal(state, torch.random.get_rng_state())
    assert ConvAlgorithm.float32 in found
    assert all(seconds > 0 for seconds in found.values())


def wrong(stage, x, y):
    """Loses a channel, as a broken library might."""
    return torch.cat([0 * y[:, :1], y[:, 1:]], 1)


def slow(stage, x, y):
    time.sleep(0.1)


def impossible(stage, x, y):
    raise RuntimeError("could not create a primitive descriptor")


@pytest.mark.parametrize("fault", [wrong, slow, impossible])
def test_an_algorithm_that_is_wrong_or_impossible_or_hopelessly_slow_is_left_out(fault, monkeypatch):
    def faulty(convolutions, algorithm):
        stages = converted(convolutions, algorithm)
        for stage in stages[1:] if algorithm is ConvAlgorithm.bfloat16 else []:
            stage.register_forward_hook(fault)
        return stages

    monkeypatch.setattr(algorithm_choice, "converted", faulty)
    if fault is not slow:
        monkeypatch.setattr(algorithm_choice, "MAX_FIRST_SLOWDOWN", math.inf)  # where bfloat16 is emulated
    found = measure(vgg_task(CONVOLUTIONS), (16, 16), [ConvAlgorithm.float32, ConvAlgorithm.bfloat16], CPU)
    assert list(found) == [ConvAlgorithm.float32]


@pytest.fixture
def measured(monkeypatch) -> list[tuple[int, int]]:
    """The sizes that were measured, at times that are made up."""
    sizes = []

    def made_up(convolutions, size, algorithms, device):
        sizes.append(size)
        return {algorithm: 0.1 * number for number, algorithm in enumerate(algorithms, 1)}

    monkeypatch.setattr(algorithm_choice, "measure", made_up)
    return sizes


def chosen(cache, algorithms=tuple(ConvAlgorithm), size=(16, 32)):
    return choose(vgg_task(CONVOLUTIONS), size, algorithms, CPU, cache)


def test_what_was_measured_is_known_the_next_time_also_to_whom_fewer_algorithms_are_allowed(tmp_path, measured):
    two = [ConvAlgorithm.float32, ConvAlgorithm.winograd]
    assert chosen(tmp_path / "cache", two) == chosen(tmp_path / "cache", two)
    assert "winograd" not in chosen(tmp_path / "cache", [ConvAlgorithm.float32])[1]
    assert measured == [(16, 32)]
    chosen(tmp_path / "cache")
    assert measured == [(16, 32)] * 2


def test_who_measures_keeps_nobody_waiting_for_what_is_known_nor_for_ever(tmp_path, measured, monkeypatch):
    monkeypatch.setattr(algorithm_choice, "PATIENCE", 0.1)
    chosen(tmp_path)
    with FileLock(tmp_path / "lock"):
        chosen(tmp_path)
        assert len(measured) == 1
        chosen(tmp_path, size=(32, 32))
    assert len(measured) == 2


@pytest.mark.parametrize("key", ["OMP_PROC_BIND", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "processor"])
def test_other_circumstances_and_processors_are_measured_anew_once(tmp_path, measured, monkeypatch, key):
    for value in ("one", "two", "one"):
        monkeypatch.setenv(key, value)
        if key == "processor":
            monkeypatch.setattr(processor, "name", lambda device, name=value: name)
        chosen(tmp_path)
    assert len(measured) == 2


@pytest.mark.parametrize("damage", [
    ("", ""), ("{", ""), ("[]", ""), ("null", ""), ('{"x": 1}', ""), ('{"seconds": []}', ""),
    ("0.1,", "0,"), ("0.1,", '"fast",'), ('"float32"', '"float"'),
])  # fmt: skip
def test_a_file_that_is_damaged_or_foreign_is_measured_anew(tmp_path, measured, damage):
    first = chosen(tmp_path)
    (file,) = tmp_path.glob("*.json")
    before, after = damage
    text = file.read_text().replace(before, after) if after else before
    assert text != file.read_text()
    file.write_text(text)
    assert [chosen(tmp_path), chosen(tmp_path)] == [first, first]
    assert len(measured) == 2


def test_where_nothing_can_be_kept_it_is_measured_all_the_same(tmp_path, measured):
    (tmp_path / "file").touch()
    assert chosen(tmp_path / "file")[0] is ConvAlgorithm.float32
    assert measured == [(16, 32)]


def test_large_pictures_are_timed_smaller_and_sizes_that_differ_by_a_few_pixels_as_one():
    sizes = ((171, 256), (170, 255), (341, 512), (1024, 512), (13, 15))
    assert [timed_size(size) for size in sizes] == [(168, 256)] * 3 + [(256, 128), (13, 15)]


def test_the_processor_has_a_name():
    assert processor.name(CPU)
    assert processor.circumstances(CPU)["threads"] == str(torch.get_num_threads())
