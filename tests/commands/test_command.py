"""The command `reconstruct` as a user meets it, offline, on an untrained VGG-11 and small pictures."""

import csv
import errno
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import hydra
import pytest
import torch
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from matplotlib.text import Text
from support.pages import data_of
from support.tiny import TINY, as_nobody, composed, composing, only_cell, stopping_at

from experiments import reconstruct
from experiments.cell import build
from experiments.cell.descriptions import columns
from experiments.cell.networks import network
from experiments.settings import schema
from experiments.settings.composition import configs
from experiments.settings.effective import spelled
from experiments.settings.inputs import inputs, network_inputs
from experiments.settings.overrides import typed
from experiments.sweep import conclusion
from reconstruct import images, measures
from reconstruct.analysis.entries import MEASURES, Entry, Kind, read
from reconstruct.canvas import Canvas
from reconstruct.hardware import algorithm_choice
from reconstruct.hardware.algorithms import ConvAlgorithm
from reconstruct.layers import ARCHITECTURES
from reconstruct.recorders.recording import Checkpoint
from reconstruct.report.figures import DRAWN_BY, Look, cells_of
from reconstruct.runs import trace
from reconstruct.runs.results import Result
from reconstruct.runs.sweeps import Sweep
from reconstruct.synthesis import Synthesis

pytestmark = pytest.mark.usefixtures("elsewhere")

QUICK = "figure=none"  # drawing takes seconds and is tried where it matters


def test_without_a_word_the_command_says_what_it_can_do_and_every_choice_in_configs(called):
    code, text, _ = called("reconstruct")
    assert code == 0
    assert "reconstruct experiment=NAME           a prepared sweep and its figure" in text
    stems = [file.stem for file in configs().glob("*/*.yaml")]
    assert [stem for stem in (*stems, *ARCHITECTURES, "_bn", "_untrained") if stem not in text] == []
    assert not Path("runs").exists()


def test_one_command_leaves_a_folder_whose_result_is_that_of_the_saved_picture(command):
    code, _ = command("representation=both", "recipe=paper", "network.pooling=max", "content.layers=[relu2_1]")
    result, cell = Result.at(only_cell()), only_cell()
    assert result.config["losses"] == "paper"
    assert (code, result.evaluations, set(result.losses)) == (0, 4, {"content", "style"})
    assert {path.name.split(".tfevents")[0] for path in cell.iterdir()} == {
        ".hydra", "content.png", "style.png", "result.png", "result.json", "trace.csv", "events.out",
        "reconstruct.log",
    }  # fmt: skip
    settings = schema.NetworkSettings(architecture="vgg11", weights="untrained", pooling=schema.Pooling.max)
    vgg = network(settings, network_inputs(settings), torch.device("cpu"))
    F, P = (vgg(images.load(cell / name), ["relu2_1"])["relu2_1"] for name in ("result.png", "content.png"))
    distance = float((F - P).square().sum())
    assert result.losses["content"] == pytest.approx(distance / 2, rel=1e-5)
    assert result.relative_errors["content"]["relu2_1"] == pytest.approx(distance / float(P.square().sum()), rel=1e-5)
    assert result.psnr == measures.psnr(images.load(cell / "result.png"), images.load(cell / "content.png"))


def test_a_cell_goes_on_by_the_plan_with_which_it_was_begun(command, monkeypatch):
    """Though its timings are gone, and those measured since have another way for the fastest."""

    def measured(fastest: ConvAlgorithm) -> None:
        shutil.rmtree("timings", ignore_errors=True)
        monkeypatch.setenv("RECONSTRUCT_CACHE", "timings")
        monkeypatch.setattr(
            algorithm_choice, "measure", lambda *_: {each: 1 - 0.5 * (each is fastest) for each in ConvAlgorithm}
        )

    same = ("steps=6", "content.layers=[relu2_1]", "precision=auto")
    measured(ConvAlgorithm.bfloat16)
    command("runs=whole", *same)
    with stopping_at(2):
        code, said = command("runs=parts", *same, "fresh=true")
    assert code == 130
    assert "the same command without fresh=true goes on from here" in said
    measured(ConvAlgorithm.float32)
    command("runs=other", *same)
    whole, parts, other = (next(Path(name, "single").iterdir()) for name in ("whole", "parts", "other"))
    assert (parts / "checkpoint.pt").exists()
    command("runs=parts", *same)
    assert not (parts / "checkpoint.pt").exists()
    losses = [[row["total"] for row in trace.read(cell / "trace.csv")] for cell in (parts, whole)]
    assert losses[0] == losses[1]
    assert Result.at(parts).plan["algorithm"] == "bfloat16"
    assert Result.at(other).plan["algorithm"] == "float32"
    assert Result.at(parts).processor
    assert (parts / "result.png").read_bytes() == (whole / "result.png").read_bytes()
    assert (parts / "result.png").read_bytes() != (other / "result.png").read_bytes()


