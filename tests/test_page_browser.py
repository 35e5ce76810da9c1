"""What the page of a sweep does in a real browser, opened from the disk: every view, by click and by keyboard."""

import os
import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import smooth_picture
from examples import altered
from sweep_shapes import Shape, written
from test_figures import any_sweep
from test_page import HOSTILE, data_of, measured, write_film

from experiments.drawing.page import write_page
from reconstruct import images
from reconstruct.sweeps import Sweep, SweepCell

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")),
        reason="needs chromium and chromedriver (Debian: chromium and chromium-driver)",
    ),
]
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --window-size=1440,1000"


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in [*FLAGS.split(), f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


class Reader:
    """Somebody who looks at a page."""

    def __init__(self, driver: Any, path: Path) -> None:
        self.driver, self.path = driver, path
        self.data = data_of(path)
        driver.get("about:blank")
        for log in ("browser", "performance"):  # what a browser does by itself when it starts
            driver.get_log(log)
        self.open("")

    def open(self, address: str) -> None:
        self.driver.get("about:blank")
        self.driver.get(f"{self.path.as_uri()}{address}")

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str) -> Any:
        (found,) = self.all(selector)
        return found

    def click(self, selector: str) -> None:
        self.one(selector).click()

    def view(self, name: str) -> None:
        self.click(f"#views [data-view={name}]")

    def press(self, *keys: str) -> None:
        from selenium.webdriver.common.keys import Keys

        for key in keys:
            self.driver.switch_to.active_element.send_keys(getattr(Keys, key, key))

    def choose(self, selector: str, value: str) -> None:
        from selenium.webdriver.support.ui import Select

        Select(self.one(selector)).select_by_value(value)

    def shown(self, selector: str = "#content img") -> list[int]:
        """The numbers of the pictures that are shown, each of which has arrived."""
        sources = {source: number for number, source in enumerate(self.data["sources"])}
        found = self.all(selector)
        script = "return arguments[0].decode().then(() => arguments[0].naturalWidth)"
        assert all(self.driver.execute_script(script, image) > 0 for image in found)
        return [sources[image.get_attribute("src")] for image in found]

    def origins(self) -> set[str]:
        """The places of all pictures that stay where they are when these are enlarged."""
        styles = [image.get_attribute("style") for image in self.all("#content img")]
        return {style.partition("origin: ")[2].partition(";")[0] for style in styles}

    def cell(self, **values: str) -> dict:
        """The cell with these values."""
        (found,) = [cell for cell in self.data["cells"] if all(cell["values"][k] == v for k, v in values.items())]
        return found

    def ends(self, name: str) -> None:
        """The console is empty, and nothing was asked of a network."""
        if shots := os.environ.get("RECONSTRUCT_SHOTS"):
            self.driver.save_screenshot(str(Path(shots) / f"page-{name}.png"))
        assert self.driver.get_log("browser") == []
        requests = re.findall(r'"url":"(https?:[^"]*)"', str(self.driver.get_log("performance")))
        assert requests == []


def with_pictures_of_their_own(sweep: Sweep) -> Sweep:
    with altered(*(sweep.folder / cell.folder for cell in sweep.cells)):
        for number, cell in enumerate(sweep.cells):
            images.save(smooth_picture(24, 32, 50 + number), sweep.folder / cell.folder / "result.png")
    return sweep


@pytest.fixture
def reader(browser, tmp_path, request) -> Iterator[Reader]:
    reader = Reader(browser, write_page([with_pictures_of_their_own(any_sweep(tmp_path, "table"))]))
    yield reader
    reader.ends(request.node.name)


LAYERS, SEEDS = ["[relu3_1]", "[relu4_1,relu4_2]"], ["0", "1", "2"]


def key(reader: Reader, name: str) -> str:
    return f'input[data-key="{name}"]'


