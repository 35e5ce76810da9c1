"""A cell's name is short, tells it from its siblings, and is a folder's name on any system."""

import os
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.settings.names import LONGEST, earlier_name, folder_name, folder_names, labels

EXAMPLES = int(os.environ.get("RECONSTRUCT_EXAMPLES", "300"))


def sweep(**axes: list[str]) -> list[dict[str, str]]:
    points: list[dict[str, str]] = [{}]
    for key, values in axes.items():
        points = [point | {key.replace("__", "."): value} for point in points for value in values]
    return points


def test_a_label_has_what_differs_and_no_more():
    cells = sweep(size=["256"], seed=["0", "1"], ratio=["1e-2"], content__layers=["[relu4_2]", "[relu1_1,relu2_1]"])
    assert labels(cells) == ["relu4_2 seed=0", "relu1_1+relu2_1 seed=0", "relu4_2 seed=1", "relu1_1+relu2_1 seed=1"]


def test_a_label_gains_a_key_when_the_sweep_gains_an_axis():
    assert labels(sweep(seed=["0", "1"])) == ["seed=0", "seed=1"]
    assert labels(sweep(ratio=["1e-2", "1"], seed=["0"])) == ["α/β=0.01", "α/β=1"]
    assert labels(sweep(ratio=["1e-2"], seed=["0", "1"])) == ["seed=0", "seed=1"]
    assert labels(sweep(ratio=["1e-2", "1"], seed=["0", "1"]))[0] == "α/β=0.01 seed=0"


def test_of_a_single_cell_all_that_was_chosen_is_said_but_where_it_goes():
    assert labels([{"size": "64", "content.layers": "[relu4_2]", "name": "x", "runs": "/tmp", "film": "true"}]) == [
        "relu4_2 size=64"
    ]
    assert labels([{"experiment": "fig1"}]) == ["default"]


def test_files_are_called_by_their_stems_and_by_more_where_those_are_equal():
    pictures = ["/home/me/a/cat.jpg", "'/home/me/b/cat.jpg'", "dog.jpg", "猫.jpg"]
    assert labels(sweep(content__picture=pictures)) == ["a/cat.jpg", "b/cat.jpg", "dog", "猫"]


def test_layers_of_both_terms_are_told_apart():
    cells = sweep(content__layers=["[relu1_1]", "[relu2_1]"], style__layers=["[relu1_1]", "[relu1_1,relu2_1,relu3_1]"])
    assert labels(cells)[:2] == ["content=relu1_1 style=relu1_1", "content=relu1_1 style=relu1_1…relu3_1"]


def test_spellings_that_look_the_same_stay_different():
    assert labels(sweep(ratio=["0.01", "1e-2"])) == ["α/β=0.01", "α/β=1e-2"]


def test_folders_have_names_that_no_file_system_confuses():
    assert folder_names(["α/β=0.01 seed=1", "Cat", "cat", "CON", "a/b", "..", "x."]) == [
        "ratio=0.01,seed=1", "Cat", folder_names(["Cat", "cat"])[1], folder_names(["CON"])[0], "a_b", "_", "x",
    ]  # fmt: skip
    assert folder_names(["cat"], taken=["CAT"])[0].startswith("cat-")
    assert folder_name({"content.picture": "'my photo.jpg'"}) == "my,photo"


def test_earlier_folders_are_found_by_their_names():
    assert earlier_name({"representation": "content", "depth": "1", "name": "x"}) == "depth=1,representation=content"
    assert earlier_name({"content.layers": "[relu1_1,relu2_1]"}) == "content.layers=relu1_1,relu2_1"
    assert earlier_name({"content.picture": "a/b.jpg"}).startswith("content.picture=a_b.jpg-")
    assert earlier_name({}) == "default"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
VALUES = st.one_of(
    TEXT,
    st.sampled_from(
        ["1e-2", "0.01", "true", "True", "[relu4_2]", "['relu4_2']", "a/b.png", "a.png", "a/b.jpg", "A/B.jpg", "''"]
    ),
)
KEYS = st.sampled_from(
    [
        "seed",
        "ratio",
        "content.picture",
        "style.picture",
        "content.layers",
        "style.layers",
        "network",
        "network.seed",
        "+x",
    ]
)
CELLS = st.lists(
    st.dictionaries(KEYS, VALUES, max_size=4),
    min_size=1,
    max_size=8,
    unique_by=lambda cell: tuple(sorted(cell.items())),
)


def alike(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


@settings(max_examples=EXAMPLES, deadline=None)
@given(cells=CELLS)
def test_no_two_cells_share_a_label_or_a_folder(cells):
    named = labels(cells)
    folders = folder_names(named, taken=["default", "seed=1"])
    assert len(set(named)) == len(cells)
    assert len({alike(folder) for folder in folders} | {"default", "seed=1"}) == len(cells) + 2
    for folder in folders:
        assert 0 < len(folder) <= LONGEST
        assert len(folder.encode()) < 255
        assert folder.isprintable()
        assert not set(folder) & set('/\\:*?"<>|\0')
        assert folder[0] != "."
        assert folder[-1] not in ". "


@settings(max_examples=EXAMPLES, deadline=None)
@given(cells=CELLS, order=st.randoms())
def test_a_label_does_not_depend_on_the_order_in_which_things_were_typed(cells, order):
    shuffled = [dict(order.sample(sorted(cell.items()), len(cell))) for cell in cells]
    assert labels(shuffled) == labels([dict(sorted(cell.items())) for cell in cells])
