"""Records as a finished cell has them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconstruct.runs.naming import TERMS, canonical, spelled
from reconstruct.runs.results import Result

FIRST = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
TERM = {"picture": "x", "layers": None, "weights": None, "by_depth": FIRST, "parameters": {}}
CONFIG: Mapping[str, Any] = {
    "kind": "Config", "representation": "content",
    "content": {"kind": "Content", **TERM, "statistic": "features", "code": None},
    "style": {"kind": "Style", **TERM, "statistic": "gram", "shifts": [1, 2, 4, 8], "size": None, "crop": None},
    "depth": None, "ratio": 0.03, "losses": "paper", "size": 32, "crop": "none", "steps": 3, "until": None, "seed": 0,
    "start": "noise", "start_noise": 0.0,
    "network": {
        "kind": "Network", "architecture": "vgg19", "weights": "vgg19_normalized", "pooling": "average",
        "normalize_over": [], "seed": 0,
    },
    "canvas": {"kind": "Pixels"}, "optimizer": {"kind": "LBFGS", "lr": 1.0}, "snapshots": [], "observer": "auto",
}  # fmt: skip


def configured(**changes: Any) -> dict[str, Any]:
    """The settings of an example with others; those of a group are merged."""
    merged = {key: CONFIG.get(key, {}) | value for key, value in changes.items() if isinstance(value, dict)}
    return {**CONFIG, **changes, **merged}


def example(layers: tuple[str, ...] = ("relu1_1",), term: str = "content") -> Result:
    """A cell of one term."""
    return Result(
        fingerprint="0" * 16, total=2.0, losses={term: 2.0},
        relative_errors={term: dict.fromkeys(layers, 0.0123)}, layers={term: list(layers)},
        psnr=12.5 if term == "content" else None, ssim=None,
        steps=3, evaluations=3, best_step=2, seconds=1.5, seed=0, precision="float32",
        device="cpu", threads=1, versions={}, pictures={term: {"name": "x", "title": "X", "credit": ""}},
        overrides=[], command="reconstruct", config=CONFIG,
    )  # fmt: skip


def settings_of(values: Mapping[str, str], made: Result) -> dict[str, str]:
    """What a sweep lists of a cell of which these values were given, in one spelling."""
    known = {key: value for key, value in _flat(made.config) if value is not None}
    known |= {f"{term}.layers": list(layers) for term, layers in made.layers.items()}
    found = {key: spelled(value) for key, value in known.items()} | {
        key: canonical(key, value) for key, value in values.items()
    }
    idle = {f"{term}.by_depth" for term in made.layers if made.config[term]["layers"]}
    idle |= {"ratio"} if len(made.layers) == 1 else set()
    absent = [f"{term}." for term in TERMS if term not in made.layers and made.config["start"] != term]
    return {key: found[key] for key in sorted(found) if key not in idle and not key.startswith(tuple(absent))}


def _flat(config: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in config.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        elif key != "kind":
            yield f"{above}{key}", value


@contextmanager
def altered(*cells: Path) -> Iterator[None]:
    """The files of cells are changed by whoever made them: their results vouch for what is there then."""
    results = {cell: Result.at(cell) for cell in cells}
    yield
    for cell, result in results.items():
        assert result is not None
        result.write(cell)
