"""A cell's folder is a function of its settings; nobody else writes there, and what it says holds whatever happened."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from support.sweeps import any_sweep
from support.tiny import as_nobody, only_cell, stopping_at

from experiments.cell import run
from experiments.cell.places import adopt
from experiments.sweep.folder import listed
from reconstruct.recorders.film import FilmReader
from reconstruct.runs import up_to_date
from reconstruct.runs.results import FILM, HALF, PICTURE, RESULT, TRACE, Result
from reconstruct.runs.sweeps import Sweep

QUICK = ("figure=none", "page=false")


pytestmark = pytest.mark.usefixtures("elsewhere")


def test_an_input_that_changes_before_its_cells_turn_makes_no_other_cell(command, monkeypatch, photo, painting):
    made = run._made

    def swapping(*given):
        result = made(*given)
        photo.write_bytes(painting.read_bytes())
        return result

    monkeypatch.setattr(run, "_made", swapping)
    code, said = command("-m", "seed=0,1", "name=s", *QUICK)
    assert code == 1
    assert "an input has changed since this was planned; run the same command again" in said
    assert len(list(Path("runs/s").glob(f"*/{RESULT}"))) == 1


@pytest.mark.parametrize("fresh", ["fresh=true", "fresh=false"])
def test_a_film_of_an_earlier_attempt_is_not_vouched_for(command, fresh):
    command("film=true")
    (only_cell() / FILM).write_bytes(b"damaged")
    command("film=false", fresh)
    assert FILM not in Result.at(only_cell()).files
    _, said = command("film=true")
    assert "already finished without a film" in said
    command("film=true", "name=other")
    (film,) = Path("runs/other").glob(f"*/{FILM}")
    assert FilmReader(film).steps[-1] == 4


def test_a_finished_cell_stays_until_the_one_that_is_to_take_its_place_can_be_made(command, monkeypatch):
    command()
    before = (only_cell() / RESULT).read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr("experiments.cell.compute_plan.memory_estimate.fits", lambda *_: False)
        patched.setattr("experiments.cell.memory_estimate.memory.available", lambda *_: 1)
        code, said = command("fresh=true")
    assert code == 2, said
    assert (only_cell() / RESULT).read_bytes() == before


def test_what_is_to_be_computed_again_does_not_go_on_from_a_checkpoint(command):
    with stopping_at(2):
        assert command()[0] == 130
    assert "resuming" not in command("fresh=true")[1]
    assert "fresh" not in json.loads((only_cell() / RESULT).read_text())["command"]


def test_a_copy_has_the_half_that_it_began_with_and_can_be_written_to(command, tmp_path):
    assert command("start=half", "name=a")[0] == 0
    (source,) = (path.parent for path in Path("runs/a").glob(f"*/{RESULT}"))
    for path in (*source.rglob("*"), source):
        path.chmod(0o555 if path.is_dir() else 0o444)
    copying = f"adopt(Path({str(source)!r}), Path('copy'))"
    code = f"from pathlib import Path; from experiments.cell.places import adopt; {copying}"
    tmp_path.chmod(0o777)
    assert as_nobody([sys.executable, "-c", code], tmp_path) == ""
    copy = tmp_path / "copy"
    assert Result.at(copy) == Result.at(source)
    assert Result.at(copy / HALF) == Result.at(source / HALF)
    assert (copy / RESULT).stat().st_mtime_ns == (source / RESULT).stat().st_mtime_ns
    assert all(path.stat().st_mode & 0o200 for path in copy.rglob("*"))


def test_a_copy_of_what_is_begun_anew_meanwhile_is_none(tmp_path):
    (tmp_path / "source").mkdir()
    with pytest.raises(FileNotFoundError):
        adopt(tmp_path / "source", tmp_path / "copy")
    assert Result.at(tmp_path / "copy") is None


def test_the_folder_that_a_user_names_is_taken_and_holds_one_cell(command):
    assert command("++hydra.run.dir=mine-20261130", "seed=0")[0] == 0
    assert (Path("mine-20261130") / RESULT).exists()
    code, said = command("++hydra.run.dir=mine-20261130", "seed=1")
    assert (code, "mine-20261130: holds another cell, of other settings or files" in said) == (2, True)


def test_a_sweep_beside_the_folder_of_runs_knows_its_own_cells(command):
    command("-m", "seed=0", "hydra.sweep.dir=else", *QUICK)
    _, said = command("-m", "seed=0,1", "hydra.sweep.dir=else", *QUICK)
    assert "2 of 2 cells done, 1 of them before" in said


def test_links_that_lead_above_themselves_do_no_harm(command):
    Path("runs").mkdir()
    for name in ("latest", "newest"):
        Path("runs", name).symlink_to(".")
    assert command("name=a")[0] == 0
    assert "1 result reused" in command("name=b")[1]


def test_a_state_does_not_depend_on_where_one_stands(tmp_path, monkeypatch):
    sweep = any_sweep(tmp_path, "pair")
    (tmp_path / sweep.cells[0].folder / TRACE).write_text("damaged")
    monkeypatch.chdir(tmp_path)
    assert up_to_date.state(Sweep.at(Path())) == up_to_date.state(Sweep.at(tmp_path))


def test_of_two_sweeps_at_once_in_one_folder_the_last_to_end_leaves_its_list_its_figure_and_its_page(command):
    """Another process lists its own cells while these are made."""
    command("-m", "seed=1,2", "name=s", *QUICK)
    other = Sweep.at(Path("runs/s"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("experiments.sweep.sweep._wait_for_others", lambda sweep: other.write())
        code, said = command("-m", "seed=0,1", "name=s")
    assert (code, "outdated" in said) == (0, False)
    assert [cell.values["seed"] for cell in Sweep.at(Path("runs/s")).cells] == ["0", "1"]
    assert all(Path("runs/s", name).exists() for name in ("figure.png", "index.html", "cells.csv"))


def test_a_single_cell_that_was_interrupted_is_waiting_and_its_folder_can_be_named(command, called):
    command("seed=0")
    with stopping_at(2):
        command("seed=1")
    (begun,) = (path.parent for path in Path("runs/single").glob("*/checkpoint.pt"))
    for folder, told in ((begun.parent, "1 of 2 done, 1 waiting"), (begun, "0 of 1 done, 1 waiting")):
        assert called("reconstruct-status", str(folder))[1].startswith(f"{folder}: {told}")


def test_cells_of_two_photographs_of_one_name_stand_in_one_figure(command, photo, painting, called):
    command()
    photo.write_bytes(painting.read_bytes())
    command()
    first, second = (cell.settings["content.picture"] for cell in listed(Path("runs/single")).cells)
    assert first != second
    assert "figure.png" in called("reconstruct-figure", "runs/single")[2]


def test_a_table_of_cells_says_what_is_damaged_as_soon_as_anything_is_drawn(command, called):
    command("-m", "seed=0,1", "name=s", *QUICK)
    first, _ = Sweep.at(Path("runs/s")).cells
    Path("runs/s", first.folder, TRACE).write_text("damaged")
    said = called("reconstruct-figure", "runs/s", "--kind", "summary")[2]
    assert "trace.csv: is not the file that result.json was written with" in said
    assert [line.split(",")[2] for line in Path("runs/s/cells.csv").read_text().splitlines()[1:]] == ["damaged", "done"]


def test_a_copied_sweep_is_repaired_by_the_command_that_its_status_tells(command, called):
    command("-m", "seed=0,1", "name=s", *QUICK)
    shutil.copytree("runs/s", "runs/copy")
    first, _ = Path("runs/copy").glob(f"*/{PICTURE}")
    first.write_bytes(b"damaged")
    (line,) = re.findall("to run what is missing.*", called("reconstruct-status", "runs/copy")[1])
    code, said = command("-m", "seed=0,1", *QUICK, *line.split()[-2:])
    assert (code, "runs/copy: 1 of 2 cells were done before" in said) == (0, True)
    assert "2 of 2 done" in called("reconstruct-status", "runs/copy")[1]


def test_a_film_that_another_sweep_made_is_no_wish_for_one(command):
    command("seed=0", "film=true")
    _, said = command("-m", "seed=0,1", "name=s", "page=false")
    assert "film" not in said
    assert not Path("runs/s", FILM).exists()


def test_a_cell_that_ends_early_says_when(command):
    _, said = command("until=0.9", "steps=9")
    assert "(ended after 1 of 9 steps)" in said or "(ended after 2 of 9 steps)" in said
