"""Which way is fastest is measured, checked and remembered; what is chosen is the cheapest of all combinations."""

import itertools
import json
import time

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from reconstruct.errors import InputError
from reconstruct.hardware import choice, processor, timing, timings, ways
from reconstruct.hardware.timing import Shape, Times, measure
from reconstruct.hardware.timings import timings as timings_of
from reconstruct.hardware.ways import Way, cheapest, computing

CPU = torch.device("cpu")
SHAPE = Shape(8, 8, 12, 16)
SECONDS = st.floats(0.001, 1)


@given(
    st.lists(st.dictionaries(st.sampled_from(list(Way)), SECONDS, min_size=1), min_size=1, max_size=6),
    st.lists(SECONDS, min_size=6, max_size=6),
)
def test_no_other_combination_of_ways_is_cheaper(seconds, conversions):
    def cost(chosen):
        changes = [a.dtype != b.dtype for a, b in itertools.pairwise(chosen)]
        each = sum(times[way] for times, way in zip(seconds, chosen, strict=True))
        return each + sum(c for c, changed in zip(conversions[1:], changes, strict=False) if changed)

    found = cheapest(seconds, conversions[: len(seconds)])
    assert cost(found) == pytest.approx(min(map(cost, itertools.product(*seconds))))


EXACT = st.integers(1, 1024).map(lambda number: number / 1024)  # whose sums are not rounded


@given(
    st.lists(st.fixed_dictionaries(dict.fromkeys(Way, EXACT)), min_size=1, max_size=6),
    st.lists(EXACT, min_size=6, max_size=6),
)
def test_number_formats_are_mixed_only_where_that_saves_more_than_noise(seconds, conversions):
    conversions = conversions[: len(seconds)]
    chosen, best = choice._chosen(seconds, conversions), cheapest(seconds, conversions)
    paid, least = ways.cost(chosen, seconds, conversions), ways.cost(best, seconds, conversions)
    assert least <= paid <= 1.03 * least
    in_float32 = sum(min(each[Way.float32], each[Way.winograd]) for each in seconds)
    in_one = min(in_float32, sum(each[Way.bfloat16] for each in seconds))
    if len({way.dtype for way in chosen}) == 2:
        assert paid * 1.03 <= in_one * (1 + 1e-9)
    else:
        assert paid == pytest.approx(in_one)


def test_every_way_computes_the_convolution():
    convolution = nn.Conv2d(5, 7, 3, padding=1).requires_grad_(False)
    x = torch.randn(2, 5, 21, 18)
    for way in Way:
        found = computing(convolution, way)(x.to(way.dtype))
        assert found.dtype is way.dtype
        assert (found.float() - convolution(x)).norm() < 0.01 * convolution(x).norm()


def test_measuring_gives_a_time_for_every_way_and_leaves_random_numbers_alone():
    state = torch.random.get_rng_state()
    found = measure(SHAPE, list(Way), CPU)
    assert torch.equal(state, torch.random.get_rng_state())
    assert set(found.ways) <= set(Way)
    assert Way.float32 in found.ways
    assert all(0 < seconds < 1 for seconds in (*found.ways.values(), found.conversion))


def test_of_a_large_convolution_a_part_is_timed():
    whole = Shape(64, 64, 512, 512)
    assert whole.timed.operations <= 1.5 * timing.MOST
    assert whole.timed.height % timing.ROWS == 0
    assert (whole.timed.width, whole.timed.channels) == (512, 64)
    deep = Shape(512, 512, 32, 32)
    assert deep.timed == deep  # fewer rows would read as many weights
    assert SHAPE.timed == SHAPE


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
        time.sleep(0.02)
        return self.convolution(x)


class Impossible(Wrong):
    def forward(self, x):
        raise RuntimeError("could not create a primitive descriptor")


@pytest.mark.parametrize("fault", [Wrong, Slow, Impossible])
def test_a_way_that_is_wrong_or_impossible_or_hopelessly_slow_is_none(fault, monkeypatch):
    def faulty(convolution, way):
        made = ways.computing(convolution, way)
        return fault(made) if way is Way.bfloat16 else made

    monkeypatch.setattr(timing, "computing", faulty)
    assert Way.bfloat16 not in measure(SHAPE, [Way.float32, Way.bfloat16], CPU).ways


