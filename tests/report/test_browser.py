"""What one sees in TensorBoard, in a real browser, of a real sweep: `experiment=fig1`, small and short.

Needs Debian's chromium and chromium-driver. `RECONSTRUCT_SHOTS=FOLDER` keeps a picture of every tab.
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
from support.chromium import NEEDED, chromium, photographed

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


class Page:
    """A tab of TensorBoard in a browser."""

    def __init__(self, driver: Any, address: str, tab: str) -> None:
        self._driver = driver
        driver.get("about:blank")
        driver.get(f"{address}?smoothing=0#{tab}")

    def seen(self, selector: str, attribute: str = "") -> list[Any]:
        """The text, or that attribute, of every element that is shown."""
        return self._driver.execute_script(SEEN, selector, attribute)

    def wait(self, selector: str, count: int) -> list[str]:
        """The texts of so many elements, as soon as all are there."""
        _wait_for(lambda: len(self.seen(selector)) == count)
        return self.seen(selector)

    def ends(self, name: str) -> None:
        """The console has no error; a picture is kept where it is wanted."""
        time.sleep(2)  # curves are drawn
        photographed(self._driver, name)
        errors = [entry for entry in self._driver.get_log("browser") if entry["level"] == "SEVERE"]
        assert not errors


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium(tmp_path_factory.mktemp("chromium"), 1600, 1400) as driver:
        yield driver


@pytest.fixture
def page(driver: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The tab that the test is about."""
    page = Page(driver, address, request.param)
    yield page
    page.ends(request.param)


def tab(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", [name], indirect=True)


@tab("timeseries")
def test_time_series_are_grouped_by_what_one_compares(page):
    groups = [text.split()[0] for text in page.wait("metrics-card-group-toolbar", 6)]
    assert groups == ["figure", "fit", "loss", "optimisation", "pictures", "relative_error_log10"]
    runs = page.wait("runs-data-table tb-data-table-content-row", 11)
    assert sum("content,depth=" in run for run in runs) == 5
    assert sum("style,depth=" in run for run in runs) == 5
    assert sum("figure" in run for run in runs) == 1


@tab("images")
def test_images_are_one_card_a_cell_and_one_for_the_figure(page):
    page.wait("tf-image-loader", 11)
    _wait_for(lambda: sorted(page.seen("img", "naturalWidth")) == [64 + 8 + 64] * 10 + [1400])
    cards = page.seen("tf-image-loader")
    assert sum("figure" in card for card in cards) == 1
    assert sum("step 8" in card for card in cards) == 10


@tab("custom_scalars")
def test_custom_scalars_have_one_chart_a_question(page):
    charts = page.wait("tf-custom-scalar-multi-line-chart-card", 5)
    assert [text.split("?")[0] for text in charts] == [
        "How far are its features from the original's", "How far are its correlations", "Does the loss still fall",
        "How steep is it still", "How many steps a second",
    ]  # fmt: skip
    wanted = [5, 1 + 2 + 3 + 4 + 5, 10, 10, 10]

    def lines() -> list[int]:
        texts = page.seen("tf-custom-scalar-multi-line-chart-card")
        return [int(re.search(r"Matches \(?(\d+)", text)[1]) for text in texts]

    _wait_for(lambda: lines() == wanted)  # the page asks for one line after the other


@tab("text")
def test_texts_tell_the_command_credits_and_all_settings(page):
    categories = page.wait("tf-category-paginated-view", 7)
    said = "\n".join([*categories, *page.seen("tf-markdown-view")])
    assert "reconstruct.py experiment=fig1 size=64 steps=8 film=true" in said
    for words in ("caption", "command", "computed", "credits", "in all cells", "settings"):
        assert words in said


@tab("hparams")
def test_hparams_have_one_row_a_cell_though_cells_have_different_settings(page):
    _wait_for(lambda: sum(",depth=" in text for text in page.seen("vaadin-grid-cell-content")) == 10)
    cells = [text.strip() for text in page.seen("vaadin-grid-cell-content") if text.strip()]
    columns = [
        "Trial ID", "content.layers", "depth", "representation", "style.layers",
        "fit/content_error", "fit/psnr", "fit/style_error", "loss/content", "loss/style",
    ]  # fmt: skip
    assert [column for column in columns if column not in cells] == []
    assert {"relu1_1", "relu5_1", "relu1_1 relu2_1", "content", "style"} <= set(cells)
