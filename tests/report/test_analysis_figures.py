"""Whatever was measured of a sweep, its analysis shows what it can, legibly, and leaves out the rest.

RECONSTRUCT_EXAMPLES=1000 pytest -n0 tests/report/test_analysis_figures.py draws more sweeps.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from support.entries import entry
from support.pdf import assert_legible, pages_of
from support.tiny import examples, smooth_picture

from reconstruct.analysis import entries as measures
from reconstruct.analysis import selection
from reconstruct.analysis.entries import SEEN, Entry, Kind
from reconstruct.analysis.verdicts import Verdict, report, verdicts
from reconstruct.images import to_image
from reconstruct.layers import ARCHITECTURES
from reconstruct.report import figures
from reconstruct.report.figures.analysis.atlas import atlas
from reconstruct.report.figures.analysis.depth import _band
from reconstruct.report.figures.page.sheet import Look
from reconstruct.runs.sweeps import Sweep

BLOCKS = ARCHITECTURES | {"tiny": (2, 2)}
TRAINED = {name: f"{name} torchvision average" for name in BLOCKS}
UNTRAINED = {name: f"{name} untrained 0 average" for name in BLOCKS}
PHOTOGRAPHS = [
    "pagoda",
    "holidays/IMG_20240229_235959_with_a_name_that_does_not_end_in_time_for_any_column.jpeg",
    "holidays/2023/猫.jpg",
    "holidays/2024/猫.jpg",
    "C:\\Bilder\\Spaß $x_1$ und $y^2$.png",
    "фото с очень длинным названием.png",
    "x" * 90 + ".png",
]
RATIOS = [0.0, 1e-3, 0.015, 0.123, 1.0, 456.0, 1e-7, 1.23e-5, float("inf")]
TITLES = ["", "A title", "A title so long that it does not fit in one line, however wide the page may be, " * 2]


def relus(architecture: str) -> list[str]:
    blocks = enumerate(BLOCKS[architecture], 1)
    return [f"relu{block}_{i}" for block, count in blocks for i in range(1, count + 1)]


shapes = st.builds(
    SimpleNamespace,  # what was swept, and how far it was measured
    architectures=st.lists(st.sampled_from(sorted(BLOCKS)), unique=True, min_size=1, max_size=2),
    untrained=st.booleans(),
    canvases=st.sampled_from([["pyramid"], ["pixels"], ["pyramid", "pixels"], ["pixels", "fourier"]]),
    photographs=st.lists(st.sampled_from(PHOTOGRAPHS), unique=True, min_size=1, max_size=4),
    seeds=st.sampled_from([1, 2, 3, 3, 9]),
    content=st.sampled_from([0, 1, 2, 16]),
    style=st.sampled_from([0, 1, 3, 16]),
    cumulative=st.sampled_from([0, 1, 2, 5]),
    ratios=st.lists(st.sampled_from(RATIOS), unique=True, max_size=7),
    paintings=st.lists(st.sampled_from(PHOTOGRAPHS), unique=True, min_size=1, max_size=2),
    levels=st.sampled_from([[], [0.2], [0.1, 0.25], [1e-5]]),
    errors=st.sampled_from(["any", "any", "any", "equal", "close", "zero", "huge", "no style", "no content"]),
    ssim=st.booleans(),
    number=st.integers(0, 10**6),
)

widths = st.sampled_from([(7.0, 11.5, 10.5), (7.0, 9.0, 8.0), (5.5, 9.0, 8.0), (3.25, 9.0, 8.0), (3.25, 11.5, 10.5)])
looks = st.builds(
    lambda sizes, **rest: Look(width=sizes[0], normal=sizes[1], small=sizes[2], **rest),
    widths,
    title=st.sampled_from(TITLES),
    labels=st.sampled_from([True, True, True, False]),
    letters=st.booleans(),
    columns=st.sampled_from([None, None, 1, 3]),
    crop=st.booleans(),
    height=st.sampled_from([9.0, 5.0, float("inf")]),
)

ENDS = {  # measure -> its smallest and its largest number
    "psnr": (5, 100), "layout": (-1, 1), "wavelength": (2, 50), "coherence": (2, 20),
    "local_chroma": (0, 60), "local_lightness": (0, 60), "delta_e": (0, 60),
}  # fmt: skip
OF_SEEDS = {"deviation": (0, 0.3), "agreement": (5, 50)}


class Measured:
    """Entries of a shape, with numbers that its own number seeds."""

    def __init__(self, shape: SimpleNamespace) -> None:
        self.shape = shape
        self.numbers = random.Random(shape.number)

    def entries(self) -> list[Entry]:
        names = [TRAINED[name] for name in self.shape.architectures]
        names += [UNTRAINED[name] for name in self.shape.architectures[:1] if self.shape.untrained]
        return [e for name in names for e in self._with(name)]

    def _with(self, network: str) -> Iterator[Entry]:
        shape, layers = self.shape, relus(network.split()[0])
        firsts = tuple(layer for layer in layers if layer.endswith("_1"))
        some = self.numbers.sample(layers, min(shape.content, len(layers)))
        for canvas, photograph, seed in product(shape.canvases, shape.photographs, range(shape.seeds)):
            given = {"network": network, "canvas": canvas, "picture": photograph, "seed": seed}
            for layer in some:
                yield from self._and_snapshots(self._entry("content", {"content": (layer,)}, **given))
            if canvas != shape.canvases[0] or seed > 2:
                continue
            for layer in layers[: shape.style]:
                yield self._entry("style", {"style": (layer,)}, **given)
            for count in range(2, min(shape.cumulative, len(firsts)) + 1):
                yield self._entry("style", {"style": firsts[:count]}, **given)
            for painting, ratio in product(shape.paintings, shape.ratios):
                matched = {"content": (layers[-1],), "style": firsts}
                yield self._entry("both", matched, ratio=ratio, painting=painting, **given)
        for photograph, kind in product(shape.photographs, (Kind.SHUFFLED, Kind.OTHER)):
            given = {"network": network, "canvas": "pyramid", "picture": photograph, "seed": None}
            yield replace(self._entry("content", {}, **given), cell="", kind=kind)

    def _entry(self, representation: str, layers: dict[str, tuple[str, ...]], **given: object) -> Entry:
        return entry(
            representation,
            cell=f"{representation} {layers} {given}",
            layers=layers,
            **given,
            ssim=self.numbers.uniform(-0.1, 1) if self.shape.ssim else None,
            losses={"content": 0.3, "style": 0.2} if representation == "both" else {},
            errors={
                term: {layer: self._error() for layer in relus(str(given["network"]).split()[0])}
                for term in ("content", "style")
                if self.shape.errors != f"no {term}"
            },
            **{name: self.numbers.uniform(*ends) for name, ends in ENDS.items()},
            **{name: self.numbers.uniform(*e) if self.shape.seeds > 1 else None for name, e in OF_SEEDS.items()},
            style_balance=self.numbers.uniform(0, 4) if representation == "both" else None,
            observer="somebody" if self.shape.ssim else "",
            seen={name: self._seen(name) for name in SEEN} if self.shape.ssim else {},
        )

    def _seen(self, name: str) -> float:
        whole = {"observer rank": self.numbers.randint(1, 1000)}
        return whole.get(name, self.numbers.uniform(0, 100 if name.startswith("null") else 1))

    def _error(self) -> float:
        ways = {
            "equal": lambda: 0.1,
            "close": lambda: 0.123456 + self.numbers.uniform(0, 1e-9),
            "zero": lambda: self.numbers.choice([0.0, 0.1]),
            "huge": lambda: 10 ** self.numbers.uniform(-11, 9),
        }
        return ways.get(self.shape.errors, lambda: 10 ** self.numbers.uniform(-4, 0.5))()

    def _and_snapshots(self, entry: Entry) -> Iterator[Entry]:
        yield entry
        for level in self.shape.levels:
            yield replace(entry, kind=Kind.SNAPSHOT, level=level, psnr=entry.psnr / 2)


@pytest.fixture
def sweep(tmp_path, monkeypatch) -> Sweep:
    """Whose pictures are all the same, but that the original of one photograph and one snapshot are lost."""
    picture = to_image(smooth_picture(16, 20))

    def opened(path):
        lost = ("猫" in str(path) and path.name == "content.png") or (
            "pagoda" in str(path) and "error=0.1" in path.name
        )
        return None if lost else picture

    for figure in ("strips", "joined"):
        monkeypatch.setattr(f"reconstruct.report.figures.analysis.{figure}.opened", opened)
    return Sweep(tmp_path, "atlas", [], "reconstruct experiment=atlas")


@settings(examples(24), derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(shape=shapes, look=looks)
def test_every_analysis_has_legible_figures_of_what_it_can_show(sweep, tmp_path, shape, look):
    entries = Measured(shape).entries()
    found = verdicts(entries)
    assert all(f.claim.text in report(found.values(), "reconstruct", entries) for f in found.values())
    drawn = atlas(sweep, entries, found, look)
    for name, pages in drawn.items():
        (path,) = figures.save(pages, tmp_path, "figure", "pdf")
        shown = pages_of(path)
        assert_legible(shown)
        assert all(page.height <= 72 * look.height + 1 for page in shown), name
        assert not look.labels or all(page.texts for page in shown)
        for page in pages:
            _assert_no_empty_panels(page)
            _assert_no_label_twice(page)


def _assert_no_empty_panels(page) -> None:
    for axes in page.axes:
        assert axes.lines or axes.images or axes.collections or axes.patches or axes.texts


def _assert_no_label_twice(page) -> None:
    keys = [text.get_text() for text in page.texts if text.get_text()[:1] in "●■▲◆▼-"]
    assert len(set(keys)) == len(keys)


def plain(network: str, **changes: object) -> Entry:
    """A content reconstruction of relu1_1."""
    errors = {term: dict.fromkeys(reversed(relus(network.split()[0])), 0.1) for term in ("content", "style")}
    return entry(network=network, errors=errors, **changes)


def test_of_two_architectures_the_first_decides_which_layers_are_shown_in_its_order_and_both_are_named(sweep):
    each = [(name, layer) for name in ("vgg16", "vgg19") for layer in relus(name)]
    entries = [plain(TRAINED[name], cell=f"{name} {layer}", layers={"content": (layer,)}) for name, layer in each]
    assert selection.order(entries) == relus("vgg16")
    assert list(selection.matrix(entries, "content")) == relus("vgg16")
    words = "network: vgg16, torchvision, average pooling (not in the figure: vgg19, torchvision, average pooling)"
    for pages in atlas(sweep, entries, verdicts(entries), Look()).values():
        assert words in [" ".join(text.get_text().split()) for page in pages for text in page.texts]
    assert f"N{words[1:]}." in report(verdicts(entries).values(), "reconstruct", entries)


def test_a_network_is_compared_with_its_own_untrained_self_only():
    trained, other, own = TRAINED["vgg16"], UNTRAINED["vgg19"], UNTRAINED["vgg16"]
    assert list(selection.variants([plain(trained), plain(other)])) == ["trained, pyramid canvas"]
    found = selection.variants([plain(trained), plain(other), plain(own)])
    assert [e.network for e in found["untrained, pyramid canvas"]] == [own]


@pytest.mark.parametrize(
    ("network", "training", "name"),
    [
        ("vgg19 vgg19_normalized max", "trained", "vgg19, vgg19_normalized, max pooling"),
        ("vgg11 untrained 3 average", "untrained", "vgg11, untrained (seed 3), average pooling"),
        ("vgg11 my untrained 3 nets.pth average", "trained", "vgg11, my untrained 3 nets.pth, average pooling"),
    ],
)
def test_networks_have_names_for_readers(network, training, name):
    assert measures.training(network) == training
    assert measures.network_name(network) == name


def test_a_band_of_shares_ends_at_0_and_1():
    points = {0: [0.0, 1.0], 1: [0.9, 1.0]}  # one standard deviation goes beyond
    shares, numbers = Figure().subplots(2)
    _band(shares, points, "black", shares=True)
    _band(numbers, points, "black")
    assert tuple(shares.dataLim.intervaly) == (0, 1)
    assert numbers.dataLim.y1 > 1


def test_nothing_measured_is_nothing_shown(sweep):
    assert atlas(sweep, [], verdicts([]), Look()) == {}
    conv = plain(TRAINED["vgg19"], layers={"content": ("conv1_1",)})
    assert atlas(sweep, [conv], verdicts([conv]), Look()) == {}
    assert {f.verdict for f in verdicts([conv]).values()} == {Verdict.UNKNOWN}
    assert "1 picture left out: errors are measured at rectified layers" in report([], "reconstruct", [conv])


def test_what_differs_in_other_settings_only_is_taken_once_and_said():
    one = plain(TRAINED["vgg19"])
    again = replace(one, cell="with other steps", psnr=99.0)
    assert selection.distinct([one, again]) == [one]
    assert "1 picture left out: it differs from another only" in report([], "reconstruct", [one, again])


def test_a_front_joins_cells_that_differ_in_the_ratio_only():
    layers, ratios = {"content": ("relu4_2",), "style": ("relu1_1",)}, (1.0, 0.1, 10.0)
    cells = [entry("both", layers=layers, ratio=r, painting=p, cell=f"{p} {r}") for p in ("a", "b") for r in ratios]
    lines = selection.front(cells)
    assert [[(e.painting, e.ratio) for e in line] for line in lines] == [
        [(painting, ratio) for ratio in sorted(ratios)] for painting in ("a", "b")
    ]
