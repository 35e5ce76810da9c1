"""Whatever was swept, its figures show every finished cell once, under labels of its own, legibly.

RECONSTRUCT_EXAMPLES=1000 pytest -n0 tests/report/test_figure_shapes.py draws more shapes.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from support.pdf import assert_legible, pages_of
from support.shapes import LAYER_SETS, RELU, Shape, colour_of, number_in, original_colour, shapes, written
from support.tiny import examples

from experiments.drawing import kinds
from reconstruct import layers
from reconstruct.errors import InputError
from reconstruct.report import figures
from reconstruct.report.figures import Cells, Layout, Look, Panel
from reconstruct.report.figures.cells import canonical
from reconstruct.report.figures.labels import labels
from reconstruct.report.figures.page.sheet import PROBLEM_LABEL, house_style
from reconstruct.report.figures.plots.curves import without_trace
from reconstruct.report.figures.tables.grid import tables
from reconstruct.report.figures.tables.table import Placed, Table, placed
from reconstruct.report.figures.tables.tiles import Tile
from reconstruct.runs.naming import TERMS
from reconstruct.runs.results import START

WITH_PICTURES = ("fig1", "fig2", "fig3", "grid", "features")
GREY = (90, 90, 90)

looks = st.builds(
    Look,
    title=st.sampled_from(["", "A title", "A title that is so long that it cannot stand in one line of any page " * 2]),
    labels=st.sampled_from([True, True, True, False]),
    columns=st.sampled_from([None, None, 2, 9]),
    crop=st.booleans(),
    width=st.sampled_from([7.0, 5.5, 3.25]),
    height=st.sampled_from([9.0, 5.0]),
    letters=st.booleans(),
    detail=st.sampled_from([None, None, (0.25, 0.25, 0.5, 0.5)]),
)


def fitted(look: Look) -> Look:
    """With the sizes of text that go with its width."""
    return look if look.width == 7.0 else replace(look, normal=9.0, small=8.0)


def finished(cells: Cells) -> Iterator[tuple[Panel, tuple[int, int, int]]]:
    """The cells that have a picture, and its colour."""
    return ((p, colour_of(int(p.name.split()[1]))) for p in cells.panels if p.picture is not None)


def with_maps(cells: Cells) -> Cells:
    """Cells whose layers have three channels each, in grey, which no cell's picture is."""
    return replace(cells, panels=[replace(p, maps=_maps(p) if p.picture else {}) for p in cells.panels])


def _maps(panel: Panel) -> dict[tuple[str, str], dict[str, tuple[Image.Image, Image.Image]]]:
    pair = Image.new("RGB", (16, 8), GREY), Image.new("RGB", (16, 8), GREY)
    channels = {f"channel\n{number}\n{error}": pair for number, error in ((0, "999 %"), (37, "0.008 %"), (511, "0 %"))}
    layers = [(term, layer) for term, names in panel.result.layers.items() for layer in names]
    return {(term, f"{term} of {layer}: 3 of 512 channels"): channels for term, layer in layers}


@settings(examples(60), derandomize=True)
@given(shape=shapes, look=looks, kind=st.sampled_from(["", *WITH_PICTURES, "curve", "tradeoff"]))
def test_every_finished_cell_is_drawn_once_legibly_or_named_as_left_out(tmp_path, shape, look, kind):
    cells = figures.cells_of([written(shape, tmp_path / "sweep")])
    kind = kinds.chosen_kind(cells.drawing, kind, Layout())
    cells = with_maps(cells) if kind == "features" else cells
    if _suits(kind, cells):
        _assert_whole(cells, kind, fitted(look), tmp_path)


def _suits(kind: str, cells: Cells) -> bool:
    """Whether the kind shows such cells; all others are refused in one line."""
    try:
        kinds.check(cells, kind, "sweep")
    except InputError as error:
        return "\n" in str(error)
    return True


def _assert_whole(cells: Cells, kind: str, look: Look, folder: Path) -> None:
    drawn = figures.DRAWN_BY[kind](cells, look, kinds.layout_of(kind, Layout()))
    (path,) = figures.save(drawn, folder, "figure", "pdf")
    found = pages_of(path)
    assert_legible(found)
    assert all(page.height <= 72 * look.height + 1 for page in found)
    if kind in WITH_PICTURES:
        _assert_drawn_once(found, cells)
        stalled = [panel for panel in cells.panels if panel.result and not panel.result.converged and panel.picture]
        marks = [text for page in drawn for text in page.texts if text.get_label() == PROBLEM_LABEL]
        assert len(marks) == sum(len(panel.maps) or 1 for panel in stalled) * look.labels
        assert all(panel.name in figures.caption(cells, kind) for panel in stalled[:5])
    else:
        _assert_points(drawn, cells, kind)
    assert figures.alt(cells, kind)


def _assert_drawn_once(found, cells: Cells) -> None:
    shown = Counter(tuple(int(c) for c in pixels[0, 0]) for page in found for pixels, _ in page.pictures)
    for panel, colour in finished(cells):
        assert shown[colour] == (len(panel.maps) or 1), f"{panel.name} is drawn {shown[colour]} times"
    assert shown[GREY] == 2 * sum(len(channels) for panel in cells.panels for channels in panel.maps.values())


