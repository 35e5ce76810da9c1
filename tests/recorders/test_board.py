import getpass
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from support.optimisations import made
from support.records import example
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from experiments.board import beside_each_other
from reconstruct.errors import InputError
from reconstruct.recorders.board import (
    FIGURE_HEIGHT,
    FIGURE_WIDTH,
    SCALARS,
    Board,
    is_logged,
    is_milestone,
    show_figure,
)
from reconstruct.recorders.events import plainly, verbatim
from reconstruct.runs.sweeps import Sweep
from reconstruct.synthesis import Step

with warnings.catch_warnings(action="ignore"):  # of what TensorBoard brings along
    from tensorboard import plugin_util

ORIGINALS = {"content": torch.rand(1, 3, 16, 16)}
SETTINGS = {"size": 16, "content.layers": "a", "fast": True}


def shown(folder: Path) -> EventAccumulator:
    """What TensorBoard makes of a run, with nothing left out."""
    return EventAccumulator(str(folder), size_guidance={"images": 0, "scalars": 0, "tensors": 0}).Reload()


def watched(folder: Path, done: int = 0, until: int | None = None) -> Board:
    synthesis = made()
    synthesis.done = done
    board = Board(folder, done, ORIGINALS, SETTINGS, {"command": verbatim("reconstruct")})
    for step in synthesis:
        board(step)
        if step.number == until:
            break
    return board


def test_a_run_that_begins_again_hides_the_curves_of_the_first_attempt(tmp_path):
    for _ in range(2):
        watched(tmp_path, until=2).close()
    assert [event.step for event in shown(tmp_path).Scalars("loss/total")] == [0, 1, 2]


@pytest.mark.parametrize("lost", [0, 7])
def test_a_run_that_goes_on_goes_on_with_its_curves_though_a_record_was_cut_off(tmp_path, lost):
    watched(tmp_path, until=30).close()
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[: -lost or None])
    watched(tmp_path, done=25).close()
    assert [event.step for event in shown(tmp_path).Scalars("loss/total")] == list(range(60))
    assert [event.step for event in shown(tmp_path).Images("pictures/beside_original")] == [0, 1, 2, 4, 8, 16, 32]


def test_tensorboard_gets_every_loss_each_layers_error_and_the_original_beside_the_picture(tmp_path):
    board = watched(tmp_path)
    result = replace(example(("relu1_1",), "content"), evaluations=60, total=0.5, losses={"content": 0.5}, psnr=30.0)
    board.finish(torch.rand(1, 3, 16, 16), result)
    board.close()
    events = shown(tmp_path)
    assert set(events.Tags()["scalars"]) == {
        "fit/content_error", "fit/psnr", "loss/total", "loss/content",
        "relative_error_log10/content_relu1_1", "relative_error_log10/content_relu2_1",
        "optimisation/loss_log10", "optimisation/gradient_norm_log10", "optimisation/steps_per_second",
    }  # fmt: skip
    assert [event.step for event in events.Scalars("loss/content")] == list(range(61))
    assert events.Scalars("fit/content_error")[-1].value == pytest.approx(result.error("content"))
    layers = [events.Scalars(f"relative_error_log10/content_relu{block}_1") for block in (1, 2)]
    means = [(10**one.value + 10**other.value) / 2 for one, other in zip(*layers, strict=True)]
    assert [error.value for error in events.Scalars("fit/content_error")][:-1] == pytest.approx(means, rel=1e-4)
    pictures = events.Images("pictures/beside_original")
    assert [picture.step for picture in pictures] == [0, 1, 2, 4, 8, 16, 32, 60]
    assert {(picture.width, picture.height) for picture in pictures} == {(16 + 8 + 16, 16)}
    assert events.Scalars("fit/psnr")[-1].value == 30
    # Of a list of columns TensorBoard would take the first for all runs, and drop what other cells have besides.
    hparams = {tag for tag in events.Tags()["tensors"] if tag.startswith("_hparams_")}
    assert hparams == {"_hparams_/session_start_info", "_hparams_/session_end_info"}


def test_an_event_file_stays_small_however_long_the_run_is(tmp_path):
    noise = torch.rand(1, 3, 512, 512, generator=torch.Generator().manual_seed(0))  # nothing takes more bytes
    layers = {f"relu{block}_1": 0.5 for block in range(1, 6)}
    board = Board(tmp_path, 0, {"content": noise, "style": noise}, {}, {})
    for number in range(10_000):
        terms = {"content": 1.0, "style": 1.0}
        board(Step(number, noise, 1.0, terms, 1.0, float(number), {"content": layers, "style": layers}))
    board.close()
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size < 5e6


def test_every_octave_of_steps_has_as_many_points_and_a_picture():
    assert [n for n in range(2 * SCALARS) if is_logged(n)] == list(range(2 * SCALARS))
    for octave in range(7, 20):
        assert sum(is_logged(n) for n in range(2**octave, 2 ** (octave + 1))) == SCALARS
    assert [number for number in range(70) if is_milestone(number)] == [0, 1, 2, 4, 8, 16, 32, 64]


