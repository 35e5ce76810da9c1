import pytest
from conftest import smooth_picture
from test_results import example

from experiments.figure import draw
from reconstruct import figures, images
from reconstruct.figures.sheet import percent
from reconstruct.results import Sweep, SweepCell

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


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
    axes = {"representation": ["style", "content"], "depth": list("12345")}
    sweep = Sweep(tmp_path, "fig1", axes, cells, "reconstruct experiment=fig1")
    sweep.write()
    return sweep


def words(figure) -> list[str]:
    inside = [text.get_text() for axes in figure.axes for text in axes.texts]
    return [text.get_text() for text in figure.texts] + inside


def test_figure_1_shows_two_originals_and_ten_reconstructions(sweep):
    assert sum(len(axes.images) for axes in figures.fig1(sweep, figures.Look()).axes) == 12


def test_figure_1_names_every_layer_and_gives_every_error(sweep):
    said = words(figures.fig1(sweep, figures.Look()))
    assert [word for word in said if word.startswith("relu")] == ["relu1_1", *LAYERS]
    assert [word for word in said if word.startswith("+")] == [f"+ {layer}" for layer in LAYERS[1:]]
    assert said.count("error 1.2 %") == 10


def test_no_text_lies_on_another_or_outside_the_page(sweep):
    with figures.house_style():
        figure = figures.fig1(sweep, figures.Look())
        figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.texts]
    page = figure.bbox
    assert all(page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1 for box in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_missing_and_damaged_cells_are_marked(sweep):
    (sweep.folder / "style1" / "result.json").unlink()
    picture = sweep.folder / "content5" / "result.png"
    picture.write_bytes(picture.read_bytes()[:100])
    said = words(figures.fig1(sweep, figures.Look()))
    assert said.count("not finished") == 1
    assert said.count("damaged") == 1


def test_the_same_cells_give_the_same_files_byte_for_byte(sweep, capsys):
    def drawn() -> list[bytes]:
        draw(sweep)
        return [(sweep.folder / f"figure.{suffix}").read_bytes() for suffix in ("png", "pdf")]

    assert drawn() == drawn()


@pytest.mark.parametrize(
    ("error", "text"), [(0.5, "50 %"), (0.0123, "1.2 %"), (0.00123, "0.12 %"), (1.2e-5, "0.0012 %"), (3.0, "300 %")]
)
def test_errors_are_given_in_percent_with_two_digits(error, text):
    assert percent(error) == text
