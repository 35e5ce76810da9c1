import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconstruct.report.figures.page.fitting import LEAST, extent, fit, fit_all, fits


def test_words_that_fit_stay_as_they_are():
    fitted = fit("relu4_2", 2.0, 10.5)
    assert (fitted.words, fitted.size) == ("relu4_2", 10.5)


def test_words_wrap_before_they_shrink():
    fitted = fit("Wheat Field with Cypresses", 1.2, 10.5, most_lines=3)
    assert fitted.size == 10.5
    assert len(fitted.words.split("\n")) > 1


def test_words_shrink_where_lines_are_few():
    assert fit("Wheat Field with Cypresses", 1.4, 10.5, most_lines=1).size < 10.5


@settings(deadline=None, derandomize=True, max_examples=150)
@given(words=st.text(max_size=60), width=st.floats(0.4, 7), size=st.floats(6, 14), lines=st.integers(1, 4))
def test_nothing_is_cut_off_nor_too_wide_nor_too_small(words, width, size, lines):
    fitted = fit(words, width, size, lines)
    assert fitted.size >= LEAST
    assert fitted.width <= width or max(map(len, fitted.words.split("\n"))) == 1
    assert "…" not in fitted.words or "…" in words


def test_no_character_of_a_long_word_is_lost():
    word = "DSC_20260101_123456789_abcdefghijklmnopqrstuvwxyz" * 3
    assert fit(word, 0.6, 10.5).words.replace("\n", "") == word


def test_labels_of_one_row_have_one_size_but_a_very_long_one():
    one, other, long = fit_all(["a", "a longer label than that", "a label that is very much longer " * 3], 1.7, 10.5, 1)
    assert one.size == other.size < 10.5
    assert long.size < other.size


def test_an_extent_grows_with_the_size_and_the_lines():
    (width, height), (wider, higher) = extent("relu", 8), extent("relu", 16)
    assert wider == pytest.approx(2 * width, rel=0.1)
    assert higher > height
    assert extent("relu\nrelu", 8)[1] > 1.8 * height
    assert fits("relu", width, 8)
    assert not fits("relu", width * 0.9, 8)


@pytest.mark.parametrize("width", [0.9, 1.3, 1.7, 2.1, 2.6])
def test_a_ratio_stays_on_one_line(width):
    words = "goes from 0.00 at the smallest α/β to 0.36 at the best α/β and 0.32 at the largest α/β"
    assert fit(words, width, 10.5, 20).words.count("α/β") == 3


def test_a_word_of_ten_thousand_letters_is_broken_in_reasonable_time():
    begun = time.monotonic()
    fitted = fit("x" * 10_000, 1.0, 8)
    assert fitted.words.replace("\n", "") == "x" * 10_000
    assert time.monotonic() - begun < 30
