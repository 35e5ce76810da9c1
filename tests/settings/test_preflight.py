"""What is wrong with a sweep is known before its first cell starts."""

import pytest
from support.tiny import composing

from experiments.sweep import composer
from experiments.sweep.plan import Point, looked_at


@pytest.fixture
def looked(tmp_path, monkeypatch, photo):
    """Which cells were asked for."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.jpg").write_text("Dear reader,")

    def look(*asked: dict[str, str]) -> list[Point]:
        common = {"network": "vgg11_untrained", "network.normalize_over": "[]", "content.picture": f"'{photo}'"}
        with composing() as compose:
            return looked_at([common | values for values in asked], compose)

    return look


@pytest.fixture
def found(looked):
    """Problems -> numbers of the cells that have them."""

    def find(*asked: dict[str, str]) -> dict[str, list[str]]:
        beginnings = [point.problem.partition(":")[0] for point in looked(*asked)]
        return {each: [str(k) for k, other in enumerate(beginnings) if other == each] for each in beginnings if each}

    return find


def test_every_cell_is_taken_with_its_own_values(found):
    assert found(
        {"seed": "1"},
        {"content.picture": "nowhere.png"},
        {"content.picture": "text.jpg", "seed": "2"},
        {"content.picture": "text.jpg", "representation": "style", "style.picture": "cat"},  # not looked at
        {"content.picture": "text.jpg", "representation": "both", "style.picture": "cat"},
        {"content.layers": "[relu9_9]"},
        {"+typo": "1"},
        {"device": "'${nowhere}'"},
        {"device": "'${hydra:job.num}'"},  # what only the running cell knows is left to it
        {"device": "'${oc.env:ONLY_ON_THE_NODE}'"},
    ) == {
        "content.picture=nowhere.png": ["1"], "text.jpg": ["2", "4"], "content.layers": ["5"], "typo": ["6"],
        "device": ["7"],
    }  # fmt: skip


def test_the_order_of_what_is_added_counts(found, photo):
    assert found({"content.picture": "nowhere.png", "++content.picture": f"'{photo}'"}) == {}
    assert list(found({"content.picture": f"'{photo}'", "++content.picture": "nowhere.png"}).values()) == [["0"]]


def test_files_are_composed_once_for_all_cells_that_choose_the_same(found, monkeypatch):
    composed, compose = [], composer.compose
    monkeypatch.setattr(composer, "compose", lambda *given, **how: composed.append(given) or compose(*given, **how))
    found(*({"seed": str(seed)} for seed in range(5)), {"canvas": "pixels"})
    assert len(composed) == 2


def test_a_cell_that_cannot_be_made_has_its_settings_in_the_spelling_of_the_others(looked):
    """A figure of both must not show one value as two, nor a value of a term that a cell does not have."""
    common = {"representation": "content", "ratio": "1e-1", "compile": "False"}
    made, wrong = looked(common, common | {"content.picture": "no.png"})
    assert wrong.problem
    assert {**made.settings, "content.picture": ""} == {**wrong.settings, "content.picture": ""}
    assert "ratio" not in wrong.settings
