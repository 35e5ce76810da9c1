"""The page of a sweep as a file: what is in it, and that nothing in it can become markup."""

import base64
import hashlib
import re
import shutil
from dataclasses import replace

import pytest
import torch
from support.entries import entry
from support.pages import data_of, measured, with_pictures_of_their_own, write_film
from support.records import altered, configured, example
from support.shapes import Shape, written
from support.sweeps import any_sweep
from support.tiny import composed, smooth_picture

from experiments.cell.architectures import table_to_deepest
from reconstruct import images, measures
from reconstruct.analysis.entries import MEASURES, Kind, write
from reconstruct.recorders.snapshots import place
from reconstruct.report import figures
from reconstruct.report.figures.pivot import pivots
from reconstruct.report.page import document as documents
from reconstruct.report.page.content import POINTS, _command, _credit, _curves
from reconstruct.report.page.document import PAGE, write_page
from reconstruct.report.page.findings import findings
from reconstruct.report.page.pictures import Pictures
from reconstruct.report.page.words import introduction
from reconstruct.runs.results import Result
from reconstruct.runs.sentences import sentence


def picture(data: dict, number: int) -> bytes:
    return base64.b64decode(data["sources"][number].partition("base64,")[2])


def test_every_cell_is_there_with_its_own_picture_and_its_originals(tmp_path):
    sweep = with_pictures_of_their_own(any_sweep(tmp_path, "table"))
    data = data_of(write_page([sweep]))
    assert [(key["key"], [each["value"] for each in key["values"]]) for key in data["keys"]] == list(sweep.axes.items())
    assert len(data["cells"]) == len(sweep.cells)
    for shown, cell in zip(data["cells"], sweep.cells, strict=True):
        assert shown["values"] == dict(cell.values)
        assert picture(data, shown["picture"]) == (tmp_path / cell.folder / "result.png").read_bytes()
        assert picture(data, shown["originals"]["style"]) == (tmp_path / cell.folder / "style.png").read_bytes()
        assert shown["facts"]["content error"] == ["20\u00a0%", pytest.approx(0.2)]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ('{"message": "out of <memory>", "is_input": false, "traceback": ""}', "out of <memory>"),
        ("cut", "{}: invalid JSON: expected value at line 1 column 1"),
    ],
)
def test_what_is_missing_is_named_and_why_it_failed(tmp_path, record, reason):
    sweep = any_sweep(tmp_path, "pair")
    one, other = (tmp_path / cell.folder for cell in sweep.cells)
    (other / "result.png").write_bytes(b"no picture")
    shutil.rmtree(one)
    data = data_of(write_page([sweep]))
    assert [(cell["picture"], cell["problem"]) for cell in data["cells"]] == [(None, "missing"), (None, "damaged")]
    assert data["sources"] == []
    one.mkdir()
    (one / "failure.json").write_text(record)
    first, _ = data_of(write_page([sweep]))["cells"]
    assert (first["problem"], first["reason"]) == ("failed", reason.format(one / "failure.json"))


def test_the_policy_allows_what_the_page_brings_and_nothing_else(tmp_path):
    text = write_page([any_sweep(tmp_path, "pair")]).read_text()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    for part, content in (("style", style), ("script", script)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{part}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data: file: 'self';")
    assert not re.search(r"eval\(|innerHTML|https?://(?!www\.w3\.org/2000/svg)", script)


def test_films_are_shown_at_steps_that_all_cells_have_in_common(tmp_path):
    sweep = any_sweep(tmp_path, "pair")
    one, other = (tmp_path / cell.folder for cell in sweep.cells)
    with altered(one, other):
        write_film(one, [0, 2, 8, 40])
        write_film(other, [0, 5, 40])
    data = data_of(write_page([sweep]))
    assert data["steps"] == [0, 2, 5, 8, 40]
    first, second = (cell["frames"] for cell in data["cells"])
    assert len(first) == len(second) == 5
    assert (first[1] == first[2], second[0] == second[1]) == (True, True)  # until the next frame
    assert data["sources"][first[0]].startswith("data:image/webp;base64,")
    with altered(one):
        (one / "film.webp").write_bytes(b"no film")
    assert "frames" not in data_of(write_page([sweep]))["cells"][0]


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("fig2", "", "style.picture"),
        ("fig3", "depth", "ratio"),
        ("tables", "seed", "losses"),
    ],
)
def test_keys_stand_at_first_where_the_figure_has_them(tmp_path, name, rows, columns):
    sweep = any_sweep(tmp_path, name)
    assert data_of(write_page([sweep]))["places"] == {"rows": rows, "columns": columns}
    drawn, *_ = pivots(figures.cells_of([sweep]), figures.LAYOUTS.get(sweep.drawing))
    assert ("".join(drawn.keys[0]), "".join(drawn.keys[1])) == (rows, columns)


