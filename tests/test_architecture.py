"""Data flows one way: the library never meets the edge, and each outside package has one door."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY = sorted((ROOT / "reconstruct").rglob("*.py"))

# module -> the library modules it may know
UPSTREAM = {
    "__init__": set(),
    "assets": {"errors", "files"},
    "atlas": set(),
    "atlas.entries": {"files"},
    "atlas.findings": {"atlas", "atlas.entries", "atlas.networks", "atlas.selection", "atlas.sentences"},
    "atlas.networks": {"atlas.entries"},
    "atlas.selection": {"atlas.entries", "atlas.networks"},
    "atlas.sentences": {"atlas.entries", "atlas.networks", "atlas.selection", "layers"},
    "board": {"events", "images", "measures", "results", "synthesis"},
    "canvas": set(),
    "colours": set(),
    "convergence": {"trace"},
    "errors": set(),
    "events": set(),
    "figures": {
        "figures.captions",
        "figures.cells",
        "figures.page.saving",
        "figures.page.sheet",
        "figures.pivot",
        "figures.plots.curves",
        "figures.plots.tradeoff",
        "figures.tables.fig1",
        "figures.tables.fig2",
        "figures.tables.fig3",
        "figures.tables.grid",
        "figures.tables.separate",
    },
    "figures.analysis": set(),
    "figures.analysis.arrangement": {
        "atlas.entries",
        "atlas.networks",
        "atlas.selection",
        "figures.page.sheet",
        "figures.plots.notes",
        "figures.plots.over_layers",
    },
    "figures.analysis.atlas": {
        "atlas.entries",
        "atlas.findings",
        "atlas.selection",
        "figures.analysis.arrangement",
        "figures.analysis.depth",
        "figures.analysis.front",
        "figures.analysis.matrix",
        "figures.analysis.strips",
        "figures.page.sheet",
        "results",
    },
    "figures.analysis.depth": {
        "atlas.entries",
        "atlas.networks",
        "atlas.selection",
        "figures.page.sheet",
        "figures.plots.notes",
        "figures.plots.over_layers",
        "figures.plots.scales",
    },
    "figures.analysis.front": {
        "atlas.entries",
        "atlas.networks",
        "atlas.selection",
        "figures.labels",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.plots.axes",
        "figures.plots.notes",
        "figures.plots.scales",
    },
    "figures.analysis.matrix": {
        "atlas.entries",
        "atlas.networks",
        "atlas.selection",
        "figures.labels",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.plots.axes",
        "figures.plots.notes",
        "figures.plots.over_layers",
        "figures.plots.scales",
    },
    "figures.analysis.strips": {
        "atlas.entries",
        "atlas.networks",
        "atlas.selection",
        "errors",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.plots.notes",
        "figures.plots.scales",
        "figures.tables.tiles",
        "images",
        "measures",
        "results",
        "snapshots",
    },
    "figures.captions": {
        "figures.cells",
        "figures.labels",
        "figures.page.sheet",
        "figures.plots.curves",
        "figures.plots.tradeoff",
        "results",
    },
    "figures.cells": {"errors", "results"},
    "figures.film": {"figures.page.sheet", "figures.tables.tiles", "film"},
    "figures.labels": {"figures.cells", "figures.page.scripts", "figures.page.sheet", "results"},
    "figures.page": set(),
    "figures.page.fitting": {"figures.page.scripts", "figures.page.venues"},
    "figures.page.pictures": set(),
    "figures.page.saving": {"figures.page.scripts", "figures.page.sheet", "files"},
    "figures.page.scripts": set(),
    "figures.page.sheet": {
        "figures.page.fitting",
        "figures.page.pictures",
        "figures.page.scripts",
        "figures.page.venues",
    },
    "figures.page.venues": {"errors"},
    "figures.pivot": {"errors", "figures.cells"},
    "figures.plots": set(),
    "figures.plots.axes": {"figures.labels", "figures.page.fitting", "figures.page.sheet"},
    "figures.plots.curves": {
        "figures.cells",
        "figures.labels",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.pivot",
        "figures.plots.axes",
        "results",
        "trace",
    },
    "figures.plots.notes": {"figures.page.fitting", "figures.page.sheet"},
    "figures.plots.over_layers": {
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.plots.axes",
        "figures.plots.notes",
        "figures.plots.scales",
    },
    "figures.plots.scales": {
        "figures.labels",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.page.venues",
        "figures.plots.axes",
    },
    "figures.plots.speed": {
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.plots.axes",
        "figures.plots.scales",
        "images",
    },
    "figures.plots.tradeoff": {
        "figures.cells",
        "figures.labels",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.pivot",
        "figures.plots.axes",
        "figures.tables.tiles",
    },
    "figures.tables": set(),
    "figures.tables.fig1": {
        "figures.cells",
        "figures.labels",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.pivot",
        "figures.tables.grid",
        "figures.tables.tiles",
    },
    "figures.tables.fig2": {
        "figures.cells",
        "figures.labels",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.pivot",
        "figures.tables.grid",
        "figures.tables.tiles",
    },
    "figures.tables.fig3": {
        "figures.cells",
        "figures.labels",
        "figures.page.sheet",
        "figures.pivot",
        "figures.tables.grid",
        "figures.tables.table",
        "figures.tables.tiles",
    },
    "figures.tables.grid": {
        "figures.cells",
        "figures.labels",
        "figures.page.fitting",
        "figures.page.pictures",
        "figures.page.sheet",
        "figures.pivot",
        "figures.tables.originals",
        "figures.tables.table",
        "figures.tables.tiles",
    },
    "figures.tables.latex": {"figures.page.scripts"},
    "figures.tables.originals": {"figures.cells", "figures.page.sheet", "figures.pivot", "figures.tables.tiles"},
    "figures.tables.separate": {
        "figures.cells",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.pivot",
        "figures.tables.grid",
        "figures.tables.latex",
        "figures.tables.table",
        "files",
    },
    "figures.tables.table": {
        "figures.page.fitting",
        "figures.page.pictures",
        "figures.page.sheet",
        "figures.tables.tiles",
    },
    "figures.tables.tiles": {"errors", "figures.cells", "figures.page.pictures", "figures.page.sheet"},
    "files": set(),
    "film": {"errors", "images", "results", "synthesis"},
    "images": {"colours", "errors", "files"},
    "layers": {"errors"},
    "measures": set(),
    "memory": set(),
    "network": {"errors", "layers", "winograd"},
    "objective": {"errors", "network", "representations"},
    "optimizers": set(),
    "precision": set(),
    "recording": {"files", "results", "synthesis"},
    "representations": {"errors"},
    "results": {"errors", "files"},
    "snapshots": {"images", "synthesis"},
    "sweep_board": {"events"},
    "synthesis": {"canvas", "errors", "objective"},
    "trace": set(),
    "winograd": set(),
}
DOORS = {  # a name that ends in a dot is that of a package
    "pypi_simple": ("assets",),
    "requests": ("assets",),
    "PIL": ("colours", "images", "events", "sweep_board", "figures."),  # images gives, these show
    "torchvision": ("network",),
    "matplotlib": ("figures.",),
    "anyascii": ("figures.page.scripts", "figures.tables.latex", "figures.tables.separate"),
    "tueplots": ("figures.page.venues",),
    "skimage": ("measures",),
    "scipy": ("atlas.sentences",),
    "hydra": (),
    "omegaconf": (),
    "experiments": (),
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
        own = dotted(file)
        through = any(own == door or (door[-1] == "." and f"{own}.".startswith(door)) for door in doors)
        assert package not in packages or through, f"{file.stem} imports {package}"


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