def test_a_way_that_is_insisted_on_and_wrong_here_is_refused_in_a_line(monkeypatch, tmp_path):
    monkeypatch.setattr(timing, "computing", lambda convolution, way: Wrong(ways.computing(convolution, way)))
    with pytest.raises(InputError, match=r"bfloat16: convolutions are wrong on .*; try float32"):
        timings_of([SHAPE], [Way.bfloat16], CPU, tmp_path / "timings.json")


@pytest.fixture
def measured(monkeypatch) -> list[Shape]:
    """The shapes that were measured, at times that are made up."""
    shapes = []

    def made_up(shape, chosen, device):
        shapes.append(shape)
        return Times({way: 0.1 * number for number, way in enumerate(chosen, 1)}, 0.01)

    monkeypatch.setattr(timings, "measure", made_up)
    return shapes


def test_what_was_measured_is_known_the_next_time(tmp_path, measured):
    path = tmp_path / "cache/timings.json"
    first = timings_of([SHAPE, SHAPE], list(Way), CPU, path)
    again = timings_of([SHAPE], list(Way), CPU, path)
    assert measured == [SHAPE]
    assert again.seconds == 0
    assert again.times == first.times == {SHAPE: Times({w: 0.1 * n for n, w in enumerate(Way, 1)}, 0.01)}


def test_fewer_ways_are_read_from_what_is_known_and_more_are_measured(tmp_path, measured):
    path = tmp_path / "timings.json"
    timings_of([SHAPE], [Way.float32, Way.winograd], CPU, path)
    assert list(timings_of([SHAPE], [Way.winograd], CPU, path).times[SHAPE].ways) == [Way.winograd]
    assert len(measured) == 1
    timings_of([SHAPE], list(Way), CPU, path)
    assert len(measured) == 2


@pytest.mark.parametrize(
    "told", [{"OMP_PROC_BIND": "true"}, {"ONEDNN_MAX_CPU_ISA": "AVX2"}, {"DNNL_MAX_CPU_ISA": "SSE41"}]
)
def test_other_circumstances_are_measured_anew(tmp_path, measured, monkeypatch, told):
    timings_of([SHAPE], list(Way), CPU, tmp_path / "timings.json")
    for key, value in told.items():
        monkeypatch.setenv(key, value)
    timings_of([SHAPE], list(Way), CPU, tmp_path / "timings.json")
    assert len(measured) == 2


def test_other_processors_and_versions_do_not_take_each_others_times(tmp_path, measured, monkeypatch):
    path = tmp_path / "timings.json"
    for name in ("one", "two", "one"):
        monkeypatch.setattr(processor, "name", lambda device, name=name: name)
        timings_of([SHAPE], list(Way), CPU, path)
    assert len(measured) == 2
    assert {each["on"]["processor"] for each in json.loads(path.read_text()).values()} == {"one", "two"}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"x": 1}', '{"x": {"convolutions": []}}', "DAMAGED", "ZERO", "WORD", "EMPTY"]
)
def test_a_file_that_is_damaged_or_foreign_is_measured_anew(tmp_path, measured, text):
    path = tmp_path / "timings.json"
    timings_of([SHAPE], list(Way), CPU, path)
    whole = path.read_text()
    damaged = {"DAMAGED": whole[:-9], "ZERO": whole.replace("0.1,", "0,"), "WORD": whole.replace("0.1,", '"fast",')}
    damaged["EMPTY"] = whole.replace('"8×8×12×16": {', '"8×8×12×16": {}, "y": {')
    path.write_text(damaged.get(text, text))
    assert timings_of([SHAPE], list(Way), CPU, path).times[SHAPE].ways[Way.float32] == 0.1
    assert len(measured) == 2
    assert timings_of([SHAPE], list(Way), CPU, path).seconds == 0


def test_where_nothing_can_be_kept_it_is_measured_all_the_same(tmp_path, measured):
    (tmp_path / "file").touch()
    assert timings_of([SHAPE], list(Way), CPU, tmp_path / "file/timings.json").times[SHAPE].conversion == 0.01
    assert measured == [SHAPE]


def test_the_processor_has_a_name():
    assert processor.name(CPU)
    assert processor.circumstances(CPU)["threads"] == str(torch.get_num_threads())
