"""Measuring the pictures of a sweep."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from support.observers import mean_colour_classifier
from support.shapes import result
from support.tiny import smooth_picture

from experiments.drawing import measurements, observations
from reconstruct import images, measures, models
from reconstruct.analysis import selection
from reconstruct.analysis.entries import MEASURES, SEEN, Entry, Kind, read
from reconstruct.analysis.verdicts import verdicts
from reconstruct.errors import RunError
from reconstruct.runs.sweeps import Sweep, SweepCell

NETWORK = {
    "architecture": "vgg11", "weights": "untrained", "seed": 0, "pooling": "average", "normalize_over": [],
}  # fmt: skip
RELU = ["relu1_1", "relu2_1", "relu3_1", "relu3_2", "relu4_1", "relu4_2", "relu5_1", "relu5_2"]


def entries_of(
    folder: Path, given: dict[str, str], cells: dict[str, dict[str, tuple[int, int, int]]], observer: str = "none"
) -> list[Entry]:
    """The entries of a sweep: cell -> name of each of its pictures -> height, width and seed."""
    for cell, pictures in cells.items():
        (folder / cell).mkdir()
        for name, (height, width, seed) in pictures.items():
            images.save(smooth_picture(height, width, seed), folder / cell / f"{name}.png")
        record = result(given | {"content.picture": cell}, 0)
        kept = {name: credit for name, credit in record.pictures.items() if name in pictures}
        config = {**record.config, "network": NETWORK, "observer": observer}
        replace(record, config=config, pictures=kept).write(folder / cell)
    sweep = Sweep(folder, "atlas", [SweepCell(cell, {}) for cell in cells], "reconstruct")
    sweep.write()
    return measurements.entries(sweep)


CONTENT = {"representation": "content", "content.layers": "[relu1_1]"}


@pytest.mark.parametrize(("size", "layers"), [(2, 2), (3, 2), (4, 4), (8, 6), (15, 6), (16, 8)])
def test_a_picture_has_errors_at_the_layers_that_it_is_large_enough_for(tmp_path, capfd, size, layers):
    pictures = {"content": (size, size + 3, 0), "result": (size, size + 3, 1)}
    entries = entries_of(tmp_path, CONTENT, {"cell": pictures})
    for entry in entries:
        assert list(entry.errors["content"]) == RELU[:layers]
        assert list(entry.errors["style"]) == RELU[:layers]
        assert (entry.ssim is None) == (size < 11)
    assert any(e.kind is Kind.SHUFFLED for e in entries) == (size >= measures.TILES)
    report = capfd.readouterr().err
    number = "1 picture" if len(entries) == 1 else "2 pictures"
    assert (f"{number} too small for the deepest layers" in report) == (size < 16)
    assert (f"{number} too small for SSIM" in report) == (size < 11)


def test_a_small_painting_limits_the_errors_of_style_only(tmp_path):
    given = CONTENT | {"representation": "both", "style.layers": "[relu1_1]"}
    pictures = {"content": (16, 19, 0), "result": (16, 19, 1), "style": (8, 8, 0)}
    (entry,) = entries_of(tmp_path, given, {"cell": pictures})
    assert list(entry.errors["content"]) == RELU
    assert list(entry.errors["style"]) == RELU[:6]


def test_a_texture_is_compared_with_a_painting_that_was_looked_at_in_another_size(tmp_path):
    given = {"representation": "style", "style.layers": "[relu1_1]", "style.size": "16"}
    entries = entries_of(tmp_path, given, {"cell": {"style": (16, 12, 0), "result": (24, 18, 1)}})
    made = next(e for e in entries if e.kind is Kind.RESULT)
    assert list(made.errors["content"]) == RELU
    assert list(made.errors["style"]) == RELU[:6]  # for which the painting is large enough
    assert -1 <= made.layout <= 1


def test_what_was_made_from_a_code_alone_is_left_out_with_a_line(tmp_path, capfd):
    assert entries_of(tmp_path, CONTENT, {"cell": {"result": (16, 16, 0)}}) == []
    assert "left out: cell was made from a code without a picture to compare with" in capfd.readouterr().err


def observed(folder: Path, observer: str, pictures: dict[str, int]) -> list[Entry]:
    """A sweep of content of relu1_1: name of the original -> the seed of the picture that was made from it."""
    cells = {
        name: {"content": (24, 24, number), "result": (24, 24, seed)}
        for number, (name, seed) in enumerate(pictures.items())
    }
    return entries_of(folder, CONTENT, cells, observer)


@pytest.fixture
def observer(monkeypatch) -> None:
    """One that sees the mean colour, and two photographs whose parts are random pairs."""
    monkeypatch.setattr(observations, "observer", lambda name: mean_colour_classifier())
    photographs = {name: smooth_picture(60, 60, seed) for name, seed in (("x", 90), ("y", 91))}
    monkeypatch.setattr(observations, "_photographs", lambda: photographs)
    monkeypatch.setattr(observations, "perceptual", lambda: lambda x, y: float((x - y).abs().max()))
    monkeypatch.setattr(observations, "by_chance", observations.by_chance.__wrapped__)


def test_an_observer_sees_every_picture_beside_all_originals(tmp_path, observer):
    entries = observed(tmp_path, "auto", {"a": 0, "b": 0, "c": 2})  # that of b is the original of a
    results = {e.cell: e for e in entries if e.kind is Kind.RESULT}
    assert results["a"].seen["observer cosine"] == pytest.approx(1)
    assert [results[name].seen["identified"] for name in "abc"] == [1, 0, 1]
    assert results["a"].seen["lpips"] == results["c"].seen["lpips"] == 0 < results["b"].seen["lpips"]
    assert results["a"].seen["null snr"] == 100 > results["b"].seen["null snr"]
    assert {e.observer for e in entries} == {"mean colour"}
    assert all(e.shows in ("red", "green", "blue") for e in entries)
    assert all(set(e.seen) <= set(SEEN) for e in entries)
    assert any(e.kind is Kind.SHUFFLED and "null snr" not in e.seen for e in entries)
    assert read(tmp_path / MEASURES, Entry) == entries


def test_without_an_observer_nothing_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(observations, "observer", None)  # not asked
    entries = observed(tmp_path, "none", {"a": 0, "b": 1})
    assert {(e.observer, e.shows, *e.seen) for e in entries} == {("", "")}
    assert "observer class" not in (tmp_path / "measures.csv").read_text()


def test_a_machine_without_timm_or_a_network_measures_all_the_same_and_says_so_in_lines(tmp_path, monkeypatch, capfd):
    def offline(name: str) -> Path:
        raise RunError("the package index cannot be reached")

    monkeypatch.setattr(models, "find_spec", lambda name: None)
    monkeypatch.setattr(observations, "fetched", offline)
    for name in ("by_chance", "perceptual", "_photographs"):  # as at the start of a process
        monkeypatch.setattr(observations, name, lru_cache(getattr(observations, name).__wrapped__))
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    assert [e.seen for e in observed(tmp_path / "one", "auto", {"a": 0, "b": 1})] == [{}] * 6
    said = [line for line in capfd.readouterr().err.splitlines() if line.startswith("  ") and "small" not in line]
    assert said == [
        "  no observer looks at the pictures: observer=efficientnet_lite0 needs timm: "
        "pip install 'reconstruct[observer]'",
        "  the perceptual distance (LPIPS) is not measured: the package index cannot be reached",
        "  features are not compared with random photographs': the package index cannot be reached",
    ]
    monkeypatch.setattr(observations, "perceptual", lambda: lambda x, y: 0.5)
    assert {*map(str, (e.seen for e in observed(tmp_path / "two", "auto", {"a": 0})))} == {
        "{'lpips': 0.5}"
    }  # without timm


def test_the_observer_is_the_one_that_was_given_last(tmp_path):
    record = result({"representation": "content"}, 0)
    configured = replace(record, config={**record.config, "observer": "timm:resnet50"})
    sweep = Sweep(tmp_path, "atlas", [SweepCell("a", {})], "reconstruct")
    assert observations.asked_for(sweep, [record]) == "auto"
    assert observations.asked_for(sweep, [configured]) == "timm:resnet50"
    given = replace(sweep, cells=[SweepCell("a", {"observer": "none"}, settings={"observer": "none"})])
    assert observations.asked_for(given, [configured]) == "none"


def test_a_network_that_is_no_vgg_is_measured_at_its_depths_and_where_its_cells_are_from(tmp_path, monkeypatch):
    own = NETWORK | {"architecture": "alexnet", "by_depth": ["relu1", "relu5"]}
    monkeypatch.setattr("test_measurements.NETWORK", own)
    pictures = {"content": (64, 64, 0), "result": (64, 64, 1)}
    entries = entries_of(tmp_path, CONTENT | {"content.layers": "[relu3]"}, {"cell": pictures})
    assert [[*e.errors["content"]] for e in entries] == [["relu1", "relu3", "relu5"]] * len(entries)
    assert selection.order(entries) == ["relu1", "relu3", "relu5"]
    assert not any(tested.findings for tested in verdicts(entries).values())  # which are about VGGs


def test_no_network_judges_what_was_made_from_itself(tmp_path, observer, monkeypatch):
    seeing = mean_colour_classifier()
    seeing.name = NETWORK["weights"]
    monkeypatch.setattr(observations, "observer", lambda name: seeing)
    monkeypatch.setattr(observations, "LPIPS_WEIGHTS", NETWORK["architecture"])
    entries = observed(tmp_path, "auto", {"a": 0, "b": 1})
    assert {e.observer for e in entries} == {""}
    assert not any("lpips" in e.seen or "identified" in e.seen for e in entries)
    assert any("null snr" in e.seen for e in entries)
