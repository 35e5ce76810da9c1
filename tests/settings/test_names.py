"""A cell's name is short, tells it from its siblings, and is a folder's name on any system."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.settings.names import LONGEST, folder_name, labels

EXAMPLES = int(os.environ.get("RECONSTRUCT_EXAMPLES", "300"))


def sweep(**axes: list[str]) -> list[dict[str, str]]:
    points: list[dict[str, str]] = [{}]
    for key, values in axes.items():
        points = [point | {key.replace("__", "."): value} for point in points for value in values]
    return points


def test_a_label_has_what_differs_and_no_more():
    cells = sweep(size=["256"], seed=["0", "1"], ratio=["1e-2"], content__layers=["[relu4_2]", "[relu1_1,relu2_1]"])
    assert labels(cells) == ["relu4_2 seed=0", "relu1_1+2_1 seed=0", "relu4_2 seed=1", "relu1_1+2_1 seed=1"]


def test_a_label_gains_a_key_when_the_sweep_gains_an_axis():
    assert labels(sweep(seed=["0", "1"])) == ["seed=0", "seed=1"]
    assert labels(sweep(ratio=["0.01", "1"], seed=["0"])) == ["α/β=0.01", "α/β=1"]
    assert labels(sweep(ratio=["1e-2"], seed=["0", "1"])) == ["seed=0", "seed=1"]
    assert labels(sweep(ratio=["0.01", "1"], seed=["0", "1"]))[0] == "α/β=0.01 seed=0"


def test_what_only_some_cells_have_is_left_out_where_the_rest_tells_them_apart():
    content, style = {"representation": "content", "content.picture": "cat"}, {"representation": "style", "seed": "0"}
    assert labels([content, style]) == ["content", "style"]
    assert labels([content, {**content, "seed": "1"}]) == ["default", "seed=1"]


def test_of_a_single_cell_all_that_was_chosen_is_said_but_where_it_goes():
    assert labels([{"size": "64", "content.layers": "[relu4_2]", "name": "x", "runs": "/tmp", "film": "true"}]) == [
        "relu4_2 size=64"
    ]
    assert labels([{"experiment": "fig1"}]) == ["default"]


def test_files_are_called_by_their_names_and_by_more_where_those_are_equal():
    pictures = ["/home/me/a/cat.jpg", "'/home/me/b/cat.jpg'", "dog.jpg", "猫.jpg"]
    assert labels(sweep(content__picture=pictures)) == ["a/cat.jpg", "b/cat.jpg", "dog.jpg", "猫.jpg"]


def test_layers_of_both_terms_are_told_apart():
    cells = sweep(content__layers=["[relu1_1]", "[relu2_1]"], style__layers=["[relu1_1]", "[relu1_1,relu2_1,relu3_1]"])
    assert labels(cells)[:2] == ["content=relu1_1 style=relu1_1", "content=relu1_1 style=relu1_1–3_1"]


def test_a_folder_has_its_cells_label_and_the_beginning_of_its_identity():
    identity = "0123456789abcdef"
    found = [folder_name(label, identity) for label in ("α/β=0.01 seed=1", "a/b", "..", "x.", "-x", "猫")]
    assert found == [f"{name}-012345678" for name in ("ratio=0.01,seed=1", "a_b", "cell", "x", "x", "猫")]


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


@settings(max_examples=EXAMPLES, deadline=None)
@given(cells=CELLS)
def test_no_two_cells_share_a_label_and_every_folder_has_a_name_for_any_system(cells):
    named = labels(cells)
    assert len(set(named)) == len(cells)
    for folder in (folder_name(label, "0123456789abcdef") for label in named):
        assert 0 < len(folder) <= LONGEST
        assert len(folder.encode()) < 255
        assert folder.isprintable()
        assert not set(folder) & set('/\\:*?"<>|\0')
        assert folder[0] not in ".-"
        assert folder.endswith("-012345678")


@settings(max_examples=EXAMPLES, deadline=None)
@given(cells=CELLS, order=st.randoms())
def test_a_label_does_not_depend_on_the_order_in_which_things_were_typed(cells, order):
    shuffled = [dict(order.sample(sorted(cell.items()), len(cell))) for cell in cells]
    assert labels(shuffled) == labels([dict(sorted(cell.items())) for cell in cells])
