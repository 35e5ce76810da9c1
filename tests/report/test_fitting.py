"""Any words at all can be drawn, and fit: wrapped, then made smaller, never cut off."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from reconstruct.report.figures.page.fitting import LEAST, families, fit, fit_all, legible
from reconstruct.report.figures.page.sheet import house_style

TROUBLE = "猫犬カー고𠀀⨁👩👍\U0001f3fd\u0e32\u094d\u0301\u20e3\ufe0f\U000e0100"
TROUBLE += "\u200b\u200d\u202e\u2066\ue000\ud800\x00\n\r\x85"


def test_words_wrap_before_they_shrink_and_shrink_where_lines_are_few():
    fitted = fit("Wheat Field with Cypresses", 1.2, 10.5, most_lines=3)
    assert fitted.size == 10.5
    assert len(fitted.words.split("\n")) > 1
    assert fit("Wheat Field with Cypresses", 1.4, 10.5, most_lines=1).size < 10.5
    fitted = fit("relu4_2", 2.0, 10.5)
    assert (fitted.words, fitted.size) == ("relu4_2", 10.5)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(words=st.text(max_size=60), width=st.floats(0.4, 7), size=st.floats(6, 14), lines=st.integers(1, 4))
def test_nothing_is_cut_off_nor_too_wide_nor_too_small(words, width, size, lines):
    fitted = fit(words, width, size, lines)
    assert fitted.size >= LEAST
    assert fitted.width <= width or max(map(len, fitted.words.split("\n"))) == 1
    assert "…" not in fitted.words or "…" in words


def test_labels_of_one_row_have_one_size_but_a_very_long_one():
    one, other, long = fit_all(["a", "a longer label than that", "a label that is very much longer " * 3], 1.7, 10.5, 1)
    assert one.size == other.size < 10.5
    assert long.size < other.size


@pytest.mark.parametrize("width", [0.9, 1.3, 1.7, 2.1, 2.6])
def test_a_ratio_stays_on_one_line(width):
    words = "goes from 0.00 at the smallest α/β to 0.36 at the best α/β and 0.32 at the largest α/β"
    assert fit(words, width, 10.5, 20).words.count("α/β") == 3


def test_a_word_of_ten_thousand_letters_is_broken_without_a_loss_in_reasonable_time():
    begun = time.monotonic()
    word = "DSC_20260101_123456789_abcdefghijklmnopqrstuvwxyz" * 200
    assert fit(word, 1.0, 8).words.replace("\n", "") == word
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("words", "drawn"),
    [
        ("Vincent van Gogh", "Vincent van Gogh"), ("Ελ Γκρέκο, Иван, עברית", "Ελ Γκρέκο, Иван, עברית"),
        ("α/β = 10⁻³, ‖F‖ → ∞", "α/β = 10⁻³, ‖F‖ → ∞"), ("a\nb", "a\nb"), ("", ""),
        ("\ue000.jpg \ud800\x00", "□.jpg □□"),
        ("a\tb\x85d\u2028e\r\nf\ng", "a b d e\nf\ng"),
        ("\u202ecba: 12 %", "□cba: 12 %"),  # else it would turn the words beside it around
        (unicodedata.normalize("NFD", "é"), "é"),  # as Macintosh file systems decompose names
    ],
)  # fmt: skip
def test_letters_that_a_font_has_stay_and_others_become_boxes(words, drawn):
    with house_style():
        assert legible(words) == drawn


@settings(max_examples=150, deadline=None)
@given(words=st.text(st.characters(exclude_categories=[]) | st.sampled_from(TROUBLE), max_size=12))
def test_any_words_are_drawn_without_a_missing_glyph_and_none_vanish(words):
    with house_style():
        drawn = legible(words)
        figure = Figure(figsize=(3, 1), dpi=50)
        for weight in ("normal", "bold"):
            figure.text(0.1, 0.5, drawn, weight=weight, family=families(), parse_math=False)
        FigureCanvasAgg(figure).draw()  # a missing glyph is a warning, and a warning an error
        assert legible(drawn) == drawn
    assert bool(drawn.strip()) == bool(words.strip())
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n" for c in drawn)
