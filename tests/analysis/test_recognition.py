"""Claims about what an observer sees: entries with numbers that are known in advance, and the verdicts on them."""

from dataclasses import replace

import pytest
from support.entries import FIVE, LAYERS, UNTRAINED, depth_curve, entry, joined

from reconstruct.analysis.entries import Entry
from reconstruct.analysis.outcomes import with_interval
from reconstruct.analysis.verdicts import Verdict, verdicts
from reconstruct.report.figures.analysis.joined import blending
from reconstruct.report.figures.page.sheet import Look


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
    lines = joined([0.9, 0.4, 0.2, 0.05], [0.05, 0.1, 0.3, 0.9])
    return [seen(e, p) for e, p in zip(lines, probabilities, strict=True)]


def stylised(balances: list[float], ranks: list[int]) -> list[Entry]:
    lines = joined([0.9, 0.4, 0.2, 0.05], [0.05, 0.1, 0.3, 0.9])
    cells = zip(lines, balances, ranks, strict=True)
    return [replace(seen(e, 0.5, rank), style_balance=balance) for e, balance, rank in cells]


def untrained(p: float) -> list[Entry]:
    return [seen(e, p) for e in depth_curve(falling=True, network=UNTRAINED)]


def looks(distance: float, **rest: str) -> list[Entry]:
    return [seen(e, 0.5, lpips=distance) for e in depth_curve(falling=True, **rest)]


@pytest.mark.parametrize(
    ("name", "entries", "verdict"),
    [
        ("information", curve(0.01), Verdict.SUPPORTED),
        ("information", curve(0.0), Verdict.SUPPORTED),
        ("information", curve(-0.01), Verdict.NOT),
        ("information", curve(0.01, original=0.2), Verdict.UNKNOWN),  # not recognised in the photograph itself
        ("information", depth_curve(falling=True), Verdict.UNKNOWN),  # nobody looked
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
        ("learned_look", [*curve(0.0), *untrained(0.2)], Verdict.UNKNOWN),  # measured by an earlier version
    ],
)
def test_a_claim_is_supported_by_what_is_seen_and_by_nothing_else(name, entries, verdict):
    assert verdicts(entries)[name].verdict is verdict


def test_the_numbers_say_at_which_layers_both_criteria_hold():
    first, last = matched(100, 1)[0], matched(50, 2)[1]
    numbers = verdicts([first, last])["metamers"].numbers
    assert "than those of all random pairs of photographs do in 1 of 2 cases, in all at relu1_1" in numbers
    assert "gives the class of the original in 1 of 2 cases, in all at relu1_1" in numbers


def test_an_interval_is_drawn_over_photographs_not_over_their_seeds():
    values = {"a": 0.2, "b": 0.4, "c": 0.6}
    entries = [seen(entry(picture=name, seed=seed), p) for name, p in values.items() for seed in range(5)]
    # of 27 equally likely draws of three, one each has a mean of 0.2 and of 0.6: 3.7 %, more than the 2.5 % outside
    assert with_interval(entries, lambda e: e.seen["observer probability"]) == "0.40 (0.20 to 0.60)"
    alone = [e for e in entries if e.picture == "b"]
    assert with_interval(alone, lambda e: e.seen["observer probability"]) == "0.40"
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
    for entries, thin in ((known, 1), ([*known, *others], 1), (others, 1), ([*known, *replaced(known, "third")], 2)):
        (figure,) = blending(entries, Look())
        panel = figure.axes[0]
        curves = [line for line in panel.lines if len(line.get_xdata()) == 4]
        assert len(curves) == thin + 1  # and their mean
        assert max(curves[-1].get_ydata()) == pytest.approx(0.9 if entries is others else 0.4)


def replaced(entries: list[Entry], picture: str) -> list[Entry]:
    return [replace(e, picture=picture) for e in entries]
