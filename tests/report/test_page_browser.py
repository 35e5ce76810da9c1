"""What the page of a sweep does in a real browser, opened from the disk: every view, by click and by keyboard."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_selenium_python import Axe
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from support.chromium import NEEDED, chromium
from support.pages import data_of, measured, with_pictures_of_their_own, write_film
from support.records import CONFIG, altered, example
from support.shapes import Shape, written
from support.sweeps import any_sweep
from support.tiny import smooth_picture

from reconstruct import images
from reconstruct.report.page.document import write_page
from reconstruct.runs.results import Result
from reconstruct.runs.sweeps import Sweep, SweepCell

pytestmark = [pytest.mark.browser, NEEDED]
HOSTILE = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>&amp;"
VIEWS = ("grid", "flip", "compare", "table", "curves", "layers")


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Any]:
    with chromium(tmp_path_factory.mktemp("chromium"), 1440, 1000) as driver:
        yield driver


class Reader:
    """Somebody who looks at a page."""

    def __init__(self, driver: Any, path: Path) -> None:
        self.driver, self.path = driver, path
        self.data = data_of(path)
        self.cells = self.data["cells"]
        driver.get("about:blank")
        for log in ("browser", "performance"):  # what a browser does by itself when it starts
            driver.get_log(log)
        self.open("")

    def open(self, address: str) -> None:
        self.driver.get("about:blank")
        self.driver.get(f"{self.path.as_uri()}{address}")

    def open_again(self) -> None:
        """As somebody else does to whom the address is sent."""
        self.open(f"#{self.driver.current_url.partition('#')[2]}")

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str) -> Any:
        (found,) = self.all(selector)
        return found

    def texts(self, selector: str) -> list[str]:
        return [each.text for each in self.all(selector)]

    def click(self, selector: str) -> None:
        self.one(selector).click()

    def view(self, name: str) -> None:
        self.click(f"#views [data-view={name}]")

    def press(self, selector: str, *keys: str) -> None:
        """Keys on the first of such elements; the one with the focus if it is empty."""
        if selector:
            self.driver.execute_script("arguments[0].focus()", self.all(selector)[0])
        for key in keys:
            self.driver.switch_to.active_element.send_keys(getattr(Keys, key))

    def choose(self, selector: str, value: str) -> None:
        Select(self.one(selector)).select_by_value(value)

    def wait(self, holds: Callable[[], bool]) -> None:
        WebDriverWait(self.driver, 10).until(lambda _: holds())

    def style(self, selector: str, name: str) -> str:
        """The value of a property that all such elements have."""
        (found,) = {each.value_of_css_property(name) for each in self.all(selector)}
        return found

    def shown(self, selector: str = "#content img") -> list[int]:
        """The numbers of the pictures that are shown, each of which has arrived."""
        sources = {source: number for number, source in enumerate(self.data["sources"])}
        script = (
            "const found = [...document.querySelectorAll(arguments[0])];"
            "return Promise.all(found.map((each) => each.decode().then(() => [each.src, each.naturalWidth])));"
        )
        found = self.driver.execute_script(script, selector)
        assert all(width > 0 for _, width in found)
        return [sources[source] for source, _ in found]

    def marked(self) -> str:
        """What the words beside the pictures are about."""
        return self.one("#about h2").text

    def ends(self) -> None:
        """The console is empty, and nothing was asked of a network."""
        assert self.driver.get_log("browser") == []
        assert re.findall(r'"url":"(https?:[^"]*)"', str(self.driver.get_log("performance"))) == []


@pytest.fixture
def opened(browser) -> Iterator[Callable[[Path], Reader]]:
    """Opens a page, whose console stays empty."""
    readers: list[Reader] = []

    def open_page(path: Path) -> Reader:
        readers.append(Reader(browser, path))
        return readers[-1]

    yield open_page
    readers[-1].ends()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    """Of a sweep of 2 layers × 3 seeds, whose cells have curves of a layer and films, and which was measured."""
    sweep = with_pictures_of_their_own(any_sweep(tmp_path_factory.mktemp("sweep"), "table"))
    rows = "".join(f"{k},{k},{1 / (k + 1)},0,0,{0.5 / (k + 1)}\n" for k in range(30))
    with altered(*(sweep.folder / cell.folder for cell in sweep.cells)):
        for cell in sweep.cells:
            head = "step,seconds,total,content,gradient_norm,content relu4_2\n"
            (sweep.folder / cell.folder / "trace.csv").write_text(head + rows)
            write_film(sweep.folder / cell.folder, steps=[0, 3, 40])
    for cell in sweep.cells:
        made = Result.read(sweep.folder / cell.folder)
        replace(made, layer_table=[["layer", "stride"], ["conv4_2", "8"], ["relu4_2", "8"]]).write(
            sweep.folder / cell.folder
        )
    measured(sweep)
    return write_page([sweep])


@pytest.fixture
def reader(opened, page) -> Reader:
    return opened(page)


PARTS = [
    {"representation": ["content"], "content.layers": ["[relu1_1]", "[relu2_1]", "[relu3_1]"], "seed": ["0", "1"]},
    {"representation": ["style"], "style.layers": ["[relu1_1]", "[relu4_1]"], "seed": ["1", "2"]},
    {"representation": ["both"], "ratio": ["0", "0.1", "1", "10"]},
]


@pytest.fixture(scope="module")
def page_in_parts(tmp_path_factory) -> Path:
    """Of a sweep whose keys have no full product, of which two of three cells have no picture, and no measures."""
    shape = Shape(PARTS, ["done", "missing", "failed"], "auto", [(24, 32)])
    return write_page([written(shape, tmp_path_factory.mktemp("parts"))])


@pytest.fixture
def parts(opened, page_in_parts) -> Reader:
    return opened(page_in_parts)


def at(layer: int, seed: int) -> int:
    """The number of a cell of `reader`."""
    return 3 * layer + seed


SEED = "input[data-key=seed]"


def test_the_grid_has_every_cell_in_its_place_and_turns_round(reader):
    pictures = [cell["picture"] for cell in reader.cells]
    assert reader.shown(".grid img") == pictures
    assert reader.shown(".originals img") == [each["picture"] for each in reader.data["originals"]]
    reader.choose("#rows", "seed")
    assert reader.shown(".grid img") == [pictures[at(layer, seed)] for seed in range(3) for layer in range(2)]
    reader.choose("#rows", "")
    assert reader.one(SEED)
    assert reader.shown(".grid img") == [pictures[at(0, 0)], pictures[at(1, 0)]]


def test_arrow_keys_walk_through_the_grid_and_enter_opens_the_flip_book(reader):
    """The picture that was walked to is the one in every view."""
    reader.open("#view=grid")
    reader.press(".place", "ARROW_RIGHT", "ARROW_DOWN")
    wanted = reader.cells[at(1, 1)]
    assert reader.marked() == wanted["label"]
    assert reader.shown(".place[aria-current=true] img") == [wanted["picture"]]
    reader.press("", "ENTER")
    assert reader.shown() == [wanted["picture"], wanted["originals"]["content"], wanted["originals"]["style"]]
    assert reader.one("#main:focus")
    reader.driver.back()
    assert "view=grid" in reader.driver.current_url
    assert reader.one(f"[data-cell='{at(1, 1)}']:focus")
    for view in ("flip", "compare", "curves", "table"):
        reader.view(view)
        assert reader.marked() == wanted["label"]


def test_the_page_says_what_it_is_until_a_reader_closes_it_or_an_address_says_where_to_look(reader):
    said = reader.one("#introduction")
    assert all(words in said.text for words in ("noise at first", "arXiv 1508.06576"))
    reader.click("#words summary")
    assert all(words in said.text for words in ("α/β", "layer", "error"))
    reader.view("table")
    assert not said.get_attribute("open")  # it would hide what was opened
    reader.open("#view=grid")
    assert not reader.one("#introduction").get_attribute("open")


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


def test_wherever_sliders_go_there_is_a_cell_of_their_values(parts):
    names = ["", *(key["key"] for key in parts.data["keys"])]
    places = [("grid", a, b) for a in names for b in names if a != b or not a]
    for view, rows, columns in [("flip", "", ""), *places]:
        parts.open(f"#view={view}&rows={rows}&columns={columns}")
        for moved in parts.driver.execute_script(WALK):
            assert moved["told"][moved["key"]] == moved["value"]
            assert moved["shown"]
            assert all(cell[key] == value for cell in moved["shown"] for key, value in moved["told"].items())


def test_a_key_that_is_given_a_place_is_shown_with_its_values(parts):
    for key in parts.data["keys"]:
        if key["key"] == "representation":
            continue  # its values have no other values in common
        parts.open("")
        parts.choose("#columns", "")
        parts.choose("#columns", key["key"])
        heads = parts.texts(".grid thead th")
        assert len(heads) >= 2
        assert set(heads) <= {each["label"] for each in key["values"]}
        assert len(parts.all(".grid tbody tr:has(.place)")) == len(parts.all(".grid tbody tr"))


def test_a_slider_that_moves_with_another_is_named(parts):
    parts.open("#view=flip")
    assert parts.one("#followed").text == ""
    parts.press('input[data-key="representation"]', "ARROW_RIGHT")
    said = parts.one("#followed").text
    assert re.fullmatch(r"This combination was not computed; .+ (was|were) changed to match\.", said)


def test_without_measures_there_is_no_view_of_layers(parts):
    assert not parts.all("[data-view=layers]")
    parts.open("#view=layers")
    assert parts.shown(".grid img")


def test_the_flip_book_follows_its_sliders_and_plays(reader):
    """Though the browser may refuse to remember so many addresses."""
    reader.driver.execute_script("history.replaceState = history.pushState = () => { throw new Error('too many'); }")
    reader.view("flip")
    reader.press(SEED, "ARROW_RIGHT")
    assert reader.shown()[0] == reader.cells[at(0, 1)]["picture"]
    reader.press("", "ARROW_RIGHT")  # it can be moved on
    before = reader.cells[at(0, 2)]["picture"]
    assert reader.shown()[0] == before
    reader.click("#play")
    reader.wait(lambda: reader.shown()[0] != before)
    assert reader.one("#play").text == "Stop"
    reader.click("#play")


def test_two_pictures_are_compared_by_a_wipe_a_blink_and_their_difference(reader):
    reader.view("compare")
    one, other = reader.cells[at(0, 0)], reader.cells[at(0, 2)]
    assert reader.shown() == [one["picture"], one["originals"]["content"]]
    reader.choose("#compare-other", "style")
    assert reader.shown() == [one["picture"], one["originals"]["style"]]
    assert "its style's original" in reader.one("#content p").text
    reader.choose("#compare-other", str(at(0, 2)))
    assert reader.shown() == [one["picture"], other["picture"]]
    reader.press("[data-adjusts=wipe]", "END")
    assert reader.style("#top", "clip-path") == "inset(0px 0px 0px 100%)"
    reader.press("[data-adjusts=wipe]", "HOME")
    assert reader.style("#top", "clip-path") in ("inset(0px)", "inset(0px 0px 0px 0%)")
    reader.choose("#mode", "difference")
    assert reader.style("#top", "mix-blend-mode") == "difference"
    assert reader.style(".stage", "filter") == "brightness(4)"
    reader.open_again()
    assert reader.shown() == [one["picture"], other["picture"]]
    reader.press("[data-adjusts=gain]", "END")
    assert reader.style(".stage", "filter") == "brightness(16)"
    reader.choose("#mode", "blink")
    assert reader.style(".stage", "filter") == "none"
    for visible in ("hidden", "visible"):
        reader.wait(lambda v=visible: reader.style("#top", "visibility") == v)


def test_the_edge_of_a_wipe_is_dragged_and_stays_in_the_address(reader):
    reader.view("compare")
    stage = reader.one(".stage")
    drag = ActionChains(reader.driver).move_to_element(stage).click_and_hold()
    drag.move_by_offset(stage.size["width"] // 4, 0).release().perform()
    left = float(reader.one("[data-adjusts=wipe]").get_attribute("value"))
    assert left == pytest.approx(75, abs=2)
    ActionChains(reader.driver).move_by_offset(-stage.size["width"] // 8, 0).perform()  # without a button
    reader.open_again()
    assert float(reader.one("[data-adjusts=wipe]").get_attribute("value")) == left
    assert reader.style("#top", "clip-path") == f"inset(0px 0px 0px {left:g}%)"


def test_the_same_place_of_all_pictures_is_enlarged_by_sliders_and_by_the_pointer_and_stays_in_the_address(reader):
    reader.open("#view=grid")  # without the introduction, so that all pictures are in the window
    reader.press("[data-adjusts=zoom]", *["ARROW_RIGHT"] * 3)
    reader.press("[data-adjusts=x]", "HOME")
    reader.press("[data-adjusts=y]", "END")
    assert reader.style("#content img", "transform") == "matrix(4, 0, 0, 4, 0, 0)"
    assert reader.style("#content img", "image-rendering") == "pixelated"
    place = reader.all("#content .grid img")[0]
    height = reader.driver.execute_script("return arguments[0].clientHeight", place)
    assert place.value_of_css_property("transform-origin") == f"0px {height}px"
    ActionChains(reader.driver).move_to_element(reader.all(".shown")[3]).perform()
    middle = [float(reader.one(f"[data-adjusts={name}]").get_attribute("value")) for name in "xy"]
    assert middle == pytest.approx([0.5, 0.5], abs=0.03)
    ActionChains(reader.driver).move_to_element(reader.one("h1")).perform()
    places = [reader.one(f"[data-adjusts={name}]").get_attribute("value") for name in "xy"]
    reader.open_again()
    assert [reader.one(f"[data-adjusts={name}]").get_attribute("value") for name in "xy"] == places
    assert reader.style("#content img", "transform") == "matrix(4, 0, 0, 4, 0, 0)"


def test_the_table_is_sorted_and_filtered_and_that_stays_in_the_address(reader):
    reader.view("table")
    labels = [cell["label"] for cell in reader.cells]
    assert reader.texts(".all tbody th") == labels
    seeds = [at(layer, seed) for seed in range(3) for layer in range(2)]
    for order in (seeds, seeds[::-1]):
        reader.all(".all thead button")[2].click()
        assert reader.texts(".all tbody th") == [labels[k] for k in order]
    reader.one("#filter").send_keys("seed relu3_1")  # each word by itself
    rows = reader.texts(".all tbody tr")
    assert len(rows) == 3
    reader.open_again()
    assert reader.texts(".all tbody tr") == rows
    reader.all(".all tbody button")[0].click()
    assert "view=flip" in reader.driver.current_url


def test_a_curve_that_is_marked_is_told_and_stays_marked(reader):
    """In other curves, in an address that is sent, in other views, and after the browser's Back."""
    reader.view("curves")
    assert len(reader.all("polyline.curve")) == 6
    reader.choose("#curve", "4")
    label = reader.cells[4]["label"]
    near = {int(each.get_attribute("data-cell")) for each in reader.all(".curve.near")}
    assert near == {1, 3, 5}  # of another layer and the same seed, or of the same layer and another seed
    for again in (lambda: reader.choose("#kind", "content relu4_2"), reader.open_again):
        again()
        assert reader.one(".curve[aria-current=true]").get_attribute("data-cell") == "4"
        assert reader.marked() == label
    for view in ("flip", "compare", "table", "grid"):
        reader.view(view)
        assert reader.marked() == label
    reader.driver.back()
    assert reader.marked() == label


