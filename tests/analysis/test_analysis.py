"""Entries with numbers that are known in advance, and the verdicts on them."""

import re
from dataclasses import replace

import pytest
from support.entries import FIVE, LAYERS, UNTRAINED, depth_curve, entry, joined

from reconstruct.analysis import selection
from reconstruct.analysis.entries import MEASURES, Entry, Kind, current, read, write
from reconstruct.analysis.outcomes import spread, with_interval
from reconstruct.analysis.verdicts import Verdict, report, verdicts
from reconstruct.report import figures
from reconstruct.report.figures.analysis.atlas import atlas as drawn
from reconstruct.report.figures.analysis.joined import blending
from reconstruct.report.figures.page.sheet import TITLE_LABEL
from reconstruct.runs.sweeps import Sweep, SweepCell

LINE = joined([0.9, 0.4, 0.2, 0.05], [0.05, 0.1, 0.3, 0.9])


def colour_curve(growth: float) -> list[Entry]:
    """Snapshots whose error of local colour grows with every layer, and that of lightness half as much."""
    return [
        replace(e, local_chroma=2 + growth * k, local_lightness=2 + growth * k / 2)
        for same in (depth_curve(falling=True)[1::2],)
        for e, k in zip(same, [*range(len(LAYERS))] * 2, strict=True)
    ]


def original(kind: Kind, error: float) -> Entry:
    errors = {"content": dict.fromkeys(LAYERS, error), "style": dict.fromkeys(LAYERS, error)}
    return entry(cell="", kind=kind, layers={}, seed=None, errors=errors, layout=0.0)


def styles(content: float, layout: float) -> list[Entry]:
    errors = {"content": dict.fromkeys(LAYERS, content), "style": dict.fromkeys(LAYERS, 0.1)}
    return [
        entry("style", FIVE[:count], errors=errors, layout=layout, coherence=2.0 + count, seed=seed)
        for count in range(1, 6)
        for seed in (0, 1)
    ]


def seen(e: Entry, probability: float, rank: int = 1, original: float = 0.6, **more: float) -> Entry:
    found = {"observer probability": probability, "observer rank": rank, "observer original": original}
    return replace(e, observer="o", shows="cat", seen={**found, **{k.replace("_", " "): v for k, v in more.items()}})


def curve(slope: float, **given: float) -> list[Entry]:
    return [seen(e, 0.5 + slope * LAYERS.index(e.layer), **given) for e in depth_curve(falling=True)]


def matched(share: float, rank: int, identified: float = 1.0) -> list[Entry]:
    """Finished reconstructions from two layers, whose features agree better than `share` % of random pairs."""
    chance = dict.fromkeys(("null_pearson", "null_spearman", "null_snr"), share)
    return [
        seen(entry("content", (layer,)), 0.5, rank, **chance, identified=identified) for layer in ("relu1_1", "relu5_1")
    ]


def blend(*probabilities: float) -> list[Entry]:
    return [seen(e, p) for e, p in zip(LINE, probabilities, strict=True)]


def stylised(balances: list[float], ranks: list[int]) -> list[Entry]:
    cells = zip(LINE, balances, ranks, strict=True)
    return [replace(seen(e, 0.5, rank), style_balance=balance) for e, balance, rank in cells]


def untrained(p: float) -> list[Entry]:
    return [seen(e, p) for e in depth_curve(falling=True, network=UNTRAINED)]


def looks(distance: float, **rest: str) -> list[Entry]:
    return [seen(e, 0.5, lpips=distance) for e in depth_curve(falling=True, **rest)]


EVERYTHING = [
    *depth_curve(falling=True),
    *depth_curve(falling=True, network=UNTRAINED),
    *depth_curve(falling=True, canvas="pixels"),
    *styles(content=1.0, layout=0.0),
    *[entry("style", (layer,)) for layer in LAYERS],
    *LINE,
    original(Kind.SHUFFLED, 1.0),
    original(Kind.OTHER, 1.0),
]


