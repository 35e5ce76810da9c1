"""Data flows one way, and each outside package has one door."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = sorted((ROOT / "reconstruct").rglob("*.py"))

DOORS = {  # a name that ends in a dot is that of a package
    "pypi_simple": ("assets", "package_index"),
    "requests": ("assets", "package_index"),
    "PIL": ("colour_profiles", "images", "recorders.", "report.figures.", "report.page."),  # images gives, these show
    "timm": ("models",),
    "torchvision": ("network", "models"),
    "tensorboard": ("recorders.events",),
    "torch.utils.tensorboard": ("recorders.events",),
    "matplotlib": ("report.figures.",),
    "tueplots": ("report.figures.page.venues",),
    "skimage": ("measures",),
    "scipy": ("analysis.outcomes", "analysis.observers.chance"),
    "safetensors": ("codes", "weights"),
    "jinja2": ("report.page.document",),
    "hydra": (),
    "omegaconf": (),
    "experiments": (),
}


def dotted(file: Path) -> str:
    """report.figures for reconstruct/report/figures/__init__.py, runs.results for reconstruct/runs/results.py."""
    parts = file.relative_to(ROOT / "reconstruct").with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_data_flows_one_way():
    """The contracts stand in pyproject.toml."""
    command = [Path(sys.executable).with_name("lint-imports")]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("file", LIBRARY, ids=dotted)
def test_every_outside_package_has_its_door(file):
    own, names = dotted(file), imports(file)
    for package, doors in DOORS.items():
        through = any(own == door or (door[-1] == "." and f"{own}.".startswith(door)) for door in doors)
        met = any(f"{name}.".startswith(f"{package}.") for name in names)
        assert through or not met, f"{file.stem} imports {package}"