def test_every_curve_has_its_name_at_its_end_and_none_covers_another(reader):
    reader.view("curves")
    named = reader.all("svg .name")
    assert sorted(each.get_attribute("data-cell") for each in named) == ["0", "1", "2", "3", "4", "5"]
    boxes = sorted((each.rect for each in named), key=lambda box: box["y"])
    for above, below in pairwise(boxes):
        assert above["y"] + above["height"] <= below["y"] + 1
    chart = reader.one("#chart").rect
    assert all(box["x"] + box["width"] <= chart["x"] + chart["width"] for box in boxes)


def test_curves_of_a_layer_are_shown_in_percent_and_those_without_a_place_on_a_logarithmic_scale_left_out(reader):
    reader.view("curves")
    assert reader.one("#content h2").text == "Total loss, over steps"
    reader.choose("#kind", "content relu4_2")
    for again in (lambda: None, reader.open_again):
        again()
        assert reader.one("#content h2").text == "Relative error of content relu4_2 in %, over steps"
        assert len(reader.all("polyline.curve")) == 6
        assert {"2", "10", "50"} <= set(reader.texts("svg text"))
    zeros = "for (const cell of cells) cell.curves.values['content relu4_2'].fill(null).fill(0, 0, 9); refresh();"
    reader.driver.execute_script(zeros)
    assert "No cell has a curve" in reader.one("#content").text
    numbered = "return numbered(Math.log10(arguments[0]), Math.log10(arguments[1])).map(numberName)"
    wanted = {(1e-3, 3): ["0.001", "0.01", "0.1", "1"], (0.012, 0.06): ["0.02", "0.05"], (0.31, 0.36): ["0.31", "0.36"]}
    for ends, told in wanted.items():  # even within a decade
        assert reader.driver.execute_script(numbered, *ends) == told