def test_the_grid_has_every_cell_in_its_place_and_turns_round(reader):
    number = lambda layer, seed: reader.cell(**{"content.layers": layer, "seed": seed})["picture"]  # noqa: E731
    by_rows = [[number(layer, seed) for seed in SEEDS] for layer in LAYERS]
    assert reader.shown(".grid img") == [*by_rows[0], *by_rows[1]]
    assert reader.shown(".originals img") == [each["picture"] for each in reader.data["originals"]]
    reader.choose("#rows", "seed")
    assert reader.shown(".grid img") == [row[column] for column in range(3) for row in by_rows]
    reader.choose("#rows", "")
    assert reader.one(key(reader, "seed"))
    assert reader.shown(".grid img") == [row[0] for row in by_rows]


def test_arrow_keys_walk_through_the_grid_and_enter_opens_the_flip_book(reader):
    reader.all(".place")[0].send_keys("")
    reader.driver.execute_script("document.querySelector('.place').focus()")
    reader.press("ARROW_RIGHT", "ARROW_DOWN")
    wanted = reader.cell(**{"content.layers": LAYERS[1], "seed": "1"})
    assert reader.one("#about h2").text == wanted["label"]
    assert reader.one(".place[aria-current=true] img").get_attribute("src") == reader.data["sources"][wanted["picture"]]
    reader.press("ENTER")
    assert reader.shown() == [wanted["picture"], wanted["originals"]["content"], wanted["originals"]["style"]]
    assert reader.driver.switch_to.active_element.get_attribute("id") == "main"
    assert "view=flip" in reader.driver.current_url
    reader.driver.back()
    assert "view=grid" in reader.driver.current_url
    assert len(reader.shown(".grid img")) == 6


def test_the_page_says_what_it_is_until_a_reader_closes_it_or_an_address_says_where_to_look(reader):
    told = reader.one("#introduction")
    assert all(words in told.text for words in ("noise at first", "arXiv 1508.06576"))
    reader.click("#words summary")
    assert all(words in told.text for words in ("α/β", "layer", "error"))
    reader.view("table")
    assert not told.get_attribute("open")  # it would hide what was opened
    reader.open("#view=grid")
    assert not reader.one("#introduction").get_attribute("open")


PARTS = [
    {"representation": ["content"], "content.layers": ["[relu1_1]", "[relu2_1]", "[relu3_1]"], "seed": ["0", "1"]},
    {"representation": ["style"], "style.layers": ["[relu1_1]", "[relu4_1]"], "seed": ["1", "2"]},
    {"representation": ["both"], "ratio": ["0", "0.1", "1", "10"]},
]
WALK = """
const seen = [];
for (const key of keys) for (const { value } of key.values) {
  const slider = [...document.querySelectorAll("input[data-key]")].find((each) => each.dataset.key === key.key);
  if (!slider) continue;
  slider.value = key.values.findIndex((each) => each.value === value);
  slider.dispatchEvent(new Event("input"));
  const told = Object.fromEntries([...document.querySelectorAll("input[data-key]")].map((each) =>
    [each.dataset.key, keys.find((one) => one.key === each.dataset.key).values[each.value].value]));
  const shown = [...document.querySelectorAll(".grid [data-cell]")].map((each) => cells[each.dataset.cell]);
  const looked = state.view === "flip" ? [cells[state.cell]] : shown;
  seen.push({ key: key.key, value, told, shown: looked.map((cell) => cell.values) });
}
return seen;
"""


@pytest.mark.parametrize("view", ["grid", "flip"])
@pytest.mark.parametrize("states", [["done"], ["done", "missing", "failed"]])
def test_wherever_sliders_go_there_is_a_cell_of_their_values(browser, tmp_path, view, states):
    """Of a sweep in parts, too, whose keys have no full product."""
    sweep = written(Shape(PARTS, states, "auto", [(24, 32)]), tmp_path)
    reader = Reader(browser, write_page([sweep]))
    names = ["", *(key["key"] for key in reader.data["keys"])]
    places = [(a, b) for a in names for b in names if a != b or not a] if view == "grid" else [("", "")]
    for rows, columns in places:
        reader.open(f"#view={view}&rows={rows}&columns={columns}")
        for moved in reader.driver.execute_script(WALK):
            assert moved["told"][moved["key"]] == moved["value"]
            assert moved["shown"]
            assert all(cell[key] == value for cell in moved["shown"] for key, value in moved["told"].items())
    reader.ends("sliders")