def test_entries_come_back_from_their_table(tmp_path):
    """Under the names of columns that stay."""
    sweep = Sweep(tmp_path, "atlas", [], "reconstruct")
    write((e.row() for e in EVERYTHING), sweep, MEASURES)
    columns = (tmp_path / MEASURES).read_text().partition("\n")[0].split(",")
    assert {"kind", "psnr", "ssim", "layout", "wavelength", "content layers", "style relu1_1"} <= {*columns}
    assert current(sweep, MEASURES, Entry) == EVERYTHING
    assert current(replace(sweep, cells=[SweepCell("a", {})]), MEASURES, Entry) is None
    assert read(tmp_path / MEASURES, Entry) == EVERYTHING


def test_the_common_level_is_the_smallest_that_the_most_layers_reached_and_the_others_are_named():
    cells = depth_curve(falling=True)
    assert selection.common_level(cells) == 0.2
    more = [replace(cells[0], kind=Kind.SNAPSHOT, level=0.1)]
    assert selection.common_level([*cells, *more]) == 0.2
    late = [*cells, entry("content", ("relu1_1",), seed=2, cell="never below 0.5")]
    assert selection.common_level(late) == 0.2
    assert {e.layer for e in selection.at_level(late, 0.2)} == set(LAYERS) - {"relu1_1"}
    assert selection.lacking(late, 0.2) == "relu1_1 (2 of 3 did)"
    assert "not all pictures reached that error: relu1_1 (2 of 3 did)" in verdicts(late)["unconstrained"].numbers
    two = [e for e in late if e.layer in ("relu1_1", "relu1_2")]
    neither = [*two, entry("content", ("relu1_2",), seed=2, cell="nor this")]
    assert selection.common_level(neither) is None
    assert "no relative error was reached" in verdicts(neither)["unconstrained"].numbers
    assert verdicts([e for e in two if e.level is None])["unconstrained"].numbers == "no such cells"


def test_a_single_reconstruction_that_did_not_come_so_near_does_not_end_the_comparison():
    def reached(count: int) -> list[Entry]:
        names = [f"{layer} {number}" for layer in ("relu1_1", "relu5_4") for number in range(10)]
        ends = [entry("content", (name.split()[0],), cell=name) for name in names]
        early = [replace(e, kind=Kind.SNAPSHOT, level=0.2) for e in ends]
        return [*ends, *early[: 10 + count]]

    assert selection.common_level(reached(10)) == 0.2
    assert selection.common_level(reached(9)) == 0.2
    assert selection.common_level(reached(8)) is None  # too few of that layer, though most of all