def test_figure_1_of_ones_own_pictures_is_one_figure(command):
    assert command("experiment=fig1", "steps=1", "depth=1,2", QUICK)[0] == 0
    cells = cells_of([Sweep.read("runs/fig1")])
    assert list(cells.of_the_paper().axes) == ["representation", "depth"]
    (page,) = DRAWN_BY["fig1"](cells, Look(), None)  # as the figure and the film draw it
    assert [words.get_text() for words in page.findobj(Text)].count("network") == 1


def test_a_sweep_with_films_ends_in_one_of_all_its_cells(done):
    sweep = ("-m", "content.layers=[relu1_1],[relu2_1]", "name=grid")
    done(*sweep, "seed=0")
    said = done(*sweep, "seed=0", "film=true")
    assert "all cells are already finished without a film" in said
    said = done(*sweep, "seed=0,1", "film=true")
    assert "2 of 4 cells were made without film=true and stand still" in said
    assert len(list(Path("runs/grid").glob("*/film.webp"))) == 2
    assert (film := Path("runs/grid/film.webp").stat()).st_size > 1000
    done(*sweep, "seed=0,1", "film=true")
    assert Path("runs/grid/film.webp").stat().st_mtime_ns == film.st_mtime_ns


PARTS = "parts=[{representation: content, seed: '0,1'}, {representation: style, style.layers: '[relu1_1]'}]"
WRONG = [
    ("content.layers=[relu4_9]", "content.layers: there is no layer 'relu4_9'; did you mean 'relu4_"),
    ("content.layers=[relu1_1,relu1_1]", "content.layers: relu1_1 is named more than once"),
    ("content.window=1", "content.window: expected a list in brackets, for example [relu4_2]"),
    ("content.layers=[relu1_1", "content.layers=[relu1_1: expected KEY=VALUE, with special characters in quotes; try"),
    ("representation=style style.layers=[]", "style.layers=[]: expected at least one layer"),
    ("content.picture=nowhere.jpg", "content.picture=nowhere.jpg: no such file, and no sample of that name"),
    ("content.picture=a=b.jpg", "content.picture=a=b.jpg: no such file, and no sample of that name"),
    ("content.picture=pagda", "did you mean 'pagoda'?"),
    ("content.picture=\udcff.png", "\\udcff.png: this name is not UTF-8"),
    ("content.picture=\n.png", "content.picture=\\n.png: no such file"),
    ("content.layers=[relu5_1] size=8", "size=8: content.picture is then 8×7 pixels, and relu5_1 needs"),
    ("depth=6", "depth=6: expected 1 to 5"),
    ("steps=0", "steps=0: expected a number of optimisation steps between 1 and 1000000"),
    ("size=nan", "size=nan: expected a whole number"),
    ("size=99999999999999999999", "size=99999999999999999999: expected pixels of the longer side"),
    ("ratio=abc", "ratio=abc: expected a number"),
    ("ratio=nan", "ratio=nan: expected a positive number"),
    ("ratio=-1", "ratio=-1.0: expected a positive number"),
    ("ratio=1e300", "ratio=1e+300: expected a positive number, 1e-20 to 1e+20"),
    ("start=contnet", "start=contnet: no such file, and no sample of that name; did you mean 'content'?"),
    ("start=content start_noise=2", "start_noise=2.0: expected a share between 0 and 1"),
    ("start=half size=24 content.layers=[relu5_1]", "start=half: size=12: content.picture is then"),
    ("representation=both style.layers=[relu5_1] style.size=8", "style.size=8: style.picture is then"),
    ("representation=style style.statistic=gramm", "did you mean 'gram'"),
    ("representation=style style.statistic=shifted style.shifts=[0]", "expected whole numbers of positions, from 1 on"),
    ("+typo=1", "typo: there is no such key"),
    ("+content.pictur=x", "content.pictur: there is no such key; did you mean 'content.picture'?"),
    ("stpes=1", "stpes: there is no such key; did you mean 'steps'?"),
    ("--steps=60", "--steps=60: settings have no dashes: steps=60"),
    ("--hydra/launcher=joblib", "--hydra/launcher=joblib: settings have no dashes: hydra/launcher=joblib"),
    ("--stepps=3", "--stepps=3: there is no such option; settings have no dashes: stepps=3"),
    ("--multirn", "--multirn: there is no such option; did you mean '--multirun'?"),
    ("-m hydra.launcher=joblib", "reconstruct: hydra.launcher=joblib: did you mean hydra/launcher=joblib?"),
    ("canvas=pyramd", "expected one of fourier, pixels, pyramid, shallow; did you mean 'pyramid'?"),
    ("network=null", "Config group override must be a string or a list"),
    ("network=vgg11_bm", "did you mean 'vgg11_bn'?"),
    ("network.seed=-1", "network.seed=-1: expected a whole number from 0 to 2^63 - 1"),
    ("network.normalize_over=[cat,cat]", "expected every picture once"),
    ("network.weights=lost.pth", "network.weights=lost.pth: no such file"),
    ("network.architecture=vgg18", "or package.module:function; did you mean 'vgg19'?"),
    ("~size", "size: no value is given"),
    ("size", "size: expected KEY=VALUE, for example size=256"),
    ("seed=${nowhere}", "seed: Interpolation key 'nowhere' not found"),
    ("representation=both content.picture=painting.jpg winograd=false", "both pictures are the same"),
    ("seed=1,2", "seed=1,2: expected one value; -m sweeps over several, [a,b] is a list, '\"a,b\"' a name"),
    ("seed=rang(0,3)", "seed=rang(0,3): Unknown function 'rang'; Available: bool,choice,"),
    ("name=../elsewhere", "name=../elsewhere: expected the name of a folder below runs"),
    ("name=", "name=: expected the name of a folder below runs"),
    ("runs=", "runs=: expected a folder"),
    ("runs=/dev/null", "this folder cannot be made (Not a directory); set runs= to another"),
    ("device=tpu", "device=tpu: expected auto, cpu, cuda, cuda:N or mps"),
    ("precision=bfloat16 winograd=true", "winograd=true needs precision=float32, not bfloat16"),
    ("device=mps", "device=mps: this machine shows no Metal device; try device=auto"),
    ("content.weights=[1,2]", "content.weights=[1.0, 2.0]: expected 1 numbers, one for each of relu4_2"),
    ("optimizer.lr=0", "optimizer.lr=0.0: expected a positive number"),
]


