import shutil
import sys

import pytest
from support.records import example
from support.sweeps import LAYERS, any_sweep, finished
from support.tiny import smooth_picture

from experiments import figure as redraw
from experiments.drawing.figure import draw
from reconstruct import images
from reconstruct.report import figures
from reconstruct.runs.naming import percent
from reconstruct.runs.sweeps import Sweep, SweepCell


@pytest.fixture
def sweep(tmp_path) -> Sweep:
    """Ten finished cells, as experiment=fig1 leaves them."""
    cells = []
    for term in ("style", "content"):
        for depth in range(1, 6):
            cell = SweepCell(f"{term}{depth}", {"representation": term, "depth": str(depth)})
            folder = tmp_path / cell.folder
            folder.mkdir()
            for name in (f"{term}.png", "result.png"):
                images.save(smooth_picture(32, 32, depth), folder / name)
            layers = LAYERS[:depth] if term == "style" else LAYERS[depth - 1 : depth]
            example(layers, term).write(folder)
            cells.append(cell)
    sweep = Sweep(tmp_path, "fig1", cells, "reconstruct experiment=fig1")
    sweep.write()
    return sweep


def page(kind: str, sweep: Sweep, look: figures.Look | None = None):
    """A sweep's figure, which has one page."""
    (only,) = getattr(figures, kind)(figures.cells_of([sweep]), look or figures.Look())
    return only


def words(figure) -> list[str]:
    inside = [text.get_text() for axes in figure.axes for text in axes.texts]
    return [text.get_text() for text in figure.texts] + inside


def test_figure_1_shows_two_originals_and_ten_reconstructions(sweep):
    assert sum(len(axes.images) for axes in page("fig1", sweep).axes) == 12


def test_figure_1_names_every_layer_and_gives_every_error(sweep):
    said = words(page("fig1", sweep))
    assert [word for word in said if word.startswith("relu")] == ["relu1_1", *LAYERS]
    assert [word for word in said if word.startswith("+")] == [f"+ {layer}" for layer in LAYERS[1:]]
    assert said.count("1.2 %") == 10


def test_figure_3_has_a_row_for_every_depth_and_says_which_losses_its_ratios_are_of(tmp_path):
    said = words(page("fig3", any_sweep(tmp_path, "fig3")))
    assert ["relu1_1", *(f"+ {layer}" for layer in LAYERS[1:])] == [word for word in said if "relu" in word]
    assert "α/β, of relative losses →" in said


def test_a_sweep_of_the_users_own_is_labelled_by_what_differs(tmp_path):
    said = [" ".join(word.split()) for word in words(page("grid", any_sweep(tmp_path, "table")))]
    assert {"relu3_1", "relu4_1, relu4_2", "0", "1", "2", "seed →", "content layer ↓"} <= set(said)


def test_each_part_of_a_sweep_that_is_no_product_has_a_table(tmp_path):
    canvases = ("pixels", "pyramid", "fourier", "shallow")
    values = [*({"canvas": canvas, "ratio": "1"} for canvas in canvases), {"ratio": "3"}]
    cells = {f"cell {number}": value for number, value in enumerate(values)}
    figure = page("grid", finished(tmp_path, cells, "auto", {}))
    assert {"α/β 1", "pixels", "pyramid", "canvas pixels,  α/β 3"} <= set(words(figure))


def test_without_labels_only_pictures_are_left(tmp_path):
    assert words(page("grid", any_sweep(tmp_path, "table"), figures.Look(labels=False))) == []


def test_the_trade_off_joins_cells_that_differ_in_the_ratio_only(tmp_path):
    lines = [line for axes in page("tradeoff", any_sweep(tmp_path, "fig3")).axes for line in axes.lines]
    assert [len(line.get_xdata()) for line in lines] == [5] * 5


def test_three_cells_lost_are_three_cells_marked_and_named(tmp_path, capsys):
    made = any_sweep(tmp_path, "table")
    lost = [cell.folder for cell in made.cells[:3]]
    for name in lost[:2]:
        shutil.rmtree(tmp_path / name)
    picture = tmp_path / lost[2] / "result.png"
    picture.write_bytes(picture.read_bytes()[:60])
    (tmp_path / made.cells[3].folder / "result.json").unlink()
    draw([made])
    said = capsys.readouterr().err
    assert [f"{name} is missing" in said for name in lost] == [True, True, False]
    assert f"{lost[2]} is damaged" in said
    marked = words(page("grid", made))
    assert [marked.count(word) for word in ("missing", "damaged", "not finished")] == [2, 1, 1]


@pytest.mark.parametrize(
    ("error", "text"),
    [(0.5, "50 %"), (0.0123, "1.2 %"), (0.00123, "0.12 %"), (1.2e-5, "0.001 %"), (9e-7, "<0.001 %"), (3.0, "300 %")],
)
def test_errors_are_given_in_percent_with_two_digits(error, text):
    assert percent(error) == text


def test_a_figure_can_be_drawn_again_in_other_ways(tmp_path, monkeypatch):
    any_sweep(tmp_path, "pair")
    for arguments in (["--kind", "tradeoff"], ["--kind", "curve", "--format", "svg"], ["--title", "A title", "--crop"]):
        monkeypatch.setattr(sys, "argv", ["reconstruct-figure", str(tmp_path), *arguments])
        redraw.main()
    assert {"tradeoff.png", "curve.svg", "figure.png", "figure.pdf", "caption.txt"} <= {
        p.name for p in tmp_path.iterdir()
    }


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nowhere"], "nowhere: expected the folder of a sweep"),
        (
            [".", "--kind", "fig4"],
            "--kind fig4: expected one of fig1, fig2, fig3, grid, curve, tradeoff, atlas, statistics, film, summary",
        ),
        ([".", "--dpi", "0"], "--dpi 0: expected 10 to 1000"),
        ([".", "--columns", "0"], "--columns 0: expected 1 to 12"),
        ([".", "--kind", "fig3"], "fig3 needs a sweep over ratio"),
        ([".", "--kind", "tradeoff"], "tradeoff needs cells with representation=both"),
    ],
)
def test_a_wrong_wish_for_a_figure_is_one_line_and_exit_code_2(sweep, monkeypatch, capsys, arguments, line):
    monkeypatch.chdir(sweep.folder)
    monkeypatch.setattr(sys, "argv", ["reconstruct-figure", *arguments])
    with pytest.raises(SystemExit) as stopped:
        redraw.main()
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert line in said
    assert len(said.strip().splitlines()) == 1
