"""How much memory a cell takes, and how much there is."""

import resource
import subprocess
import sys
from dataclasses import replace

import hydra
import pytest
import torch

from experiments.cell import memory_estimate
from experiments.settings import schema
from experiments.settings.composition import configs, configuration
from reconstruct.errors import InputError
from reconstruct.hardware import memory

CPU = torch.device("cpu")


def composed(*overrides: str) -> schema.Config:
    schema.register()
    with hydra.initialize_config_dir(str(configs()), version_base="1.3"):
        return configuration(hydra.compose("reconstruct", list(overrides)))


@pytest.mark.parametrize(
    ("overrides", "itemsize", "measured"),  # GiB, peaks of whole processes
    [
        (["representation=both", "size=256"], 4, 1.35),
        (["representation=both", "size=512"], 4, 2.0),
        (["representation=both", "size=768"], 4, 3.2),
        (["representation=both", "size=800"], 4, 3.03),
        (["representation=both", "size=1024"], 4, 4.1),
        (["representation=both", "size=1024", "checkpointing=true"], 4, 3.7),
        (["representation=both", "size=1280", "checkpointing=true"], 4, 4.9),
        (["representation=both", "size=256"], 2, 1.08),
        (["representation=both", "size=512"], 2, 1.59),
        (["representation=both", "size=1024"], 2, 2.91),
        (["representation=both", "size=1024", "checkpointing=true"], 2, 2.76),
    ],
)
def test_the_estimate_is_what_was_measured(overrides, itemsize, measured):
    config = composed(*overrides)
    assert memory_estimate.needed(config, config.size**2, itemsize) / 2**30 == pytest.approx(measured, rel=0.12)


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
