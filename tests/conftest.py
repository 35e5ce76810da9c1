"""Small, seeded stand-ins: a network of two blocks, pictures of a few pixels."""

from pathlib import Path

import pytest
import torch
from support.tiny import TINY, exit_code, smooth_picture, tiny_network
from torch import Tensor

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
    to_image(smooth_picture(44, 40, seed=2)).save(path, quality=95)
    return path


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own, where nothing is cached."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONSTRUCT_CACHE", str(tmp_path / "empty-cache"))
    return tmp_path


@pytest.fixture
def called(capfd):
    """Calls a command by its name; gives the exit code and what was said on both streams."""
    return lambda name, *arguments: (exit_code(name, *arguments), *capfd.readouterr())


@pytest.fixture
def command(elsewhere, photo, painting, called):
    """Runs the command with the user's own pictures in a folder of its own; gives the exit code and what was said."""

    def run(*arguments: str) -> tuple[int, str]:
        pictures = [f"content.picture='{photo}'"]
        if any("=both" in a or "style" in a or "experiment" in a or a == "-m" for a in arguments):
            pictures.append(f"style.picture='{painting}'")
        code, _, said = called("reconstruct", *pictures, *TINY, *arguments)
        return code, said

    return run


@pytest.fixture
def done(command):
    """Runs the command, which has to end well; gives what was said."""

    def run(*arguments: str) -> str:
        code, said = command(*arguments)
        assert code == 0, said
        return said

    return run
