import json
import math
from dataclasses import replace

import pytest
from support.records import example

from reconstruct.errors import InputError
from reconstruct.runs import records
from reconstruct.runs.results import FORMAT, Result, damage
from reconstruct.runs.sweeps import Sweep, SweepCell


def test_a_result_reads_back_as_it_was_written(tmp_path):
    example().write(tmp_path)
    assert Result.at(tmp_path) == example()
    assert damage(tmp_path) == ""


@pytest.mark.parametrize("name", ["result.png", "content.png", "trace.csv", "film.webp", "error=0.1.png"])
def test_a_result_vouches_for_the_files_that_belong_to_it(tmp_path, name):
    (tmp_path / name).write_bytes(b"one")
    example().write(tmp_path)
    assert list(Result.at(tmp_path).files) == [name]
    (tmp_path / name).write_bytes(b"two")
    assert Result.at(tmp_path) is None
    assert damage(tmp_path) == f"{tmp_path / name}: is not the file that result.json was written with"
    (tmp_path / name).unlink()
    assert damage(tmp_path) == f"{tmp_path / name}: is missing"


@pytest.mark.parametrize(("changed", "told"), [
    ({"total": 1.0}, "was changed after it was written"),
    ({"seconds": "fast"}, "seconds: input should be a valid number"),
])  # fmt: skip
def test_a_result_vouches_for_itself(tmp_path, changed, told):
    example().write(tmp_path)
    path = tmp_path / "result.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    assert Result.at(tmp_path) is None
    assert damage(tmp_path) == f"{path}: {told}"


def test_a_result_vouches_for_no_other_cell(tmp_path):
    (tmp_path / "seed=1-012345678").mkdir()
    example().write(tmp_path / "seed=1-012345678")
    assert damage(tmp_path / "seed=1-012345678").endswith("result.json: is the result of another cell")


def test_records_are_strict_json_even_when_a_number_is_not_finite(tmp_path):
    replace(example(), psnr=math.inf, total=math.nan).write(tmp_path)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    record = json.loads((tmp_path / "result.json").read_text(), parse_constant=refuse)
    assert (record["psnr"], record["total"]) == (None, None)


def test_a_damaged_list_of_cells_is_named_with_its_key(tmp_path):
    records.write({"drawing": "auto", "command": "", "cells": 3}, tmp_path / "sweep.json")
    with pytest.raises(records.Damaged, match=r"sweep\.json: cells: input should be a valid (list|array)"):
        Sweep.at(tmp_path)


@pytest.mark.parametrize("version", [1, 99])
def test_a_record_of_another_format_is_refused_in_a_clear_line(tmp_path, version):
    replace(example(), format=version).write(tmp_path)
    with pytest.raises(InputError, match=rf"written by another version \(format {version}, known is {FORMAT}\)"):
        Result.at(tmp_path)


@pytest.mark.parametrize("name", ["../elsewhere", "/etc", "a/b", "..", ""])
def test_a_list_of_cells_does_not_lead_out_of_its_folder(tmp_path, name):
    Sweep(tmp_path, "grid", [SweepCell("fine", {}), SweepCell(name, {})], "reconstruct -m").write()
    with pytest.raises(InputError, match="is not a folder inside of"):
        Sweep.at(tmp_path)


@pytest.mark.parametrize("kind", [Result, Sweep])
def test_the_doors_take_text_as_well_as_paths_and_say_when_there_is_nothing(tmp_path, kind):
    for folder in (tmp_path, str(tmp_path)):
        assert kind.at(folder) is None
        with pytest.raises(InputError, match=f"{tmp_path}: expected the folder of a"):
            kind.read(folder)
    example().write(tmp_path)
    Sweep(tmp_path, "auto", [SweepCell("a", {})], "").write()
    assert kind.at(str(tmp_path)) == kind.read(str(tmp_path)) == kind.read(tmp_path)
