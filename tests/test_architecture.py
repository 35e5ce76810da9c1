"""Data flows one way: the library never meets the edge, and each outside package has one door."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY = sorted((ROOT / "reconstruct").rglob("*.py"))

# module -> the library modules it may know
UPSTREAM = {
    "__init__": set(),
    "errors": set(),
    "files": set(),
    "layers": {"errors"},
    "assets": {"errors", "files"},
    "colours": set(),
    "images": {"colours", "errors", "files"},
    "winograd": set(),
    "network": {"errors", "layers", "winograd"},
    "precision": set(),
    "memory": set(),
    "representations": {"errors"},
    "objective": {"errors", "network", "representations"},
    "canvas": set(),
    "optimizers": set(),
    "synthesis": {"canvas", "errors", "objective"},
    "recording": {"files", "results", "synthesis"},
    "convergence": set(),
    "snapshots": {"images", "synthesis"},
    "events": {"images"},
    "board": {"events", "images", "measures", "results", "synthesis"},
    "film": {"errors", "images", "results", "synthesis"},
    "results": {"errors", "files"},
    "measures": set(),
    "atlas": set(),
    "atlas.entries": {"files"},
    "atlas.selection": {"atlas.entries"},
    "atlas.sentences": {"atlas.entries", "atlas.selection", "layers"},
    "atlas.findings": {"atlas.entries", "atlas.sentences"},
    "figures": {
        "figures.atlas",
        "figures.captions",
        "figures.cells",
        "figures.curves",
        "figures.film",
        "figures.grid",
        "figures.paper",
        "figures.sheet",
        "figures.speed",
    },
    "figures.speed": {"figures.sheet", "images"},
    "figures.atlas": {
        "atlas.entries",
        "atlas.findings",
        "atlas.selection",
        "figures.depth",
        "figures.front",
        "figures.matrix",
        "figures.sheet",
        "figures.strips",
        "results",
    },
    "figures.depth": {"atlas.entries", "atlas.selection", "figures.sheet"},
    "figures.matrix": {"atlas.entries", "atlas.selection", "figures.sheet"},
    "figures.front": {"atlas.entries", "atlas.sentences", "atlas.selection", "figures.cells", "figures.sheet"},
    "figures.strips": {
        "atlas.entries",
        "atlas.selection",
        "figures.sheet",
        "images",
        "measures",
        "results",
        "snapshots",
    },
    "figures.sheet": set(),
    "figures.cells": {"errors", "figures.sheet", "images", "results"},
    "figures.captions": {"results"},
    "figures.paper": {"figures.cells", "figures.sheet", "results"},
    "figures.film": {"figures.cells", "figures.sheet", "film"},
    "figures.grid": {"figures.cells", "figures.sheet", "results"},
    "figures.curves": {"figures.cells", "figures.sheet", "results"},
}
DOORS = {
    "pypi_simple": {"assets"},
    "requests": {"assets"},
    "PIL": {"colours", "images", "board", "events", "figures.cells", "figures.sheet"},  # images gives, these show
    "torchvision": {"network"},
    "matplotlib": {
        f"figures.{name}"
        for name in ("sheet", "paper", "grid", "curves", "speed", "atlas", "depth", "matrix", "front", "strips", "film")
    },
    "skimage": {"measures"},
    "scipy": {"atlas.sentences"},
    "hydra": set(),
    "omegaconf": set(),
    "experiments": set(),
}


def dotted(file: Path) -> str:
    """figures.paper for reconstruct/figures/paper.py, figures for its __init__.py."""
    parts = file.relative_to(ROOT / "reconstruct").with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def library_module(name: str) -> str:
    """The longest library module that an imported name begins with."""
    candidate = name.removeprefix("reconstruct.")
    while candidate and name.startswith("reconstruct.") and candidate not in UPSTREAM:
        candidate = candidate.rpartition(".")[0]
    return candidate if name.startswith("reconstruct.") else ""


def imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("file", LIBRARY, ids=dotted)
def test_a_library_module_knows_only_what_is_upstream_of_it(file):
    known = {module for name in imports(file) if (module := library_module(name))}
    assert known <= UPSTREAM[dotted(file)]


@pytest.mark.parametrize("file", LIBRARY, ids=dotted)
def test_every_outside_package_has_its_door(file):
    packages = {name.split(".")[0] for name in imports(file)}
    for package, doors in DOORS.items():
        assert package not in packages or dotted(file) in doors, f"{file.stem} imports {package}"


def test_tensorboard_is_met_in_one_module_only():
    users = {dotted(file) for file in LIBRARY if any("tensorboard" in name for name in imports(file))}
    assert users == {"events"}


def test_no_module_is_upstream_of_itself():
    def height(module: str, path: tuple[str, ...] = ()) -> int:
        assert module not in path, f"cycle: {path}"
        return 1 + max((height(up, (*path, module)) for up in UPSTREAM[module]), default=0)

    assert all(height(module) for module in UPSTREAM)


def test_the_layer_names_need_no_more_than_the_standard_library():
    assert all(
        name.split(".")[0] in {"re", "collections", "reconstruct"}
        for name in imports(ROOT / "reconstruct" / "layers.py")
    )
