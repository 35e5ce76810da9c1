"""What one sees in TensorBoard, in a real browser, of a real sweep: `experiment=fig1`, small and short.

Needs Debian's chromium and chromium-driver.
"""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from selenium.webdriver.support.ui import WebDriverWait
from support.chromium import NEEDED, chromium

pytestmark = [pytest.mark.browser, pytest.mark.real, NEEDED]

PATIENCE = 60  # seconds
# The texts, or an attribute, of elements that are shown; both may be within other elements' shadows.
SEEN = """
const [selector, attribute] = arguments;
const found = [];
const search = root => root.querySelectorAll("*").forEach(element => {
  if (element.matches(selector) && element.getClientRects().length) found.push(element);
  if (element.shadowRoot) search(element.shadowRoot);
});
const text = node =>
  node.nodeType === Node.TEXT_NODE ? node.textContent.trim()
  : ["STYLE", "SCRIPT", "TEMPLATE"].includes(node.tagName) ? ""
  : node.tagName === "SLOT" ? node.assignedNodes().map(text).join(" ")
  : [...(node.shadowRoot || node).childNodes].map(text).filter(words => words).join(" ");
search(document);
return found.map(element => attribute ? element[attribute] : text(element));
"""


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten cells, of which content and style have different settings; made once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "browser"
    folder.mkdir(exist_ok=True)
    small = ["experiment=fig1", "size=64", "steps=8", "film=true"]
    command = [sys.executable, "-m", "experiments.reconstruct", *small]
    with FileLock(folder / "lock"):  # what is finished is not made again
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=HERE)
    assert done.returncode == 0, done.stderr
    return folder / "runs/fig1"


HERE = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.fixture(scope="module")
def address(sweep: Path) -> Iterator[str]:
    """Of `reconstruct-board`, once it has read everything."""
    command = [sys.executable, "-m", "experiments.board", str(sweep)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=HERE) as board:
        address = re.search(r"http://\S+/", board.stdout.readline())[0]
        _wait_for(lambda: _get(f"{address}data/runs").count("depth=") == 10)
        yield address
        board.send_signal(signal.SIGINT)


def _get(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return answer.read().decode()


def _wait_for(holds: Callable[[], bool]) -> None:
    WebDriverWait(None, PATIENCE, 1).until(lambda _: holds())


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium(tmp_path_factory.mktemp("chromium"), 1600, 1400) as driver:
        yield driver


@pytest.fixture
def tab(driver: Any, address: str) -> Iterator[Callable[..., list[Any]]]:
    """Opens a tab, where it is not open, and waits for so many elements; their texts, or an attribute of them."""
    opened: list[str] = []

    def seen(name: str, selector: str, count: int | None = None, attribute: str = "") -> list[Any]:
        if name not in opened:
            driver.get("about:blank")
            driver.get(f"{address}?smoothing=0#{name}")
            opened.append(name)
        if count is not None:
            _wait_for(lambda: len(driver.execute_script(SEEN, selector, attribute)) == count)
        return driver.execute_script(SEEN, selector, attribute)

    yield seen
    time.sleep(2)  # curves are drawn
    assert not [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]


def test_time_series_are_grouped_by_what_one_compares(tab):
    groups = [text.split()[0] for text in tab("timeseries", "metrics-card-group-toolbar", 6)]
    assert groups == ["figure", "fit", "loss", "optimisation", "pictures", "relative_error_log10"]
    runs = tab("timeseries", "runs-data-table tb-data-table-content-row", 11)
    assert [sum(name in run for run in runs) for name in ("content,depth=", "style,depth=", "figure")] == [5, 5, 1]


def test_images_are_one_card_a_cell_and_one_for_the_figure(tab):
    cards = tab("images", "tf-image-loader", 11)
    _wait_for(lambda: sorted(tab("images", "img", None, "naturalWidth")) == [64 + 8 + 64] * 10 + [1400])
    assert [sum(name in card for card in cards) for name in ("figure", "step 8")] == [1, 10]


def test_custom_scalars_have_one_chart_a_question(tab):
    chart = "tf-custom-scalar-multi-line-chart-card"
    assert [text.split("?")[0] for text in tab("custom_scalars", chart, 5)] == [
        "How far are its features from the original's", "How far are its correlations", "Does the loss still fall",
        "How steep is it still", "How many steps a second",
    ]  # fmt: skip
    wanted = [5, 1 + 2 + 3 + 4 + 5, 10, 10, 10]

    def lines() -> list[int]:
        return [int(re.search(r"Matches \(?(\d+)", text)[1]) for text in tab("custom_scalars", chart)]

    _wait_for(lambda: lines() == wanted)  # the page asks for one line after the other


def test_texts_tell_the_command_credits_and_all_settings(tab):
    categories = tab("text", "tf-category-paginated-view", 8)
    said = "\n".join([*categories, *tab("text", "tf-markdown-view")])
    command = "reconstruct.py experiment=fig1 size=64 steps=8 film=true"
    for words in (command, "caption", "command", "computed", "credits", "in all cells", "layers", "settings"):
        assert words in said


def test_hparams_have_one_row_a_cell_though_cells_have_different_settings(tab):
    cell = "vaadin-grid-cell-content"
    _wait_for(lambda: sum(",depth=" in text for text in tab("hparams", cell)) == 10)
    assert set(map(str.strip, tab("hparams", cell))) >= {
        "Trial ID", "content.layers", "depth", "representation", "style.layers",
        "fit/content_error", "fit/psnr", "fit/style_error", "loss/content", "loss/style",
        "relu1_1", "relu5_1", "relu1_1 relu2_1", "content", "style",
    }  # fmt: skip
