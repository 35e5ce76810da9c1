"""A sweep on a real Slurm, on an untrained VGG-11 and a small picture."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.slurm_node import SlurmNode, is_installed
from support.tiny import TINY

from reconstruct.runs.results import Result

pytestmark = [pytest.mark.slurm, pytest.mark.skipif(not is_installed(), reason="Slurm and munge are not installed")]

SWEEP = ["-m", "seed=0,1,2", *TINY, "name=s"]
SLURM = ["hydra/launcher=slurm", "hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=2", "figure=none"]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlurmNode]:
    with SlurmNode(tmp_path_factory.mktemp("slurm")) as node:
        yield node


@pytest.fixture
def sweep(node, elsewhere, photo) -> Callable[..., "subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "experiments.reconstruct", *SWEEP, *SLURM, f"content.picture='{photo}'"]
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return lambda *overrides: subprocess.Popen([*command, *overrides], env=os.environ | node.environment, **pipes)


def said_by(process: "subprocess.Popen[str]", code: int) -> str:
    _, said = process.communicate(timeout=600)
    assert process.returncode == code, said
    return said


def finished() -> list[Result]:
    return [result for cell in Path("runs/s").glob("*/") if (result := Result.at(cell))]


def test_every_cell_of_a_sweep_is_made_by_slurm_in_several_job_arrays_if_need_be(sweep):
    """The node takes four at once."""
    said = said_by(sweep("seed=range(5)"), 0)
    assert "5 cells in 2 job arrays, one after the other: this cluster takes 4 at once (MaxArraySize)" in said
    assert "5 of 5 cells done" in said
    assert [result.threads for result in finished()] == [1] * 5


def test_what_does_not_fit_into_a_jobs_memory_is_refused_with_a_size_that_does(sweep):
    """Nothing here holds the job to what it asked for; elsewhere it would be killed."""
    said = said_by(sweep("seed=0", "size=1024", "hydra.launcher.mem_gb=1"), 2)
    assert "of memory are needed and 1.0 GiB are there" in said


def test_a_killed_task_is_made_up_for_by_the_same_command(node, sweep):
    process = sweep("steps=2000", "hydra.launcher.array_parallelism=1")
    while not list(Path("runs").glob("s/*/trace.csv")):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.2)
    (running,) = node.ask("squeue", "-h", "-t", "R", "-o", "%i").split()
    node.ask("scancel", "--signal=KILL", "--full", running)
    assert "to run only what is missing" in said_by(process, 1)
    assert len(finished()) < 3
    said_by(sweep("steps=2000"), 0)
    assert len(finished()) == 3
