"""Small, seeded stand-ins: a network of two blocks, pictures of a few pixels."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from support.tiny import TINY, smooth_picture, tiny_network
from torch import Tensor

from experiments import reconstruct
from reconstruct.images import to_image
from reconstruct.network import Network
from reconstruct.objective import Term, encode
from reconstruct.representations import Content, Style, equal_weights

torch.set_num_threads(1)  # every test process has a core of its own


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter", config: pytest.Config) -> None:
    """Say how to run the tests that need the real weights or a service."""
    if "not real and not browser" in config.getoption("markexpr"):
        terminalreporter.write_line('tests with real weights or a service: pytest -m "real or browser or slurm"')


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.fixture
def network() -> Network:
    return tiny_network()


@pytest.fixture
def picture() -> Tensor:
    return smooth_picture(16, 20)


@pytest.fixture
def terms(network: Network) -> list[Term]:
    """Content of a photograph and style of a painting."""
    content, style = Content({"relu2_1": 1.0}), Style(equal_weights(["relu1_1", "relu2_1"]))
    photo, painting = smooth_picture(16, 16, seed=3), smooth_picture(24, 16, seed=4)
    return [
        Term("content", content, encode(network, content, photo), weight=1e-2, unit=3.0),
        Term("style", style, encode(network, style, painting), unit=0.5),
    ]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photograph of the user's own."""
    path = tmp_path / "my photo.png"
    to_image(smooth_picture(40, 48, seed=1)).save(path)
    return path


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    """A painting of the user's own."""
    path = tmp_path / "painting.jpg"
    image: Image.Image = to_image(smooth_picture(44, 40, seed=2))
    image.save(path, quality=95)
    return path


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, photo: Path, painting: Path, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs the command with the user's own pictures in a folder of its own; gives the exit code and what was said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONSTRUCT_CACHE", str(tmp_path / "empty-cache"))

    def run(*arguments: str) -> tuple[int, str]:
        flags, overrides = [a for a in arguments if a == "-m"], [a for a in arguments if a != "-m"]
        pictures = [f"content.picture='{photo}'"]
        if flags or any("=both" in a or "style" in a or "experiment" in a for a in overrides):
            pictures.append(f"style.picture='{painting}'")
        monkeypatch.setattr(sys, "argv", ["reconstruct", *flags, *pictures, *TINY, *overrides])
        try:
            reconstruct.main()
            code = 0
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return code, capfd.readouterr().err

    return run
