"""How much memory a cell takes, and how much there is."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from support.tiny import composed

from experiments.cell import compute_plan, memory_estimate
from experiments.cell.memory_estimate import OF_A_STATISTIC
from experiments.settings.inputs import inputs
from experiments.settings.schema import Statistic
from reconstruct.errors import InputError
from reconstruct.hardware import memory
from reconstruct.report.page.words import KEPT

CPU = torch.device("cpu")
UNTRAINED = ["network=vgg11_untrained", "network.normalize_over=[]"]


MEASURED = {  # size, checkpointing, bytes of a feature -> GiB, peaks of whole processes
    (256, False, 4): 1.35, (512, False, 4): 2.0, (768, False, 4): 3.2, (800, False, 4): 3.03, (1024, False, 4): 4.1,
    (1024, True, 4): 3.7, (1280, True, 4): 4.9,
    (256, False, 2): 1.08, (512, False, 2): 1.59, (1024, False, 2): 2.91, (1024, True, 2): 2.76,
}  # fmt: skip


@pytest.mark.parametrize(("size", "checkpointing", "itemsize"), MEASURED)
def test_the_estimate_is_what_was_measured(size, checkpointing, itemsize):
    config = composed("representation=both", f"size={size}", f"checkpointing={checkpointing}")
    measured = MEASURED[size, checkpointing, itemsize]
    assert memory_estimate.needed(config, size**2, itemsize) / 2**30 == pytest.approx(measured, rel=0.12)


@pytest.mark.parametrize(("statistic", "size", "itemsize", "measured"), [
    ("moments", 256, 4, 1.13), ("moments", 256, 2, 1.12), ("moments", 512, 4, 1.9), ("moments", 512, 2, 1.82),
    ("shifted", 256, 4, 1.27), ("shifted", 256, 2, 1.19), ("shifted", 512, 4, 2.01), ("shifted", 512, 2, 1.76),
    ("sliced", 256, 4, 1.27), ("sliced", 256, 2, 1.3), ("sliced", 512, 4, 2.67), ("sliced", 512, 2, 2.46),
])  # fmt: skip
def test_the_estimate_of_a_statistic_is_about_what_was_measured(statistic, size, itemsize, measured):
    config = composed("representation=style", f"style.statistic={statistic}", f"size={size}")
    said = memory_estimate.needed(config, size**2, itemsize) / 2**30
    assert 0.87 * measured < said < 1.25 * measured


def test_every_statistic_has_an_estimate_and_an_explanation():
    assert {*OF_A_STATISTIC} == {*KEPT} == {each.name for each in Statistic}


def test_a_larger_picture_never_takes_less():
    config = composed("representation=both")
    needs = [memory_estimate.needed(config, pixels, 4) for pixels in range(1000, 2**20, 1000)]
    assert needs == sorted(needs)


def test_what_does_not_fit_is_refused_with_a_size_that_does(monkeypatch):
    config = composed("representation=both", "size=2048")
    monkeypatch.setattr(memory, "available", lambda: 4 * 2**30)
    with pytest.raises(
        InputError, match=r"size=2048: about .* GiB of memory are needed and 4.0 GiB are there"
    ) as error:
        memory_estimate.check(config, 2048**2, CPU, 4)
    size = int(str(error.value).split("size=")[2].split()[0])
    memory_estimate.check(replace(config, size=size), size**2, CPU, 4)
    with pytest.raises(InputError):
        memory_estimate.check(replace(config, size=size + 32), (size + 32) ** 2, CPU, 4)


@pytest.mark.parametrize("precision", ["auto", "float32", "bfloat16"])
@pytest.mark.parametrize("size", [2048, 3000, 16384])
def test_what_does_not_fit_however_it_is_computed_is_refused_before_anything_is_measured(
    monkeypatch, photo, precision, size
):
    """With a size that fits by any of the algorithms among which measuring would choose; the photograph is 48 × 40."""
    monkeypatch.setattr(compute_plan, "choose", None)  # not asked
    monkeypatch.setattr(memory, "available", lambda: 2 * 2**30)
    config = composed(f"precision={precision}", f"size={size}", f"content.picture={photo}", *UNTRAINED)
    with pytest.raises(InputError, match=r"GiB of memory are needed and 2\.0 GiB are there") as refused:
        compute_plan.compute_plan(config, inputs(config))
    suggested = int(re.search(r"size=(\d+) (or|would)", str(refused.value))[1])
    for itemsize in {"auto": (2, 4), "float32": (4,), "bfloat16": (2,)}[precision]:
        assert memory_estimate.fits(replace(config, size=suggested), suggested**2 * 40 // 48, CPU, itemsize)


def test_checkpointing_is_suggested_where_it_would_do(monkeypatch):
    config = composed("representation=both", "size=1024")
    less = memory_estimate.needed(replace(config, checkpointing=True), 1024**2, 4)
    monkeypatch.setattr(memory, "available", lambda: less)
    with pytest.raises(InputError, match="or checkpointing=true would do"):
        memory_estimate.check(config, 1024**2, CPU, 4)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_limit_of_the_shell_counts():
    program = "from reconstruct.hardware import memory; print(memory.available())"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, resource.RLIM_INFINITY))

    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, check=True)
    assert 0 < int(done.stdout) <= 2 * 2**30


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
@pytest.mark.parametrize(("given", "limit"), [
    ({"SLURM_JOB_ID": "7", "SLURM_MEM_PER_NODE": "500"}, 500),
    ({"SLURM_JOB_ID": "7", "SLURM_MEM_PER_CPU": "200", "SLURM_CPUS_ON_NODE": "2"}, 400),
    ({"SLURM_JOB_ID": "7", "SLURM_MEM_PER_NODE": "0"}, None),
    ({"SLURM_JOB_ID": "7"}, None),
    ({"SLURM_MEM_PER_NODE": "500"}, None),
])  # fmt: skip
def test_what_a_job_was_given_counts(given, limit, monkeypatch):
    for name in ("JOB_ID", "MEM_PER_NODE", "MEM_PER_CPU", "CPUS_ON_NODE"):
        monkeypatch.delenv(f"SLURM_{name}", raising=False)
    before = memory.available()
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert memory.available() == (limit * 2**20 if limit else pytest.approx(before, rel=0.3))


GIB = 2**30
TREES = {  # the process's groups -> limits of groups, below the place where they are mounted
    "second version": ("0::/user.slice/run-1.scope\n", {"user.slice/memory.max": 3, "memory.max": 4}),
    "its own, nested": ("0::/a/b\n", {"a/b/memory.max": 3, "a/memory.max": "max"}),
    "beside it": ("0::/a/b\n", {"a/c/memory.max": 1, "a/memory.max": 3}),
    "first version": (
        "4:memory:/slurm/job_7\n0::/\n",
        {"memory/slurm/job_7/memory.limit_in_bytes": 3, "memory/memory.limit_in_bytes": 2**30},
    ),
    "both": ("4:cpu,memory:/x\n0::/x\n", {"memory/x/memory.limit_in_bytes": 8, "unified/x/memory.max": 3}),
    "a container, from outside": ("0::/docker/5f2\n", {"memory.max": 3}),
    "a name with a colon": ("0::/system.slice/a:b.service\n", {"system.slice/a:b.service/memory.max": 3}),
}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
@pytest.mark.parametrize("tree", TREES)
def test_the_least_limit_of_the_groups_of_this_process_counts(tree, tmp_path, monkeypatch):
    membership, limits = TREES[tree]
    (tmp_path / "cgroup").write_text(membership)
    for place, limit in limits.items():
        file = tmp_path / "groups" / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{limit if limit == 'max' else limit * GIB}\n")
        used = file.name.replace(".max", ".current").replace("limit", "usage")
        file.with_name(used).write_text(f"{GIB}\n")
        file.with_name("memory.stat").write_text(f"anon 1\ninactive_file {GIB // 2}\n")
    monkeypatch.setattr(memory, "_MEMBERSHIP", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "groups")
    monkeypatch.setattr(memory, "_SYSTEM", tmp_path / "nothing")
    (tmp_path / "statm").write_text("90000 25600 100 1 0 0 0\n")
    monkeypatch.setattr(memory, "_PROCESS", tmp_path / "statm")
    assert memory.available() == 2.5 * GIB + 25600 * resource.getpagesize()


@pytest.fixture
def group() -> Iterator[Path]:
    """A real control group with a limit of 600 MiB, if this process may make one."""
    found = [each[0].parent for each in memory._groups() if each[0].parent.is_dir()]
    made = next(iter(found), Path("/nowhere")) / f"reconstruct-test-{os.getpid()}"
    names = ("memory.max", "memory.limit_in_bytes")
    try:
        made.mkdir()
        limit = next(made / name for name in names if (made / name).exists())
        limit.write_text(str(600 * 2**20))
    except (OSError, StopIteration):
        if made.is_dir():
            made.rmdir()
        pytest.skip("no control group can be made here")
    yield made
    made.rmdir()


def test_a_real_groups_limit_is_what_is_available(group):
    program = "from reconstruct.hardware import memory; print(memory.available())"
    into = f'echo $$ > {group}/cgroup.procs && exec "$0" -c "$1"'
    done = subprocess.run(["sh", "-c", into, sys.executable, program], capture_output=True, text=True, check=True)
    assert 300 * 2**20 < int(done.stdout) <= 600 * 2**20


@pytest.mark.parametrize(("network", "layer", "size", "measured"), [
    ("efficientnet_lite0", "blocks.4", 512, 1.53), ("efficientnet_lite0", "blocks.4", 1024, 3.1),
    ("alexnet", "relu5", 512, 1.17), ("alexnet", "relu5", 1024, 1.9),
])  # fmt: skip
def test_the_estimate_of_another_network_is_about_what_was_measured(network, layer, size, measured):
    config = composed(f"network={network}_untrained", f"content.layers=[{layer}]", f"size={size}")
    said = memory_estimate.needed(config, size**2, 4) / 2**30
    assert 0.9 * measured < said < 1.3 * measured