def rows_of(page: str) -> list[list[str]]:
    """The cells of the tables of layers, with the tags within them."""
    tables = re.findall(r'<table class="network">(.*?)</table>', page, re.DOTALL)
    rows = [row for table in tables for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)]
    return [re.findall(r'<t(?:d|h scope="(?:row|col)")>(.*?)</t[dh]>', row) for row in rows]


def test_a_page_has_a_table_of_layers_for_each_network_with_those_that_are_used_in_bold(tmp_path):
    sweep = any_sweep(tmp_path, "pair")
    before = write_page([sweep])  # of cells of an earlier program, which kept no table
    assert (data_of(before)["networks"], rows_of(before.read_text())) == ([], [])
    for cell, (name, layer) in zip(sweep.cells, {"vgg19": "relu4_1", "alexnet": "relu3"}.items(), strict=True):
        table = table_to_deepest(composed(f"network={name}_untrained", "size=256", f"content.layers=[{layer}]"))
        made = replace(Result.read(tmp_path / cell.folder), layers={"content": [layer]}, layer_table=table)
        config = configured(size=256, network={"architecture": name})
        replace(made, config=config).write(tmp_path / cell.folder)
    text = write_page([sweep]).read_text()
    summary = "<summary>The layers of {} for pictures of 256 × 256 pixels</summary>"
    assert all(summary.format(name) in text for name in ("vgg19", "alexnet"))
    rows = rows_of(text)
    wanted = ["512 × 32 × 32", "8", "68", "262144", "features.20", "block4_conv1", "relu_9"]
    assert [row[1:] for row in rows if row[0] == "<strong>relu4_1</strong>"] == [wanted]
    fields = [row[3] for row in rows if re.match("conv._", row[0])]
    assert fields == ["3", "5", "10", "14", "24", "32", "40", "48", "68"]
    assert rows[-1] == ["<strong>relu3</strong>", "384 × 15 × 15", "16", "99", "147456"]
    assert [row[0] for row in rows].count("layer") == 2


def test_a_page_tells_the_names_of_layers_as_text(tmp_path):
    sweep, hostile = any_sweep(tmp_path, "pair"), "<script>1</script>"
    folder = tmp_path / sweep.cells[0].folder
    config = configured(network={"architecture": hostile})
    made = replace(Result.read(folder), layers={"content": [hostile]}, layer_table=[["layer"], [hostile]])
    replace(made, config=config).write(folder)
    text = write_page([sweep]).read_text()
    assert "<strong>&lt;script&gt;1&lt;/script&gt;</strong>" in text
    assert hostile not in text


def test_only_a_vgg_is_said_to_have_a_pooling_that_was_chosen():
    said = [introduction([replace(example(), config=configured(network={"architecture": name}))])[1]
            for name in ("vgg19", "alexnet")]  # fmt: skip
    assert ["average pooling" in each for each in said] == [True, False]


def test_large_pages_refer_to_the_pictures_of_their_cells(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "EMBEDDED", 100)
    for name in ("one, ü", "two"):
        (tmp_path / name).mkdir()
    one = any_sweep(tmp_path / "one, ü", "pair")
    two = any_sweep(tmp_path / "two", "pair")
    cells = [sweep.folder / cell.folder for sweep in (one, two) for cell in sweep.cells]
    with altered(*cells):
        for number, path in enumerate(path for cell in cells for path in cell.glob("*.png")):
            images.save(smooth_picture(8, 8, number), path)
    sources = data_of(write_page([one, two]))["sources"]
    assert len(sources) == 4 * 3
    assert all(re.fullmatch(r"[\w%.=/-]+\.png", source) for source in sources)
    from urllib.parse import unquote

    assert all((tmp_path / "one, ü" / unquote(source)).is_file() for source in sources)


