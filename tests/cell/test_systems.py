"""Systems that lack what Linux has, simulated: modules taken away before the program is imported."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.tiny import TINY

# Python on Windows has neither of these modules.
WITHOUT = """
import sys
for module in ("fcntl", "resource"):
    sys.modules[module] = None
import filelock
filelock.FileLock = filelock.SoftFileLock
"""


pytestmark = pytest.mark.usefixtures("elsewhere")  # where no lock of another system lies


def ran(program: str, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", WITHOUT + program, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_sweep_needs_neither_flock_nor_limits_of_the_shell(photo):
    words = ["-m", *TINY, f"content.picture='{photo}'", "seed=0,1", "name=here", "figure=none"]
    done = ran("from experiments.reconstruct import main; main()", *words)
    assert done.returncode == 0, done.stderr
    assert len(list(Path("runs/here").glob("*/result.json"))) == 2
    assert not list(Path().rglob(".lock"))


def test_whether_a_cell_is_held_is_known_by_whatever_locks_there_are():
    program = """
from pathlib import Path
from experiments.cell import locks
folder = Path("cell")
print(locks.is_held(folder))
with locks.held(folder):
    print(locks.is_held(folder))
print(locks.is_held(folder), list(folder.iterdir()))
"""
    done = ran(program)
    assert done.stdout.splitlines() == ["False", "True", "False []"], done.stderr


def test_what_a_process_took_is_unknown_where_nothing_tells():
    program = """
import torch
from pathlib import Path
from experiments.speed import growth
from reconstruct.hardware import memory
Path.exists = lambda self: False
memory._PROCESS = Path("nothing")
print(growth._peak_memory(torch.device("cpu")), memory.available())
"""
    assert ran(program).stdout.split() == ["0", "None"]
