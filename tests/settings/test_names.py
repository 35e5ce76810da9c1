"""A cell's name is short, tells it from its siblings, and is a folder's name on any system."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tiny import examples

from experiments.settings.names import LONGEST, folder_name, labels


def sweep(**axes: list[str]) -> list[dict[str, str]]:
    points: list[dict[str, str]] = [{}]
    for key, values in axes.items():
        points = [point | {key.replace("__", "."): value} for point in points for value in values]
    return points


LAYERS = ["[relu4_2]", "[relu1_1,relu2_1]"]
CONTENT, STYLE = {"representation": "content", "content.picture": "cat"}, {"representation": "style", "seed": "0"}
ALL_BUT_WHERE_IT_GOES = {"size": "64", "content.layers": "[relu4_2]", "name": "x", "runs": "/tmp", "film": "true"}


@pytest.mark.parametrize(("cells", "expected"), [
    (sweep(size=["256"], seed=["0", "1"], ratio=["1e-2"], content__layers=LAYERS),
     ["relu4_2 seed=0", "relu1_1+2_1 seed=0", "relu4_2 seed=1", "relu1_1+2_1 seed=1"]),
    (sweep(ratio=["0.01", "1"], seed=["0"]), ["α/β=0.01", "α/β=1"]),
    (sweep(ratio=["0.01", "1"], seed=["0", "1"]), [f"α/β={a} seed={b}" for a in ("0.01", "1") for b in (0, 1)]),
    ([CONTENT, STYLE], ["content", "style"]),  # which tells them apart without a seed that only one has
    ([CONTENT, CONTENT | {"seed": "1"}], ["default", "seed=1"]),
    ([ALL_BUT_WHERE_IT_GOES], ["relu4_2 size=64"]),
    ([{"experiment": "fig1"}], ["default"]),
    (sweep(content__picture=["/home/me/a/cat.jpg", "'/home/me/b/cat.jpg'", "dog.jpg", "猫.jpg"]),
     ["a/cat.jpg", "b/cat.jpg", "dog.jpg", "猫.jpg"]),
    (sweep(content__layers=["[relu1_1]"], style__layers=["[relu1_1]", "[relu1_1,relu2_1,relu3_1]"])
     + sweep(content__layers=["[relu2_1]"], style__layers=["[relu1_1]"]),
     ["content=relu1_1 style=relu1_1", "content=relu1_1 style=relu1_1–3_1", "content=relu2_1 style=relu1_1"]),
])  # fmt: skip
def test_a_label_has_what_tells_a_cell_from_its_siblings_and_no_more(cells, expected):
    assert labels(cells) == expected


def test_a_folder_has_its_cells_label_and_the_beginning_of_its_identity():
    identity = "0123456789abcdef"
    found = [folder_name(label, identity) for label in ("α/β=0.01 seed=1", "a/b", "..", "x.", "-x", "猫")]
    assert found == [f"{name}-012345678" for name in ("ratio=0.01,seed=1", "a_b", "cell", "x", "x", "猫")]


SPELLINGS = ["1e-2", "0.01", "true", "True", "[relu4_2]", "['relu4_2']", "a/b.png", "a.png", "a/b.jpg", "A/B.jpg", "''"]
VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30) | st.sampled_from(SPELLINGS)
KEYS = [
    "seed", "ratio", "content.picture", "style.picture", "content.layers", "style.layers", "network", "network.seed",
    "+x",
]  # fmt: skip
CELLS = st.lists(
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4),
    min_size=1,
    max_size=8,
    unique_by=lambda cell: tuple(sorted(cell.items())),
)


@examples(300)
@given(cells=CELLS, order=st.randoms())
def test_no_two_cells_share_a_label_in_any_order_and_every_folder_has_a_name_for_any_system(cells, order):
    named = labels(cells)
    assert len(set(named)) == len(cells)
    assert labels([dict(order.sample(sorted(cell.items()), len(cell))) for cell in cells]) == named
    for folder in (folder_name(label, "0123456789abcdef") for label in named):
        assert 0 < len(folder) <= LONGEST
        assert len(folder.encode()) < 255
        assert folder.isprintable()
        assert not set(folder) & set('/\\:*?"<>|\0')
        assert folder[0] not in ".-"
        assert folder.endswith("-012345678")