@pytest.mark.parametrize(
    ("name", "entries", "verdict"),
    [
        ("unconstrained", depth_curve(falling=True), Verdict.SUPPORTED),
        ("unconstrained", depth_curve(falling=False), Verdict.NOT),
        ("unconstrained", [e for e in depth_curve(falling=True) if e.kind is Kind.RESULT], Verdict.UNKNOWN),
        ("colour", colour_curve(1.0), Verdict.SUPPORTED),
        ("colour", colour_curve(-0.1), Verdict.NOT),
        ("pixels", [entry(ssim=0.95)], Verdict.SUPPORTED),
        ("pixels", [entry(ssim=0.95), entry("content", ("relu2_1",), ssim=0.7)], Verdict.MIXED),
        ("objects", [entry("content", ("relu5_1",), layout=0.9), original(Kind.SHUFFLED, 1.0)], Verdict.SUPPORTED),
        ("objects", [entry("content", ("relu5_1",), layout=0.2), original(Kind.SHUFFLED, 1.0)], Verdict.NOT),
        ("texture", [*styles(1.0, 0.0), original(Kind.SHUFFLED, 1.0)], Verdict.SUPPORTED),
        ("texture", [*styles(0.2, 0.0), original(Kind.SHUFFLED, 1.0)], Verdict.NOT),
        ("texture", [*styles(1.0, 0.9), original(Kind.SHUFFLED, 1.0)], Verdict.NOT),
        ("texture", [*styles(1.0, 0.0), original(Kind.SHUFFLED, 1.0), original(Kind.OTHER, 0.1)], Verdict.NOT),
        ("structures", styles(1.0, 0.0), Verdict.SUPPORTED),
        ("structures", [replace(e, coherence=9 - e.coherence) for e in styles(1.0, 0.0)], Verdict.NOT),
        ("separable", LINE, Verdict.SUPPORTED),
        ("separable", joined([0.9, 0.8, 0.7, 0.6], [0.6, 0.7, 0.8, 0.9]), Verdict.NOT),
        ("both", LINE, Verdict.SUPPORTED),
        ("both", joined([0.9, 0.05, 0.05, 0.05], [0.05, 0.05, 0.3, 0.9]), Verdict.NOT),
        ("smooth", LINE, Verdict.SUPPORTED),
        ("smooth", joined([0.9, 0.4, 0.6, 0.05], [0.05, 0.1, 0.3, 0.9]), Verdict.NOT),
        ("learned", [*depth_curve(True), *depth_curve(False, network=UNTRAINED)], Verdict.NOT),
        ("learned", depth_curve(True, network=UNTRAINED), Verdict.UNKNOWN),
        ("separable", [replace(e, losses={}) for e in joined([0.9] * 4, [0.1] * 4)], Verdict.UNKNOWN),
        ("smooth", joined([0.9, 0.4, 0.02, 0.01], [0.05, 0.1, 0.3, 0.9]), Verdict.MIXED),
        ("canvas", [*depth_curve(True), *depth_curve(True, canvas="pixels")], Verdict.SUPPORTED),
        ("canvas", [*depth_curve(True), *depth_curve(False, canvas="pixels")], Verdict.NOT),
        ("information", curve(0.01), Verdict.SUPPORTED),
        ("information", curve(0.0), Verdict.SUPPORTED),
        ("information", curve(-0.01), Verdict.NOT),
        ("information", curve(0.01, original=0.2), Verdict.UNKNOWN),  # not recognised in the photograph itself
        ("metamers", matched(100, 1), Verdict.SUPPORTED),
        ("metamers", matched(99.9, 1), Verdict.NOT),
        ("metamers", matched(100, 2), Verdict.NOT),
        ("metamers", [matched(100, 1)[0], matched(100, 2)[1]], Verdict.MIXED),
        ("identified", matched(100, 1), Verdict.SUPPORTED),
        ("identified", matched(100, 1, identified=0.8), Verdict.NOT),
        ("hidden", [seen(entry("style", FIVE), 0.01, rank=40)], Verdict.SUPPORTED),
        ("hidden", [seen(entry("style", FIVE), 0.3, rank=5)], Verdict.NOT),
        ("blended", blend(0.01, 0.1, 0.3, 0.5), Verdict.SUPPORTED),
        ("blended", blend(0.5, 0.3, 0.1, 0.01), Verdict.NOT),
        ("stylised", stylised([0.1, 0.5, 0.9, 4.0], [90, 40, 5, 1]), Verdict.SUPPORTED),
        ("stylised", stylised([0.1, 0.5, 1.1, 4.0], [90, 40, 5, 1]), Verdict.NOT),
        ("stylised", stylised([0.1, 0.5, 0.9, 4.0], [90, 40, 6, 1]), Verdict.NOT),
        ("stylised", blend(0.1, 0.2, 0.3, 0.4), Verdict.UNKNOWN),  # measured by an earlier version
        ("learned_objects", [*curve(0.0), *untrained(0.2)], Verdict.SUPPORTED),
        ("learned_objects", [*curve(0.0), *untrained(0.7)], Verdict.NOT),
        ("learned_look", [*looks(0.3), *looks(0.6, network=UNTRAINED)], Verdict.SUPPORTED),
        ("learned_look", [*looks(0.6), *looks(0.3, network=UNTRAINED)], Verdict.NOT),
    ],
)
def test_a_claim_is_supported_by_numbers_that_support_it_and_by_no_others(name, entries, verdict):
    found = verdicts(entries)[name]
    assert found.verdict is verdict
    beginnings = {
        Verdict.SUPPORTED: found.claim.text,
        Verdict.MIXED: f"Mixed ({found.count}): {found.claim.text}; ",
        Verdict.NOT: f"Does not hold ({found.count}): {found.claim.text}; ",
        Verdict.UNKNOWN: "Not measured: whether ",
    }
    assert found.title.startswith(beginnings[verdict])
    assert " 1 cases" not in found.title


