"""Sweeps of any shape as their run folders, with tiny pictures, each cell's in a colour of its own."""

import itertools
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

from hypothesis import strategies as st
from PIL import Image
from support.records import configured, example, settings_of

from reconstruct.layers import ARCHITECTURES, taps
from reconstruct.runs.results import Result
from reconstruct.runs.sweeps import Sweep, SweepCell

FIRST = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
RELU = [tap for tap in taps(ARCHITECTURES["vgg19"]) if tap.startswith("relu")]
NAMES = [
    "a.png", "b.png", "/one/cat.png", "/two/cat.png", "猫.jpg", "毛.jpg", "_under.png", "$x$.png", "é à.png", "Ωμέγα",
    "my cat.png", "mycat.png",
    "a very long name of a photograph from a camera DSC_20260101_123456789.jpg", "קוף.png", "x^2_{3}", "1e3",
]  # fmt: skip
TITLES = {"starry_night": "The Starry Night, 1889", "great_wave": "The Great Wave off Kanagawa, ca. 1831 (detail)"}
RATIOS = ["0", "1e-3", "0.015", "0.01", "0.0151", "0.15", "1", "10", "150", "2.5e-9", "inf", "0.1", "3"]
LAYER_SETS = [f"[{layer}]" for layer in RELU] + ["[relu1_1,relu2_1]", "[relu1_1,relu2_1,relu3_1,relu4_1,relu5_1]",
              "[relu3_1,relu3_2,relu3_3,relu3_4]", "[conv4_2]", "[relu1_1,relu1_2,relu4_1]"]  # fmt: skip
VALUES: Mapping[str, Sequence[str]] = {
    "representation": ["style", "content", "both"],
    "depth": ["1", "2", "3", "4", "5"],
    "ratio": RATIOS,
    "seed": ["0", "1", "2"],
    "content.picture": NAMES,
    "style.picture": ["starry_night", "great_wave", *NAMES],
    "content.layers": LAYER_SETS,
    "style.layers": LAYER_SETS,
    "network": ["vgg19_normalized", "vgg16_untrained", "vgg11"],
    "size": ["64", "128"],
    "canvas": ["pixels", "pyramid", "fourier"],
    "optimizer.lr": ["1e-3", "0.01", "0.0101"],
    "losses": ["paper", "relative"],
    "start": ["noise", "half", "content", "style", "/one/cat.png", "/two/cat.png", "猫.jpg"],
    "style.statistic": ["gram", "shifted", "my.textures:Means", "my.other:Means"],
    "style.size": ["64", "128"],
}
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
BY_DEPTH = ("depth", "by_depth")
STATES = ("done", "done", "done", "done", "missing", "damaged", "unfinished", "failed")
SIZES = [(8, 8), (12, 8), (6, 12), (16, 5)]


@dataclass(frozen=True)
class Shape:
    """A sweep before it is on disk: its products, the states of its cells, the figure that it is for."""

    products: list[dict[str, list[str]]]
    states: list[str]
    drawing: str
    pictures: list[tuple[int, int]]


def _products(most_axes: int) -> st.SearchStrategy[dict[str, list[str]]]:
    keys = st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=most_axes)
    return keys.flatmap(lambda keys: st.fixed_dictionaries({key: _some(key, len(keys)) for key in keys}))


def _some(key: str, axes: int) -> st.SearchStrategy[list[str]]:
    most = {1: 18, 2: 5, 3: 3}.get(axes, 2)
    return st.lists(st.sampled_from(VALUES[key]), unique=True, min_size=1, max_size=min(most, len(VALUES[key])))


PRESETS = [
    {"representation": ["style", "content"], "depth": ["1", "2", "3", "4", "5"]},
    {"representation": ["style", "content"], "depth": ["1", "2", "3"], "seed": ["0", "1"]},
    {"representation": ["both"], "depth": ["1", "3", "5"], "ratio": ["1e-3", "0.015", "0.01"]},
    {"representation": ["both"], "style.picture": NAMES[:7], "ratio": ["0.03"]},
    {"content.layers": [f"[{layer}]" for layer in RELU], "content.picture": ["a.png", "猫.jpg"]},
    {"representation": ["both"], "ratio": RATIOS[:5], "seed": ["0", "1"]},
]

shapes = st.builds(
    Shape,
    products=st.one_of(
        st.sampled_from(PRESETS).map(lambda product: [product]),
        _products(4).map(lambda product: [product]),
        st.lists(_products(2), min_size=2, max_size=3),
    ),
    states=st.lists(st.sampled_from(STATES), min_size=1, max_size=7),
    drawing=st.sampled_from(["auto", "fig1", "fig2", "fig3", "curve", "tradeoff"]),
    pictures=st.lists(st.sampled_from(SIZES), min_size=1, max_size=3),
)


