"""A sweep's summary: medians over what is repeated."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from examples import example

from experiments.sweep import tables
from reconstruct.errors import InputError
from reconstruct.sweeps import Sweep, SweepCell


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    """Two canvases with three seeds each, of which one cell is missing; the total loss is seed + 1, or ten times it."""
    axes = {"canvas": ["pixels", "fourier"], "seed": ["0", "1", "4"]}
    points = [{"canvas": canvas, "seed": seed} for canvas in axes["canvas"] for seed in axes["seed"]]
    cells = [SweepCell(f"{point['canvas']}{point['seed']}", point) for point in points]
    sweep = Sweep(tmp_path, "none", cells, "")
    for cell in cells[:-1]:
        (tmp_path / cell.folder).mkdir()
        loss = (int(cell.values["seed"]) + 1.0) * (10 if cell.values["canvas"] == "pixels" else 1)
        replace(example(), total=loss, psnr=None).write(tmp_path / cell.folder)
    return sweep


def _rows(sweep: Sweep) -> list[dict[str, str]]:
    with (sweep.folder / "summary.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_summary_has_medians_and_extremes_over_seeds_of_what_is_finished(sweep):
    tables.write_summary(sweep, ["seed"])
    names = ("canvas", "cells", "total_loss", "total_loss_lowest", "total_loss_highest")
    assert [tuple(row[name] for name in names) for row in _rows(sweep)] == [
        ("pixels", "3", "20.0", "10.0", "50.0"),
        ("fourier", "2", "1.5", "1.0", "2.0"),
    ]
    assert "seed" not in _rows(sweep)[0]
    assert "psnr" not in _rows(sweep)[0]  # of style alone there is none


def test_a_summary_over_everything_is_one_row(sweep):
    tables.write_summary(sweep, ["seed", "canvas"])
    (row,) = _rows(sweep)
    assert (row["cells"], row["total_loss"]) == ("5", "10.0")


def test_a_summary_over_a_key_that_is_not_swept_names_those_that_are(sweep):
    with pytest.raises(InputError, match="--over seeds: the sweep has canvas, seed; did you mean 'seed'"):
        tables.write_summary(sweep, ["seeds"])


def test_cells_of_different_terms_are_summarised_by_what_each_has(sweep):
    content = replace(example(), losses={"content": 3.0}, relative_errors={"content": {"relu1_1": 0.5}})
    content.write(sweep.folder / "pixels0")
    style = replace(example(), losses={"style": 7.0}, relative_errors={"style": {"relu1_1": 0.25}})
    style.write(sweep.folder / "pixels1")
    tables.write_summary(sweep, ["seed", "canvas"])
    (row,) = _rows(sweep)
    assert row["style_loss"] == "7.0"
    assert float(row["content_loss_lowest"]) <= 3.0


def test_of_nothing_there_is_no_summary(sweep):
    for cell in sweep.cells:
        (sweep.folder / cell.folder / "result.json").unlink(missing_ok=True)
    with pytest.raises(InputError, match="no cell is finished yet"):
        tables.write_summary(sweep, ["seed"])
    assert not (sweep.folder / "summary.csv").exists()
