import itertools
from pathlib import Path

import pytest

from reconstruct.errors import InputError
from reconstruct.report.figures.cells import Cells, Panel
from reconstruct.report.figures.pivot import Layout, pivot, pivots


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
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]


def test_the_key_with_the_most_values_becomes_the_columns_and_what_is_left_pages():
    made = pivot(cells(product(seed="01", layer="abcd", size="xyz")))
    assert [(block.keys, block.page) for block in made] == [((("size",), ("layer",)), {"seed": k}) for k in "01"]
    given = cells(product(a="01", b="012", c="01", d="01"))
    assert pivot(given, Layout(rows=("a",), columns=("c",)))[0].page == {"b": "0", "d": "0"}


def test_rows_stand_in_the_order_of_their_values_not_of_the_cells():
    given = cells(product(a="01", b="012"))
    reordered = Cells(given.panels[::-1], given.axes)
    assert pivot(reordered)[0].rows == pivot(given)[0].rows == [("0",), ("1",)]


def test_places_that_were_not_swept_stay_empty():
    (block,) = pivots(cells(product(a="01", b="01")[:3]))
    assert len(block.at) == 3
    assert (len(block.rows), len(block.columns)) == (2, 2)


def test_each_part_of_what_is_no_product_has_a_table_of_its_own_else_a_row_under_all_keys():
    made = pivots(cells([*product(a="0123"), *product(b="0123")]))
    assert [(block.keys[1], len(block.at)) for block in made] == [(("a",), 4), (("b",), 4)]
    (block,) = pivots(cells([{"a": str(k), "b": str(k)} for k in range(5)]))
    assert block.keys[1] == ("a", "b")
    assert len(block.columns) == 5


def test_two_cells_at_one_place_are_refused_by_name():
    one = cells(product(seed="01"))
    twice = Cells([*one.panels, Panel(Path("again"), {"seed": "1"}, frozenset(), None, None)], one.axes)
    with pytest.raises(InputError, match="again and 1 have the same settings"):
        pivot(twice)