@pytest.mark.parametrize(("width", "height"), [(2100, 1500), (2100, 40_000), (300, 200)])
def test_the_figure_of_a_sweep_takes_the_place_of_the_one_before_and_is_shown_smaller(tmp_path, width, height):
    Image.new("RGB", (width, height)).save(tmp_path / "figure.png")
    for done in (3, 10):
        show_figure(tmp_path / "figure", tmp_path / "figure.png", done, {"caption": "Figure"})
    (figure,) = shown(tmp_path / "figure").Images("figure")
    assert figure.step == 10
    assert len(list((tmp_path / "figure").iterdir())) == 1
    assert figure.width <= FIGURE_WIDTH
    assert figure.height <= FIGURE_HEIGHT
    assert figure.height / figure.width == pytest.approx(height / width, rel=0.01)


NASTY = "![x](http://a/b.png) <script>alert(1)</script> *a* _b_ `c` [d](e) | #f\n# g &amp; ~~h~~"


def test_what_comes_from_file_names_stays_text():
    html = plugin_util.markdown_to_safe_html(plainly(NASTY))
    assert not re.search(r"<(?!/?p>)", html)
    assert plugin_util.markdown_to_safe_html(verbatim(NASTY + "\n```\n</code>")).count("<") == 4  # pre, code


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_runs_is_one_line_and_exit_code_2(tmp_path, called, folder):
    code, _, said = called("reconstruct-board", str(tmp_path / folder))
    assert (code, len(said.splitlines())) == (2, 1)
    assert "expected the folder of a sweep (such as runs/fig1)" in said


ELSEWHERE = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}


def _answer(query: str) -> list[tuple[float, int, float]]:
    """Of TensorBoard's server, once it has read the files."""
    for _ in range(60):
        try:
            with urllib.request.urlopen(query) as answer:
                return json.load(answer)
        except urllib.error.HTTPError:  # not read yet
            time.sleep(0.5)
    raise AssertionError(query)


def test_the_command_serves_this_machine_alone_and_ends_with_ctrl_c(tmp_path):
    for done, until in ((0, 30), (25, 40)):  # killed after step 30, taken up again from a checkpoint at 25
        watched(tmp_path / "cell", done, until).close()
    command = [sys.executable, "-m", "experiments.board", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ELSEWHERE) as board:
        line = board.stdout.readline()
        address = re.search(r"(http://127\.0\.0\.1:\d+/)\?smoothing=0#timeseries", line)
        query = f"{address[1]}data/plugin/scalars/scalars?run=cell&tag=loss/total"
        assert [step for _, step, _ in _answer(query)] == list(range(41))
        taken = [*command, "--port", re.search(r":(\d+)/", line)[1]]
        refused = subprocess.run(taken, capture_output=True, text=True, check=False, env=ELSEWHERE)
        board.send_signal(signal.SIGINT)
        said = board.communicate()[1]
    assert (board.returncode, said) == (0, "")
    assert refused.returncode == 2
    assert "leave it out to get a free one" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def opened(folder: Path, *options: str, **environment: str) -> tuple[str, str]:
    """The first line of the command and what it says beside that, when it is ended."""
    command = [sys.executable, "-m", "experiments.board", str(folder), *options]
    environment = ELSEWHERE | environment
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as board:
        line = board.stdout.readline()
        time.sleep(0.5)
        board.send_signal(signal.SIGINT)
        return line, board.communicate()[1]


FROM_AFAR = {"SSH_CONNECTION": "10.0.0.2 5000 10.0.0.1 22"}


def test_others_may_look_only_when_they_are_let_in_and_who_is_logged_in_from_afar_is_told_the_way(tmp_path):
    watched(tmp_path / "cell", 0, 3).close()
    line, said = opened(tmp_path, "--host", "0.0.0.0", **FROM_AFAR)
    assert re.search(r"http://\S+:\d+/", line)
    assert said == "everybody who can reach this machine can see these pictures and settings\n"
    line, said = opened(tmp_path, "--host", "no.such.machine.invalid")
    assert line == ""
    assert re.fullmatch(r"reconstruct-board: --host no\.such\.machine\.invalid: not known here .*\n", said)
    line, said = opened(tmp_path, **FROM_AFAR)
    port = re.search(r":(\d+)/", line)[1]
    assert said == f"from your own machine: ssh -N -L {port}:127.0.0.1:{port} {getpass.getuser()}@10.0.0.1\n"


def test_a_sweep_that_has_not_begun_is_waited_for(tmp_path):
    sweep = tmp_path / "runs" / "planned"
    sweep.mkdir(parents=True)
    Sweep(sweep, "auto", [], "reconstruct -m seed=0,1").write()
    for folder in (sweep, sweep.parent):
        line, said = opened(folder)
        assert "http://127.0.0.1:" in line
        assert said == f"{folder} has no events yet; waiting\n"


def test_several_folders_are_shown_side_by_side_each_under_a_name_of_its_own(tmp_path, monkeypatch):
    one, two, cell = (tmp_path / name for name in ("one/s", "two/s", "one/s/x"))
    for folder in (two, cell):
        folder.mkdir(parents=True)
    with beside_each_other([one]) as shown:
        assert shown == one
    with beside_each_other([one, two, cell, one]) as shown:
        assert {path.name: path.resolve() for path in shown.iterdir()} == {"s": one, "s~2": two, "x": cell}
    assert not shown.exists()

    def refuse(*_: object) -> None:
        raise OSError("no links")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    with pytest.raises(InputError, match="several folders are shown by links"), beside_each_other([one, two]):
        pass