def test_every_case_of_a_claim_names_the_cells_in_which_it_was_seen():
    found = verdicts(EVERYTHING)
    for tested in found.values():
        assert all(finding.entries and all(e in EVERYTHING for e in finding.entries) for finding in tested.findings)
    pixels = [finding.entries[0] for finding in found["pixels"].findings]
    assert [(e.ssim or 0) >= 0.9 for e in pixels] == [finding.holds for finding in found["pixels"].findings]
    assert {e.layer for e in pixels} == {"relu1_1", "relu1_2", "relu2_1", "relu2_2"}
    networks = {e.network for e in EVERYTHING}
    assert all({e.network for e in finding.entries} == networks for finding in found["learned"].findings)
    assert all(e.canvas == "pixels" for finding in found["canvas"].findings for e in finding.entries)
    assert [len(finding.entries) for finding in found["smooth"].findings] == [2, 2, 2]
    of = {finding.of: finding.entries for finding in found["unconstrained"].findings}
    assert list(of) == ["PSNR falls with depth", "seeds drift apart with depth"]
    assert {(e.kind, e.level) for e in of["PSNR falls with depth"]} == {(Kind.SNAPSHOT, 0.2)}
    for name in ("objects", "texture"):
        kinds = {tuple(e.kind for e in finding.entries) for finding in found[name].findings}
        assert kinds == {(Kind.RESULT, Kind.SHUFFLED)}
    (line,) = found["both"].findings
    assert [e.ratio for e in line.entries] == [0.0, 0.1, 1.0, float("inf")]


def test_colour_is_lost_from_the_layer_on_where_its_error_is_half_the_shuffled_originals():
    moved = replace(original(Kind.SHUFFLED, 1.0), local_chroma=20.0, local_lightness=20.0)
    numbers = verdicts([*colour_curve(1.0), moved])["colour"].numbers
    assert "goes from 2.0 (relu1_1) to 17.0 (relu5_4), rank correlation with depth 1.00" in numbers
    assert "half of the shuffled original's from relu4_2 on, the lightness error nowhere" in numbers  # 2 + 9 > 10
    assert "not compared, the lightness error not compared" in verdicts(colour_curve(1.0))["colour"].numbers


@pytest.mark.parametrize(("ssim", "verdict"), [(0.95, Verdict.SUPPORTED), (0.5, Verdict.NOT)])
def test_a_single_case_is_called_one_case(ssim, verdict):
    found = verdicts([entry(ssim=ssim)])
    assert found["pixels"].verdict is verdict
    assert found["pixels"].count == "one case"
    assert f"| {verdict} | one case |" in report(found.values(), "reconstruct", [])
    assert not re.search(r"\b1 (\w+s\b|of 1\b)|of 1 cases?", report(found.values(), "reconstruct", []))


def test_the_best_of_one_line_is_one_number_and_of_several_a_range():
    other = [replace(e, seed=1, cell=f"{e.cell}, 1") for e in joined([0.9, 0.2, 0.1, 0.05], [0.05, 0.1, 0.3, 0.9])]
    assert "is still 6.0 times" in verdicts(LINE)["both"].numbers
    assert "is still 4.0 to 6.0 times" in verdicts([*LINE, *other])["both"].numbers


def test_pictures_that_are_too_small_for_ssim_leave_the_claim_untested():
    found = verdicts([entry(ssim=None)])["pixels"]
    assert found.verdict is Verdict.UNKNOWN
    assert found.count == "no cases"
    assert found.numbers == "the pictures are too small for SSIM"


def test_a_layer_fixes_what_is_above_it_if_errors_are_large_below_and_small_above():
    entries = [
        entry(
            "content",
            (layer,),
            errors={"content": {m: 1e-3 if k >= depth else 0.5 for k, m in enumerate(LAYERS)}},
        )
        for depth, layer in enumerate(LAYERS)
    ]
    found = verdicts(entries)["upwards"]
    assert found.verdict is Verdict.SUPPORTED
    assert "error is 1.0 times that at the layer itself, at earlier ones 500.0 times" in found.numbers
    turned = [
        replace(e, errors={"content": dict(zip(LAYERS, reversed(e.errors["content"].values()), strict=True))})
        for e in entries
    ]
    assert verdicts(turned)["upwards"].verdict is not Verdict.SUPPORTED


