"""`reconstruct-figure`: what a reader may ask for, and what a wrong wish is answered with."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from support.pdf import assert_legible, pages_of
from support.shapes import Shape, written
from support.sweeps import any_sweep, finished
from support.tiny import exit_code

from experiments.drawing import kinds, outdated
from experiments.drawing.figure import FINDINGS
from reconstruct.runs import up_to_date
from reconstruct.runs.results import Result
from reconstruct.runs.sweeps import Sweep


@pytest.fixture
def figure_of(capsys):
    """Calls the command; its exit code and what it said."""
    return lambda *arguments: (exit_code("reconstruct-figure", *map(str, arguments)), capsys.readouterr().err)


def words(path: Path) -> list[str]:
    return [text.words.strip() for page in pages_of(path) for text in page.texts]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_figure_is_labelled_by_what_differs_and_leaves_its_files_its_caption_and_its_words(tmp_path, figure_of):
    any_sweep(tmp_path, "table")
    assert figure_of(tmp_path, "--letters")[0] == 0
    assert {"figure.png", "figure.pdf", "caption.txt", "alt.txt"} <= names(tmp_path)
    said = words(tmp_path / "figure.pdf")
    assert {"relu3_1", "0", "1", "2", "seed", "content", "layer"} <= set(" ".join(said).split())
    assert [word for word in said if word in list("abcdefg")] == list("abcdef")
    alt = (tmp_path / "alt.txt").read_text(encoding="utf-8")
    assert "content layer: relu3_1; relu4_1, 4_2." in alt
    assert "6 of 6 cells finished." in alt
    assert "The content error is 20 %." in alt


def test_a_reader_chooses_rows_columns_and_pages_of_two_folders_for_a_figure_in_the_first(tmp_path, figure_of):
    for seed in "01":
        product = {"representation": ["style", "content"], "depth": ["1", "2"], "seed": [seed]}
        written(Shape([product], ["done"], "fig1", [(8, 8 + int(seed))]), tmp_path / seed)
    layout = ("--rows", "seed", "--columns", "depth", "--pages", "representation")
    assert figure_of(tmp_path / "0", tmp_path / "1", *layout)[0] == 0
    assert {"representation style", "representation content", "0", "1"} <= set(words(tmp_path / "0" / "grid.pdf"))
    assert not (tmp_path / "0" / "figure.pdf").exists()


def test_a_subset_is_drawn_once_in_the_order_asked_for(tmp_path, figure_of):
    any_sweep(tmp_path, "table")
    chosen = ("--only", "seed=2,2", "content.layers=[relu4_1,relu4_2]", "--only", "seed=0")
    assert figure_of(tmp_path, *chosen)[0] == 0
    said = words(tmp_path / "figure.pdf")
    assert said.index("2") < said.index("0")
    assert said.count("2") == 1
    assert "relu3_1" not in said


def test_a_number_for_columns_is_how_many_panels_stand_side_by_side_under_a_readers_own_words(tmp_path, figure_of):
    finished(tmp_path, {f"ratio={r}": {"ratio": r} for r in ("0", "0.1", "3", "inf")}, "auto")
    assert figure_of(tmp_path, "--columns", 2, "--label", "0.1=lower", "3=upper")[0] == 0
    lefts = {round(box[0]) for page in pages_of(tmp_path / "figure.pdf") for _, box in page.pictures}
    assert len(lefts) == 2
    assert {"0", "lower", "upper", "∞"} < set(said := words(tmp_path / "figure.pdf"))
    assert not {"0.1", "3"} & set(said)


def test_a_figure_is_laid_out_for_its_venue(tmp_path, figure_of):
    any_sweep(tmp_path, "fig3")
    assert figure_of(tmp_path, "--width", "nature-column")[0] == 0
    found = pages_of(tmp_path / "figure.pdf")
    assert_legible(found)
    assert all(page.width == pytest.approx(88 / 25.4 * 72, abs=0.1) for page in found)
    widths = [box[2] - box[0] for page in found for _, box in page.pictures]
    assert min(widths) > 0.7 * 72


def test_a_detail_is_the_same_part_of_every_picture_and_of_a_difference_which_is_black_to_oneself(tmp_path, figure_of):
    made = any_sweep(tmp_path, "pair")
    assert figure_of(tmp_path, "--detail", "0.25,0.5,0.5,0.25", "--difference", made.cells[0].folder)[0] == 0
    pictures = [pixels for page in pages_of(tmp_path / "figure.pdf") for pixels, _ in page.pictures]
    sizes = [pixels.shape[:2] for pixels in pictures]
    assert sizes.count((6, 16)) == 4  # of two cells and of both originals
    assert sizes.count((24, 32)) == 2  # the originals themselves
    assert any((pixels < 5).all() for pixels in pictures)


def test_panels_alone_are_the_cells_own_pixels_and_take_the_place_of_earlier_ones_only(tmp_path, figure_of):
    made, panels = any_sweep(tmp_path, "table"), tmp_path / "panels"
    assert figure_of(tmp_path, "--panels", panels)[0] == 0
    files = sorted(panels.glob("*.png"))
    assert len(files) == 2 + len(made.cells)
    source = (panels / "figure.tex").read_text(encoding="utf-8")
    assert all(path.name in source for path in files)
    with Image.open(files[-1]) as panel, Image.open(tmp_path / made.cells[-1].folder / "result.png") as result:
        assert panel.tobytes() == result.tobytes()
    (panels / "20240101_120000.png").write_bytes(b"mine")
    figure_of(tmp_path, "--panels", panels, "--only", "seed=0")
    assert (panels / "20240101_120000.png").read_bytes() == b"mine"
    assert len(list(panels.glob("*.png"))) == 2 + 2 + 1


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex (Debian: texlive-latex-base)")
def test_latex_compiles_the_panels(tmp_path, figure_of):
    product = {"content.picture": ["a_b&c.png", "猫.jpg", "50%_{x}^2.png"], "ratio": ["1e-3", "0.015"]}
    written(Shape([product], ["done", "damaged"], "auto", [(8, 8)]), tmp_path / "s")
    assert figure_of(tmp_path / "s", "--panels", tmp_path / "panels")[0] == 0
    start = r"\documentclass{article}\usepackage{graphicx}\usepackage[papersize={9in,30in}]{geometry}\begin{document}"
    (tmp_path / "panels/example.tex").write_text(rf"{start}\input{{figure}}\end{{document}}")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "example.tex"]
    done = subprocess.run(command, cwd=tmp_path / "panels", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    found = pages_of(tmp_path / "panels" / "example.pdf")
    assert sum(len(page.pictures) for page in found) == 3 + (3 + 1)  # cells, and what they were made from


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--kind", "fig4"], "--kind fig4: expected one of fig1, fig2, fig3, grid, curve, tradeoff, features, atlas"),
        (["--kind", "fig3"], "fig3 needs a sweep over depth"),
        (["--dpi", "0"], "--dpi 0: expected 10 to 1000"),
        (["--columns", "0"], "--columns 0: expected 1 to 12"),
        (["--rows", "sed"], "--rows sed: expected one of content.layers, seed; did you mean 'seed'?"),
        (["--rows", "seed", "--columns", "seed"], "seed is given 2 times"),
        (["--only", "seed"], "--only seed: expected KEY=VALUE,VALUE, for example seed=0,1"),
        (["--only", "sed=0"], "--only sed=…: expected one of content.layers, seed; did you mean 'seed'?"),
        (["--only", "seed=7"], "--only seed=7: expected some of 0, 1, 2"),
        (["--label", "relu9=x"], "--label relu9=…: nothing is labelled so"),
        (["--font", "STIXGenral"], "did you mean 'STIXGeneral'"),
        (["--width", "icmll"], "did you mean 'icml'?"),
        (["--detail", "0,0,2,1"], "--detail 0,0,2,1: expected X,Y,W,H in parts of the picture"),
        (["--difference", "orginal"], "--difference orginal: expected original or the name of a cell"),
        (["--name", "../x"], "--name ../x: expected the name of a file without its ending"),
        (["--height", "x"], "--height x: expected a length"),
        (["--kind", "curve", "--rows", "seed"], "--rows cannot be used with --kind curve"),
        (["--kind", "fig2", "--rows", "seed"], "--rows cannot be used with --kind fig2; try --kind grid"),
        (["--kind", "fig2", "--columns", "seed"], "--rows, --columns KEY: --kind fig2 has its own; try --kind grid"),
        (["--kind", "curve", "--crop", "--detail", "0,0,1,1"], "--crop, --detail cannot be used with --kind curve"),
        (["--kind", "summary", "--width", "9cm"], "--width cannot be used with --kind summary"),
        (["--kind", "atlas", "--only", "seed=0"], "--only cannot be used with --kind atlas; try --kind grid"),
        (["--kind", "film", "--difference", "original"], "--difference cannot be used with --kind film"),
        (["--kind", "summary", "--over", "seeds"], "--over seeds: the sweep has content.layers, seed; did you mean"),
        (["--kind", "summary", "--columns", "ssims"], "--columns ssims: expected some of "),
        (["--over", "ratio"], "--over cannot be used with --kind grid; try --kind summary"),
        (["--channels", "3"], "--channels cannot be used with --kind grid; try --kind features"),
        (["--kind", "features", "--crop"], "--crop cannot be used with --kind features; try --kind grid"),
        (["--kind", "features", "--columns", "seed"], "--rows, --columns KEY: --kind features has its own; try"),
        (["--kind", "features", "--channels", "0"], "--channels 0: expected 1 to 1000"),
        (["--height", "1in"], "--height 1in: expected a length from 2 to 40 inches"),
        (["--colums", "2"], "reconstruct-figure: unrecognized arguments: --colums 2"),
        (["nowhere"], "nowhere: expected the folder of a sweep"),
    ],
)
def test_a_wrong_wish_is_one_line_and_exit_code_2(tmp_path, figure_of, arguments, line):
    any_sweep(tmp_path, "table")
    code, said = figure_of(tmp_path, *arguments)
    assert (code, len(said.strip().splitlines())) == (2, 1)
    assert line in said


def test_a_mistake_of_the_program_leaves_its_traceback_in_the_sweeps_folder(tmp_path, figure_of, monkeypatch):
    any_sweep(tmp_path, "table")
    monkeypatch.setattr(kinds, "check", lambda *_: {}["content"])
    code, said = figure_of(tmp_path)
    assert code == 1
    assert f"KeyError: 'content'; this is a mistake of the program, its traceback is in {tmp_path}/error.log" in said
    assert "Traceback" in (tmp_path / "error.log").read_text()


def test_a_figure_of_an_earlier_state_is_set_aside_but_no_file_of_the_readers_own(tmp_path, figure_of):
    made: Sweep = any_sweep(tmp_path, "pair")
    own = ["mine.png", "front.png", "grid.pdf", "strips_mine.png", "figure-3.pdf"]
    for name in own:
        (tmp_path / name).write_bytes(b"mine")
    figure_of(tmp_path, "--name", "named", "--width", "3.25in")
    named = (tmp_path / "named.pdf").read_bytes()
    assert re.search(r"Drawn by: reconstruct-figure .*--width 3.25in", (tmp_path / "named.caption.txt").read_text())
    for _ in range(2):
        figure_of(tmp_path, "--kind", "curve")
        figure_of(tmp_path, "--kind", "summary", "--over", "ratio")
        (tmp_path / FINDINGS).write_text("said")
        up_to_date.note([made], [tmp_path / FINDINGS])  # as an analysis does
        _change(tmp_path / made.cells[0].folder)
        code, said = figure_of(tmp_path)
        assert code == 0
        former = "curve.alt.txt, curve.caption.txt, curve.pdf, curve.png, findings.md, summary.csv"
        assert f"{former}: of an earlier state" in said
        assert (tmp_path / "figure.png").exists()
    assert {"curve.png", "curve~2.png"} <= names(tmp_path / "outdated")
    assert all((tmp_path / name).read_bytes() == b"mine" for name in own)
    assert (tmp_path / "named.pdf").read_bytes() == named


def _change(cell: Path) -> None:
    """The cell is made again, with another loss."""
    result = Result.at(cell)
    replace(result, total=result.total + 1).write(cell)


def test_a_copied_sweep_is_in_the_state_that_was_drawn_and_knows_of_its_own_changes(tmp_path, figure_of):
    made, copy = any_sweep(tmp_path, "pair"), tmp_path.parent / "copy"
    figure_of(tmp_path, "--kind", "curve")
    shutil.copytree(tmp_path, copy)
    _change(tmp_path / made.cells[0].folder)
    (copy / made.cells[0].folder / "checkpoint.pt").touch()  # a cell that is being made changes nothing yet
    assert "earlier state" not in figure_of(copy)[1]
    _change(copy / made.cells[0].folder)
    assert "curve.pdf" in figure_of(copy)[1]


def test_a_sweep_is_drawn_while_its_caption_and_what_else_was_drawn_with_it_are_there(tmp_path, figure_of):
    made = any_sweep(tmp_path, "pair")
    assert not outdated.is_drawn(made)
    (tmp_path / outdated.CAPTION).touch()
    up_to_date.note([made], [tmp_path / outdated.CAPTION])  # as of an analysis that has no figure.png
    assert outdated.is_drawn(made)
    figure_of(tmp_path)
    (tmp_path / "figure.pdf").unlink()
    assert not outdated.is_drawn(made)


def test_pages_that_a_figure_no_longer_has_go(tmp_path, figure_of):
    any_sweep(tmp_path, "tables")
    figure_of(tmp_path, "--format", "svg", "--height", "3in", "--font", "STIXGeneral")
    assert "STIXGeneral" in (tmp_path / "figure-2.svg").read_text()
    figure_of(tmp_path, "--format", "svg", "--height", "30in")
    assert not (tmp_path / "figure-2.svg").exists()


def test_drawing_needs_no_torch():
    code = "import sys; import experiments.figure; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("value", "word"), [("psnr", "PSNR"), ("ssim", "SSIM"), ("error", "error"), ("none", "")])
def test_the_numbers_under_pictures_are_those_asked_for_and_named(tmp_path, figure_of, value, word):
    for cell in any_sweep(tmp_path, "pair").cells:
        result = Result.at(tmp_path / cell.folder)
        replace(result, psnr=21.5, ssim=0.75).write(tmp_path / cell.folder)
    assert figure_of(tmp_path, "--values", value, *(["--no-labels"] if value == "none" else []))[0] == 0
    said = " ".join(words(tmp_path / "figure.pdf"))
    assert [each for each in ("PSNR", "SSIM", "error") if each in said] == [word] * bool(word)
    assert bool(said) == (value != "none")
