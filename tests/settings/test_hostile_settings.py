"""Whatever stands on the command line, it runs or ends in one clear line."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tiny import TINY, examples

from experiments.cell import run as cell
from experiments.cell.compute_plan import compute_plan
from experiments.cell.originals import originals
from experiments.settings.fingerprint import Provenance

PASSED = 3  # every check, and only the heavy part is left
LAYERS = ["relu1_1", "relu2_1", "conv3_1", "pool5", "relu9_9", "relu", "", "RELU1_1"]
NUMBERS = [
    "0", "1", "-1", "2", "0.5", "1e-3", "nan", "inf", "-inf", "1e300", "1e-300", "99999999999999999999", "1e9", "7_0",
]  # fmt: skip
ODD = [
    "", "null", "true", "[]", "{}", "[1,2]", "{a:1}", "x", "???", "'quoted'", "\"'", "été", "日本 語", "a b",
    "a,b", "(", "[", "\\", "${size}", "${nowhere}", "${oc.env:HOME}", "${eval:1}", "$", "choice(1,2)",
    "range(0,9)", "../..", "/", "~", "@", "%", "=", "a=b", "\n", "\t", "\0", "\x1b[31m", "x" * 300, "\udcff",
]  # fmt: skip
lists = st.lists(st.sampled_from(LAYERS), max_size=4).map(lambda names: f"[{','.join(names)}]")
anything = st.one_of(st.sampled_from(NUMBERS + ODD), lists, st.text(max_size=12))
PICTURES = ["mine.png", "a mine.png", "broken.png", "text.jpg", "nowhere.png", "cat", "kat", ".", "/dev/null"]
SENSIBLE = {
    "size": "1 8 32 40 16384",
    "representation": "content style both",
    "network": "vgg11_untrained vgg13_untrained vgg19_untrained vgg11",
    "canvas": "pixels pyramid fourier shallow",
    "optimizer": "adam lbfgs",
    "recipe": "fast paper",
    "depth": "1 2 5 6 null",
    "losses": "paper relative",
    "start": "noise half content style mine.png text.jpg nois",
    "style.statistic": "gram covariance moments shifted sliced a:B",
    "style.size": "1 8 40 null",
    "crop": "none square",
}
sensible = st.one_of(
    *(st.tuples(st.just(key), st.sampled_from(values.split())) for key, values in SENSIBLE.items()),
    st.tuples(st.sampled_from(["content.layers", "style.layers"]), lists),
    st.tuples(st.sampled_from(["content.picture", "style.picture"]), st.sampled_from(PICTURES)),
)
KEYS = [
    "representation", "content", "content.picture", "content.layers", "content.weights", "content.by_depth",
    "style.layers", "depth", "ratio", "losses", "size", "crop", "steps", "seed", "network",
    "network.architecture", "network.weights", "network.pooling", "network.normalize_over", "network.seed",
    "canvas", "canvas.contrast", "canvas.levels", "canvas.damping", "canvas.colours", "optimizer",
    "optimizer.lr", "optimizer.history", "optimizer.reach", "precision", "device", "compile", "winograd",
    "checkpointing", "start", "start_noise", "content.code", "content.statistic", "content.parameters",
    "style.statistic", "style.shifts", "style.size", "style.crop", "style.parameters", "style.parameters.x",
    "runs", "name", "figure", "experiment", "recipe", "typo", "content.typo", "canvas.typo", "hydra.run.dir",
    "",
]  # fmt: skip
overrides = st.builds(
    lambda prefix, pair: f"{prefix}{pair[0]}={pair[1]}",
    st.sampled_from(["", "", "", "", "", "", "+", "++", "~"]),
    st.one_of(sensible, st.tuples(st.sampled_from(KEYS), anything)),
)
requests = st.lists(st.one_of(overrides, st.text(max_size=12)), min_size=1, max_size=4)


@pytest.fixture
def here(elsewhere, monkeypatch, photo):
    """A folder with a few pictures; nothing is fetched."""
    for name in ("mine.png", "a mine.png"):
        Path(name).write_bytes(photo.read_bytes())
    Path("broken.png").write_bytes(photo.read_bytes()[:300])
    Path("text.jpg").write_text("Dear reader,")
    monkeypatch.setattr("experiments.settings.inputs.fetched", lambda name: photo)


@examples(40)
@given(request=requests)
def test_any_command_line_ends_with_a_code_and_without_a_traceback(here, request, monkeypatch, called):
    request = [argument for argument in request if not argument.startswith("-")]  # Hydra's own flags
    monkeypatch.setattr(cell, "_reconstructed", lambda provenance, *_: checked_alone(provenance))
    code, _, said = called("reconstruct", *TINY, "content.picture=mine.png", *request)
    assert "Traceback" not in said
    assert code in (0, 1, 2, PASSED)
    if code != PASSED:
        assert said.startswith("reconstruct: ") or " has no effect with " in said or "cells" in said, said
    assert not Path("elsewhere").exists()


def checked_alone(provenance: Provenance) -> None:
    found = provenance.inputs
    originals(provenance.config, found, compute_plan(provenance.config, found).device)
    sys.exit(PASSED)
