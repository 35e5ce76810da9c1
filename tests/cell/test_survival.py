"""A sweep on the real network is killed again and again, at any moment, and loses nothing.

`RECONSTRUCT_KILLS=20 RECONSTRUCT_SEEDS=6 pytest tests/cell/test_survival.py -s` is the long form, and says how many
steps were taken twice.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

pytestmark = pytest.mark.real

KILLS, SEEDS = (int(os.environ.get(f"RECONSTRUCT_{name}", "3")) for name in ("KILLS", "SEEDS"))
CELLS = ["-m", "content.layers=[relu2_1],[relu4_1]", f"seed={','.join(map(str, range(SEEDS)))}"]
SMALL = ["size=96", "steps=40", "name=s", "figure=none"]


def sweep(folder: Path, *overrides: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "experiments.reconstruct", *CELLS, *SMALL, *overrides]
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True)


def pictures(folder: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in (folder / "runs/s").glob("*/result.png")}


def curves(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Cell -> steps and losses as TensorBoard shows them, whatever killed processes left in other event files."""
    loaded = {path.parent.name: EventAccumulator(str(path.parent)) for path in (folder / "runs/s").glob("*/result.png")}
    return {
        name: [(event.step, event.value) for event in events.Reload().Scalars("loss/total")]
        for name, events in loaded.items()
    }


def test_a_sweep_that_is_killed_at_random_moments_ends_in_the_same_pictures(tmp_path):
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    start = time.monotonic()
    process = sweep(undisturbed)
    said = process.communicate()[1]
    assert process.returncode == 0, said
    whole, moments, again = time.monotonic() - start, random.Random(0), 0
    for _ in range(KILLS):
        process = sweep(killed)
        time.sleep(moments.uniform(0, max(8.0, 2 * whole / KILLS)))
        os.killpg(process.pid, signal.SIGKILL)
        again += repeated(process.communicate()[1])
    process = sweep(killed)
    said = process.communicate()[1]
    again += repeated(said)
    assert process.returncode == 0, said
    assert pictures(killed) == pictures(undisturbed)
    assert len(pictures(killed)) == 2 * SEEDS
    assert curves(killed) == curves(undisturbed)
    assert all([step for step, _ in curve] == list(range(41)) for curve in curves(killed).values())
    left = [path for path in (killed / "runs/s").rglob("*") if path.suffix in (".part", ".pt") or path.name == ".lock"]
    assert not left
    sys.stdout.write(
        f"\n{KILLS} kills, {again} of {2 * SEEDS * 40} steps were taken twice, undisturbed in {whole:.0f} s\n"
    )


def repeated(said: str) -> int:
    return sum(int(count) for count in re.findall(r"resuming at step \d+ of \d+ \((\d+) steps recomputed\)", said))


def test_two_sweeps_into_the_same_folder_share_the_work_and_do_no_harm(tmp_path):
    processes = [sweep(tmp_path / "both") for _ in range(2)]
    said = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert all(f"{2 * SEEDS} of {2 * SEEDS} cells done" in words for words in said)
    assert len(pictures(tmp_path / "both")) == 2 * SEEDS