@pytest.mark.parametrize(("arguments", "line"), WRONG)
def test_wrong_input_is_one_line_and_exit_code_2(command, arguments, line):
    code, said = command(*arguments.split(" "))
    assert code == 2
    assert line in said
    assert len(said.strip().splitlines()) == 1
    assert not list(Path().glob("runs/*/*/result.png"))


def test_a_folder_in_which_one_may_not_write_is_one_line(photo, tmp_path):
    (tmp_path / "theirs").mkdir(mode=0o755)
    command = [sys.executable, "-m", "experiments.reconstruct", *TINY, f"content.picture='{photo}'"]
    for key, expected in (("hydra.run.dir", "no permission to write there"), ("runs", "(Permission denied)")):
        (said,) = as_nobody([*command, f"{key}={tmp_path / 'theirs'}"], tmp_path).strip().splitlines()
        assert expected in said


def test_wrong_input_leaves_nothing_on_disk_and_is_found_before_torch_is_imported(photo):
    program = "import sys, experiments.reconstruct as r\ntry: r.main()\nfinally: print('torch' in sys.modules)"
    command = [sys.executable, "-c", program, *TINY, f"content.picture='{photo}'", "content.layers=[relu4_9]"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (2, "False"), done.stderr
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    "name", ["Été à la mer.png", "one, two [3] (4) {5}.png", "it's=here.png", "日本.png", "~x.png"]
)
def test_a_picture_may_have_any_name(called, photo, name):
    Path(name).write_bytes(photo.read_bytes())
    assert called("reconstruct", f"content.picture={name}", "runs=Läufe hier", *TINY)[0] == 0
    (result,) = Path("Läufe hier").rglob("result.json")
    assert Result.at(result.parent).pictures["content"]["name"] == name


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ("style.layers=[relu1_1] ratio=3", ["style.layers has no effect with representation=content", "ratio has no"]),
        ("-m ratio=3 seed=0,1", ["ratio has no effect with representation=content"]),
        ("-m representation=content,both ratio=3", []),  # it has in one of the cells
        ("representation=both depth=2 content.layers=[relu2_1]", []),  # it chooses the style's
        ("start=style style.picture=photo.png", []),
        ("representation=style style.parameters.power=2", ["style.parameters.power has no effect with"]),
        ("representation=style style.parameters={power:2}", ["style.parameters has no effect with"]),
    ],
)
def test_a_setting_without_effect_is_named(done, photo, arguments, lines):
    shutil.copy(photo, "photo.png")
    said = done(*arguments.split(" "), "steps=1", QUICK)
    named = [line for line in said.splitlines() if "has no effect" in line and ".picture" not in line]
    assert len(named) == len(lines), named
    assert all(line in said for line in lines)


