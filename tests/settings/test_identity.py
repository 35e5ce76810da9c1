"""What is asked for once is made once, however it is put; and no two different cells are taken for one."""

import shutil
from dataclasses import replace
from pathlib import Path

import hydra
import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import DictConfig
from support.records import example
from support.tiny import OWN, composing, examples, smooth_picture

from experiments.cell.places import Places
from experiments.settings.composition import configuration
from experiments.settings.effective import spelled, unused_settings
from experiments.settings.fingerprint import fingerprint
from experiments.settings.inputs import inputs
from experiments.sweep.plan import looked_at, planned
from reconstruct import assets
from reconstruct.errors import InputError
from reconstruct.images import to_image
from reconstruct.runs.results import SUFFIX

EQUAL = {"content.weights": "[0.5,0.5]"}
# Setting -> value -> ways to ask for it. The first value is the default, which need not be asked for at all.
WAYS: dict[str, dict[str, list[dict[str, str]]]] = {
    "seed": {"0": [{}, {"seed": "0"}], "1": [{"seed": "1"}, {"seed": "'1'"}], "2": [{"seed": "2"}]},
    "size": {"256": [{}, {"size": "256"}], "64": [{"size": "64"}]},
    "canvas": {
        "pyramid": [{}, {"canvas": "pyramid"}], "pixels": [{"canvas": "pixels"}], "fourier": [{"canvas": "fourier"}],
    },
    "compile": {"false": [{}, {"compile": "auto"}, {"compile": "false"}], "true": [{"compile": "true"}]},
    "winograd": {
        "auto": [{}, {"winograd": "auto"}, {"winograd": "AUTO"}], "true": [{"winograd": "true"}, {"winograd": "True"}],
    },
    "picture": {
        "one": [{"content.picture": name} for name in ("one.png", "./one.png", "copy.png")],
        "two": [{"content.picture": "two.png"}],
    },
    "layers": {
        "relu4_2": [{}, {"content.layers": "[relu4_2]"}, {"content.layers": "['relu4_2']", "depth": "3"}],
        "relu2_1": [{"depth": "2"}, {"content.layers": "[relu2_1]"}, {"content.layers": "[relu2_1]", "ratio": "7"}],
        "two": [{"content.layers": "[relu1_1,relu2_1]"}, {"content.layers": "[relu1_1, relu2_1]"} | EQUAL],
        "weighted": [{"content.layers": "[relu1_1,relu2_1]", "content.weights": "[0.5,1]"}],
    },
    "until": {"never": [{}, {"until": "null"}], "0.1": [{"until": "0.1"}, {"until": "1e-1"}]},
    "of no effect": {
        "": [
            {}, {"style.layers": "[relu1_1]"}, {"ratio": "3"}, {"network.seed": "5"}, {"film": "true"}, {"name": "x"},
            {"start_noise": "0.5"}, {"style.size": "64"}, {"++content.parameters.power": "2"},
        ],
    },
    "snapshots": {
        "none": [{}, {"snapshots": "[]"}], "two": [{"snapshots": "[0.3,0.1]"}, {"snapshots": "[0.1,0.3]"}],
    },
}  # fmt: skip


