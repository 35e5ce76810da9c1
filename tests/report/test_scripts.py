"""Any words at all can be drawn, with a box for each character that no font has."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from reconstruct.report.figures.page.scripts import families, legible
from reconstruct.report.figures.page.sheet import house_style

TROUBLE = "猫犬カー고𠀀⨁👩👍\U0001f3fd\u0e32\u094d\u0301\u20e3\ufe0f\U000e0100"
TROUBLE += "\u200b\u200d\u202e\u2066\ue000\ud800\x00\n\r\x85"


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