def test_what_had_to_be_guessed_about_a_picture_is_said(done):
    images.to_image(torch.zeros(1, 3, 40, 40)).convert("CMYK").save("inks.tiff")
    said = done("content.picture=inks.tiff")
    assert "inks.tiff: CMYK without a usable colour profile; ideal inks are assumed" in said


def test_a_run_that_diverges_keeps_its_best_picture_and_is_marked(done, monkeypatch):
    forward, calls = Canvas.forward, []

    def lost(self):
        calls.append(self)
        return forward(self) * (torch.nan if len(calls) > 20 else 1)

    monkeypatch.setattr(Canvas, "forward", lost)
    said = done("steps=200")
    result = Result.at(only_cell())
    assert not result.converged
    assert re.fullmatch(r"diverged: the content loss became nan at step \d+", result.note)
    assert f"NOT CONVERGED, {result.note}" in said
    assert result.evaluations < 40
    assert torch.isfinite(torch.tensor(result.total))
    assert "already finished" in done("steps=200")


def test_memory_that_is_not_there_is_one_line(command, monkeypatch):
    def allocate(self):
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory")
        yield

    monkeypatch.setattr(Synthesis, "__iter__", allocate)
    code, said = command()
    line = "reconstruct: out of memory; try a smaller size=, lower layers, or checkpointing=true"
    assert (code, said.splitlines()[-1]) == (1, line)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["parts=[{representation: content, seed: 1}, {representation: content, sed: 2}]"],
            "sed: there is no such key",
        ),
        (["parts=[{representation: content, seed: '0,'}]"], "seed=0,: expected KEY=VALUE"),
        (["seed=0,x"], "seed=x: expected a whole number"),
        (["content.pictur=a,b"], "content.pictur: there is no such key; did you mean 'content.picture'?"),
        (["content.picture=a.png,b.png"], "content.picture=a.png: no such file"),
        (["content.picture=letter.jpg", "seed=0,1"], "letter.jpg: it is not in a format that Pillow knows"),
        (["content.layers=[relu9_9]", "seed=0,1"], "content.layers: there is no layer 'relu9_9'"),
        ([PARTS, "representation=both"], "none of the preset's parts has these values"),
        (["seed=1,1"], "1 is given 2 times; give every value once"),
        (["canvas=pyramid,pixels", "canvas.levels=2"], "canvas.levels: there is no such key"),
        (["canvas=pyramid,pixls"], "canvas=pixls: expected one of"),
        (["figure=none,auto"], "does not change what a cell is"),
    ],
)
def test_a_sweep_of_which_no_cell_can_be_made_is_one_line_and_leaves_nothing(command, arguments, line):
    Path("letter.jpg").write_text("Dear reader,")
    code, said = command("-m", *arguments, "name=grid")
    assert (code, len(said.strip().splitlines())) == (2, 1)
    assert line in said
    assert not Path("runs").exists()