OF_P = "From the content of relu4_2 of X"
MINE = {"pictures": {"content": {"title": "X"}, "start": {"title": "Mine"}}}
BOTH = {"layers": {"content": ["relu4_2"], "style": ["relu1_1", "relu2_1", "relu3_1"]}, "pictures": {
    "content": {"title": "X"}, "style": {"title": "The Starry Night"},
}}  # fmt: skip


@pytest.mark.parametrize(("made", "config", "told"), [
    ({}, {}, OF_P),
    (BOTH, {"ratio": 0.01}, f"{OF_P} and the style of relu1_1–3_1 of The Starry Night, α/β = 0.01"),
    ({}, {"start": "half"}, f"{OF_P}, starting from the same reconstruction at half size"),
    (
        {},
        {"start": "half", "start_noise": 0.1},
        f"{OF_P}, starting from the same reconstruction at half size with noise over it",
    ),
    ({}, {"start": "content"}, f"{OF_P}, starting from X"),
    (MINE, {"start": "mine.png"}, f"{OF_P}, starting from Mine"),
])  # fmt: skip
def test_a_picture_and_what_it_began_with_are_told_in_one_sentence(made, config, told):
    assert sentence(replace(example(("relu4_2",)), **made, config=configured(**config))) == told


def test_curves_have_few_points_and_both_ends(tmp_path):
    rows = "".join(f"{k},{k},{1000 / (k + 1)},0,0,{1 / (k + 1)}\n" for k in range(500))
    head = "step,seconds,total,content,gradient_norm,content relu4_2\n"
    (tmp_path / "trace.csv").write_text(head + rows + "500,cut")
    result = replace(example(), relative_errors={"content": {"relu4_2": 0.1}, "style": {"relu1_1": 0.1}})
    curves = _curves(tmp_path / "trace.csv", result)
    assert len(curves["steps"]) <= POINTS
    assert (curves["steps"][0], curves["steps"][-1]) == (0, 499)
    assert set(curves["values"]) == {"loss", "content relu4_2"}  # what an earlier program wrote has no errors
    ends = {name: (values[0], values[-1]) for name, values in curves["values"].items()}
    assert ends == {"loss": (1000.0, 2.0), "content relu4_2": (100.0, 0.2)}  # errors in %
    assert {len(values) for values in curves["values"].values()} == {len(curves["steps"])}
    assert _curves(tmp_path / "nothing.csv", result) == {"steps": [], "values": {}}


def test_what_was_measured_is_there_with_the_cells_it_was_measured_on(tmp_path):
    sweep = any_sweep(tmp_path, "table")
    assert data_of(write_page([sweep]))["layers"] is None
    measured(sweep)
    data = data_of(write_page([sweep]))
    (content,) = data["layers"]["matrices"]
    assert (content["title"].split()[4], content["columns"]) == ("content", ["relu1_1", "relu3_1"])
    rows = [(row["layer"], *(place["text"] for place in row["places"])) for row in content["rows"]]
    assert rows == [("relu1_1", "0.10", "2.0"), ("relu3_1", "90", "0.40")]
    made_from = [[each.get("cell") for each in row["cases"][0]["shown"]][:3] for row in content["rows"]]
    assert made_from == [[0, 1, 2], [3, 4, 5]]
    (claim,) = [each for each in data["layers"]["claims"] if each["opens"] == "pixels"]
    assert claim["verdict"].startswith("mixed (true in 2 of 3 pictures, 1 photograph)")
    shown = [(case["title"], case["shown"][0]["cell"], case["shown"][0]["lines"][1]) for case in claim["cases"]]
    assert shown == [("It does not hold", 0, "SSIM 0.85"), ("It holds", 1, "SSIM 0.90"), ("It holds", 2, "SSIM 0.95")]
    assert content["hint"].endswith("Geometric means over pagoda, 3 seeds each.")
    assert [cell["facts"]["layout correlation"][1] for cell in data["cells"]] == [0.9] * 6
    assert {"SSIM", "layout correlation"} <= {word for word, _ in data["words"]}
    measures = sweep.folder / "measures.csv"
    measures.write_text(measures.read_text()[:200])
    assert data_of(write_page([sweep]))["layers"] is None


