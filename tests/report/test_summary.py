"""A sweep's summary: medians over what is repeated."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import pytest
from support.records import example
from support.tiny import smooth_picture

from experiments.sweep import summary
from reconstruct import images
from reconstruct.errors import InputError
from reconstruct.runs.results import Result
from reconstruct.runs.sweeps import Sweep, SweepCell


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    """Two canvases with three seeds each, of which one cell is missing; the total loss is seed + 1, or ten times it."""
    axes = {"canvas": ["pixels", "fourier"], "seed": ["0", "1", "4"]}
    points = [{"canvas": canvas, "seed": seed} for canvas in axes["canvas"] for seed in axes["seed"]]
    cells = [SweepCell(f"{point['canvas']}{point['seed']}", point, settings=point) for point in points]
    sweep = Sweep(tmp_path, "none", cells, "")
    for cell in cells[:-1]:
        (tmp_path / cell.folder).mkdir()
        loss = (int(cell.values["seed"]) + 1.0) * (10 if cell.values["canvas"] == "pixels" else 1)
        replace(example(term="style"), total=loss).write(tmp_path / cell.folder)
    return sweep


def _rows(sweep: Sweep) -> list[dict[str, str]]:
    with (sweep.folder / "summary.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_summary_has_medians_and_extremes_over_seeds_of_what_is_finished(sweep):
    summary.write([sweep], ["seed"], ["csv"])
    names = ("canvas", "cells", "missing", "total_loss", "total_loss_lowest", "total_loss_highest", "total_loss_n")
    assert [tuple(row[name] for name in names) for row in _rows(sweep)] == [
        ("pixels", "3", "0", "20.0", "10.0", "50.0", "3"),
        ("fourier", "2", "1", "1.5", "1.0", "2.0", "2"),
    ]
    assert "seed" not in _rows(sweep)[0]
    assert "psnr" not in _rows(sweep)[0]  # of style alone there is none


def test_cells_of_different_terms_are_summarised_by_what_each_has(sweep):
    content = replace(example(), losses={"content": 3.0}, relative_errors={"content": {"relu1_1": 0.5}})
    content.write(sweep.folder / "pixels0")
    style = replace(example(term="style"), losses={"style": 7.0}, relative_errors={"style": {"relu1_1": 0.25}})
    style.write(sweep.folder / "pixels1")
    summary.write([sweep], ["seed", "canvas"], ["csv"])
    (row,) = _rows(sweep)
    assert (row["content_loss"], row["content_loss_n"]) == ("3.0", "1")
    assert (row["style_loss_highest"], row["style_loss_n"]) == ("7.0", "4")


def test_of_nothing_there_is_no_summary(sweep):
    for cell in sweep.cells:
        (sweep.folder / cell.folder / "result.json").unlink(missing_ok=True)
    with pytest.raises(InputError, match="no cell is finished yet"):
        summary.write([sweep], ["seed"], ["csv"])
    assert not (sweep.folder / "summary.csv").exists()


def content(**values: object) -> Result:
    return replace(example(), **{"psnr": 30.0, "ssim": 0.9, **values})


def test_what_is_infinite_or_not_finite_counts(sweep):
    """Two pictures that equal the photograph, and one of three seeds that diverged."""
    for seed, psnr in (("0", 76.31), ("1", math.inf), ("4", math.inf)):
        content(psnr=psnr).write(sweep.folder / f"pixels{seed}")
    diverged = content(total=math.nan, losses={"content": math.inf}, converged=False, note="content rose at step 2")
    diverged.write(sweep.folder / "fourier0")
    summary.write([sweep], ["seed"], ["csv"])
    pixels, fourier = _rows(sweep)
    assert [pixels[f"psnr{end}"] for end in ("", "_lowest", "_highest", "_n")] == ["inf", "76.31", "inf", "3"]
    assert (fourier["total_loss_highest"], fourier["total_loss_n"], fourier["not_converged"]) == ("inf", "2", "1")


def test_several_sweeps_are_told_apart_and_only_the_numbers_asked_for_are_there(sweep, tmp_path):
    point = {"canvas": "pixels", "seed": "0"}
    other = Sweep(tmp_path / "other", "none", [SweepCell("one", point, settings=point)], "")
    (other.folder / "one").mkdir(parents=True)
    content().write(other.folder / "one")
    summary.write([sweep, other], ["seed"], ["csv"], ["psnr"])
    rows = _rows(sweep)
    names = [tmp_path.name, tmp_path.name, "other"]
    assert [(row["sweep"], row["cells"]) for row in rows] == list(zip(names, "321", strict=True))
    told = [f"psnr{end}" for end in ("", "_lowest", "_highest", "_n")]
    assert set(rows[0]) == {"sweep", "canvas", "cells", "missing", "not_converged", *told}


def test_a_table_for_a_paper_says_of_how_many_and_what_is_missing(sweep):
    for seed, psnr in (("0", 25.04), ("1", 26.0), ("4", math.inf)):
        content(psnr=psnr, relative_errors={"content": {"relu1_1": 0.0123}}).write(sweep.folder / f"pixels{seed}")
    (path,) = summary.write([sweep], ["seed"], ["tex"])
    rows = [line.removesuffix(r" \\").split(" & ") for line in path.read_text().splitlines() if " & " in line]
    assert rows[0] == ["canvas", "n", r"content error (\%)", r"style error (\%)", "PSNR (dB)", "SSIM"]
    assert rows[1][:2] == ["pixels", "3"]
    assert rows[1][2] == r"1.23 (1.23–1.23)"
    assert rows[1][4] == r"26.0 (25.0–\ensuremath{\infty})"
    assert rows[2][:2] == ["fourier", "2 of 3"]


def test_lpips_is_measured_where_a_column_asks_for_it(sweep, monkeypatch):
    monkeypatch.setattr("experiments.drawing.observations.perceptual", lambda: lambda picture, original: 0.25)
    for cell in (sweep.folder / "pixels0", sweep.folder / "pixels1"):
        for name in ("result.png", "content.png"):
            images.save(smooth_picture(8, 8), cell / name)
        content().write(cell)
    summary.write([sweep], ["seed"], ["csv"], ["psnr", "lpips"])
    assert [(row["lpips"], row["lpips_n"]) for row in _rows(sweep)] == [("0.25", "2"), ("", "")]