def test_a_key_that_is_given_a_place_is_shown_with_its_values(browser, tmp_path):
    reader = Reader(browser, write_page([written(Shape(PARTS, ["done"], "auto", [(24, 32)]), tmp_path)]))
    for key in reader.data["keys"]:
        if key["key"] == "representation":
            continue  # its values have no other values in common
        reader.open("")
        reader.choose("#columns", "")
        reader.choose("#columns", key["key"])
        heads = [each.text for each in reader.all(".grid thead th")]
        assert len(heads) >= 2
        assert set(heads) <= {each["label"] for each in key["values"]}
        assert all(any(row.find_elements("css selector", ".place")) for row in reader.all(".grid tbody tr"))
    reader.ends("places")


def test_what_moves_with_a_slider_is_told(browser, tmp_path):
    reader = Reader(browser, write_page([written(Shape(PARTS, ["done"], "auto", [(24, 32)]), tmp_path)]))
    reader.open("#view=flip")
    assert reader.one("#followed").text == ""
    slider = reader.one('input[data-key="representation"]')
    reader.driver.execute_script("arguments[0].focus()", slider)
    reader.press("ARROW_RIGHT")
    assert re.fullmatch(r"Not every combination was made: .+ moved, too\.", reader.one("#followed").text)
    reader.ends("followed")


def test_the_flip_book_follows_its_sliders_and_plays(reader):
    reader.view("flip")
    slider = reader.one(key(reader, "seed"))
    slider.send_keys("")
    reader.driver.execute_script("arguments[0].focus()", slider)
    reader.press("ARROW_RIGHT")
    first, second = (reader.cell(**{"content.layers": LAYERS[0], "seed": seed}) for seed in "12")
    assert reader.shown()[0] == first["picture"]
    assert reader.driver.switch_to.active_element == slider  # it can be moved on
    reader.press("ARROW_RIGHT")
    assert reader.shown()[0] == second["picture"]
    reader.click("#play")
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(reader.driver, 10).until(lambda _: reader.shown()[0] != second["picture"])
    assert reader.one("#play").text == "Stop"
    reader.click("#play")


def test_two_pictures_are_compared_by_a_wipe_a_blink_and_their_difference(reader):
    reader.view("compare")
    one, other = (reader.cell(**{"content.layers": LAYERS[0], "seed": seed}) for seed in "02")
    assert reader.shown() == [one["picture"], one["originals"]["content"]]
    reader.choose("#compare-other", "style")
    assert reader.shown() == [one["picture"], one["originals"]["style"]]
    assert "the original of its style" in reader.one("#content p").text
    reader.choose("#compare-other", "original")
    reader.choose("#compare-other", str(reader.data["cells"].index(other)))
    assert reader.shown() == [one["picture"], other["picture"]]
    reader.driver.execute_script("arguments[0].focus()", reader.one("#wipe"))
    reader.press("END")
    assert reader.one("#top").value_of_css_property("clip-path") == "inset(0px 0px 0px 100%)"
    reader.press("HOME")
    assert reader.one("#top").value_of_css_property("clip-path") in ("inset(0px)", "inset(0px 0px 0px 0%)")
    reader.click("input[value=difference]")
    assert reader.one("#top").value_of_css_property("mix-blend-mode") == "difference"
    assert reader.one(".stage").value_of_css_property("filter") == "brightness(4)"
    reader.driver.execute_script("arguments[0].focus()", reader.one("#gain"))
    reader.press("END")
    assert reader.one(".stage").value_of_css_property("filter") == "brightness(16)"
    reader.click("input[value=blink]")
    assert reader.one(".stage").value_of_css_property("filter") == "none"
    from selenium.webdriver.support.ui import WebDriverWait

    for hidden in (True, False):
        WebDriverWait(reader.driver, 10).until(lambda _, h=hidden: reader.one("#top").is_displayed() is not h)


