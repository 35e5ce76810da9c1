"""What the paper's figures show, and what stands where cells are lost."""

import shutil

import pytest
from support.shapes import PRESETS, Shape, written
from support.sweeps import LAYERS, any_sweep

from experiments.drawing.figure import draw
from reconstruct.report import figures
from reconstruct.runs.sweeps import Sweep
from reconstruct.runs.wording import percent


def page(kind: str, sweep: Sweep):
    """A sweep's figure, which has one page."""
    (only,) = figures.DRAWN_BY[kind](figures.cells_of([sweep]), figures.Look(), None)
    return only


def words(figure) -> list[str]:
    inside = [text.get_text() for axes in figure.axes for text in axes.texts]
    return [text.get_text() for text in figure.texts] + inside


def test_figure_1_has_two_originals_and_ten_reconstructions_of_named_layers_with_their_errors(tmp_path):
    figure = page("fig1", written(Shape([PRESETS[0]], ["done"], "fig1", [(8, 8)]), tmp_path / "s"))
    assert sum(len(axes.images) for axes in figure.axes) == 12
    said = words(figure)
    assert [word for word in said if "relu" in word] == [
        *("relu1_1", *(f"+ {layer}" for layer in LAYERS[1:])),
        *LAYERS,
    ]
    assert [word for word in said if word in list("abcdefgh")] == [*"abcde", *"abcde"]
    assert [sum(word.startswith(f"{term} error") for word in said) for term in ("style", "content")] == [5, 5]


def test_figure_2_has_a_painting_in_every_panel_but_that_of_the_photograph(tmp_path):
    figure = page("fig2", any_sweep(tmp_path, "fig2"))
    assert sum(len(axes.images) for axes in figure.axes) == 1 + 2 * 5
    assert [word for word in words(figure) if word in list("ABCDEFG")] == list("ABCDEF")


def test_figure_3_has_a_row_for_every_depth_and_says_which_losses_its_ratios_are_of(tmp_path):
    said = words(page("fig3", any_sweep(tmp_path, "fig3")))
    assert ["relu1_1", *(f"+ {layer}" for layer in LAYERS[1:])] == [word for word in said if "relu" in word]
    assert "α/β, of relative losses →" in said
    assert not any("error" in word for word in said)


def test_three_cells_lost_are_three_cells_marked_and_named(tmp_path, capsys):
    made = any_sweep(tmp_path, "table")
    lost = [cell.folder for cell in made.cells[:4]]
    for name in lost[:2]:
        shutil.rmtree(tmp_path / name)
    picture = tmp_path / lost[2] / "result.png"
    picture.write_bytes(picture.read_bytes()[:60])
    (tmp_path / lost[3] / "result.json").unlink()
    draw([made])
    states = ("missing", "missing", "damaged", "not finished")
    sentence = "; ".join(f"{name} ({state})" for name, state in zip(lost, states, strict=True))
    assert f"figure: Without a picture: {sentence}." in capsys.readouterr().err
    marked = words(page("grid", made))
    assert [marked.count(word) for word in ("missing", "damaged", "not finished")] == [2, 1, 1]


@pytest.mark.parametrize(
    ("error", "text"),
    [(0.5, "50 %"), (0.0123, "1.2 %"), (0.00123, "0.12 %"), (1.2e-5, "0.001 %"), (9e-7, "<0.001 %"), (3.0, "300 %")],
)
def test_errors_are_given_in_percent_with_two_digits(error, text):
    assert percent(error) == text
