import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from reconstruct.results import Result, Sweep, SweepCell, write_json


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