def test_a_cell_that_cannot_be_made_is_told_before_the_first_and_has_a_row_beside_the_others(command):
    code, said = command("-m", "content.layers=[relu1_1],[relu9_9],[relu2_1]", "name=grid", QUICK)
    assert code == 1
    assert said.startswith("1 of 3 cells cannot be made: content.layers: there is no layer 'relu9_9'")
    assert "2 of 3 cells done" in said
    assert "1 failed: content.layers: there is no layer 'relu9_9'" in said
    assert "what is missing cannot be made with these settings; everything else is done" in said
    assert "to run only what is missing" not in said
    assert "Traceback" not in said
    with Path("runs/grid/cells.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["state"] for row in rows] == ["done", "failed", "done"]
    assert float(rows[0]["content_error"]) > 0
    assert rows[0]["content.layers"] == "[relu1_1]"
    assert rows[0]["threads"] == str(torch.get_num_threads())
    assert "there is no layer 'relu9_9'" in rows[1]["reason"]


def test_what_is_finished_is_taken_up_again_without_a_visit_and_what_is_not_alone_is_made(
    command, monkeypatch, photo, painting
):
    preset = ("experiment=fig1", "steps=1", "content.by_depth=[relu1_1,relu2_1]", "depth=1,2", "representation=content")
    assert "2 of 2 cells done" in command(*preset)[1]
    folder = Path("runs/fig1")
    assert Sweep.at(folder).axes == {"depth": ["1", "2"]}
    assert all(result for _, result in Sweep.at(folder).results())
    drawn = (folder / "figure.png").stat().st_mtime_ns
    visited, run = [], reconstruct.run
    monkeypatch.setattr(
        reconstruct, "run", lambda config, folder, how: visited.append(folder) or run(config, folder, how)
    )
    monkeypatch.setattr(ConfigLoaderImpl, "load_sweep_config", None)  # takes a sixth of a second for each cell
    code, said = command(*preset)
    assert (code, visited) == (0, [])
    assert "2 of 2 cells done, 2 of them before" in said
    assert said.split()[-3:] == [str(folder / name) for name in ("figure.png", "figure.pdf", "index.html")]
    assert (folder / "figure.png").stat().st_mtime_ns == drawn
    lost = folder / Sweep.at(folder).cells[-1].folder
    (lost / "result.json").unlink()
    assert command(*preset, QUICK)[0] == 0
    assert [each.name for each in visited] == [lost.name]
    visited.clear()
    photo.write_bytes(painting.read_bytes())
    code, said = command(*preset, QUICK)
    assert (code, len(visited)) == (0, 2)
    assert "2 of 2 cells done\n" in said


def test_a_figure_is_drawn_again_when_a_picture_came_back(command, photo, painting):
    sweep = ("-m", f"content.picture='{painting}',other.png", "name=grid")
    Path("other.png").write_bytes(photo.read_bytes())
    assert command(*sweep)[0] == 0
    whole = Path("runs/grid/figure.png").read_bytes()
    Path("other.png").unlink()
    code, said = command(*sweep)
    assert code == 1
    assert "1 of 2 cells done, 1 of them before" in said
    assert "other.png: no such file" in said
    assert Path("runs/grid/figure.png").read_bytes() != whole
    Path("other.png").write_bytes(photo.read_bytes())
    assert command(*sweep)[0] == 0
    assert Path("runs/grid/figure.png").read_bytes() == whole


def test_very_many_cells_are_not_drawn_unasked_and_a_smaller_sweep_says_what_its_table_leaves_out(done, monkeypatch):
    monkeypatch.setattr(conclusion, "DRAWN_AT_MOST", 1)
    done("-m", "seed=0,1,2", "name=grid")
    said = done("-m", "seed=0,1", "name=grid")
    assert "runs/grid also holds other finished cells (1); tables and figures omit them" in said
    assert "2 cells make a large table: reconstruct-figure runs/grid draws it" in said
    assert not Path("runs/grid/figure.png").exists()


@pytest.mark.parametrize(
    ("given", "seeds"),
    [
        (["crop=square"], ["0", "1", ""]),
        (["seed=5"], ["5", ""]),
        (["representation=content"], ["0", "1"]),
        (["representation=style,content"], ["0", "1", ""]),
    ],
)
def test_the_command_line_wins_over_parts_and_rules_out_those_that_stand_for_something_else(command, given, seeds):
    assert command("-m", PARTS, *given, "name=parts", "figure=none")[0] == 0
    assert [cell.values.get("seed", "") for cell in Sweep.at(Path("runs/parts")).cells] == seeds


@pytest.mark.parametrize("launcher", ["joblib", "slurm"])
def test_a_launcher_that_is_not_installed_is_one_line(command, monkeypatch, launcher):
    monkeypatch.setattr(reconstruct, "distributions", lambda name: iter(()))
    code, said = command("-m", f"hydra/launcher={launcher}")
    assert code == 2
    assert said.strip() == f"reconstruct: hydra/launcher={launcher} needs more: pip install 'reconstruct[{launcher}]'"


@pytest.mark.parametrize("written", ["picture", "checkpoint"])
def test_a_full_disk_is_one_line_and_what_is_there_stays(command, monkeypatch, written):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*{"picture": (images, "save", full), "checkpoint": (Checkpoint, "__call__", full)}[written])
    code, said = command()
    assert code == 1
    assert "no space left on the disk; free some, then the same command goes on" in said
    assert "Traceback" not in said


