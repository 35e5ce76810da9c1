import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from reconstruct.errors import InputError
from reconstruct.results import Result, Sweep, SweepCell, write_json

RECORDS = Path(__file__).parent / "records"


@pytest.fixture
def result() -> Result:
    return example()


CONFIG = {
    "network": {"architecture": "vgg19", "weights": "vgg19_normalized", "pooling": "average"},
    "size": 32,
    "losses": "paper",
    "canvas": {"kind": "Pixels"},
    "optimizer": {"kind": "LBFGS"},
}


def example(layers: tuple[str, ...] = ("relu1_1",), term: str = "content") -> Result:
    return Result(
        fingerprint="0" * 16, total=2.0, losses={term: 2.0},
        relative_errors={term: dict.fromkeys(layers, 0.0123)}, layers={term: list(layers)},
        psnr=None, ssim=None, steps=3, evaluations=3, best_step=2, seconds=1.5, seed=0, precision="float32",
        device="cpu", threads=1, versions={}, pictures={term: {"name": "x", "title": "X", "credit": ""}},
        overrides=[], command="reconstruct", config=CONFIG,
    )  # fmt: skip


def test_a_result_reads_back_as_it_was_written(tmp_path, result):
    result.write(tmp_path)
    assert Result.read(tmp_path) == result


def test_a_damaged_record_is_no_result(tmp_path, result):
    result.write(tmp_path)
    (tmp_path / "result.json").write_text((tmp_path / "result.json").read_text()[:100])
    assert Result.read(tmp_path) is None


@pytest.mark.parametrize("value", [None, "fast", [1]])
def test_a_record_with_something_else_for_a_number_is_no_result(tmp_path, result, value):
    result.write(tmp_path)
    record = json.loads((tmp_path / "result.json").read_text())
    (tmp_path / "result.json").write_text(json.dumps(record | {"seconds": value}))
    assert Result.read(tmp_path) is None


@pytest.mark.parametrize("config", [None, "x", [], {"content": "x"}, {"style": None}])
def test_a_record_with_something_else_for_settings_is_no_result(tmp_path, result, config):
    result.write(tmp_path)
    record = json.loads((tmp_path / "result.json").read_text())
    (tmp_path / "result.json").write_text(json.dumps(record | {"config": config}))
    assert Result.read(tmp_path) is None


def test_a_folder_without_a_record_is_not_finished(tmp_path):
    assert Result.read(tmp_path) is None


def test_records_are_strict_json_even_when_a_number_is_not_finite(tmp_path, result):
    replace(result, psnr=math.inf, total=math.nan).write(tmp_path)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    record = json.loads((tmp_path / "result.json").read_text(), parse_constant=refuse)
    assert (record["psnr"], record["total"]) == (None, None)


def test_a_sweep_finds_its_finished_cells_and_its_missing_ones(tmp_path, result):
    cells = [SweepCell("seed=0", {"seed": "0"}), SweepCell("seed=1", {"seed": "1"})]
    Sweep(tmp_path, "fig1", {"seed": ["0", "1"]}, cells, "reconstruct -m").write()
    (tmp_path / "seed=1").mkdir()
    result.write(tmp_path / "seed=1")
    sweep = Sweep.read(tmp_path)
    assert [(cell.folder, found) for cell, found in sweep.results()] == [("seed=0", None), ("seed=1", result)]


def test_a_folder_without_a_list_of_cells_is_no_sweep(tmp_path):
    assert Sweep.read(tmp_path) is None
    write_json({"cells": 3}, tmp_path / "sweep.json")
    assert Sweep.read(Path(tmp_path)) is None


def test_the_first_record_that_was_ever_written_is_still_read(tmp_path):
    (tmp_path / "result.json").write_bytes((RECORDS / "result-1.json").read_bytes())
    result = Result.read(tmp_path)
    assert (result.fingerprint, result.error("content")) == ("33fbd7d1b17b98a2", 0.0123)
    assert (result.converged, result.note, result.request, result.inputs) == (True, "", "", [])


def test_a_record_of_a_later_format_is_refused_in_a_clear_line(tmp_path, result):
    replace(result, format=2).write(tmp_path)
    with pytest.raises(InputError, match=r"later version of reconstruct \(format 2, known up to 1\)"):
        Result.read(tmp_path)


@pytest.mark.parametrize("name", ["../elsewhere", "/etc", "a/b", "..", ""])
def test_a_list_of_cells_does_not_lead_out_of_its_folder(tmp_path, name):
    Sweep(tmp_path, "grid", {}, [SweepCell("fine", {}), SweepCell(name, {})], "reconstruct -m").write()
    with pytest.raises(InputError, match="is not a folder inside of"):
        Sweep.read(tmp_path)