def test_back_returns_from_every_view_to_the_one_before(reader):
    """Also from one that marks something, and so remembers it, when it is opened; and to a page without an address."""
    reader.view("table")
    reader.driver.back()
    assert reader.one("[data-view=grid]").get_attribute("aria-pressed") == "true"
    for before, after in pairwise([*VIEWS, *reversed(VIEWS[:-1])]):
        reader.open(f"#view={before}")
        reader.view(after)
        assert f"view={after}" in reader.driver.current_url
        reader.driver.back()
        assert f"view={before}" in reader.driver.current_url
        assert reader.one(f"[data-view={before}]").get_attribute("aria-pressed") == "true"


def test_layers_and_claims_open_their_pictures(reader):
    opened = "#content details[open] img"
    reader.view("layers")
    assert reader.texts(".matrix td.own") == ["0.10", "0.40"]
    assert reader.shown(opened) == []
    pictures, original = [cell["picture"] for cell in reader.cells], reader.cells[3]["originals"]["content"]
    reader.click("[data-opens='content relu3_1'] summary")
    assert reader.shown(opened) == [*pictures[3:], original]
    reader.press("[data-opens=pixels] summary", "ENTER")
    assert reader.texts("[open] h3") == ["It does not hold", "It holds", "It holds"]
    assert not any("layout" in each for each in reader.texts("[open] .place"))  # not what the claim is about
    seen = reader.shown("[open] button img")
    assert seen == pictures[:3]  # what was open is closed
    reader.wait(lambda: "opened=pixels" in reader.driver.current_url)
    reader.open_again()
    assert reader.shown("[open] button img") == seen
    reader.all("[open] button.place")[1].click()
    assert reader.shown()[0] == pictures[1]
    assert "view=flip" in reader.driver.current_url


