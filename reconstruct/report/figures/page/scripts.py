"""The characters that figures can draw: those of DejaVu Sans, which matplotlib brings, and of a few other fonts.

DejaVu Sans has Latin, Greek, Cyrillic, Arabic and Hebrew letters, but neither ideographs nor the scripts of India.
"""

from functools import cache
from unicodedata import normalize

from matplotlib import rcParams
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

HOUSE = "DejaVu Sans"
# Families with ideographs or a script of India. All are plain TrueType, whose outlines a PDF gets as they are.
OTHERS = ("Droid Sans Fallback", "Arial Unicode MS", "Malgun Gothic", "Noto Sans Devanagari", "Nirmala UI")
BOX = "□"


@cache
def families() -> list[str]:
    """The house's font and those of `OTHERS` that are installed, for matplotlib's ``font.family``."""
    return [HOUSE, *(name for name in OTHERS if name in fontManager.get_font_names())]


def legible(words: str) -> str:
    """`words` as the fonts of the style can draw them, with a box for each character that none of them has.

    Accents are composed, as fonts have them and as Macintosh file systems do not; controls but line breaks are gone.
    """
    drawn = _characters(tuple(rcParams["font.family"]))
    composed = normalize("NFC", words.replace("\r\n", "\n"))
    return "".join(c if c in drawn else " " if c.isspace() else BOX for c in composed)


@cache
def _characters(names: tuple[str, ...]) -> frozenset[str]:
    """The characters that one of the families has, upright and bold, and the line break."""
    return frozenset("\n").union(*(_of(name, "normal") & _of(name, "bold") for name in names))


def _of(family: str, weight: str) -> frozenset[str]:
    """A font's characters, without those that turn around the words next to them."""
    font = get_font(findfont(FontProperties(family=family, weight=weight)))
    return frozenset(c for c in map(chr, font.get_charmap()) if c.isprintable())
