"""What the README files say can be done."""

import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from experiments.settings import schema
from experiments.settings.composition import configs
from experiments.settings.overrides import quoted
from experiments.speed.comparison import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FOLDERS = ("configs", "experiments", "reconstruct", "tests")
FILES = [ROOT / "README.md", *sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("README.md"))]
NAMES = [str(file.relative_to(ROOT)) for file in FILES]
PLUGINS = {"joblib": "hydra_plugins.hydra_joblib_launcher", "slurm": "hydra_plugins.hydra_submitit_launcher"}


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def prose(text: str) -> str:
    """What stands outside blocks and quoted code."""
    return re.sub(r"`[^`]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def targets(file: Path) -> list[str]:
    """The files of this repository that a README shows or links to, as it names them."""
    found = re.findall(r"\]\(([^)\s]+)\)", prose(text_of(file)))
    return [target.partition("#")[0] for target in found if not re.match(r"https?:|#", target)]


def commands() -> Iterator[tuple[str, ...]]:
    """The words of every command of this program in a console block."""
    for file in FILES:
        for line in "".join(blocks(text_of(file), "console")).splitlines():
            for command in " ".join(shlex.split(line, comments=True)).removeprefix("$ ").split(" && "):
                if command.startswith("reconstruct"):
                    yield tuple(command.split())


def cells(overrides: list[str]) -> list[list[str]]:
    """The overrides of every cell that a command makes, as Hydra's own sweeper would have them."""
    return BasicSweeper.split_arguments(OverridesParser.create().parse_overrides(overrides), None)[0]


@pytest.fixture
def _composing():
    schema.register()
    schema.register_benchmark(Settings)
    with initialize_config_dir(str(configs()), version_base="1.3"):
        yield


def test_the_first_readme_has_at_most_140_lines():
    assert len(README.splitlines()) <= 140


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_readme_begins_with_a_heading_says_what_it_is_about_and_leads_to_pictures_and_files_that_are_there(file):
    heading, blank, sentence, *_ = text_of(file).splitlines()
    assert heading.startswith("# ")
    assert not blank
    assert re.match(r"\w|`\w|\*\*\w", sentence)
    assert [path for path in targets(file) if not (file.parent / path).is_file()] == []


def test_the_first_readme_links_to_all_others():
    linked = {(ROOT / path).resolve() for path in targets(ROOT / "README.md")}
    assert {file.resolve() for file in FILES[1:]} <= linked


def test_the_test_command_is_the_one_that_continuous_integration_runs():
    assert "$ pip install -e '.[test]' && pytest\n" in "".join(blocks(README, "console"))
    assert "pip install --quiet -e '.[test]'" in text_of(ROOT / ".ci/run")


@pytest.mark.usefixtures("_composing")
@pytest.mark.parametrize("command", list(dict.fromkeys(commands())), ids=" ".join)
def test_the_settings_and_options_of_a_command_that_is_shown_are_known(command):
    name, *words = command
    if name == "reconstruct":
        for launcher in (word.removeprefix("hydra/launcher=") for word in words if word.startswith("hydra/launcher=")):
            pytest.importorskip(PLUGINS[launcher])
        for cell in cells([quoted(word) for word in words if word != "-m"]):
            assert isinstance(OmegaConf.to_object(compose("reconstruct", cell)), schema.Config)
    elif name == "reconstruct-benchmark":
        composed = compose("benchmark", [word for word in words if word != "quick"])
        assert isinstance(OmegaConf.to_object(composed), Settings)
    else:
        import_module(f"experiments.{name.removeprefix('reconstruct-')}")._parser().parse_args(words)


@pytest.mark.real
def test_the_lines_of_python_run_and_the_loss_falls(capsys):
    (code,) = blocks(README, "python")
    exec(code.replace("256", "64").replace("steps=200", "steps=30"), {})
    losses = [float(line.split()[1]) for line in capsys.readouterr().out.splitlines()]
    assert len(losses) == 30
    assert losses[-1] < losses[0] / 5
