import numpy as np
import pytest
from PIL import Image
from support.pdf import pages_of
from support.sweeps import any_sweep

from reconstruct.report import figures
from reconstruct.report.figures.page import saving
from reconstruct.report.figures.page.sheet import Look
from reconstruct.report.figures.tables.tiles import cropped


@pytest.fixture
def drawn(tmp_path):
    """A figure of two pages."""
    cells = figures.cells_of([any_sweep(tmp_path, "tables")])
    made = figures.grid(cells, figures.Look(height=4.0))
    assert len(made) > 1
    return made


def pixels_of(path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_a_pdf_has_every_picture_once_pixel_by_pixel(tmp_path):
    made = any_sweep(tmp_path, "pair")
    (path,) = figures.save(figures.grid(figures.cells_of([made])), tmp_path, "x", "pdf")
    (page,) = pages_of(path)
    found = [pixels for pixels, _ in page.pictures]
    originals = [tmp_path / made.cells[0].folder / f"{term}.png" for term in ("content", "style")]
    results = [tmp_path / cell.folder / "result.png" for cell in made.cells]
    expected = [pixels_of(path) for path in (*originals, *results)]
    assert len(found) == len(expected)
    for pixels in expected:
        assert sum(np.array_equal(pixels, other) for other in found) >= 1


def test_pdf_and_tiff_have_a_page_a_figure_and_a_png_all_of_them_below_one_another(tmp_path, drawn):
    (pdf,), (png,), (tiff,) = (figures.save(drawn, tmp_path, "x", suffix, 50) for suffix in ("pdf", "png", "tiff"))
    assert len(pages_of(pdf)) == len(drawn)
    height = sum(page.get_figheight() for page in drawn)
    assert len(pixels_of(png)) == pytest.approx(50 * height, abs=len(drawn))
    with Image.open(tiff) as picture:
        assert picture.n_frames == len(drawn)
        assert picture.info["dpi"] == (50, 50)


def test_an_svg_has_its_title_for_screen_readers_and_a_file_a_page(tmp_path, drawn):
    paths = figures.save(drawn, tmp_path, "x", "svg", title="Two < three")
    assert [path.name for path in paths] == ["x.svg", *(f"x-{k}.svg" for k in range(2, len(drawn) + 1))]
    assert "<title>Two &lt; three</title>" in paths[0].read_text(encoding="utf-8")
    assert "<text" in paths[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", figures.FORMATS)
def test_the_same_figure_gives_the_same_bytes(tmp_path, suffix):
    cells = figures.cells_of([any_sweep(tmp_path, "pair")])
    first, second = (figures.save(figures.grid(cells), tmp_path, "x", suffix, 50)[0].read_bytes() for _ in range(2))
    assert first == second


def test_a_png_of_very_many_pages_has_fewer_dots_rather_than_too_many_pixels(tmp_path, drawn, monkeypatch):
    monkeypatch.setattr(saving, "LARGEST", 200_000)
    (path,) = figures.save(drawn, tmp_path, "x", "png", dpi=300)
    assert pixels_of(path)[..., 0].size <= 210_000


def test_squares_and_parts_of_a_picture_are_its_own_pixels():
    pixels = np.arange(5 * 8 * 3, dtype=np.uint8).reshape(5, 8, 3)
    picture = Image.fromarray(pixels)
    assert np.array_equal(cropped(picture, Look(crop=True)), pixels[:, 1:6])
    assert np.array_equal(cropped(picture, Look(detail=(0.5, 0.2, 0.25, 0.4))), pixels[1:3, 4:6])
    assert cropped(picture, Look(detail=(0.999, 0.999, 0.001, 0.001))).size == (1, 1)
