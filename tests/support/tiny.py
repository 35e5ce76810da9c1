"""Pictures, networks and cells that take no time, and processes without permissions."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import gettempdir

import hydra
import pytest
import torch
from hypothesis import HealthCheck, settings
from torch import Tensor, nn

from experiments.settings import schema
from experiments.settings.composition import configs, configuration
from experiments.sweep.composer import Composer
from reconstruct.network import Stages
from reconstruct.synthesis import Step, Synthesis

# A cell that takes a second.
TINY = ["network=vgg11_untrained", "network.normalize_over=[]", "size=32", "steps=4", "precision=float32"]

# A module of the user's own.
OWN = """
from reconstruct import Representation

class Means(Representation):
    def __init__(self, weights, power=1.0):
        super().__init__(weights)
        self.power = power

    def code(self, F):
        return F.float().pow(self.power).mean((2, 3))

    def layer_loss(self, code, target):
        return (code - target).square().sum()
"""


def examples(count: int) -> settings:
    """For Hypothesis: as many as RECONSTRUCT_EXAMPLES says, else `count`."""
    slow = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    many = int(os.environ.get("RECONSTRUCT_EXAMPLES", count))
    return settings(max_examples=many, deadline=None, suppress_health_check=slow)


def exit_code(name: str, *arguments: str) -> int:
    """Of a command that is called in this process."""
    program = import_module(f"experiments.{name.removeprefix('reconstruct-')}")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", [name, *arguments])
        try:
            program.main()
        except SystemExit as ended:
            return int(ended.code or 0)
    return 0


def tiny_network(dtype: torch.dtype = torch.float32) -> Stages:
    """Two blocks, (conv, relu) twice and pool, as VGG names them."""
    torch.manual_seed(0)
    stages: dict[str, nn.Module] = {}
    channels = 3
    for block, width in ((1, 4), (2, 6)):
        for i in (1, 2):
            stages[f"conv{block}_{i}"] = nn.Conv2d(channels, width, 3, padding=1)
            stages[f"relu{block}_{i}"] = nn.ReLU()
            channels = width
        stages[f"pool{block}"] = nn.AvgPool2d(2)
    return Stages({name: stage.to(dtype) for name, stage in stages.items()})


def let_in(folder: Path) -> None:
    """Others may enter a folder of pytest's, which are its user's alone."""
    for each in (folder, *folder.parents):
        if each.is_relative_to(gettempdir()) and each != Path(gettempdir()):
            each.chmod(each.stat().st_mode | 0o055)


def copy_program(folder: Path) -> None:
    """For everybody: the clone may lie in a folder that others may not enter."""
    for name in ("reconstruct", "experiments", "configs"):
        left_out = shutil.ignore_patterns("__pycache__", "gallery")
        shutil.copytree(Path(__file__).parents[2] / name, folder / name, ignore=left_out, dirs_exist_ok=True)
    let_read(folder)


def let_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


def nobody() -> list[str]:
    """How a command begins that has no privileges of root's, in which permissions mean nothing."""
    if os.getuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root, and no setpriv to be somebody else")
    drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if subprocess.run([*drop, sys.executable, "--version"], capture_output=True, check=False).returncode:
        pytest.skip("nobody but root can run this Python")
    return drop


def as_nobody(command: list[str], folder: Path) -> str:
    """What `command` says when it is run without root's privileges."""
    drop = nobody()
    let_in(folder)
    copy_program(folder / "program")
    path = f"{folder}/program{os.pathsep}{folder}/program/experiments/plugins"
    environment = os.environ | {"HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": path}
    done = subprocess.run([*drop, *command], capture_output=True, text=True, env=environment, cwd=folder, check=False)
    return done.stderr


def smooth_picture(height: int, width: int, seed: int = 0) -> Tensor:
    """A picture with large and small shapes, ``(1, 3, height, width)``."""
    noise = torch.rand(1, 3, max(2, height // 4), max(2, width // 4), generator=torch.Generator().manual_seed(seed))
    return nn.functional.interpolate(noise, size=(height, width), mode="bilinear")


def composed(*overrides: str) -> schema.Config:
    """The settings that a command line means."""
    schema.register()
    with hydra.initialize_config_dir(str(configs()), version_base="1.3"):
        return configuration(hydra.compose("reconstruct", list(overrides)))


@contextmanager
def composing() -> Iterator[Composer]:
    """Key -> value to configurations, as a sweep composes its cells."""
    schema.register()
    with hydra.initialize_config_dir(str(configs()), version_base="1.3"):
        whole = hydra.compose("reconstruct", ["hydra.job.config_name=reconstruct"], return_hydra_config=True)
        yield Composer(whole.hydra)


def only_cell() -> Path:
    (result,) = Path("runs").rglob("result.json")
    return result.parent


@contextmanager
def stopping_at(number: int | None, stop: Callable[[], object] | None = None) -> Iterator[None]:
    """What happens at a step of every optimisation, if it has a number: Ctrl-C, or `stop`."""
    iterate = Synthesis.__iter__

    def stopped(self: Synthesis) -> Iterator[Step]:
        for step in iterate(self):
            if step.number == number:
                stop() if stop else os.kill(os.getpid(), signal.SIGINT)
            yield step

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Synthesis, "__iter__", stopped)
        yield
