"""Measuring the pictures of a sweep."""

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import smooth_picture
from sweep_shapes import result

from experiments.drawing import measurements
from reconstruct import images
from reconstruct.analysis.entries import Entry, Kind
from reconstruct.results import Sweep, SweepCell

NETWORK = {
    "architecture": "vgg11", "weights": "untrained", "seed": 0, "pooling": "average", "normalize_over": [],
}  # fmt: skip
RELU = ["relu1_1", "relu2_1", "relu3_1", "relu3_2", "relu4_1", "relu4_2", "relu5_1", "relu5_2"]


def measured(folder: Path, size: int, style_size: int = 0) -> list[Entry]:
    """The entries of a sweep of one cell: content of relu1_1, with style if that has a size."""
    given = {"representation": "both" if style_size else "content", "content.layers": "[relu1_1]"}
    given |= {"style.layers": "[relu1_1]"}
    cell = folder / "cell"
    cell.mkdir()
    images.save(smooth_picture(size, size + 3), cell / "content.png")
    images.save(smooth_picture(size, size + 3, seed=1), cell / "result.png")
    if style_size:
        images.save(smooth_picture(style_size, style_size), cell / "style.png")
    record = result(given, 0)
    replace(record, config={**record.config, "network": NETWORK}).write(cell)
    sweep = Sweep(folder, "atlas", {}, [SweepCell("cell", {})], "reconstruct")
    sweep.write()
    return measurements.entries(sweep)


@pytest.mark.parametrize(("size", "layers"), [(2, 2), (3, 2), (4, 4), (8, 6), (15, 6), (16, 8)])
def test_a_picture_has_errors_at_the_layers_that_it_is_large_enough_for(tmp_path, capfd, size, layers):
    entries = measured(tmp_path, size)
    for entry in entries:
        assert list(entry.errors["content"]) == RELU[:layers]
        assert list(entry.errors["style"]) == RELU[:layers]
        assert (entry.ssim is None) == (size < 11)
    assert any(e.kind is Kind.SHUFFLED for e in entries) == (size >= measurements.TILES)
    report = capfd.readouterr().err
    number = "1 picture" if len(entries) == 1 else "2 pictures"
    assert (f"{number} too small for the deepest layers" in report) == (size < 16)
    assert (f"{number} too small for SSIM" in report) == (size < 11)


def test_a_small_painting_limits_the_errors_of_style_only(tmp_path):
    (entry,) = measured(tmp_path, 16, style_size=8)
    assert list(entry.errors["content"]) == RELU
    assert list(entry.errors["style"]) == RELU[:6]
