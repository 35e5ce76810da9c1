"""Cells are shown under their labels, whatever their folders are called."""

from pathlib import Path

import pytest

from experiments.sweep.labelled import _link, labelled
from reconstruct.errors import InputError
from reconstruct.sweeps import Sweep, SweepCell


def sweep(folder: Path, *cells: SweepCell) -> None:
    for cell in cells:
        (folder / cell.folder).mkdir(parents=True, exist_ok=True)
    Sweep(folder, "auto", list(cells), "reconstruct").write()


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_symlink())


def test_a_sweeps_cells_have_their_labels_for_names(tmp_path):
    sweep(tmp_path / "s", SweepCell("relu4_2", {}, "relu4_2 α/β=1"), SweepCell("seed=1", {}, "relu4_2 seed=1"))
    (tmp_path / "s" / "figure").mkdir()
    (tmp_path / "s" / "another").mkdir()
    with labelled([tmp_path / "s"]) as links:
        assert names(links) == ["figure", "relu4_2 seed=1", "relu4_2 α∕β=1"]
        assert (links / "relu4_2 seed=1").resolve() == (tmp_path / "s" / "seed=1").resolve()
    assert not links.exists()


def test_names_follow_the_labels(tmp_path):
    links = tmp_path / "links"
    links.mkdir()
    sweep(tmp_path / "s", SweepCell("relu4_2", {}, "relu4_2"))
    _link([tmp_path / "s"], links)
    assert names(links) == ["relu4_2"]
    sweep(tmp_path / "s", SweepCell("relu4_2", {}, "seed=0"), SweepCell("seed=1", {}, "seed=1"))
    _link([tmp_path / "s"], links)
    assert names(links) == ["seed=0", "seed=1"]


def test_all_runs_are_shown_sweep_by_sweep_and_what_is_no_sweep_as_it_is(tmp_path):
    sweep(tmp_path / "a", SweepCell("x", {}, "seed=0"))
    (tmp_path / "single" / "cat").mkdir(parents=True)
    with labelled([tmp_path]) as links:
        assert names(links) == ["a/seed=0", "single"]
    with labelled([tmp_path / "single"]) as same:
        assert same == tmp_path / "single"


def test_several_folders_are_shown_side_by_side_each_under_a_name_of_its_own(tmp_path):
    sweep(tmp_path / "one/s", SweepCell("x", {}, "seed=0"))
    sweep(tmp_path / "two/s", SweepCell("y", {}, "seed=0"))
    cell = tmp_path / "one/s/x"
    with labelled([tmp_path / "one/s", tmp_path / "two/s", cell, tmp_path / "one/s"]) as links:
        assert sorted(names(links)) == ["s/seed=0", "s~2/seed=0", "x"]
        assert [(links / name).resolve() for name in ("s/seed=0", "s~2/seed=0")] == [cell, tmp_path / "two/s/y"]


def test_several_folders_need_links(tmp_path, monkeypatch):
    def refuse(*arguments):
        raise OSError("no links")

    sweep(tmp_path / "s", SweepCell("x", {}, "seed=0"))
    monkeypatch.setattr(Path, "symlink_to", refuse)
    with labelled([tmp_path / "s"]) as shown:
        assert shown == tmp_path / "s"
    with pytest.raises(InputError, match="several folders are shown by links"), labelled([tmp_path, tmp_path / "s"]):
        pass
