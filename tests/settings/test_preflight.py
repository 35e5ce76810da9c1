"""What is wrong with a sweep is known before its first cell starts."""

from pathlib import Path

import pytest
from support.tiny import composing

from experiments.sweep import composer
from experiments.sweep.plan import Point, looked_at

UNTRAINED = {"network": "vgg11_untrained", "network.normalize_over": "[]"}
PHOTO = {"content.picture": "'my photo.png'"}
pytestmark = pytest.mark.usefixtures("elsewhere")


def looked(*asked: dict[str, str]) -> list[Point]:
    """Which cells were asked for."""
    with composing() as compose:
        return looked_at([UNTRAINED | values for values in asked], compose)


def found(*asked: dict[str, str]) -> list[str]:
    """How the problems of the cells begin."""
    return [point.problem.partition(":")[0] for point in looked(*asked)]


def test_every_cell_is_taken_with_its_own_values(photo):
    Path("text.jpg").write_text("Dear reader,")
    assert found(
        PHOTO,
        {"content.picture": "nowhere.png"},
        {"content.picture": "text.jpg", "seed": "2"},
        {"content.picture": "text.jpg", "representation": "style", "style.picture": "cat"},  # not looked at
        {"content.picture": "text.jpg", "representation": "both", "style.picture": "cat"},
        PHOTO | {"content.layers": "[relu9_9]"},
        PHOTO | {"+typo": "1"},
        PHOTO | {"device": "'${nowhere}'"},
        PHOTO | {"device": "'${hydra:job.num}'"},  # what only the running cell knows is left to it
        PHOTO | {"device": "'${oc.env:ONLY_ON_THE_NODE}'"},
        {"content.picture": "nowhere.png", "++content.picture": "'my photo.png'"},  # the order of what is added counts
        PHOTO | {"++content.picture": "nowhere.png"},
    ) == [
        "", "content.picture=nowhere.png", "text.jpg", "", "text.jpg", "content.layers", "typo", "device", "", "", "",
        "content.picture=nowhere.png",
    ]  # fmt: skip


def test_files_are_composed_once_for_all_cells_that_choose_the_same(photo, monkeypatch):
    composed, compose = [], composer.compose
    monkeypatch.setattr(composer, "compose", lambda *given, **how: composed.append(given) or compose(*given, **how))
    looked(*(PHOTO | {"seed": str(seed)} for seed in range(5)), PHOTO | {"canvas": "pixels"})
    assert len(composed) == 2


def test_a_cell_that_cannot_be_made_has_its_settings_in_the_spelling_of_the_others(photo):
    """A figure of both must not show one value as two, nor a value of a term that a cell does not have."""
    common = PHOTO | {"representation": "content", "ratio": "1e-1", "compile": "False"}
    made, wrong = looked(common, common | {"content.picture": "no.png"})
    assert wrong.problem
    assert {**made.settings, "content.picture": ""} == {**wrong.settings, "content.picture": ""}
    assert "ratio" not in wrong.settings
