"""How a sweep stands is read from its folders."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.records import configured, example

from experiments import status
from experiments.cell import locks
from experiments.figure import read
from experiments.sweep.state import CellStatus, State, SweepStatus, duration, headline, look
from reconstruct.errors import InputError
from reconstruct.runs.failures import Failure
from reconstruct.runs.results import PICTURE, TRACE
from reconstruct.runs.sweeps import Sweep, SweepCell


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    """A cell in every state."""
    cells = [SweepCell(name, {"seed": name}) for name in ("done", "running", "failed", "stopped", "missing")]
    sweep = Sweep(tmp_path / "s", "none", cells, "reconstruct -m seed=…")
    for name in ("done", "running", "failed", "stopped"):
        (sweep.folder / name).mkdir(parents=True)
    sweep.write()
    example().write(sweep.folder / "done")
    Failure.of(InputError("no such layer")).write(sweep.folder / "failed")
    rows = "step,seconds,total,content,gradient_norm\n0,0.5,9.0,9.0,1\n1,1.0,3.5,3.5,1\n2,1.5,2."
    (sweep.folder / "running" / TRACE).write_text(rows)
    return sweep


def damaged(sweep: Sweep) -> Path:
    """A file of the finished cell that is not the one it was made with."""
    picture = sweep.folder / "done" / PICTURE
    picture.write_bytes(b"one")
    example().write(sweep.folder / "done")
    picture.write_bytes(b"two")
    return picture


def test_every_state_is_told_apart(sweep):
    with locks.held(sweep.folder / "running", {"steps": 4}):
        standings = {standing.cell.folder: standing for standing in look(sweep).standings}
    states = {name: standing.state.name for name, standing in standings.items()}
    assert states == {
        "done": "done", "running": "running", "failed": "failed", "stopped": "waiting", "missing": "waiting",
    }  # fmt: skip
    assert standings["failed"].message == "no such layer"
    running = standings["running"]
    assert (running.step, running.steps, running.loss, running.fraction) == (2, 4, 3.5, 0.5)


def test_a_cell_that_was_made_anew_is_read_anew(sweep):
    before = look(sweep).standings[0]
    replace(example(), seconds=77.0).write(sweep.folder / "done")
    after = look(sweep).standings[0]
    assert after.seconds == 77.0
    assert after.event != before.event


def test_the_time_left_is_that_of_the_cells_so_far_shared_by_those_that_run_at_once():
    cell = SweepCell("x", {})
    done, waiting = CellStatus(cell, State.done, seconds=60), CellStatus(cell, State.waiting)
    half = CellStatus(cell, State.running, step=5, steps=10, seconds=30)
    assert SweepStatus([done, half, waiting]).seconds_left == pytest.approx(90)
    assert SweepStatus([done, half, half, waiting]).seconds_left == pytest.approx(60)
    assert SweepStatus([waiting]).seconds_left is None
    assert headline(SweepStatus([done, half, waiting])) == "1 of 3 done, 1 running, 1 waiting, about 2 min left"


@pytest.mark.parametrize(("seconds", "told"), [(45, "45 s"), (720, "12 min"), (12000, "3 h 20 min")])
def test_durations_are_told_as_people_do(seconds, told):
    assert duration(seconds) == told


def test_the_command_tells_how_a_sweep_stands(sweep, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["reconstruct-status", str(sweep.folder)])
    with locks.held(sweep.folder / "running", {"steps": 4}), pytest.raises(SystemExit, match="1"):
        status.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{sweep.folder}: 1 of 5 done, 1 running, 1 failed, 2 waiting")
    assert lines[1:] == [
        "  running  running  step 2 of 4  loss 3.5",
        "  failed   failed  no such layer",
        "  to run what is missing: reconstruct -m seed=…",
    ]


def test_a_cell_whose_files_changed_is_damaged_and_verifying_says_so(sweep, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["reconstruct-status", "--verify", str(sweep.folder)])
    with pytest.raises(SystemExit):
        status.main()
    told = "every finished cell has the files that its result vouches for (1 of 1)"
    assert capsys.readouterr().out.splitlines()[-1] == f"{sweep.folder}: {told}"
    line = f"{damaged(sweep)}: is not the file that result.json was written with"
    with pytest.raises(SystemExit, match="1"):
        status.main()
    lines = capsys.readouterr().out.splitlines()
    assert f"  damaged  done  {line}" in lines
    assert lines[-1] == f"{sweep.folder}: 1 of 1 finished cells are damaged; the sweep's command recomputes them"


def test_the_time_left_counts_what_is_between_cells():
    cell = SweepCell("x", {})
    done = [CellStatus(cell, State.done, seconds=0.01, written=10**12 + k * 3 * 10**9) for k in range(5)]
    waiting = [CellStatus(cell, State.waiting)] * 10
    assert SweepStatus([*done, *waiting]).seconds_left == pytest.approx(30)
    night = CellStatus(cell, State.done, seconds=0.01, written=0)
    assert SweepStatus([night, *done, *waiting]).seconds_left == pytest.approx(30)
    slow = CellStatus(cell, State.running, step=10, steps=100, seconds=60)
    assert SweepStatus([*done, *waiting, slow]).seconds_left == pytest.approx(540)


def test_watching_ends_when_nothing_is_left(sweep, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["reconstruct-status", str(sweep.folder), "--watch"])
    for name in ("running", "failed", "stopped", "missing"):
        (sweep.folder / name).mkdir(exist_ok=True)
        Failure.clear(sweep.folder / name)
        example().write(sweep.folder / name)
    status.main()
    assert capsys.readouterr().out.splitlines() == [f"{sweep.folder}: 5 of 5 done"]


def test_a_folder_without_a_sweep_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["reconstruct-status", str(tmp_path)])
    with pytest.raises(SystemExit) as exit_:
        status.main()
    assert exit_.value.code == 2
    assert "expected the folder of a sweep" in capsys.readouterr().err


def test_cells_made_one_by_one_are_read_like_a_sweep(tmp_path):
    for seed in (0, 1):
        (tmp_path / f"single/{seed}").mkdir(parents=True)
        made = replace(example(), overrides=["size=32", f"seed={seed}", "name=single"], config=configured(seed=seed))
        made.write(tmp_path / f"single/{seed}")
    (tmp_path / "single/begun").mkdir()
    sweep = read(tmp_path / "single")
    assert sweep.axes == {"seed": ["0", "1"]}
    assert [(cell.folder, cell.label) for cell in sweep.cells] == [("0", "seed=0"), ("1", "seed=1")]
    alone = read(tmp_path / "single/1")
    assert [cell.label for cell in alone.cells] == ["size=32 seed=1"]
    assert [result.seed for _, result in alone.results()] == [0]


def test_what_may_not_be_read_is_one_line(monkeypatch, capsys):
    def refuse(folder: Path, begun: bool) -> Sweep:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(status, "listed", refuse)
    monkeypatch.setattr(sys, "argv", ["reconstruct-status", "/root/x"])
    with pytest.raises(SystemExit) as ended:
        status.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "reconstruct-status: /root/x: Permission denied\n"