def test_the_matrix_is_the_geometric_mean_over_photographs_and_seeds():
    def cell(error: float, seed: int) -> Entry:
        return entry("content", ("relu1_1",), seed=seed, errors={"content": {"relu1_1": error, "relu1_2": 1.0}})

    assert selection.matrix([cell(1e-2, 0), cell(1e-4, 1)], "content") == {
        "relu1_1": {"relu1_1": pytest.approx(1e-3), "relu1_2": pytest.approx(1.0)}
    }


def test_the_numbers_say_at_which_layers_both_criteria_hold():
    first, last = matched(100, 1)[0], matched(50, 2)[1]
    numbers = verdicts([first, last])["metamers"].numbers
    assert "than those of all random pairs of photographs do in 1 of 2 cases, in all at relu1_1" in numbers
    assert "gives the class of the original in 1 of 2 cases, in all at relu1_1" in numbers


def test_a_photograph_counts_once_however_many_seeds_it_has():
    """In a standard deviation over photographs, and in an interval."""
    cells = [entry(seed=seed, psnr=10.0) for seed in range(3)] + [entry(picture="cat", psnr=20.0)]
    assert spread(cells, lambda e: e.psnr) == spread([[e] for e in cells], lambda case: case[0].psnr) == "15.0 ± 7.1"
    assert spread(cells[:3], lambda e: e.psnr) == "10.0"
    values = {"a": 0.2, "b": 0.4, "c": 0.6}
    entries = [seen(entry(picture=name, seed=seed), p) for name, p in values.items() for seed in range(5)]
    # of 27 equally likely draws of three, one each has a mean of 0.2 and of 0.6: 3.7 %, more than the 2.5 % outside
    assert with_interval(entries, lambda e: e.seen["observer probability"]) == "0.40 (0.20 to 0.60)"
    unequal = [*entries, *(seen(entry(picture="a", seed=seed), 0.2) for seed in range(5, 50))]
    assert with_interval(unequal, lambda e: e.seen["observer probability"]) == "0.40 (0.20 to 0.60)"
    text = verdicts([replace(e, seen={**e.seen, "identified": 1.0}) for e in entries])
    assert "is 1.00 (1.00 to 1.00) in block 1; by chance 0.5" in text["identified"].numbers


def test_the_best_ratio_is_told_beside_the_ends():
    """The object may be seen best where some style is left."""
    numbers = verdicts(blend(0.01, 0.1, 0.5, 0.3))["blended"].numbers
    ratio = blend(0, 0, 0, 0)[2].ratio
    assert "goes from 0.01 at the smallest α/β to 0.50 at the best and 0.30 at the largest" in numbers
    assert f"best at α/β = {ratio:g};" in numbers


def test_a_line_over_ratios_is_drawn_of_photographs_that_are_recognised():
    """As in the claim, whose numbers stand above the figure."""
    known = blend(0.1, 0.2, 0.3, 0.4)
    others = [replace(seen(e, 0.9, original=0.1), picture="other") for e in blend(0, 0, 0, 0)]
    for entries, thin in (
        (known, 1),
        ([*known, *others], 1),
        (others, 1),
        ([*known, *(replace(e, picture="third") for e in known)], 2),
    ):
        (figure,) = blending(entries, figures.Look())
        panel = figure.axes[0]
        curves = [line for line in panel.lines if len(line.get_xdata()) == 4]
        assert len(curves) == thin + 1  # and their mean
        assert max(curves[-1].get_ydata()) == pytest.approx(0.9 if entries is others else 0.4)


def test_every_figure_of_an_atlas_has_its_claim_for_a_title(tmp_path):
    sweep, found = Sweep(tmp_path, "atlas", [], "reconstruct experiment=atlas"), verdicts(EVERYTHING)
    made = drawn(sweep, EVERYTHING, found, figures.Look())
    assert set(made) == {"figure", "matrix", "strips_pagoda", "arrangement", "front"}
    for name, claim in {
        "figure": "unconstrained",
        "matrix": "upwards",
        "arrangement": "texture",
        "front": "both",
    }.items():
        titles = [text for page in made[name] for text in page.texts if text.get_label() == TITLE_LABEL]
        assert [" ".join(title.get_text().split()) for title in titles] == [found[claim].title]
    content = depth_curve(falling=True)
    assert set(drawn(sweep, content, verdicts(content), figures.Look())) == {"figure", "matrix", "strips_pagoda"}
