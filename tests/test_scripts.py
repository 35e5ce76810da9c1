"""Names in every script are drawn: with a font that has their characters, or transliterated."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from reconstruct.figures.page import scripts
from reconstruct.figures.page.scripts import families, legible, transliterated

CAT = "猫"
TROUBLE = "猫犬カー고𠀀⨁👩👍\U0001f3fd\u0e32\u094d\u0301\u20e3\ufe0f\U000e0100"
TROUBLE += "\u200b\u200d\u202e\u2066\ue000\ud800\x00\n\r\x85"
any_words = st.text(st.characters(exclude_categories=[]) | st.sampled_from(TROUBLE), max_size=12)


@contextmanager
def installed(*paths: Path) -> Iterator[None]:
    """As if these were the only fonts beside matplotlib's DejaVu Sans."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fontManager, "ttflist", [f for f in fontManager.ttflist if f.name == scripts.HOUSE])
        for path in paths:
            fontManager.addfont(path)
        scripts.fallbacks.cache_clear()
        yield
    scripts.fallbacks.cache_clear()


def square_font(path: Path, characters: str = CAT, family: str = "Square", weight: int = 400) -> Path:
    """A font in which every character is a square."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    names = [".notdef", "square"]
    font = FontBuilder(1000)
    font.setupGlyphOrder(names)
    font.setupCharacterMap({ord(c): "square" for c in characters})
    font.setupGlyf(dict.fromkeys(names, pen.glyph()))
    font.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")})
    font.setupOS2(usWeightClass=weight)
    font.setupPost()
    font.save(path)
    return path


def figure_of(words: str) -> Figure:
    figure = Figure(figsize=(3, 1), dpi=50)
    figure.text(0.1, 0.5, words, family=families(words), parse_math=False)
    return figure


def draw(words: str) -> None:
    """Draw the words; a missing glyph is a warning, and a warning an error."""
    FigureCanvasAgg(figure_of(words)).draw()


@pytest.mark.parametrize(
    "words", ["Vincent van Gogh", "Ελ Γκρέκο", "Иван Айвазовский", "α/β = 10⁻³, ‖F‖ → ∞", "a\nb", ""]
)
def test_names_in_latin_greek_and_cyrillic_letters_stay_as_they_are(words):
    assert (legible(words), families(words)) == (words, ["DejaVu Sans"])


def test_no_font_is_looked_for_where_dejavu_sans_has_every_character(monkeypatch):
    monkeypatch.setattr(scripts, "fallbacks", lambda: pytest.fail("fonts were looked through"))
    assert families(legible("Dürer, עברית, عربي 😀")) == ["DejaVu Sans"]


@pytest.mark.parametrize(
    ("words", "sound"),
    [
        (CAT, "Mao"), ("猫犬", "Mao Quan"), ("a猫 1", "a Mao 1"), ("猫.jpg", "Mao.jpg"), ("ラーメン", "ramen"),
        ("食べる", "Shi beru"), ("हिन्दी", "hindi"), ("👩\u200d👧", ":woman::girl:"), ("👍🏽", ":thumbsup:"),
    ],
)  # fmt: skip
def test_without_a_font_for_it_a_name_is_written_by_its_sound(words, sound):
    with installed():
        assert (legible(words), families(words)) == (sound, ["DejaVu Sans"])
        draw(legible(words))


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("a\ue000b", "a U+E000 b"), ("\ud800", "U+D800"), ("\U0010ffff.png", "U+10FFFF.png"), ("𠵶", "U+20D76"),
        ("a\u1df9", "a U+1DF9"), ("\u200b", "U+200B"), ("\x00", "U+0000"), ("ー", "U+30FC"),
    ],
)  # fmt: skip
def test_what_has_neither_a_glyph_nor_a_sound_is_written_by_its_number(words, written):
    with installed():
        assert legible(words) == written


def test_a_decomposed_name_is_drawn_as_the_composed_one(tmp_path):
    """Macintosh file systems decompose names; fonts have the composed characters."""
    name = "é고"
    with installed(square_font(tmp_path / "square.ttf", "고")):
        assert legible(unicodedata.normalize("NFD", name)) == name


def test_controls_become_spaces_and_only_line_breaks_stay():
    assert legible("a\tb\x00c\x85d\u2028e\r\nf\ng") == "a b c d e\nf\ng"


def test_a_name_cannot_turn_around_the_words_beside_it():
    assert legible("\u202ecba\u202c: 12 %") == "cba: 12 %"


def test_a_name_stays_where_an_installed_font_has_it_and_the_pdf_embeds_that_font_as_truetype(tmp_path):
    with installed(square_font(tmp_path / "square.ttf")):
        assert (legible(CAT), families(f"a {CAT}")) == (CAT, ["DejaVu Sans", "Square"])
        with rc_context({"pdf.fonttype": 42}):
            figure_of(CAT).savefig(tmp_path / "cat.pdf")
        data = (tmp_path / "cat.pdf").read_bytes()
    assert b"Square" in data
    assert b"/FontFile2" in data
    assert b"/FontFile3" not in data


def test_a_joined_sign_falls_into_its_parts_where_no_font_has_them_all(tmp_path):
    with installed(square_font(tmp_path / "square.ttf", "👩")):
        assert legible("👩\u200d👧") == "👩:girl:"


def test_a_mark_that_the_font_of_its_letter_lacks_is_written_by_its_number(tmp_path):
    with installed(square_font(tmp_path / "square.ttf")):
        assert legible(f"{CAT}\u0301{CAT}") == f"{CAT} U+0301 {CAT}"
        assert families(f"{CAT}\u0301") == ["DejaVu Sans", "Square"]
        draw(legible(f"{CAT}\u0301{CAT}"))


def test_of_several_fonts_the_first_by_path_is_taken(tmp_path):
    second = square_font(tmp_path / "b.ttf", f"{CAT}犬", "Second")
    first = square_font(tmp_path / "a.ttf", CAT, "First")
    with installed(second, first):
        assert families(CAT) == ["DejaVu Sans", "First"]
        assert families(f"犬{CAT}") == ["DejaVu Sans", "First", "Second"]


def test_private_characters_are_not_looked_for_in_other_fonts(tmp_path):
    with installed(square_font(tmp_path / "square.ttf", "\ue000")):
        assert legible("\ue000") == "U+E000"


@pytest.mark.parametrize("magic", [b"OTTO", b"ttcf", b"", b"nonsense"])
def test_fonts_that_are_broken_or_not_plain_truetype_are_passed_over(tmp_path, magic):
    path = square_font(tmp_path / "square.ttf")
    with installed(path):
        path.write_bytes(magic + (path.read_bytes()[4:] if magic else b""))
        assert (legible(CAT), families(CAT)) == ("Mao", ["DejaVu Sans"])


def test_a_font_that_is_cut_off_or_gone_is_passed_over(tmp_path):
    path, gone = square_font(tmp_path / "square.ttf"), square_font(tmp_path / "gone.ttf", family="Gone")
    with installed(path, gone):
        path.write_bytes(path.read_bytes()[:300])
        gone.unlink()
        assert legible(CAT) == "Mao"


def test_bold_faces_and_fonts_of_placeholders_are_passed_over(tmp_path):
    bold = square_font(tmp_path / "bold.ttf", family="Bold", weight=700)
    boxes = square_font(tmp_path / "boxes.ttf", family="Last Resort")
    with installed(bold, boxes):
        assert legible(CAT) == "Mao"


def test_transliteration_writes_what_is_not_kept():
    assert transliterated("Ä猫b", lambda cluster: cluster == "Ä") == "Ä Mao b"


@settings(max_examples=150, deadline=None)
@given(words=any_words)
@example("👩\u200d\n猫")
@example("\n\u0301\r\u0301")
@example("カ\u0301犬\u0301")
@example("a\u2066\u0301")
def test_any_words_are_drawn_without_a_missing_glyph_and_none_vanish(tmp_path_factory, words):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "some.ttf"
    with installed(path if path.exists() else square_font(path, "猫カ\u0e32👩👍\u0301")):
        drawn = legible(words)
        draw(drawn)
        assert legible(drawn) == drawn
    assert bool(drawn.strip()) == bool(words.strip())
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n" for c in drawn)


@settings(max_examples=50, deadline=None)
@given(words=any_words)
def test_any_words_are_drawn_with_the_fonts_of_this_machine(words):
    draw(legible(words))