def test_cells_run_side_by_side_with_their_share_of_the_threads(photo, tmp_path):
    arguments = [*TINY, f"content.picture='{photo}'", "seed=0,1", "name=j", QUICK, "hydra/launcher=joblib"]
    command = [sys.executable, "-m", "experiments.reconstruct", "-m", *arguments, "hydra.launcher.n_jobs=2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "2 of 2 cells done" in done.stderr
    threads = {result.threads for _, result in Sweep.at(Path("runs/j")).results()}
    assert threads == {max(1, os.cpu_count() // 2)}


CHOICES = [f"{file.parent.name}={file.stem}" for file in configs().glob("*/*.yaml")]
CHOICES += [f"network={name}{kind}" for name in ARCHITECTURES for kind in ("", "_bn", "_untrained")]


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_composes(choice):
    assert composed(choice)


@pytest.mark.parametrize(("losses", "ratios"), [("relative", "1e-3,1e-2"), ("paper", "1e-9,1e-8")])
def test_figure_3_takes_the_ratios_that_suit_the_losses(losses, ratios):
    with composing():
        found = hydra.compose("reconstruct", ["experiment=fig3", f"losses={losses}"], return_hydra_config=True)
    assert found.hydra.sweeper.params.ratio.startswith(ratios)


def test_an_atlas_leaves_its_tables_figures_and_findings(done):
    layers = ["content.layers=[relu1_1],[relu5_1]", "style.layers=[relu1_1],[relu1_1,relu2_1]", "ratio=0,1,inf"]
    said = done("experiment=atlas", "steps=2", "snapshots=[0.99]", "observer=none", *layers)
    assert "15 of 15 cells done" in said  # twice each: content, on pixels, style; three ratios
    folder = Path("runs/atlas")
    names = {path.stem for path in folder.glob("*.png")}
    assert {name for name in names if not name.startswith("strips_")} == {"figure", "matrix", "arrangement", "front"}
    assert len(names) == 5
    entries = read(folder / MEASURES, Entry)
    assert {e.kind for e in entries} == {Kind.RESULT, Kind.SNAPSHOT, Kind.SHUFFLED, Kind.OTHER}
    for e in entries:
        if e.kind is Kind.RESULT and e.representation != "both":
            record = Result.at(folder / e.cell)
            assert e.own_error() == pytest.approx(record.error(e.representation), rel=1e-4)
    assert "| Low layers give the picture back almost pixel by pixel |" in (folder / "findings.md").read_text()
    shown = data_of(folder / "index.html")["layers"]  # written after the measuring
    assert [matrix["title"].split()[4] for matrix in shown["matrices"]] == ["content", "style"]
    assert shown["claims"]
    assert {"findings.md", "matrix.png", "caption.txt"} <= json.loads((folder / ".drawn.json").read_text()).keys()


@pytest.mark.parametrize("name", ["", "-figure", "-status", "-board", "-assets", "-benchmark", "-page", "-code"])
def test_every_command_gives_its_version(called, name):
    assert called(f"reconstruct{name}", "--version")[:2] == (0, f"reconstruct{name} {version('reconstruct')}\n")


def test_a_relative_loss_is_one_for_the_other_picture(photo, painting):
    pictures = [f"content.picture='{photo}'", f"style.picture='{painting}'"]
    config = composed("representation=both", "crop=square", "style.layers=[relu1_1]", *pictures, *TINY)
    cell = build.cell(config, inputs(config))
    with torch.no_grad():
        assert float(cell.reference(cell.originals["style"]).terms["content"]) == pytest.approx(1, rel=1e-4)
        assert float(cell.reference(cell.originals["content"]).terms["style"]) == pytest.approx(1, rel=1e-4)


def test_every_column_of_the_hparams_table_has_one_type_in_all_cells():
    """TensorBoard hides the rows of the others when one cell has a word where they have a number."""
    kinds: dict[str, set[type]] = {}
    for words in (
        ["experiment=tradeoff", "ratio=inf", "until=null"],
        ["experiment=tradeoff", "ratio=1e-3", "until=0.1"],
        ["canvas.levels=3", "content.layers=[relu1_1]", "compile=true"],
        ["depth=2"],
    ):
        for name, value in columns(spelled(composed(*words), typed(words))).items():
            kinds.setdefault(name, set()).add(type(value))
    assert all(len(types) == 1 for types in kinds.values())
    assert kinds["ratio"] == kinds["until"] == kinds["depth"] == kinds["canvas.levels"] == {float}
    assert kinds["content.layers"] == kinds["compile"] == {str}
    assert "experiment" not in kinds


@pytest.mark.parametrize("preset", [["experiment=fig1"], ["-m", "seed=0,1"]])
def test_the_command_on_a_page_makes_the_very_cell(command, preset):
    code, _ = command(*preset, "steps=2", "depth=1", "representation=content", "name=first", QUICK)
    assert code == 0
    shown = data_of(Path("runs/first/index.html"))["cells"][0]["command"]
    asked = [word for word in shlex.split(shown)[1:] if not word.startswith("content.picture=")]
    _, said = command(*asked, "name=again", QUICK)
    assert "1 result reused from runs/first" in said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: 2026_11_25", "line 2: name: 2026_11_25 would be read as 20261125; write '2026_11_25' in quotes"),
        ("name: '2026_11_25'", ""),
        ("hydra: {sweeper: {params: {content.picture: 1_0}}}", "content.picture: 1_0 would be read as 10"),
        ("name: a=b, c", ""),
        ("name: 07 sunset", ""),
        ("# name: 007\nname: mine", ""),
        ("'name': 010", "name: 010 would be read as 8"),
    ],
)
def test_a_name_in_a_preset_that_yaml_would_read_otherwise_is_told(called, photo, text, line):
    Path("own configs/experiment").mkdir(parents=True)
    Path("own configs/experiment/mine.yaml").write_text(f"# @package _global_\n{text}\n")
    picture = [] if "picture" in text else [f"content.picture='{photo}'"]
    code, _, said = called("reconstruct", *picture, "--config-dir=own configs", "experiment=mine", *TINY)
    assert code == (2 if line else 0)
    assert line in said
