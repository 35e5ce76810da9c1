"""Data flows one way: the library never meets the edge, the edge's rooms stand one above the other, and each outside
package has one door.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY = sorted((ROOT / "reconstruct").rglob("*.py"))

# module -> the library modules it may know
UPSTREAM = {
    "__init__": {  # what it offers
        "analysis",
        "assets",
        "canvas",
        "errors",
        "figures",
        "images",
        "layers",
        "measures",
        "network",
        "objective",
        "optimizers",
        "recorders",
        "representations",
        "results",
        "sweeps",
        "synthesis",
    },
    "analysis": set(),
    "analysis.entries": {"files", "sweeps", "up_to_date"},
    "analysis.verdicts": {
        "analysis",
        "analysis.entries",
        "analysis.networks",
        "analysis.outcomes",
        "analysis.recognition",
        "analysis.selection",
        "analysis.claims",
    },
    "analysis.networks": {"analysis.entries"},
    "analysis.selection": {"analysis.entries", "analysis.networks"},
    "analysis.claims": {"analysis.entries", "analysis.networks", "analysis.outcomes", "analysis.selection", "layers"},
    "analysis.statistics": {"files", "sweeps", "up_to_date"},
    "analysis.outcomes": {"analysis.entries", "analysis.selection"},
    "analysis.recognition": {
        "analysis.entries",
        "analysis.networks",
        "analysis.outcomes",
        "analysis.selection",
        "layers",
    },
    "package_index": set(),
    "assets": {"package_index", "errors", "files"},
    "batch_norm": {"errors"},
    "canvas": set(),
    "codes": {"errors", "files", "layers"},
    "coherence": set(),
    "colours": set(),
    "convergence": {"trace"},
    "errors": set(),
    "explorer": set(),
    "explorer.content": {
        "analysis.entries",
        "explorer.films",
        "explorer.findings",
        "explorer.introduction",
        "explorer.pictures",
        "explorer.quantities",
        "explorer.sentences",
        "failures",
        "figures.cells",
        "figures.labels",
        "figures.pivot",
        "results",
        "trace",
    },
    "explorer.document": {"explorer.pictures", "files"},
    "explorer.findings": {
        "errors",
        "images",
        "measures",
        "analysis.entries",
        "analysis.outcomes",
        "analysis.selection",
        "analysis.verdicts",
        "explorer.pictures",
        "explorer.quantities",
        "recorders.snapshots",
        "results",
    },
    "explorer.introduction": {"figures.captions", "results"},
    "explorer.pictures": set(),
    "explorer.quantities": {"analysis.entries", "results"},
    "explorer.films": {"errors", "figures.film", "recorders.film", "results"},
    "explorer.sentences": {"results"},
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
        "figures.unshown",
    },
    "figures.analysis": set(),
    "figures.analysis.arrangement": {
        "analysis.entries",
        "analysis.networks",
        "analysis.selection",
        "figures.page.sheet",
        "figures.plots.notes",
        "figures.plots.over_layers",
    },
    "figures.analysis.atlas": {
        "analysis.entries",
        "analysis.selection",
        "analysis.verdicts",
        "figures.analysis.arrangement",
        "figures.analysis.blending",
        "figures.analysis.depth",
        "figures.analysis.front",
        "figures.analysis.matrix",
        "figures.analysis.strips",
        "figures.page.sheet",
        "sweeps",
    },
    "figures.analysis.blending": {
        "analysis.entries",
        "analysis.outcomes",
        "analysis.recognition",
        "analysis.selection",
        "figures.labels",
        "figures.page.sheet",
        "figures.plots.notes",
        "figures.plots.over_layers",
    },
    "figures.analysis.depth": {
        "analysis.entries",
        "analysis.networks",
        "analysis.selection",
        "figures.page.sheet",
        "figures.plots.notes",
        "figures.plots.over_layers",
        "figures.plots.scales",
    },
    "figures.analysis.front": {
        "analysis.entries",
        "analysis.networks",
        "analysis.selection",
        "files",
        "figures.labels",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.plots.axes",
        "figures.plots.notes",
        "figures.plots.scales",
    },
    "figures.analysis.matrix": {
        "analysis.entries",
        "analysis.networks",
        "analysis.selection",
        "figures.labels",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.plots.axes",
        "figures.plots.notes",
        "figures.plots.over_layers",
        "figures.plots.scales",
    },
    "figures.analysis.statistics": {
        "analysis.statistics",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.plots.axes",
        "figures.plots.notes",
    },
    "figures.analysis.strips": {
        "analysis.entries",
        "analysis.networks",
        "analysis.selection",
        "errors",
        "figures.page.fitting",
        "figures.page.sheet",
        "figures.plots.notes",
        "figures.plots.scales",
        "figures.tables.tiles",
        "images",
        "measures",
        "recorders.snapshots",
        "sweeps",
    },
    "figures.captions": {
        "figures.cells",
        "figures.labels",
        "figures.page.sheet",
        "figures.plots.curves",
        "figures.plots.tradeoff",
        "figures.unshown",
        "results",
    },
    "figures.cells": {"errors", "failures", "results", "sweeps"},
    "figures.film": {"figures.page.sheet", "figures.tables.tiles", "recorders.film"},
    "figures.labels": {"files", "figures.cells", "figures.page.scripts", "figures.page.sheet", "results"},
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
    "figures.tables.originals": {
        "figures.cells",
        "figures.page.sheet",
        "figures.pivot",
        "figures.tables.tiles",
        "results",
    },
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
    "figures.tables.tiles": {"errors", "figures.cells", "figures.page.pictures", "figures.page.sheet", "results"},
    "figures.unshown": {"figures.cells", "results"},
    "files": set(),
    "hardware": set(),
    "hardware.memory": set(),
    "hardware.choice": {
        "hardware",
        "hardware.processor",
        "hardware.timing",
        "hardware.timings",
        "hardware.ways",
        "layers",
    },
    "hardware.processor": set(),
    "hardware.repetition": set(),
    "hardware.timing": {"hardware.repetition", "hardware.ways"},
    "hardware.timings": {"errors", "files", "hardware", "hardware.processor", "hardware.timing", "hardware.ways"},
    "hardware.ways": {"hardware", "hardware.winograd"},
    "hardware.winograd": set(),
    "images": {"colours", "errors", "files"},
    "layers": {"errors"},
    "measures": set(),
    "network": {"batch_norm", "errors", "hardware.ways", "hardware.winograd", "layers"},
    "objective": {"errors", "network", "representations"},
    "observers": set(),
    "observers.chance": set(),
    "observers.choices": {"errors", "observers.classifier", "observers.names"},
    "observers.classifier": set(),
    "observers.identification": set(),
    "observers.names": {"errors"},
    "observers.perceptual": set(),
    "optimizers": set(),
    "recorders": set(),
    "recorders.board": {"images", "measures", "recorders.events", "results", "synthesis"},
    "recorders.events": set(),
    "recorders.film": {"errors", "images", "results", "synthesis"},
    "recorders.recording": {"files", "results", "synthesis"},
    "recorders.snapshots": {"images", "synthesis"},
    "recorders.sweep_board": {"recorders.events"},
    "representations": {
        "representations.content",
        "representations.covariance",
        "representations.gram",
        "representations.moments",
        "representations.representation",
        "representations.shifted",
        "representations.sliced",
    },
    "representations.content": {"representations.representation"},
    "representations.covariance": {"representations.gram", "representations.representation"},
    "representations.gram": {"representations.representation"},
    "representations.moments": {"representations.representation"},
    "representations.representation": {"errors"},
    "representations.shifted": {"errors", "representations.gram", "representations.representation"},
    "representations.sliced": {"representations.representation"},
    "records": {"errors", "files"},
    "failures": {"errors", "records"},
    "results": {"errors", "records"},
    "sweeps": {"errors", "records", "results"},
    "up_to_date": {"failures", "records", "results", "sweeps"},
    "synthesis": {"hardware.repetition", "canvas", "errors", "objective"},
    "trace": set(),
}
GROUND = {"terminal", "settings"}
# room of experiments/ -> the rooms it may know; the commands, which stand in none, may know all and nobody knows them
EDGE = {
    "terminal": set(),
    "settings": {"terminal"},
    "cell": GROUND,
    "drawing": GROUND | {"cell"},
    "sweep": GROUND | {"cell", "drawing"},
    "speed": GROUND | {"cell"},
}
DOORS = {  # a name that ends in a dot is that of a package
    "pypi_simple": ("assets", "package_index"),
    "requests": ("assets", "package_index"),
    "PIL": ("colours", "images", "recorders.", "figures.", "explorer."),  # images gives, these show
    "timm": ("observers.choices",),
    "torchvision": ("network", "observers.choices"),
    "matplotlib": ("figures.",),
    "anyascii": ("figures.page.scripts", "figures.tables.latex", "figures.tables.separate"),
    "tueplots": ("figures.page.venues",),
    "skimage": ("measures",),
    "scipy": ("analysis.outcomes",),
    "safetensors": ("codes",),
    "jinja2": ("explorer.document",),
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
    assert users == {"recorders.events"}


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


def room(name: str) -> str:
    """cell for experiments.cell.run, experiments itself for a command."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in EDGE else "experiments"


@pytest.mark.parametrize("file", sorted((ROOT / "experiments").rglob("*.py")), ids=lambda file: file.stem)
def test_a_room_of_the_edge_knows_only_rooms_below_it(file):
    own = room(".".join(file.relative_to(ROOT).with_suffix("").parts))
    for name in imports(file):
        if name.startswith("experiments.") and name != f"experiments.{file.stem}.main":  # by which it runs itself
            known = room(name)
            assert known == own or own == "experiments" or known in EDGE[own], f"{file} knows {name}"
            assert known != "experiments" or file.stem in name, f"{file} imports the command {name}"


def test_no_room_is_above_itself():
    def floor(name: str, path: tuple[str, ...] = ()) -> int:
        assert name not in path, f"circle: {path}"
        return 1 + max((floor(below, (*path, name)) for below in EDGE[name]), default=0)

    assert {name: floor(name) for name in EDGE} == {
        "terminal": 1, "settings": 2, "cell": 3, "drawing": 4, "speed": 4, "sweep": 5,
    }  # fmt: skip
