"""A sweep on the real network is killed again and again, at any moment, and loses nothing.

`RECONSTRUCT_KILLS=20 RECONSTRUCT_SEEDS=6 pytest tests/cell/test_survival.py` is the long form.
"""

import os
import random
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


def sweep(folder: Path) -> "subprocess.Popen[bytes]":
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "experiments.reconstruct", *CELLS, *SMALL]
    return subprocess.Popen(command, cwd=folder, start_new_session=True)


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
    assert sweep(undisturbed).wait() == 0
    whole, moments = time.monotonic() - start, random.Random(0)
    for _ in range(KILLS):
        process = sweep(killed)
        time.sleep(moments.uniform(0, max(8.0, 2 * whole / KILLS)))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert sweep(killed).wait() == 0
    assert pictures(killed) == pictures(undisturbed)
    assert len(pictures(killed)) == 2 * SEEDS
    assert curves(killed) == curves(undisturbed)
    assert all([step for step, _ in curve] == list(range(41)) for curve in curves(killed).values())
    left = [path for path in (killed / "runs/s").rglob("*") if path.suffix in (".part", ".pt") or path.name == ".lock"]
    assert not left