def test_an_address_that_says_nonsense_does_no_harm(reader):
    reader.open("#view=nothing&rows=nowhere&cell=99&other=-1&mode=x&zoom=nan&sort=x&opened=toString&%3Dseed=17")
    assert len(reader.shown(".grid img")) == 6


def test_one_slider_moves_all_pictures_through_the_optimisation(reader):
    finished = [cell["picture"] for cell in reader.cells]
    reader.press("#step", "HOME")
    assert reader.shown(".grid img") == [cell["frames"][0] for cell in reader.cells]
    reader.press("#step", "ARROW_RIGHT")
    for again in (lambda: None, reader.open_again):
        again()
        assert reader.shown(".grid img") == [cell["frames"][1] for cell in reader.cells]
    reader.view("flip")
    assert reader.shown()[0] == reader.cells[0]["frames"][1]
    reader.view("grid")
    reader.press("#step", "END")
    assert reader.shown(".grid img") == finished


def test_what_stands_beside_a_picture(reader):
    reader.view("flip")
    cell, said = reader.cells[0], reader.one("#about").text
    for words in (cell["sentence"], cell["command"], "content error", "style error", "computed", "3 steps in float32"):
        assert words in said
    reader.driver.execute_script("navigator.clipboard.writeText = async () => {}")
    reader.click(".command button")
    assert reader.one(".said").text == "✓ copied"