def _assert_points(drawn, cells: Cells, kind: str) -> None:
    """A curve, or a point, for every cell that is not left out."""
    lines = [line for page in drawn for axes in page.axes if axes.axison for line in axes.lines]
    left_out = {panel.folder for panel in figures.left_out(cells, kind)}
    shown = [panel for panel in cells.panels if panel.result and panel.folder not in left_out]
    if kind == "curve":  # also of cells that are not finished
        assert len(lines) == 2 * (len(cells.panels) - len(without_trace(cells))) >= 2 * len(shown)
    else:
        assert sum(len(line.get_xdata()) for line in lines) == len(shown)
        others = {tuple(p.values[key] for key in cells.axes if key != "ratio") for p in shown}
        assert len(lines) == len(others)


@settings(examples(60), derandomize=True)
@given(shape=shapes, look=looks, place=st.sampled_from(["", "rows", "columns", "pages"]), number=st.integers(0, 3))
@example(Shape([{"representation": ["style"], "style.size": ["64", "128"]}], ["done"], "auto", [(8, 8)]), Look(), "", 0)
def test_every_panel_has_a_label_of_its_own_beside_the_originals_that_its_result_names(
    tmp_path, shape, look, place, number
):
    """Once in every table of a sweep, wherever a reader puts one of its keys."""
    cells = figures.cells_of([written(shape, tmp_path / "sweep")])
    layout = Layout(**{place: (list(cells.axes)[number % len(cells.axes)],)} if place and cells.axes else {})
    panels = {panel.name: panel for panel in cells.panels if panel.result}
    look, said = replace(fitted(look), labels=True, detail=None), Counter[tuple[str, ...]]()
    with house_style():
        every = placed(tables(cells, look, layout), look)
    names = [tile.name for each in every for tile in each.table.tiles.values() if tile.name]
    assert sorted(names) == sorted(panel.name for panel in cells.panels)
    for each in every:
        for (i, j), tile in each.table.tiles.items():
            if tile.name:
                said[*_label(each, i, j)] += 1
            if tile.name in panels:
                _assert_originals(panels[tile.name], list(_originals_beside(each.table, i, j)))
        for words in each.values.values():
            assert re.match(r"((content|style)\s)?(error|loss)\s", words.words)
    assert [label for label, times in said.items() if times > 1] == []
    for panel in panels.values():  # a cell that is missing has the original that it would have
        for term in panel.result.layers:
            assert replace(panel, result=None).original_identity(term) == panel.original_identity(term)


def _label(each: Placed, i: int, j: int) -> Iterator[str]:
    """All words by which a reader finds a panel."""
    axes = (each.row_heading, each.column_heading)
    yield from (each.table.heading, *(words.words if words else "" for words in axes))
    yield each.row_labels[i].words if each.row_labels else ""
    yield each.column_labels[j].words


def _originals_beside(table: Table, i: int, j: int) -> Iterator[tuple[str, Tile]]:
    """Label and tile of the originals of a place: in its row, in its column, and of the whole table."""
    yield from table.originals
    for (row, column), tile in table.tiles.items():
        if not tile.name and row == i:
            yield table.columns.labels[column], tile
        elif not tile.name and column == j:
            yield table.rows.labels[row], tile


def _assert_originals(panel: Panel, beside: list[tuple[str, Tile]]) -> None:
    own = {term: original_colour(term, panel.result.asked_for(term)) for term in panel.result.originals}
    named = [(label.partition(":")[0].removesuffix(" original"), tile) for label, tile in beside]
    shown = [(label, tile.picture.getpixel((0, 0))) for label, tile in named if tile.picture]
    assert set(own.values()) <= {colour for _, colour in shown}
    for label, colour in shown:
        assert label in ("original", *TERMS, START)
        if len(shown) == 1 or label in own:
            assert colour in own.values() or any(other == own[label] for name, other in shown if name == label)


@settings(examples(60), derandomize=True)
@given(order=st.permutations(RELU), others=st.lists(st.sampled_from(LAYER_SETS[16:]), unique=True))
def test_layers_stand_in_the_networks_order_unless_a_reader_asks_for_another(tmp_path, order, others):
    values = [f"[{layer}]" for layer in order[:5]] + others
    sweep = written(Shape([{"content.layers": values}], ["done"], "auto", [(8, 8)]), tmp_path / "sweep")
    shown = [value.strip("[]").split(",")[-1] for value in figures.cells_of([sweep]).axes["content.layers"]]
    places = [layers.taps(layers.ARCHITECTURES["vgg19"]).index(layer) for layer in shown]
    assert places == sorted(places)
    chosen = figures.cells_of([sweep], {"content.layers": values[::-1]})
    assert chosen.axes["content.layers"] == values[::-1]


@settings(examples(120), derandomize=True)
@given(values=st.lists(st.floats(1e-20, 1e20).map(repr) | st.sampled_from(["0", "inf", "0.0151", "1e-3"]), unique=True))
def test_numbers_in_labels_read_back_exactly(values):
    cells = Cells([], {"ratio": values})
    for value, label in labels("ratio", cells).of.items():
        assert number_in(label) == float(value)


def test_all_spellings_of_a_value_are_one():
    assert canonical("ratio", "1e-3") == canonical("ratio", "0.001")
    assert canonical("content.layers", "[relu1_1, 'relu2_1']") == "[relu1_1,relu2_1]"
    assert canonical("content.picture", "1e3") != canonical("content.picture", "1000")
    assert canonical("content.picture", "my cat.png") != canonical("content.picture", "mycat.png")
