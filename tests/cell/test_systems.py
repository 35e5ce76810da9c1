"""Systems that lack what Linux has, simulated: modules taken away before the program is imported."""

import os
import subprocess
import sys
from pathlib import Path

from support.tiny import TINY, smooth_picture

from reconstruct.images import to_image

# Python on Windows has neither of these modules.
WITHOUT = """
import sys
for module in ("fcntl", "resource"):
    sys.modules[module] = None
import filelock
filelock.FileLock = filelock.SoftFileLock
"""


def ran(program: str, *words: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", WITHOUT + program, *words]
    environment = os.environ | {"RECONSTRUCT_CACHE": str(folder / "cache")}  # where no lock of another system lies
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)


def test_a_sweep_needs_neither_flock_nor_limits_of_the_shell(tmp_path):
    to_image(smooth_picture(40, 40)).save(tmp_path / "photo.png")
    words = ["-m", *TINY, "content.picture=photo.png", "seed=0,1", "name=here", "figure=none"]
    done = ran("from experiments.reconstruct import main; main()", *words, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("runs/here/*/result.json"))) == 2
    assert not list(tmp_path.rglob(".lock"))


def test_whether_a_cell_is_held_is_known_by_whatever_locks_there_are(tmp_path):
    program = """
from pathlib import Path
from experiments.cell import locks
folder = Path("cell")
print(locks.is_held(folder))
with locks.held(folder):
    print(locks.is_held(folder))
print(locks.is_held(folder), list(folder.iterdir()))
"""
    done = ran(program, folder=tmp_path)
    assert done.stdout.splitlines() == ["False", "True", "False []"], done.stderr


def test_what_a_process_took_is_unknown_where_nothing_tells(tmp_path):
    program = """
import torch
from pathlib import Path
from experiments.speed import growth
from reconstruct.hardware import memory
Path.exists = lambda self: False
memory._PROCESS = Path("nothing")
print(growth._peak_memory(torch.device("cpu")), memory.available())
"""
    assert ran(program, folder=tmp_path).stdout.split() == ["0", "None"]
