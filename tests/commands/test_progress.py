"""The bars of a cell and of a sweep where a user meets them: on a terminal, in a log file, in a notebook."""

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

SHOWN = """
import time
from types import SimpleNamespace
from experiments.terminal import progress

progress.LOG_EVERY = 0.2
bars = progress.Bars("depth=3", 5, 0)
for number in range(5):
    bars(SimpleNamespace(number=number, total=1 / (number + 1), seconds=number * 0.1))
    time.sleep(0.15)
progress.say("a line above the bar")
bars.close()
"""
HERE = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm", "COLUMNS": "80"}


def test_a_log_file_gets_plain_lines_and_no_carriage_return(tmp_path):
    with (tmp_path / "log").open("wb") as log:
        subprocess.run([sys.executable, "-c", SHOWN], stdout=log, stderr=log, check=True, env=HERE)
    said = (tmp_path / "log").read_bytes().decode()
    assert not {"\r", "\x1b", "█"} & set(said)
    lines = said.splitlines()
    assert all(line.startswith("depth=3: step ") for line in lines[:-1])
    assert "loss 0.333" in said
    assert lines[-1] == "a line above the bar"


def test_a_terminal_gets_a_bar_that_moves_and_goes(tmp_path):
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with subprocess.Popen([sys.executable, "-c", SHOWN], stdout=theirs, stderr=theirs, env=HERE) as process:
        os.close(theirs)
        said = _all_of(ours)
    os.close(ours)
    assert process.returncode == 0
    assert "\rdepth=3: 100%|" in said
    assert "loss 0.2" in said
    assert "a line above the bar\r\n" in said
    assert said.rsplit("\r", 2)[1].strip() == ""  # wiped out in the end


def _all_of(terminal: int) -> str:
    said = b""
    while True:
        try:
            said += os.read(terminal, 1 << 16)
        except OSError:  # the other end is closed
            return said.decode()


def test_a_notebook_gets_a_bar_and_no_warning(monkeypatch):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    monkeypatch.setenv("PYTHONPATH", HERE["PYTHONPATH"])
    cell = nbformat.v4.new_code_cell(SHOWN)
    nbclient.NotebookClient(nbformat.v4.new_notebook(cells=[cell]), timeout=60).execute()
    outputs = [output for output in cell.outputs if output.output_type == "stream"]
    widgets = [
        output for output in cell.outputs if "application/vnd.jupyter.widget-view+json" in output.get("data", {})
    ]
    said = "".join(output.text for output in outputs)
    assert "arning" not in said
    assert widgets or "\rdepth=3: 100%|" in said
    assert "a line above the bar" in said
