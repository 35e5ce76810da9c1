"""What `import reconstruct` offers, and what the library's README says can be done with it."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from support.tiny import smooth_picture

import reconstruct
from reconstruct.images import save

FOLDER = Path(reconstruct.__file__).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")
FIRST, *LATER = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
STUB = ast.parse((FOLDER / "__init__.pyi").read_text(encoding="utf-8")).body
NAMES = [(line.module, alias.name) for line in STUB if line.module for alias in line.names]
LIGHT = ("fetch", "InputError", "RunError", "Result", "Sweep")  # what is there without torch


def loads_torch(code: str) -> bool:
    command = [sys.executable, "-c", f"import sys\n{code}\nprint('torch' in sys.modules)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "True"


def test_torch_is_loaded_by_the_first_name_that_needs_it():
    lighter = "; ".join(f"reconstruct.{name}" for name in LIGHT)
    assert not loads_torch(f"import reconstruct; dir(reconstruct); {lighter}; import reconstruct.report.figures")
    assert loads_torch("import reconstruct; reconstruct.Content")


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_a_name_is_what_its_module_has_and_explains_itself(module, name):
    offered = getattr(reconstruct, name)
    assert offered is getattr(import_module(f"reconstruct.{module}"), name)
    assert f"{offered.__module__}.".startswith(f"reconstruct.{module}.")
    assert offered.__doc__ is not None
    assert not offered.__doc__.startswith(f"{name}("), "the docstring that a dataclass gets by itself"


def test_the_tour_names_all_that_is_offered():
    assert [name for _, name in NAMES if not re.search(rf"\b{name}s?\b", reconstruct.__doc__)] == []


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.py")), ids=lambda file: file.stem)
def test_no_module_of_the_library_takes_a_name_from_its_public_face(file):
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "reconstruct"]
    assert {alias.name for node in froms for alias in node.names}.isdisjoint(name for _, name in NAMES)
    assert "reconstruct" not in [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]


def run(code: str, names: dict[str, object]) -> dict[str, object]:
    exec(compile(code, str(FOLDER / "README.md"), "exec"), names)
    return names


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the README's reader is: beside a photograph."""
    monkeypatch.chdir(tmp_path)
    save(smooth_picture(40, 48), Path("photo.png"))
    return tmp_path


def losses(text: str) -> list[float]:
    return [float(line.split()[1]) for line in text.splitlines()]


def test_the_first_example_runs_and_its_loss_falls(folder, capsys):
    run(FIRST, {})
    first, *_, last = losses(capsys.readouterr().out)
    assert last < first / 100
    assert reconstruct.load(folder / "result.png").shape == (1, 3, 40, 48)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("code", LATER, ids=re.findall(r"## (.*)\n", README)[1:])
def test_every_later_example_needs_only_the_first(code, capsys):
    session = run(FIRST, {})
    del session["step"]
    capsys.readouterr()
    names = run(code, session)
    told = capsys.readouterr().out
    assert told
    if "step" in code:
        assert names["step"].number == 19
        assert losses(told)[-1] < losses(told)[0]
    else:
        assert set(names["code"]) == {"relu2_1"}


def test_files_and_names_that_the_readme_would_have_changed_are_there():
    rooms = (FOLDER, FOLDER.parent / "experiments")
    text = "".join(file.read_text(encoding="utf-8") for room in rooms for file in room.rglob("*.py"))
    prose = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    quoted = set(re.findall(r"`([\w/]+(?:\.py)?)`", prose))
    found = {name for name in quoted if re.search(rf"\b{name}\b", text)}
    found |= {name for name in quoted for folder in (FOLDER, FOLDER.parent) if (folder / name).exists()}
    assert quoted - found <= {"textures.py"}  # the reader's own


def test_the_settings_in_the_readme_are_yaml():
    assert all(isinstance(yaml.safe_load(text), dict) for text in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL))
