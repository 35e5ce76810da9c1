"""How a sweep stands is read from its folders."""

from dataclasses import replace
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from support.records import configured, example

from experiments.cell import locks
from experiments.sweep.folder import read
from experiments.sweep.state import CellStatus, State, SweepStatus, duration, headline, look
from experiments.sweep.sweep import most_at_once
from reconstruct.errors import InputError
from reconstruct.runs.failures import Failure
from reconstruct.runs.results import PICTURE, TRACE
from reconstruct.runs.sweeps import Sweep, SweepCell


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    """A cell in every state."""
    names = ("done", "running", "failed", "stopped", "missing")
    cells = [SweepCell(name, {"seed": name}, settings={"seed": name, "steps": "4"}) for name in names]
    sweep = Sweep(tmp_path / "s", "none", cells, "reconstruct -m seed=…")
    for name in names[:-1]:
        (sweep.folder / name).mkdir(parents=True)
    sweep.write()
    example().write(sweep.folder / "done")
    Failure.of(InputError("no such layer")).write(sweep.folder / "failed")
    rows = "step,seconds,total,content,gradient_norm\n0,0.5,9.0,9.0,1\n1,1.0,3.5,3.5,1\n2,1.5,2."
    (sweep.folder / "running" / TRACE).write_text(rows)
    return sweep


def test_the_command_tells_every_state_apart(sweep, called):
    with locks.held(sweep.folder / "running"):
        code, said, _ = called("reconstruct-status", str(sweep.folder))
    first, *lines = said.splitlines()
    assert code == 1
    assert first.startswith(f"{sweep.folder}: 1 of 5 done, 1 running, 1 failed, 2 waiting")
    assert lines == [
        "  running  running  step 2 of 4  loss 3.5",
        "  failed   failed  no such layer",
        "  to run what is missing: reconstruct -m seed=…",
    ]


def test_a_cell_that_was_made_anew_is_read_anew(sweep):
    before = look(sweep).standings[0]
    replace(example(), seconds=77.0).write(sweep.folder / "done")
    after = look(sweep).standings[0]
    assert after.seconds == 77.0
    assert after.event != before.event


CELL = SweepCell("x", {})
WAITING = CellStatus(CELL, State.waiting)


def test_the_time_left_is_that_of_the_cells_so_far_shared_by_those_that_run_at_once():
    done, half = CellStatus(CELL, State.done, seconds=60), CellStatus(CELL, State.running, 5, 10, seconds=30)
    assert SweepStatus([done, half, WAITING]).seconds_left == pytest.approx(90)
    assert SweepStatus([done, half, half, WAITING]).seconds_left == pytest.approx(60)
    assert SweepStatus([WAITING]).seconds_left is None
    assert headline(SweepStatus([done, half, WAITING])) == "1 of 3 done, 1 running, 1 waiting, about 2 min left"
    assert [duration(seconds) for seconds in (45, 720, 12000)] == ["45 s", "12 min", "3 h 20 min"]


def test_the_time_left_counts_what_is_between_cells():
    done = [CellStatus(CELL, State.done, seconds=0.01, written=10**12 + k * 3 * 10**9) for k in range(5)]
    assert SweepStatus([*done, *[WAITING] * 10]).seconds_left == pytest.approx(30)
    night = CellStatus(CELL, State.done, seconds=0.01, written=0)
    assert SweepStatus([night, *done, *[WAITING] * 10]).seconds_left == pytest.approx(30)
    slow = CellStatus(CELL, State.running, step=10, steps=100, seconds=60)
    assert SweepStatus([*done, *[WAITING] * 10, slow]).seconds_left == pytest.approx(540)


def test_a_cell_whose_files_changed_is_damaged_and_verifying_says_so(sweep, called):
    picture = sweep.folder / "done" / PICTURE
    picture.write_bytes(b"one")
    example().write(sweep.folder / "done")
    told = "every finished cell has the files that its result vouches for (1 of 1)"
    _, said, _ = called("reconstruct-status", "--verify", str(sweep.folder))
    assert said.splitlines()[-1] == f"{sweep.folder}: {told}"
    picture.write_bytes(b"two")
    code, said, _ = called("reconstruct-status", "--verify", str(sweep.folder))
    lines = said.splitlines()
    assert code == 1
    assert f"  damaged  done  {picture}: is not the file that result.json was written with" in lines
    assert lines[-1] == f"{sweep.folder}: 1 of 1 finished cells are damaged; the sweep's command recomputes them"


def test_watching_ends_when_nothing_is_left(sweep, called):
    for cell in sweep.cells[1:]:
        (sweep.folder / cell.folder).mkdir(exist_ok=True)
        Failure.clear(sweep.folder / cell.folder)
        example().write(sweep.folder / cell.folder)
    assert called("reconstruct-status", str(sweep.folder), "--watch")[1] == f"{sweep.folder}: 5 of 5 done\n"


def test_a_folder_without_a_sweep_is_one_line(tmp_path, called):
    code, _, said = called("reconstruct-status", str(tmp_path))
    assert (code, "expected the folder of a sweep" in said) == (2, True)


def test_cells_made_one_by_one_are_read_like_a_sweep(tmp_path):
    for seed in (0, 1):
        (tmp_path / f"single/{seed}").mkdir(parents=True)
        made = replace(example(), overrides=["size=32", f"seed={seed}", "name=single"], config=configured(seed=seed))
        replace(made, settings={"seed": f"{seed}", "size": "32"}).write(tmp_path / f"single/{seed}")
    (tmp_path / "single/begun").mkdir()
    sweep = read(tmp_path / "single")
    assert sweep.axes == {"seed": ["0", "1"]}
    assert [(cell.folder, cell.label) for cell in sweep.cells] == [("0", "seed=0"), ("1", "seed=1")]
    alone = read(tmp_path / "single/1")
    assert [cell.label for cell in alone.cells] == ["size=32 seed=1"]
    assert [result.seed for _, result in alone.results()] == [0]


def test_a_cluster_is_asked_and_only_where_the_launcher_is_slurms(monkeypatch, tmp_path):
    asked = tmp_path / "scontrol"
    asked.write_text("#!/bin/sh\necho 'MailProg = x'\necho 'MaxArraySize            = 1001'\n")
    asked.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    slurm = OmegaConf.create({"_target_": "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher"})
    basic = OmegaConf.create({"_target_": "hydra._internal.core_plugins.basic_launcher.BasicLauncher"})
    assert most_at_once(slurm) == 1001
    assert most_at_once(basic) is None
    asked.write_text("#!/bin/sh\nexit 1\n")
    assert most_at_once(slurm) is None
    asked.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert most_at_once(slurm) is None
