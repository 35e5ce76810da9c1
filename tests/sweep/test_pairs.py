"""Where two features meet: every pair of values of fifteen settings stands in some cell, and no cell lies.

`RECONSTRUCT_PAIRS=all pytest tests/sweep/test_pairs.py` makes all of them; else every third.
"""

import itertools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from joblib.externals.loky import get_reusable_executor
from support.tiny import OWN, TINY, composed, exit_code, stopping_at
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from experiments.cell.build import cell
from experiments.settings.inputs import inputs
from reconstruct import images
from reconstruct.recorders.film import FilmReader
from reconstruct.runs import trace
from reconstruct.runs.results import FILM, HALF, PICTURE, TRACE, Result, damage

FACTORS: Mapping[str, tuple[str, ...]] = {
    "representation": ("both", "content", "style"),
    "ratio": ("0.03", "0", "inf"),
    "losses": ("relative", "paper"),
    "start": ("noise", "half", "content", "start.png"),
    "style.statistic": ("gram", "shifted", "sliced", "paired_own:Means"),
    "style.size": ("null", "24"),
    "content.code": ("null", "code.npz"),
    "until": ("null", "0.6"),
    "snapshots": ("[]", "[0.9,0.5]"),
    "film": ("false", "true"),
    "canvas": ("pyramid", "pixels", "fourier"),
    "optimizer": ("lbfgs", "adam"),
    "precision": ("float32", "bfloat16"),
    "how": ("at once", "interrupted", "taken over", "taken over an interrupted one", "again after damage"),
    "launcher": ("none", "basic", "joblib"),
}
ALWAYS = [
    "content.picture=content.png", "style.picture=style.png", "content.layers=[relu2_1]", *TINY[:3], "steps=8",
    "style.layers=[relu1_1,relu2_1]", "page=false", "winograd=false",
]  # fmt: skip


def is_possible(row: Mapping[str, str]) -> bool:
    """Features from a file have one size; halves of pictures, too."""
    return not (row.get("start") == HALF and row.get("content.code") == "code.npz")


def covering(factors: Mapping[str, tuple[str, ...]]) -> list[dict[str, str]]:
    """Rows in which every possible pair of values stands, found greedily."""
    pairs = [
        {one: a, other: b}
        for (one, values), (other, others) in itertools.combinations(factors.items(), 2)
        for a, b in itertools.product(values, others)
    ]
    left, rows = [pair for pair in pairs if is_possible(pair)], []
    while left:
        row = dict(left[0])
        for factor, values in factors.items():
            if factor not in row:
                candidates = [row | {factor: value} for value in values if is_possible(row | {factor: value})]
                row = max(candidates, key=lambda each: sum(pair.items() <= each.items() for pair in left))
        rows.append(row)
        left = [pair for pair in left if not pair.items() <= row.items()]
    return rows


ROWS = covering(FACTORS)
SOME = ROWS if os.environ.get("RECONSTRUCT_PAIRS") == "all" else ROWS[::3]


@pytest.fixture
def here(elsewhere, photo, painting) -> Iterator[Path]:
    Path("paired_own.py").write_text(OWN)
    for name, path in (("content.png", photo), ("style.png", painting), ("start.png", painting)):
        images.save(images.load(path), Path(name))
    to_file = ["--layers", "relu2_1", "--output", "code.npz"]
    assert exit_code("reconstruct-code", "content.png", *to_file, *TINY[:3]) == 0
    yield elsewhere
    get_reusable_executor().shutdown()  # joblib's processes, which would stay in this folder


def asked(row: Mapping[str, str]) -> list[str]:
    chosen = {key: value for key, value in row.items() if key not in ("how", "launcher") and value != "null"}
    return [*ALWAYS, *(f"{key}={value}" for key, value in chosen.items())]


def made(row: Mapping[str, str], name: str) -> int:
    launcher = [] if row["launcher"] == "none" else ["-m", f"hydra/launcher={row['launcher']}", "figure=none"]
    return exit_code("reconstruct", *launcher, *asked(row), f"name={name}")


def stamps(folder: Path) -> dict[str, tuple[int, bytes]]:
    paths = [folder, *folder.rglob("*")]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in paths}


def name_of(row: Mapping[str, str]) -> str:
    return " ".join(value for value in row.values() if value not in ("null", "[]", "none", "false"))


@pytest.mark.filterwarnings("ignore")  # joblib's, of processes that are ended
@pytest.mark.parametrize("row", SOME, ids=name_of)
def test_no_cell_lies_whatever_meets(here, row):
    if row["how"] in ("interrupted", "taken over an interrupted one"):
        with stopping_at(0):  # in this process: those of joblib cannot be reached from here
            assert made({**row, "launcher": "none"}, "a") == 130
    if row["how"].startswith("taken over"):
        assert made(row, "b") == 0
    assert made(row, "a") == 0
    (folder,) = (path.parent for path in (here / "runs/a").glob("*/result.json"))
    if row["how"] == "again after damage":
        (folder / TRACE).write_text("step\n")
        assert "trace.csv: is not the file" in damage(folder)
        assert made(row, "a") == 0
    check(folder, row)
    before = stamps(folder)
    assert made(row, "a") == 0
    assert stamps(folder) == before


def check(folder: Path, row: Mapping[str, str]) -> None:
    """All files of a cell are of one and the same result."""
    result = Result.at(folder)
    assert result is not None, damage(folder)
    with_film = row["film"] == "true"
    assert {PICTURE, TRACE, *([FILM] if with_film else [])} <= set(result.files)
    assert set(result.files) <= {path.name for path in folder.iterdir()}
    steps = [int(each["step"]) for each in trace.read(folder / TRACE)]
    assert steps == list(range(result.evaluations))
    shown = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    assert [event.step for event in shown.Scalars("loss/total")] == [*steps, result.evaluations]
    if with_film:
        assert FilmReader(folder / FILM).steps[-1] == result.evaluations
    anew, reached = errors_anew(folder, row), {t: dict(layers) for t, layers in result.relative_errors.items()}
    for term, layers in anew.items():
        assert reached[term] == pytest.approx(layers, rel=1e-4, abs=1e-7), term
    weightless = {"0": "content", "inf": "style"}.get(row["ratio"]) if len(result.layers) > 1 else None
    deciding = {term: layers for term, layers in result.layers.items() if term != weightless}
    errors = [  # of every step, the largest mean error of a term that has a weight
        max(sum(step[f"{term} {layer}"] for layer in layers) / len(layers) for term, layers in deciding.items())
        for step in trace.read(folder / TRACE)
    ]
    levels = {f"error={level:g}.png" for level in (0.9, 0.5) if min(errors) <= level and row["snapshots"] != "[]"}
    assert {name for name in result.files if name.startswith("error=")} == levels
    if weightless:
        assert result.total == pytest.approx(sum(result.losses[term] for term in deciding))
    if row["until"] != "null":
        assert result.evaluations == next((k + 1 for k, error in enumerate(errors) if error <= 0.6), 8)
    else:
        assert result.evaluations == 8


def errors_anew(folder: Path, row: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """What the objective says of the saved picture, built from the settings once more."""
    config = composed(*asked(row))
    start = images.load(folder / HALF / PICTURE, config.size) if config.start == HALF else None
    given = inputs(config)
    start = given.start.picture(*config.result_scale) if given.start else start
    reference = cell(config, given, start=start).reference
    evaluation = reference.evaluate(images.load(folder / PICTURE))
    return {term: {layer: float(e) for layer, e in layers.items()} for term, layers in evaluation.errors.items()}
