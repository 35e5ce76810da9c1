"""Cells are made by one process at a time, and a killed one holds nothing."""

import errno
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from support.tiny import TINY

from experiments.cell import locks
from reconstruct.errors import RunError

HOLD = """
import pathlib, sys, time
from experiments.cell import locks
with locks.held(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_cell_that_another_process_makes_is_busy_until_that_is_killed_and_a_lock_leaves_nothing_behind(tmp_path):
    process = holder(tmp_path)
    assert locks.is_held(tmp_path)
    with pytest.raises(locks.Busy, match="is being made by another process"), locks.held(tmp_path):
        pass
    process.kill()
    process.communicate()
    assert not locks.is_held(tmp_path)
    with locks.held(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [locks.LOCK]
    assert not list(tmp_path.iterdir())


def test_many_who_look_and_many_who_want_the_same_cell_do_no_harm(tmp_path):
    code = """
import pathlib, sys
from experiments.cell import locks
folder, counter = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[1]) / "counter"
for _ in range(200):
    locks.is_held(folder)
    try:
        with locks.held(folder):
            counter.write_text(str(int(counter.read_text()) + 1))
            print("x", end="")
    except locks.Busy:
        pass
"""
    (tmp_path / "counter").write_text("0")
    start = [sys.executable, "-c", code, str(tmp_path)]
    processes = [subprocess.Popen(start, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    held = sum(len(process.communicate()[0]) for process in processes)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert int((tmp_path / "counter").read_text()) == held > 200
    assert [path.name for path in tmp_path.iterdir()] == ["counter"]


def test_waiting_ends_with_the_other_process(tmp_path):
    process, start = holder(tmp_path), time.monotonic()
    end = threading.Timer(1.5, process.kill)
    end.start()
    locks.wait(tmp_path)
    assert 1.4 < time.monotonic() - start < 1.5 + 2 * locks.POLL
    process.communicate()
    end.join()


@pytest.mark.parametrize("answer", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_told_in_a_line(tmp_path, monkeypatch, answer):
    def refuse(*_: object) -> None:
        raise OSError(answer, "no locks")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(RunError, match="has no locks; mount it with flock, or set runs= elsewhere"):
        locks.held(tmp_path).__enter__()


PRETENDING = """
import fcntl, sys
fcntl.flock = lambda *_: None  # as a file system does that says yes and does nothing
sys.argv[0] = "reconstruct"
from experiments.reconstruct import main
main()
"""


def start(name: str, photo: Path, *program: str) -> "subprocess.Popen[bytes]":
    steps = ["content.layers=[relu2_1]", *TINY, "steps=400", f"name={name}", "canvas=pixels"]
    command = [sys.executable, *program, f"content.picture={photo}", *steps]
    return subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"})


@pytest.mark.parametrize("later", [0.0, 2.0], ids=["at once", "while the other is at it"])
def test_two_makers_of_a_cell_on_locks_that_do_nothing_end_in_the_same_whole_result(elsewhere, photo, later):
    assert start("alone", photo, "-m", "experiments.reconstruct").wait() == 0
    first = start("both", photo, "-c", PRETENDING)
    time.sleep(later)
    second = start("both", photo, "-c", PRETENDING)
    assert [first.wait(), second.wait()] == [0, 0]
    (made,), (expected,) = (list(Path("runs", name).glob("*/result.png")) for name in ("both", "alone"))
    assert made.read_bytes() == expected.read_bytes()
    record, other = (json.loads((path.parent / "result.json").read_text()) for path in (made, expected))
    assert record["losses"] == other["losses"]
    assert record["evaluations"] == 400
    assert len((made.parent / "trace.csv").read_text().splitlines()) == 401
    assert {path.name for path in made.parent.iterdir()} <= {path.name for path in expected.parent.iterdir()}