def number_in(label: str) -> float:
    """What a reader takes a label for: 10⁻³, 1.5·10⁻⁶, 0.015 or ∞."""
    if parts := re.fullmatch(r"(?:([\d.]+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", label):
        return float(f"{parts[1] or 1}e{parts[2].translate(SUPERSCRIPTS)}")
    return float(label.replace("∞", "inf"))


def colour_of(number: int) -> tuple[int, int, int]:
    """A colour for each of 256 cells, none of which is an original's."""
    return number, 255 - number, 100 + number % 50


def original_colour(term: str, name: str) -> tuple[int, int, int]:
    """A colour for each original, which no cell has."""
    number = crc32(f"{term} {name}".encode())
    return number % 251, 0, (number >> 8) % 251


def written(shape: Shape, folder: Path) -> Sweep:
    """The run folders of a sweep of that shape."""
    shutil.rmtree(folder, ignore_errors=True)
    points = [
        dict(zip(product, values, strict=True))
        for product in shape.products
        for values in itertools.product(*product.values())
    ]
    points = list({_identity(point): point for point in points}.values())  # each cell once
    cells = [SweepCell(f"cell {number}", point, "", known_of(point)) for number, point in enumerate(points)]
    for number, cell in enumerate(cells):
        state = shape.states[number % len(shape.states)]
        _cell(folder / cell.folder, cell.values, state, number, shape.pictures[number % len(shape.pictures)])
    sweep = Sweep(folder, shape.drawing, cells, "reconstruct -m")
    folder.mkdir(parents=True, exist_ok=True)
    sweep.write()
    return sweep


def _identity(values: Mapping[str, str]) -> str:
    """The same for settings of the same cell: a default may be given or not, and layers by name or by depth."""
    return repr({key: value for key, value in known_of(values).items() if key.rpartition(".")[2] not in BY_DEPTH})


def _cell(folder: Path, values: Mapping[str, str], state: str, number: int, size: tuple[int, int]) -> None:
    if state == "missing":
        return
    folder.mkdir(parents=True)
    if state == "unfinished":
        return
    Image.new("RGB", size, colour_of(number)).save(folder / "result.png")
    made = result(values, number)
    for term in made.originals:
        Image.new("RGB", size, original_colour(term, made.asked_for(term))).save(folder / f"{term}.png")
    if state == "damaged":
        (folder / "result.png").write_bytes((folder / "result.png").read_bytes()[:40])
    rows = "".join(f"{i},{0.1 * (i + 1)},{(number + 1) / (i + 1)},0,0\n" for i in range(number % 4))
    (folder / "trace.csv").write_text(f"step,seconds,total,content,gradient_norm\n{rows}3,0.4")
    if state == "failed":
        (folder / "failure.json").write_text("{}")
        return
    made.write(folder)


def known_of(values: Mapping[str, str]) -> dict[str, str]:
    """What a sweep's list says of a cell, whether it is finished or not."""
    return settings_of(values, result(values, 0))


def result(values: Mapping[str, str], number: int) -> Result:
    """What a cell of those settings leaves."""
    kind = values.get("representation", "both" if "ratio" in values else "content")
    terms = ["content", "style"] if kind == "both" else [kind]
    config = configured(
        representation=kind, seed=int(values.get("seed", 0)), ratio=float(values.get("ratio", 3e-8)),
        size=int(values.get("size", 32)), losses=values.get("losses", "paper"), start=values.get("start", "noise"),
    )  # fmt: skip
    layers, pictures = {}, {}
    for term in terms:
        given = values.get(f"{term}.layers")
        depth = int(values.get("depth", 5))
        chosen = FIRST[depth - 1 : depth] if term == "content" else FIRST[:depth]
        layers[term] = given.strip("[]").split(",") if given else list(chosen)
        name = values.get(f"{term}.picture", {"content": "pagoda", "style": "starry_night"}[term])
        own = {"statistic": values[f"{term}.statistic"]} if f"{term}.statistic" in values else {}
        own |= {"size": int(values[f"{term}.size"])} if f"{term}.size" in values else {}
        config[term] = {**config[term], **own, "picture": name, "layers": layers[term] if given else None}
        title = TITLES.get(name, Path(name).stem)
        pictures[term] = {"name": Path(name).name, "title": title, "credit": "someone" if name in TITLES else ""}
    if "/" in str(config["start"]) or "." in str(config["start"]):
        pictures["start"] = {"name": str(config["start"]), "title": Path(str(config["start"])).stem, "credit": ""}
    errors = {term: {layer: 0.5 / (number + 1) + 1e-6 * k for k, layer in enumerate(layers[term])} for term in terms}
    losses = dict.fromkeys(terms, 1.0)
    told = {"losses": losses, "relative_errors": errors, "layers": layers, "pictures": pictures, "config": config}
    stalled = {"converged": False, "note": "content did not come to rest"} if number % 5 == 4 else {}
    return replace(example(), **told, **stalled)
