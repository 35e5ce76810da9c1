import subprocess
import sys
import tempfile

import pytest

from experiments.cell import devices


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    devices.own.cache_clear()
    yield
    devices.own.cache_clear()
    devices._taken.clear()


def test_processes_side_by_side_take_one_gpu_each_and_share_when_there_are_no_more():
    code = "from experiments.cell import devices; print(devices.own(2), flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    processes = []
    for _ in range(2):
        processes.append(subprocess.Popen([sys.executable, "-c", code], text=True, **pipes))
        processes[-1].taken = processes[-1].stdout.readline().strip()
    assert [process.taken for process in processes] == ["0", "1"]
    assert devices.own(2) in (0, 1)  # shared
    devices.own.cache_clear()
    processes[1].communicate("\n")
    assert devices.own(2) == 1
    processes[0].communicate("\n")


def test_a_gpu_is_known_by_its_own_name_whatever_is_visible(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    assert [devices._name(index) for index in range(2)] == ["3", "5"]
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert devices._name(1) == "1"