def test_a_claim_about_layers_at_one_error_shows_the_pictures_at_that_error(tmp_path):
    sweep = any_sweep(tmp_path, "table")
    ends = measured(sweep)
    with altered(*(tmp_path / cell.folder for cell in sweep.cells)):
        for number, cell in enumerate(sweep.cells):
            images.save(smooth_picture(24, 32, 80 + number), place(tmp_path / cell.folder, 0.2))
    early = [replace(e, kind=Kind.SNAPSHOT, level=0.2, psnr=9.0) for e in ends]
    write((e.row() for e in [*ends, *early]), sweep, MEASURES)
    data = data_of(write_page([sweep]))
    (claim,) = [each for each in data["layers"]["claims"] if each["opens"] == "unconstrained"]
    for case in claim["cases"]:
        assert case["title"].endswith("ound: PSNR falls with depth")
        for shown in (each for each in case["shown"] if "cell" in each):
            assert shown["lines"][0].startswith("when its error first fell to 20\u00a0%")
            assert shown["lines"][1] == "PSNR 9.0\u00a0dB"
            kept = place(tmp_path / sweep.cells[shown["cell"]].folder, 0.2)
            assert data["sources"][shown["picture"]].endswith(base64.b64encode(kept.read_bytes()).decode())


def test_the_command_of_a_presets_cell_leaves_the_presets_sweep_alone():
    fig1, own = ["experiment=fig1", "depth=1", "name=x"], ["content.layers=[relu4_2]", "seed=1"]
    assert _command(fig1, in_parts=False) == "reconstruct experiment=fig1 depth=1 name=fig1_one"
    assert _command(fig1, in_parts=True) == "reconstruct experiment=fig1 depth=1 'parts=[]' name=fig1_one"
    assert _command(own, in_parts=True) == "reconstruct 'content.layers=[relu4_2]' seed=1"


def test_the_command_says_where_the_page_is(tmp_path, called):
    any_sweep(tmp_path, "pair")
    assert called("reconstruct-page", str(tmp_path), "--title", "Mine") == (0, "", f"{tmp_path / PAGE}\n")
    assert "<title>Mine</title>" in (tmp_path / PAGE).read_text()
    code, _, said = called("reconstruct-page", str(tmp_path / "nowhere"))
    assert (code, len(said.splitlines())) == (2, 1)


def test_a_credit_has_its_licence():
    assert _credit({"title": "P", "credit": "Somebody", "licence": "CC0"}) == "P. Somebody (CC0)"


def test_an_original_in_another_order_is_shown_as_it_was_measured(tmp_path):
    images.save(smooth_picture(24, 32, 3), tmp_path / "content.png")
    made = entry("content", ("relu5_1",), cell="a")
    moved = replace(made, kind=Kind.SHUFFLED, cell="", layers={})
    pictures = Pictures()
    claims = findings([made, moved], {"a": (0, tmp_path)}, pictures)["claims"]
    (case,) = next(each["cases"] for each in claims if each["opens"] == "objects")
    (source,) = (pictures.sources[each["picture"]] for each in case["shown"] if "shuffled" in each["lines"][0])
    (tmp_path / "moved.png").write_bytes(source)
    wanted = measures.rearranged(images.load(tmp_path / "content.png"))
    assert torch.allclose(images.load(tmp_path / "moved.png"), wanted, atol=1 / 255)


@pytest.mark.parametrize(
    ("layers", "keys"), [(["[relu1_1]", "[relu5_1]"], ["content.layers"]), (["[relu1_1]", "[relu1_1]"], ["steps"])]
)
def test_steps_are_no_key_where_the_others_tell_cells_apart(tmp_path, layers, keys):
    """A preset in parts gives deep layers more of them; a sweep over steps alone is told apart by nothing else."""
    products = [{"content.layers": [layer], "steps": [each]} for layer, each in zip(layers, ("40", "70"), strict=True)]
    data = data_of(write_page([written(Shape(products, ["done"], "auto", [(8, 8)]), tmp_path)]))
    assert [key["key"] for key in data["keys"]] == keys
    assert all(set(cell["values"]) == {key["key"] for key in data["keys"]} for cell in data["cells"])
