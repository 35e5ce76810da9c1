"""How keys, values and cells are called in figures."""

from pathlib import Path

import pytest
from support.shapes import Shape, written

from reconstruct.report.figures.cells import Cells, cells_of
from reconstruct.report.figures.labels import cell_names, depth_labels, labels
from reconstruct.runs.wording import numbers


def made(folder: Path, points: list[dict[str, str]]) -> Cells:
    """A finished cell for each point."""
    products = [{key: [value] for key, value in point.items()} for point in points]
    return cells_of([written(Shape(products, ["done"], "auto", [(8, 8)]), folder)])


def cells(folder: Path, key: str, values: list[str], **others: str) -> Cells:
    """A finished cell for each value."""
    return made(folder, [{key: value, **others} for value in values])


def said_of(folder: Path, key: str, values: list[str], **others: str) -> list[str]:
    return list(labels(key, cells(folder, key, values, **others)).of.values())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["0.015", "0.01"], ["0.015", "0.01"]),
        (["0.15", "0.0025", "150"], ["0.15", "0.0025", "150"]),
        (["0", "1e-3", "0.01", "1", "10", "inf"], ["0", "10⁻³", "10⁻²", "1", "10", "∞"]),
        (["3e-8", "1e-9"], ["3·10⁻⁸", "10⁻⁹"]),
        (["1.2345e-7", "x"], ["1.2345·10⁻⁷", "x"]),
        (["100", "1000"], ["10²", "10³"]),
    ],
)
def test_numbers_keep_all_their_digits_in_one_notation(values, said):
    assert list(numbers(values).values()) == said


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ("[relu1_1]", "relu1_1"),
        ("[relu1_1,relu2_1]", "relu1_1, 2_1"),
        ("[relu1_1,relu2_1,relu3_1]", "relu1_1–3_1"),
        ("[relu3_1,relu3_2,relu3_3,relu3_4]", "relu3_1–3_4"),
        ("[relu1_1,relu1_2,relu2_1,relu2_2]", "relu1_1, 1_2, 2_1, 2_2"),  # a dash would mean something else
        ("[relu3_1,relu2_1,relu1_1]", "relu3_1, 2_1, 1_1"),
        ("[relu1_1,conv2_1]", "relu1_1, conv2_1"),
    ],
)
def test_a_dash_stands_for_one_set_of_layers_only(tmp_path, layers, said):
    assert said in said_of(tmp_path, "style.layers", ["[relu5_4]", layers], representation="style")


def test_paintings_are_named_by_their_titles(tmp_path):
    paintings = ["starry_night", "great_wave"]
    expected = ["The Starry Night", "The Great Wave off Kanagawa"]
    assert said_of(tmp_path, "style.picture", paintings, representation="style") == expected


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    assert said_of(tmp_path, "content.picture", ["/one/cat.png", "/two/cat.png"]) == ["one/cat.png", "two/cat.png"]


def test_files_whose_drawn_names_are_the_same_are_told_apart_by_their_characters(tmp_path):
    assert said_of(tmp_path, "content.picture", ["\ue000.jpg", "\ue001.jpg"]) == [r"\ue000.jpg", r"\ue001.jpg"]


@pytest.mark.parametrize(
    ("depths", "said"),
    [("123", ["relu1_1", "+ relu2_1", "+ relu3_1"]), ("135", ["relu1_1", "relu1_1–3_1", "relu1_1–5_1"])],
)
def test_a_depth_of_the_paper_is_its_last_layer_with_a_plus_unless_a_depth_is_left_out(tmp_path, depths, said):
    assert (
        list(depth_labels(cells(tmp_path, "depth", list(depths), representation="style"), "style").of.values()) == said
    )


def test_a_depth_of_content_and_style_is_the_layer_that_is_the_last_of_both(tmp_path):
    way = labels(
        "depth", made(tmp_path, [{"depth": d, "representation": r} for d in "12" for r in ("content", "style")])
    )
    assert way.of == {"1": "relu1_1", "2": "relu2_1"}
    assert way.key == "layer (for style, all layers up to it)"


def test_a_cell_with_a_depth_is_named_by_its_own_layers(tmp_path):
    points = [{"representation": r, "depth": d} for d in "135" for r in ("content", "style")]
    assert list(cell_names(made(tmp_path, points)).values()) == [
        "content, relu1_1",
        "style, relu1_1",
        "content, relu3_1",
        "style, relu1_1–3_1",
        "content, relu5_1",
        "style, relu1_1–5_1",
    ]


def test_a_cell_is_named_without_what_it_does_not_have_nor_the_steps_that_it_took(tmp_path):
    points = [
        {"representation": "content", "content.layers": "[relu1_1]", "style.layers": "[relu1_1]", "ratio": "0.1"},
        {"representation": "content", "content.layers": "[relu4_1]", "steps": "5"},
        {"representation": "style", "style.layers": "[relu2_1]", "ratio": "0.1"},
        {"representation": "both", "content.layers": "[relu1_1]", "style.layers": "[relu2_1]", "ratio": "0.2"},
    ]
    assert list(cell_names(made(tmp_path, points)).values()) == [
        "content, relu1_1",
        "content, relu4_1",
        "style, relu2_1",
        "both, content layer relu1_1, style layers relu2_1, α/β 0.2",
    ]
    assert list(cell_names(cells(tmp_path, "steps", ["5", "9"])).values()) == ["steps 5", "steps 9"]


def test_a_cell_is_named_by_all_that_tells_it_from_others(tmp_path):
    two = cells(tmp_path, "ratio", ["0.1", "0.25"], seed="3", representation="both")
    assert list(cell_names(two).values()) == ["α/β 0.1", "α/β 0.25"]