def test_on_paper_there_are_pictures_and_words_but_no_controls(reader):
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not reader.one("nav").is_displayed()
    assert not reader.one(".controls").is_displayed()
    assert all(place.is_displayed() for place in reader.all(".place img"))
    assert "content" in reader.one("#about").text


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1440)])
@pytest.mark.filterwarnings("default")  # the checker's own
def test_nothing_is_wider_than_the_window_and_an_accessibility_check_finds_nothing(opened, page, scheme, width):
    reader, features = opened(page), [{"name": "prefers-color-scheme", "value": scheme}]
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    reader.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    reader.click("#introduction > details:not([id]) > summary")
    assert reader.texts(".network strong") == ["relu4_2"]
    for view in VIEWS:
        reader.view(view)
        if view == "table":
            reader.click("#introduction > summary")
        assert reader.driver.execute_script("return document.documentElement.scrollWidth") <= width
        for line in reader.all("[data-opens] summary")[:1]:
            line.click()
        check = Axe(reader.driver)
        check.inject()
        assert check.run()["violations"] == []


def test_hostile_names_are_only_text(opened, tmp_path):
    cells = [SweepCell(str(k), {"content.picture": HOSTILE + str(k)}, HOSTILE) for k in range(2)]
    for cell in cells:
        (tmp_path / cell.folder).mkdir()
        images.save(smooth_picture(24, 32), tmp_path / cell.folder / "result.png")
        pictures = {"content": {"name": HOSTILE, "title": HOSTILE, "credit": HOSTILE}}
        given = {"overrides": [f"content.picture={HOSTILE}"], "config": CONFIG, "note": HOSTILE}
        replace(example(), pictures=pictures, **given).write(tmp_path / cell.folder)
    reader = opened(write_page([Sweep(tmp_path, "auto", cells, HOSTILE)], HOSTILE))
    for view in ("grid", "compare", "table", "curves", "flip"):
        reader.view(view)
        assert reader.driver.title == HOSTILE
        assert len(reader.all("script")) == 2
        assert all(image.get_attribute("src").startswith("data:") for image in reader.all("img"))
    assert HOSTILE in reader.one("#about").text