def test_the_edge_of_a_wipe_is_dragged_and_stays_in_the_address(reader):
    reader.view("compare")
    stage = reader.one(".stage")
    from selenium.webdriver import ActionChains

    across = stage.size["width"]
    ActionChains(reader.driver).move_to_element(stage).click_and_hold().move_by_offset(
        across // 4, 0
    ).release().perform()
    left = float(reader.one("#edge").get_attribute("style").partition("left: ")[2].partition("%")[0])
    assert left == pytest.approx(75, abs=2)
    assert reader.one("#top").value_of_css_property("clip-path") == f"inset(0px 0px 0px {left:g}%)"
    ActionChains(reader.driver).move_by_offset(-across // 8, 0).perform()  # without a button
    assert float(reader.one("#wipe").get_attribute("value")) == left
    reader.open(f"#{reader.driver.current_url.partition('#')[2]}")
    assert float(reader.one("#wipe").get_attribute("value")) == left
    assert reader.one("#top").value_of_css_property("clip-path") == f"inset(0px 0px 0px {left:g}%)"


def test_what_is_enlarged_and_how_a_table_is_sorted_stay_in_the_address(reader):
    reader.open("#view=grid")
    reader.click("#loupe")
    reader.driver.execute_script("arguments[0].focus()", reader.one("input[data-loupe=x]"))
    reader.press("HOME")
    reader.open(f"#{reader.driver.current_url.partition('#')[2]}")
    assert {each.partition("%")[0] for each in reader.origins()} == {"0"}
    reader.click("#loupe")
    reader.view("table")
    assert [each.text for each in reader.all(".all tbody th")] == [cell["label"] for cell in reader.data["cells"]]
    for _ in range(2):
        reader.all(".all thead button")[2].click()
    reader.one("#filter").send_keys("relu3")
    rows = [row.text for row in reader.all(".all tbody tr")]
    reader.open(f"#{reader.driver.current_url.partition('#')[2]}")
    assert [row.text for row in reader.all(".all tbody tr")] == rows
    assert len(rows) == 3


def test_back_returns_to_the_picture_that_was_opened(reader):
    reader.all(".place")[4].click()
    reader.driver.back()
    assert reader.driver.switch_to.active_element.get_attribute("data-cell") == "4"


def test_the_loupe_shows_the_same_place_in_all_pictures(reader):
    reader.open("#view=grid")  # without the introduction, so that all pictures are in the window
    reader.click("#loupe")
    reader.driver.execute_script("arguments[0].focus()", reader.one("input[data-loupe=x]"))
    reader.press("HOME")
    reader.driver.execute_script("arguments[0].focus()", reader.one("input[data-loupe=y]"))
    reader.press("END")
    places = {
        (i.value_of_css_property("transform"), i.value_of_css_property("image-rendering"))
        for i in reader.all("#content img")
    }
    assert places == {("matrix(4, 0, 0, 4, 0, 0)", "pixelated")}
    origins = {
        image.get_attribute("style").partition("origin: ")[2].partition(";")[0] for image in reader.all("#content img")
    }
    assert origins == {"0% 100%"}
    from selenium.webdriver import ActionChains

    ActionChains(reader.driver).move_to_element(reader.all(".shown")[3]).perform()
    (origin,) = {
        image.get_attribute("style").partition("origin: ")[2].partition(";")[0] for image in reader.all("#content img")
    }
    assert [float(part.rstrip("%")) for part in origin.split()] == pytest.approx([50, 50], abs=2)


def test_the_table_is_sorted_and_filtered(reader):
    reader.view("table")
    assert len(reader.all(".all tbody tr")) == 6
    reader.all(".all thead button")[2].click()
    order = [row.text.split()[-4] for row in reader.all(".all tbody tr")]
    reader.all(".all thead button")[2].click()
    assert [row.text.split()[-4] for row in reader.all(".all tbody tr")] == order[::-1]
    reader.one("#filter").send_keys("relu3_1")
    assert len(reader.all(".all tbody tr")) == 3
    reader.one("#filter").clear()
    reader.one("#filter").send_keys("seed relu3_1")  # each word by itself
    assert len(reader.all(".all tbody tr")) == 3
    reader.all(".all tbody button")[0].click()
    assert "view=flip" in reader.driver.current_url


def test_curves_are_marked_and_told(reader):
    reader.view("curves")
    assert len(reader.all("polyline.curve")) == 6
    reader.choose("#curve", "4")
    assert reader.one(".curve.marked").get_attribute("data-cell") == "4"
    assert reader.one("#about h2").text == reader.data["cells"][4]["label"]
    near = {int(each.get_attribute("data-cell")) for each in reader.all(".curve.near")}
    assert near == {1, 3, 5}  # of another layer and the same seed, or of the same layer and another seed


@pytest.mark.parametrize(
    ("least", "most", "told"),
    [(1e-3, 3.0, ["10⁻³", "10⁻²", "10⁻¹", "1"]), (0.012, 0.06, ["0.02", "0.05"]), (0.31, 0.36, ["0.31", "0.36"])],
)
def test_an_axis_of_curves_has_numbers_even_within_a_decade(reader, least, most, told):
    script = "return numbered(Math.log10(arguments[0]), Math.log10(arguments[1])).map(numberName)"
    assert reader.driver.execute_script(script, least, most) == told


def test_what_was_marked_stays_marked(reader):
    """In other curves, in an address that is sent, in other views, and after the browser's Back."""
    reader.view("curves")
    reader.choose("#curve", "4")
    label = reader.data["cells"][4]["label"]
    reader.driver.execute_script("set({ curve: 'loss' })")  # as another choice of what is shown does
    assert reader.one(".curve.marked").get_attribute("data-cell") == "4"
    reader.open(f"#{reader.driver.current_url.partition('#')[2]}")
    assert reader.one(".curve.marked").get_attribute("data-cell") == "4"
    for view in ("flip", "compare", "table", "grid"):
        reader.view(view)
        assert reader.one("#about h2").text == label
    reader.driver.back()
    assert reader.one("#about h2").text == label


def test_a_picture_that_was_walked_to_is_the_one_in_every_view(reader):
    reader.open("#view=grid")
    reader.driver.execute_script("document.querySelector('.place').focus()")
    reader.press("ARROW_RIGHT", "ARROW_DOWN")
    label = reader.one("#about h2").text
    for view in ("flip", "compare", "curves", "table"):
        reader.view(view)
        assert reader.one("#about h2").text == label


def test_back_returns_from_every_view_to_the_one_before(reader):
    """Also from one that marks something, and so remembers it, when it is opened."""
    views = [button.get_attribute("data-view") for button in reader.all("#views button")]
    for before in views:
        for after in views:
            if before != after:
                reader.open(f"#view={before}")
                reader.view(after)
                assert f"view={after}" in reader.driver.current_url
                reader.driver.back()
                assert f"view={before}" in reader.driver.current_url
                assert reader.one(f"[data-view={before}]").get_attribute("aria-pressed") == "true"


def test_back_returns_to_a_page_that_was_opened_without_an_address(reader):
    reader.view("table")
    reader.driver.back()
    assert reader.one("[data-view=grid]").get_attribute("aria-pressed") == "true"
    assert len(reader.shown(".grid img")) == 6


def test_the_sliders_of_the_loupe_follow_the_pointer(reader):
    from selenium.webdriver import ActionChains

    reader.open("#view=grid")
    reader.click("#loupe")
    reader.driver.execute_script("document.querySelector('input[data-loupe=x]').value = 0")
    ActionChains(reader.driver).move_to_element(reader.all(".shown")[3]).perform()
    assert float(reader.one("input[data-loupe=x]").get_attribute("value")) == pytest.approx(0.5, abs=0.03)
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(reader.driver, 5).until(lambda driver: "detail=4%2C0.5" in driver.current_url)


def test_addresses_that_a_browser_refuses_do_no_harm(reader):
    reader.driver.execute_script("history.replaceState = history.pushState = () => { throw new Error('too many'); }")
    reader.view("flip")
    slider = reader.one(key(reader, "seed"))
    reader.driver.execute_script("arguments[0].focus()", slider)
    reader.press("ARROW_RIGHT")
    assert reader.shown()[0] == reader.cell(**{"content.layers": LAYERS[0], "seed": "1"})["picture"]


def test_every_curve_has_its_name_at_its_end_and_none_covers_another(reader):
    reader.view("curves")
    named = reader.all("svg .name")
    assert sorted(each.get_attribute("data-cell") for each in named) == ["0", "1", "2", "3", "4", "5"]
    boxes = sorted((each.rect for each in named), key=lambda box: box["y"])
    for above, below in pairwise(boxes):
        assert above["y"] + above["height"] <= below["y"] + 1
    chart = reader.one("#chart").rect
    assert all(box["x"] + box["width"] <= chart["x"] + chart["width"] for box in boxes)


def test_curves_of_a_layer_are_shown_and_stay_in_the_address(browser, tmp_path):
    sweep = with_pictures_of_their_own(any_sweep(tmp_path, "pair"))
    with altered(*(tmp_path / cell.folder for cell in sweep.cells)):
        for cell in sweep.cells:
            head = "step,seconds,total,content,gradient_norm,content relu4_2\n"
            rows = "".join(f"{k},{k},{1 / (k + 1)},0,0,{0.5 / (k + 1)}\n" for k in range(30))
            (tmp_path / cell.folder / "trace.csv").write_text(head + rows)
    reader = Reader(browser, write_page([sweep]))
    reader.view("curves")
    assert "Total loss" in reader.one("#content h2").text
    reader.choose("#kind", "content relu4_2")
    assert reader.one("#content h2").text == "Relative error of content relu4_2, over steps"
    assert len(reader.all("polyline.curve")) == len(sweep.cells)
    assert {"0.02", "10⁻¹", "0.5"} <= {text.text for text in reader.all("svg text")}
    address = reader.driver.current_url.partition("#")[2]
    reader.open(f"#{address}")
    assert "relu4_2" in reader.one("#content h2").text
    reader.ends("curves-of-a-layer")


def test_a_curve_that_has_no_place_on_a_scale_of_powers_is_left_out(browser, tmp_path):
    sweep = any_sweep(tmp_path, "pair")
    with altered(*(tmp_path / cell.folder for cell in sweep.cells)):
        for cell in sweep.cells:
            head = "step,seconds,total,content,gradient_norm,content relu4_2\n"
            (tmp_path / cell.folder / "trace.csv").write_text(head + "0,0,2,2,1,0\n1,1,1,1,1,nan\n2,2,1,1,1,0\n")
    reader = Reader(browser, write_page([sweep]))
    reader.view("curves")
    assert len(reader.all("polyline.curve")) == len(sweep.cells)
    reader.choose("#kind", "content relu4_2")
    assert "No cell has a curve" in reader.one("#content").text
    reader.choose("#kind", "loss")
    assert len(reader.all("polyline.curve")) == len(sweep.cells)
    reader.ends("no-curve")


@pytest.fixture
def analysis(browser, tmp_path) -> Iterator[Reader]:
    sweep = with_pictures_of_their_own(any_sweep(tmp_path, "table"))
    measured(sweep)
    reader = Reader(browser, write_page([sweep]))
    reader.view("layers")
    yield reader
    reader.ends("layers")


def test_layers_and_claims_open_their_pictures(analysis):
    assert [each.text for each in analysis.all(".matrix tbody td")] == ["0.10", "2.0", "90", "0.40"]
    assert [each.text for each in analysis.all(".matrix td.own")] == ["0.10", "0.40"]
    assert analysis.shown("#opened img") == []
    pictures = [cell["picture"] for cell in analysis.data["cells"]]
    analysis.click("[data-opens='content relu3_1']")
    assert analysis.shown("#opened button img") == pictures[3:]
    assert analysis.shown("#opened figure img") == [analysis.data["cells"][3]["originals"]["content"]]
    analysis.all(".matrix tbody td")[0].click()
    assert analysis.shown("#opened button img") == pictures[:3]
    assert analysis.one("[data-opens='content relu1_1']").get_attribute("aria-pressed") == "true"
    analysis.driver.execute_script("document.querySelector('[data-opens^=claim]').focus()")
    analysis.press("ENTER")
    assert [each.text for each in analysis.all("#opened h3")] == ["It does not hold", "It holds", "It holds"]
    assert ["SSIM 0.85" in each.text for each in analysis.all("#opened button.place")] == [True, False, False]
    assert not any("layout" in each.text for each in analysis.all("#opened .place"))  # not what the claim is about
    assert analysis.driver.switch_to.active_element.get_attribute("id") == "opened"  # the next key leads into it
    address, seen = analysis.driver.current_url.partition("#")[2], analysis.shown("#opened button img")
    analysis.open(f"#{address}")
    assert analysis.shown("#opened button img") == seen == pictures[:3]
    analysis.all("#opened button.place")[1].click()
    assert analysis.shown()[0] == pictures[1]
    assert "view=flip" in analysis.driver.current_url


def test_what_is_opened_comes_into_sight(analysis):
    metrics = {"width": 900, "height": 320, "deviceScaleFactor": 1, "mobile": False}
    analysis.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    analysis.all(".matrix tbody td")[2].click()
    title = analysis.one("#opened h2")
    top, height = analysis.driver.execute_script(
        "return [arguments[0].getBoundingClientRect().top, innerHeight]", title
    )
    assert -1 < top < height / 2
    analysis.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_without_measures_there_is_no_view_of_layers(reader):
    assert not reader.all("[data-view=layers]")
    reader.open("#view=layers")
    assert len(reader.shown(".grid img")) == 6


def test_an_address_that_was_sent_shows_the_same(reader):
    reader.choose("#rows", "seed")
    reader.view("compare")
    reader.choose("#compare-cell", "4")
    reader.choose("#compare-other", "1")
    reader.click("input[value=difference]")
    address, seen = reader.driver.current_url.partition("#")[2], reader.shown()
    reader.open(f"#{address}")
    assert reader.shown() == seen == [reader.data["cells"][k]["picture"] for k in (4, 1)]
    assert reader.one(".stage.difference")
    reader.open("#view=nothing&rows=nowhere&cell=99&other=-1&mode=x&%3Dseed=17")
    assert len(reader.shown(".grid img")) == 6


def test_one_slider_moves_all_pictures_through_the_optimisation(browser, tmp_path):
    sweep = with_pictures_of_their_own(any_sweep(tmp_path, "pair"))
    with altered(*(tmp_path / cell.folder for cell in sweep.cells)):
        for cell in sweep.cells:
            write_film(tmp_path / cell.folder, steps=[0, 3, 40])
    reader = Reader(browser, write_page([sweep]))
    finished = [cell["picture"] for cell in reader.data["cells"]]
    assert reader.shown(".grid img") == finished
    reader.driver.execute_script("arguments[0].focus()", reader.one("#step"))
    reader.press("HOME")
    assert reader.shown(".grid img") == [cell["frames"][0] for cell in reader.data["cells"]]
    reader.press("ARROW_RIGHT")
    assert reader.shown(".grid img") == [cell["frames"][1] for cell in reader.data["cells"]]
    address = reader.driver.current_url.partition("#")[2]
    reader.view("flip")
    assert reader.shown()[0] == reader.data["cells"][0]["frames"][1]
    reader.open(f"#{address}")
    assert reader.shown(".grid img") == [cell["frames"][1] for cell in reader.data["cells"]]
    reader.driver.execute_script("arguments[0].focus()", reader.one("#step"))
    reader.press("END")
    assert reader.shown(".grid img") == finished
    reader.ends("film")


def test_what_stands_beside_a_picture(reader):
    reader.view("flip")
    cell = reader.data["cells"][0]
    said = reader.one("#about").text
    assert cell["sentence"] in said
    assert cell["command"] in said
    for number in ("content error", "style error", "computed in"):
        assert number in said
    reader.driver.execute_script("navigator.clipboard.writeText = async () => {}")
    reader.click(".command button")
    assert reader.one(".said").text == "✓ copied"


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_window(browser, tmp_path, width):
    sweep = any_sweep(tmp_path, "fig3")
    measured(sweep)
    reader = Reader(browser, write_page([sweep]))
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    reader.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    for view in ("grid", "flip", "compare", "table", "curves", "layers"):
        reader.view(view)
        assert reader.driver.execute_script("return document.documentElement.scrollWidth") <= width
    reader.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.filterwarnings("default")  # the checker's own
def test_an_accessibility_check_finds_nothing(browser, tmp_path, scheme):
    from axe_selenium_python import Axe

    media = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    sweep = any_sweep(tmp_path, "fig3")
    shutil.rmtree(tmp_path / sweep.cells[3].folder)
    measured(sweep)
    reader = Reader(browser, write_page([sweep]))
    for view in ("grid", "flip", "compare", "table", "curves", "layers"):
        reader.view(view)
        for opener in reader.all("[data-opens]")[:1]:
            opener.click()
        check = Axe(browser)
        check.inject()
        assert check.run()["violations"] == []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_hostile_names_are_only_text(browser, tmp_path):
    from dataclasses import replace

    from examples import CONFIG, example

    cells = [SweepCell(str(k), {"content.picture": HOSTILE + str(k)}, HOSTILE) for k in range(2)]
    for cell in cells:
        (tmp_path / cell.folder).mkdir()
        images.save(smooth_picture(24, 32), tmp_path / cell.folder / "result.png")
        pictures = {"content": {"name": HOSTILE, "title": HOSTILE, "credit": HOSTILE}}
        made = replace(
            example(), pictures=pictures, overrides=[f"content.picture={HOSTILE}"], config=CONFIG, note=HOSTILE
        )
        made.write(tmp_path / cell.folder)
    reader = Reader(browser, write_page([Sweep(tmp_path, "auto", cells, HOSTILE)], HOSTILE))
    for view in ("grid", "flip", "compare", "table", "curves"):
        reader.view(view)
        assert reader.driver.title == HOSTILE
        assert len(reader.all("script")) == 2
        assert all(image.get_attribute("src").startswith("data:") for image in reader.all("img"))
    reader.view("flip")
    assert HOSTILE in reader.one("#about").text
    reader.ends("hostile")


def test_a_page_that_is_drawn_again_keeps_the_readers_view(browser, tmp_path):
    sweep = with_pictures_of_their_own(any_sweep(tmp_path, "table"))
    kept = tmp_path / "kept"
    missing = [cell.folder for cell in sweep.cells[3:]]
    kept.mkdir()
    for folder in missing:
        shutil.move(tmp_path / folder, kept / folder)
    reader = Reader(browser, write_page([sweep]))
    assert len(reader.shown(".grid img")) == 3
    assert len(reader.all(".none")) == 3
    reader.choose("#rows", "seed")
    reader.view("flip")
    reader.driver.execute_script("arguments[0].focus()", reader.one(key(reader, "seed")))
    reader.press("ARROW_RIGHT")
    seen = reader.one("#about h2").text
    for folder in missing:
        shutil.move(kept / folder, tmp_path / folder)
    write_page([sweep])
    reader.driver.refresh()
    assert reader.one("#about h2").text == seen
    reader.view("grid")
    reader.data = data_of(reader.path)
    assert len(reader.shown(".grid img")) == 6
    assert [row.text for row in reader.all(".grid tbody th")] == ["0", "1", "2"]
    reader.ends("drawn-again")


def test_on_paper_there_are_pictures_and_words_but_no_controls(browser, tmp_path):
    reader = Reader(browser, write_page([with_pictures_of_their_own(any_sweep(tmp_path, "table"))]))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not reader.one("nav").is_displayed()
    assert not reader.one(".controls").is_displayed()
    assert all(place.is_displayed() for place in reader.all(".place img"))
    assert "content" in reader.one("#about").text
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