@st.composite
def requests(draw) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Settings, and two ways to ask for them in any order."""
    chosen = {setting: draw(st.sampled_from(sorted(values))) for setting, values in WAYS.items()}
    asked = []
    for _ in range(2):
        words: dict[str, str] = {}
        for setting, value in chosen.items():
            words |= draw(st.sampled_from(WAYS[setting][value]))
        asked.append(dict(draw(st.permutations(sorted(words.items())))))
    return tuple(chosen.values()), asked


@pytest.fixture
def compose(elsewhere):
    """Words -> configuration, in a folder with a few pictures."""
    for seed, name in enumerate(("one.png", "two.png")):
        to_image(smooth_picture(40, 48, seed=seed)).save(name)
    shutil.copy("one.png", "copy.png")
    with composing() as composer:
        yield composer


def identity_of(composed: DictConfig) -> str:
    config = configuration(composed)
    return fingerprint(config, inputs(config))


_seen: dict[str, tuple[str, ...]] = {}


@examples(150)
@given(asked=requests())
def test_the_same_settings_are_the_same_cell_in_all_words_and_others_are_others(compose, asked):
    resolved, words = asked
    first, second = (identity_of(compose(each)) for each in words)
    assert first == second
    assert _seen.setdefault(first, resolved) == resolved


def test_a_configuration_has_nothing_of_the_one_before(compose):
    words = [
        {"content.picture": "one.png", "seed": "3", "content.layers": "[relu1_1]"},
        {"content.picture": "one.png"},
        {"content": "{picture:two.png,layers:[relu2_1]}", "canvas": "pixels"},
        {"content": "{picture:two.png}"},
        {"representation": "style", "style.layers": "[relu1_1]", "style.picture": "two.png"},
        {"representation": "style", "style.picture": "two.png", "losses": "paper"},
        {"representation": "style", "style.picture": "two.png"},
    ]
    for each in words:
        alone = hydra.compose("reconstruct", [f"{key}={value}" for key, value in each.items()])
        assert identity_of(compose(each)) == identity_of(alone)
        with pytest.raises(InputError):
            compose({"content.layers": "[relu5_1]", "content.typo": "1"})


ONE_LAYER = {"content.layers": "[relu1_1]"}


@pytest.mark.parametrize(
    ("words", "key", "value"),
    [
        ({}, "start_noise", "0.5"), ({}, "style.layers", "[relu1_1]"), ({}, "ratio", "3"), ({}, "network.seed", "5"),
        (ONE_LAYER, "depth", "2"), (ONE_LAYER, "content.by_depth", "[relu2_1]"),
        ({"start": "style"}, "style.statistic", "moments"),
        ({"representation": "both", "style.picture": "two.png"}, "style.shifts", "[3]"),
    ],
)  # fmt: skip
def test_what_has_no_effect_is_told_and_neither_counted_nor_listed(compose, words, key, value):
    typed = {"content.picture": "one.png", **words, key: value}
    config = configuration(compose(typed))
    assert unused_settings(config, [key])[0].startswith(f"{key} has no effect with ")
    assert key not in spelled(config, typed)
    assert identity_of(compose(typed)) == identity_of(compose({"content.picture": "one.png", **words}))


def test_null_is_a_value_where_a_class_of_ones_own_has_another_default(compose):
    Path("own_none.py").write_text(OWN)
    words = {"content.picture": "one.png", "content.statistic": "own_none:Means"}
    given = {"++content.parameters.power": "null"}
    assert identity_of(compose(words | given)) != identity_of(compose(words))


STYLE = {"representation": "style", "style.picture": "two.png", "style.layers": "[relu1_1]"}
SHIFTED = {"style.statistic": "shifted"}


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ({}, {"style.size": "256"}),
        ({"crop": "square"}, {"crop": "square", "style.crop": "square"}),
        (SHIFTED | {"style.shifts": "[1,2]"}, SHIFTED | {"style.shifts": "[2,1,1]"}),
    ],
)  # fmt: skip
def test_what_changes_nothing_of_a_style_makes_no_other_cell(compose, words, others):
    assert identity_of(compose(STYLE | words)) == identity_of(compose(STYLE | others))


def test_every_departure_makes_a_cell_of_its_own(compose):
    departures = [
        {}, {"style.size": "64"}, {"style.crop": "square"}, {"start": "style"}, {"start": "half"},
        {"start": "style", "start_noise": "0.5"}, {"start": "one.png"},
        *({"style.statistic": each} for each in ("covariance", "sliced", "moments")),
        SHIFTED, SHIFTED | {"style.shifts": "[3]"}, SHIFTED | {"style.shifts": "[3,4]"},
    ]  # fmt: skip
    found = [identity_of(compose(STYLE | words)) for words in departures]
    assert len(set(found)) == len(departures)


def test_a_record_of_another_format_is_that_of_another_cell(compose, monkeypatch):
    before = identity_of(compose({"content.picture": "one.png"}))
    monkeypatch.setattr("experiments.settings.fingerprint.FORMAT", 99)
    assert identity_of(compose({"content.picture": "one.png"})) != before


def test_a_sample_without_its_frame_is_not_the_file_with_it(compose, monkeypatch):
    framed = next(name for name in assets.names(*assets.PICTURES) if assets.ASSETS[name].crop)
    before = identity_of(compose({"content.picture": framed}))
    whole = {**assets.ASSETS, framed: replace(assets.ASSETS[framed], crop=0.0)}
    monkeypatch.setattr(assets, "ASSETS", whole)
    assert identity_of(compose({"content.picture": framed})) != before


def test_a_sweep_has_every_cell_once(compose):
    one, again = {"content.picture": "one.png"}, {"seed": "0", "content.picture": "./one.png"}
    two = {"content.picture": "two.png"}
    points = looked_at([one, again, two], compose)
    cells = planned(points, Places(Path("runs"), Path("runs/x")), Path("runs/x"))
    assert [each.cell.values for each in cells] == [one, two]
    assert [each.cell.label for each in cells] == ["one.png", "two.png"]
    assert [each.folder for each in cells] == [
        Path("runs/x", f"{name}-{points[number].identity[:SUFFIX]}")
        for name, number in (("one.png", 0), ("two.png", 2))
    ]


def test_a_cell_is_found_by_the_end_of_its_folders_name(tmp_path):
    identity = "0123456789abcdef"
    for name in ("a/x-012345678", "b/deep/y-012345678", "b/.hidden-012345678", "b-012345678/z-89abcdef0"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    runs = tmp_path / "runs"
    assert Places(runs, runs / "a").own(identity) == runs / "a/x-012345678"
    assert Places(runs, runs / "b/deep").own(identity) == runs / "b/deep/y-012345678"
    assert Places(runs, runs / "b").own(identity) is None
    assert Places(runs, runs / "b-012345678").own("89abcdef0" + 7 * "0")  # a sweep's name may end like a cell's
    assert Places(runs, runs / "c").elsewhere(identity, film=False) is None
    replace(example(), fingerprint=identity).write(runs / "b/deep/y-012345678")
    assert Places(runs, runs / "c").elsewhere(identity, film=False) == runs / "b/deep/y-012345678"
    assert Places(runs, runs / "c").elsewhere(identity, film=True) is None
    assert Places(runs, runs / "c").elsewhere("012345678" + 7 * "0", film=False) is None
