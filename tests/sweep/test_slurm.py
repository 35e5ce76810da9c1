"""A sweep on a real Slurm, on an untrained VGG-11 and a small picture."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.slurm_node import SlurmNode, is_installed

from reconstruct.runs.results import Result

pytestmark = [pytest.mark.slurm, pytest.mark.skipif(not is_installed(), reason="Slurm and munge are not installed")]

SWEEP = ["-m", "seed=0,1,2", "network=vgg11_untrained", "network.normalize_over=[]", "size=32", "precision=float32"]
SLURM = ["hydra/launcher=slurm", "hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=2", "figure=none"]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlurmNode]:
    with SlurmNode(tmp_path_factory.mktemp("slurm")) as node:
        yield node


def sweep(node: SlurmNode, folder: Path, photo: Path, *overrides: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "experiments.reconstruct", *SWEEP, *SLURM, f"content.picture='{photo}'", "name=s"]
    environment = os.environ | node.environment
    return subprocess.Popen(
        [*command, *overrides], cwd=folder, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def finished(folder: Path) -> list[Result]:
    return [result for cell in (folder / "runs/s").glob("*/") if (result := Result.at(cell))]


def test_every_cell_of_a_sweep_is_made_by_slurm(node, tmp_path, photo):
    process = sweep(node, tmp_path, photo, "steps=4")
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert len(finished(tmp_path)) == 3
    assert {result.threads for result in finished(tmp_path)} == {1}
    assert "3 of 3 cells done" in said


def test_a_sweep_that_is_larger_than_a_job_array_is_made_in_several(node, tmp_path, photo):
    """The node takes four at once."""
    process = sweep(node, tmp_path, photo, "seed=range(5)", "size=16", "steps=1", "content.layers=[relu1_1]")
    _, said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    assert "5 cells in 2 job arrays, one after the other: this cluster takes 4 at once (MaxArraySize)" in said
    assert "5 of 5 cells done" in said


def test_what_does_not_fit_into_a_jobs_memory_is_refused_with_a_size_that_does(node, tmp_path, photo):
    """Nothing here holds the job to what it asked for; elsewhere it would be killed."""
    process = sweep(node, tmp_path, photo, "seed=0", "size=1024", "hydra.launcher.mem_gb=1")
    _, said = process.communicate(timeout=300)
    assert process.returncode == 2, said
    assert "of memory are needed and 1.0 GiB are there" in said


def test_a_killed_task_is_made_up_for_by_the_same_command(node, tmp_path, photo):
    process = sweep(node, tmp_path, photo, "steps=2000", "hydra.launcher.array_parallelism=1")
    while not (tmp_path / "runs/s").is_dir() or not list((tmp_path / "runs/s").glob("*/trace.csv")):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.2)
    (running,) = node.ask("squeue", "-h", "-t", "R", "-o", "%i").split()
    node.ask("scancel", "--signal=KILL", "--full", running)
    _, said = process.communicate(timeout=600)
    assert process.returncode == 1
    assert "to run only what is missing" in said
    done = len(finished(tmp_path))
    assert done < 3

    process = sweep(node, tmp_path, photo, "steps=2000")
    _, said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    assert len(finished(tmp_path)) == 3
