"""The program as a wheel: without its checkout, from another folder, by somebody who cannot write at home."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.tiny import TINY, copy_program, let_in, let_read, nobody, smooth_picture

from reconstruct.images import to_image

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.real  # the builder comes from the package index


def ran(*command: object, **options: object) -> str:
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """A folder into which the wheel of this checkout is installed, beside the environment's own packages."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    copy_program(source)
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):  # what it ignores is not in the wheel
        shutil.copy(ROOT / name, source)
    ran(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source)
    (wheel,) = folder.glob("reconstruct-*.whl")
    shutil.rmtree(source)
    ran(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder / "site", wheel)
    let_read(folder)
    let_in(folder)
    assert (folder / "site/hydra_plugins/reconstruct_sweeper.py").is_file()  # where Hydra looks for a sweeper
    return folder / "site"


def elsewhere(site: Path, folder: Path) -> tuple[list[str], dict[str, str]]:
    """How somebody else starts a program there, whose home nobody may write to."""
    home = folder / "home"
    home.mkdir()
    home.chmod(0o555)
    let_in(folder)
    folder.chmod(0o777)
    drop = nobody()
    known = {name: value for name, value in os.environ.items() if not name.startswith(("RECONSTRUCT_", "XDG_"))}
    return drop, known | {"HOME": str(home), "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}


def test_a_wheel_makes_a_sweep_and_draws_it_from_another_folder_with_a_home_that_is_read_only(site, tmp_path):
    to_image(smooth_picture(40, 40)).save(tmp_path / "photo.png")
    drop, environment = elsewhere(site, tmp_path)
    settings = [*TINY, "content.picture=photo.png"]
    started = {"cwd": tmp_path, "env": environment}
    found = ran(*drop, sys.executable, "-c", "import experiments; print(experiments.__file__)", **started)
    assert Path(found.strip()).is_relative_to(site)
    said = ran(
        *drop, sys.executable, "-m", "experiments.reconstruct", "-m", *settings, "content.layers=[relu1_1],[relu2_1]",
        "name=w", **started,
    )  # fmt: skip
    assert "2 of 2 cells done" in said
    made = {path.name for path in (tmp_path / "runs/w").iterdir()}
    assert {"figure.png", "figure.pdf", "index.html", "cells.csv"} <= made
    assert "Traceback" not in said
    ran(*drop, sys.executable, "-m", "experiments.figure", "runs/w", "--kind", "curve", **started)
    assert (tmp_path / "runs/w/curve.png").exists()
    assert not list((tmp_path / "home").iterdir())
