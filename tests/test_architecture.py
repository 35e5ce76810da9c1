"""Data flows one way: the library never meets the edge, and each outside package has one door."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY = sorted((ROOT / "reconstruct").glob("*.py"))

# module -> the library modules it may know
UPSTREAM = {
    "__init__": set(),
    "errors": set(),
    "files": set(),
    "layers": {"errors"},
    "assets": {"errors", "files"},
    "images": {"errors", "files"},
    "network": {"errors", "layers"},
    "precision": set(),
    "representations": {"errors"},
    "objective": {"network", "representations"},
    "canvas": set(),
    "optimizers": set(),
    "synthesis": {"canvas", "errors", "objective"},
    "recording": {"files", "synthesis"},
    "results": {"files"},
    "measures": set(),
    "figures": {"errors", "images", "results"},
}
DOORS = {
    "pypi_simple": {"assets"},
    "requests": {"assets"},
    "PIL": {"images", "figures"},  # figures names the type of what images gives it
    "torchvision": {"network"},
    "matplotlib": {"figures"},
    "skimage": {"measures"},
    "hydra": set(),
    "omegaconf": set(),
    "experiments": set(),
}


def imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: file.stem)
def test_a_library_module_knows_only_what_is_upstream_of_it(file):
    known = {name.split(".")[1] for name in imports(file) if name.startswith("reconstruct.")}
    assert known <= UPSTREAM[file.stem]


@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: file.stem)
def test_every_outside_package_has_its_door(file):
    packages = {name.split(".")[0] for name in imports(file)}
    for package, doors in DOORS.items():
        assert package not in packages or file.stem in doors, f"{file.stem} imports {package}"


def test_tensorboard_is_met_in_recording_only():
    users = {file.stem for file in LIBRARY if any("tensorboard" in name for name in imports(file))}
    assert users == {"recording"}


def test_no_module_is_upstream_of_itself():
    def height(module: str, path: tuple[str, ...] = ()) -> int:
        assert module not in path, f"cycle: {path}"
        return 1 + max((height(up, (*path, module)) for up in UPSTREAM[module]), default=0)

    assert all(height(module) for module in UPSTREAM)


def test_the_layer_names_need_no_more_than_the_standard_library():
    assert all(
        name.split(".")[0] in {"re", "collections", "reconstruct"} for name in imports(LIBRARY[0].parent / "layers.py")
    )
