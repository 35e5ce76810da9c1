from pathlib import Path

import pytest

from reconstruct.errors import InputError
from reconstruct.report.figures.cells import Cells, Panel, cells_of
from reconstruct.report.figures.pivot import Layout, pivot, pivots
from reconstruct.runs.sweeps import Sweep, SweepCell


def cells(points: list[dict[str, str]]) -> Cells:
    """Cells that are not made yet, of one sweep."""
    keys = dict.fromkeys(key for point in points for key in point)
    axes = {key: list(dict.fromkeys(point.get(key, "") for point in points)) for key in keys}
    panels = [
        Panel(Path(str(k)), {key: point.get(key, "") for key in keys}, frozenset(point), None, None, "missing")
        for k, point in enumerate(points)
    ]
    return Cells(panels, {key: values for key, values in axes.items() if len(values) > 1})


def product(**axes: str) -> list[dict[str, str]]:
    points: list[dict[str, str]] = [{}]
    for key, values in axes.items():
        points = [point | {key: value} for point in points for value in values]
    return points


def places(made) -> list[Path]:
    return sorted(panel.folder for block in made.blocks for panel in block.at.values())


def test_the_key_with_the_most_values_becomes_the_columns_and_what_is_left_pages():
    made = pivot(cells(product(seed="01", layer="abcd", size="xyz")))
    assert (made.rows, made.columns, made.pages) == (("size",), ("layer",), ("seed",))
    assert [block.page for block in made.blocks] == [("0",), ("1",)]


def test_every_cell_has_one_place_whatever_the_layout():
    given = cells(product(a="01", b="012", c="01", d="01"))
    for layout in (Layout(), Layout(rows=("d",)), Layout((), ("a",)), Layout(("a", "b"), ("c",), ("d",))):
        assert places(pivot(given, layout)) == sorted(panel.folder for panel in given.panels)
    assert pivot(given, Layout(rows=("a",), columns=("c",))).pages == ("b", "d")


def test_rows_stand_in_the_order_of_their_values_not_of_the_cells():
    given = cells(product(a="01", b="012"))
    reordered = Cells(given.panels[::-1], given.axes)
    assert pivot(reordered).blocks[0].rows == pivot(given).blocks[0].rows == [("0",), ("1",)]


def test_places_that_were_not_swept_stay_empty():
    (made,) = pivots(cells(product(a="01", b="01")[:3]))
    (block,) = made.blocks
    assert len(block.at) == 3
    assert (len(block.rows), len(block.columns)) == (2, 2)


def test_each_part_of_what_is_no_product_has_a_table_of_its_own():
    made = pivots(cells([*product(a="0123"), *product(b="0123")]))
    assert [(each.columns, len(each.blocks[0].at)) for each in made] == [(("a",), 4), (("b",), 4)]


def test_what_is_no_product_at_all_stands_in_a_row_under_all_its_keys():
    (made,) = pivots(cells([{"a": str(k), "b": str(k)} for k in range(5)]))
    assert made.columns == ("a", "b")
    assert len(made.blocks[0].columns) == 5


@pytest.mark.parametrize(
    ("layout", "line"),
    [
        (Layout(rows=("sed",)), "--rows sed: expected one of seed, size; did you mean 'seed'?"),
        (Layout(rows=("seed",), columns=("seed",)), "seed is given 2 times; it can be rows, columns or pages"),
    ],
)
def test_a_key_that_is_not_there_or_stands_twice_is_wrong_input(layout, line):
    with pytest.raises(InputError) as error:
        pivot(cells(product(seed="01", size="ab")), layout)
    assert str(error.value) == line


def test_two_cells_at_one_place_are_refused_by_name():
    one = cells(product(seed="01"))
    twice = Cells([*one.panels, Panel(Path("again"), {"seed": "1"}, frozenset(), None, None)], one.axes)
    with pytest.raises(InputError, match="again and 1 have the same settings"):
        pivot(twice)


def sweep(folder: Path, points: list[dict[str, str]]) -> Sweep:
    made = [SweepCell(",".join(f"{k}={v}" for k, v in point.items()), point) for point in points]
    return Sweep(folder, "auto", made, f"make {folder}")


def test_several_sweeps_make_one_set_of_cells_and_differ_in_what_each_was_made_with(tmp_path):
    joined = cells_of(
        [sweep(tmp_path / n, [{"seed": s, "size": z} for s in "01"]) for n, z in (("a", "64"), ("b", "96"))]
    )
    assert joined.axes == {"seed": ["0", "1"], "size": ["64", "96"]}
    assert len(joined.commands) == 2


def test_the_same_cells_of_two_sweeps_are_told_apart_by_their_sweep(tmp_path):
    joined = cells_of([sweep(tmp_path / name, product(seed="01")) for name in "ab"])
    assert list(joined.axes) == ["seed", "sweep"]
    assert len(pivot(joined).blocks[0].at) == 4


def test_a_folder_given_twice_is_one_sweep(tmp_path):
    once = sweep(tmp_path, product(seed="01"))
    assert len(cells_of([once, once]).panels) == 2


def test_two_spellings_of_a_number_are_one_value(tmp_path):
    first, second = (sweep(tmp_path / n, [{"ratio": r, "seed": n}]) for n, r in (("1", "1e-3"), ("2", "0.001")))
    assert cells_of([first, second]).axes == {"seed": ["1", "2"]}


def test_a_subset_is_shown_in_the_order_that_was_asked_for(tmp_path):
    some = cells_of([sweep(tmp_path, product(seed="0123", size="ab"))], {"seed": ["3", "1"]})
    assert some.axes == {"seed": ["3", "1"], "size": ["a", "b"]}
    assert len(some.panels) == 4


@pytest.mark.parametrize(
    ("only", "line"),
    [
        ({"sed": ["0"]}, "--only sed=…: expected one of seed, size; did you mean 'seed'?"),
        ({"size": ["aa"]}, "--only size=aa: expected some of a, b; did you mean 'a'?"),
    ],
)
def test_a_subset_of_what_is_not_there_is_wrong_input(tmp_path, only, line):
    with pytest.raises(InputError) as error:
        cells_of([sweep(tmp_path, product(seed="01", size="ab"))], only)
    assert str(error.value) == line
