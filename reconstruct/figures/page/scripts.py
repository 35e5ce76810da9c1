"""Names in any script: a font that has their characters, or else their transliteration.

matplotlib brings DejaVu Sans, which has Latin, Greek, Cyrillic, Arabic and Hebrew letters, but neither ideographs nor
the scripts of India. Other characters are looked for in the installed fonts, and what none of them has is written in
ASCII letters, by their sound: 猫 is Mao.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from unicodedata import category, normalize

from anyascii import anyascii
from matplotlib import rcParams
from matplotlib.font_manager import FontEntry, FontProperties, findfont, fontManager, get_font

HOUSE = "DejaVu Sans"
_REORDERING = "\u202a-\u202e\u2066-\u2069"  # these change the direction of the text next to a name
# How a character is drawn, not which one: selectors of variants, an emoji's colour of skin, the frame of a keycap.
_MANNER = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef\U0001f3fb-\U0001f3ff\u20e3]")
_JOINER = "\u200d"
_TAILS = "\u0e33\u0eb3"  # Thai's and Lao's AM: letters by their category, marks by their use
_APART = "\0"  # around what is set apart from the letters next to it; control characters are gone by then
_IDEOGRAPHS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_OUTLINES, _OTHER_PICTURES = b"glyf", {b"COLR", b"CBDT", b"sbix"}  # tables of a TrueType file
_NOT_REAL = re.compile(r"last ?resort|not ?def|blank|bmp fallback", re.IGNORECASE)  # a box for every character


def legible(words: str) -> str:
    """`words` as they can be drawn in `families(words)`: characters that no font has are transliterated.

    Control characters but line breaks become spaces. What has neither a glyph nor a sound is written as ``U+E000``.
    """
    return transliterated(words, lambda cluster: _family(cluster) is not None)


def families(words: str) -> list[str]:
    """The font families that `legible(words)` needs, for matplotlib's ``font.family``.

    They are the reader's own, which stands before the house's in the style, DejaVu Sans, and fallbacks.
    """
    needed = {_family(cluster) for cluster in _clusters(legible(words))}
    own = rcParams["font.family"][:-1]
    house = [*own, HOUSE]
    return house if needed <= {HOUSE} else [*house, *(family for family in fallbacks() if family in needed)]


def transliterated(words: str, kept: Callable[[str], bool]) -> str:
    """`words` in which every character that is not `kept`, with the marks on it, is written in ASCII.

    `kept` is called with a character with all its marks and what is joined to it, then with fewer of them.
    """
    text = "".join(_written(cluster, kept) for cluster in _clusters(words))
    text = re.sub(rf"(?<=[^\W_]){_APART}+(?=[^\W_])", " ", text).replace(_APART, "")
    return text if _visible(text) or not words.strip() else " ".join(_code(c) for c in words if not c.isspace())


def _written(cluster: str, kept: Callable[[str], bool]) -> str:
    """A cluster, or as much of its beginning as is kept and the rest in ASCII."""
    if kept(cluster):
        return cluster
    beginnings = (cluster[:end] for end in range(len(cluster) - 1, 0, -1))
    if beginning := next(filter(kept, beginnings), ""):
        return beginning.rstrip(_JOINER) + "".join(map(_sound, cluster[len(beginning) :]))
    base = cluster[0]
    return _sound(base) if _IDEOGRAPHS.match(base) else anyascii(cluster) or _sound(base)


def _sound(character: str) -> str:
    """One character in ASCII, set apart where it is an ideograph or is written by its number."""
    sound = anyascii(character)
    if (sound and not _IDEOGRAPHS.match(character)) or (not sound and _silent(character)):
        return sound
    return _APART + (sound or _code(character)) + _APART


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def _hidden(character: str) -> bool:
    """Whether a character has no shape of its own."""
    return category(character) == "Cf" or bool(_MANNER.match(character))


def _silent(character: str) -> bool:
    """Whether nothing is lost with a character that has no sound: ラー is ra."""
    return _hidden(character) or category(character) == "Lm"


def _visible(text: str) -> bool:
    return any(category(c)[0] not in "CZ" or category(c) == "Co" for c in text)


def _clusters(words: str) -> Iterator[str]:
    """Characters, each with the marks and joined characters that follow it; a font is chosen for all of them at once.

    matplotlib draws them so: it takes a font for a letter only where that has its accents too.
    """
    cluster = ""
    for c in _clean(words):
        follows = category(c)[0] == "M" or c in (_JOINER, *_TAILS) or (cluster.endswith(_JOINER) and c != "\n")
        if cluster and cluster != "\n" and follows:
            cluster += c
            continue
        if cluster:
            yield cluster
        cluster = c
    if cluster:
        yield cluster


def _clean(words: str) -> str:
    """`words` with composed accents, without controls, and without what only says how a character is drawn."""
    words = re.sub(f"[{_REORDERING}]", "", words.replace("\r\n", "\n"))
    words = "".join(" " if c != "\n" and category(c) in ("Cc", "Zl", "Zp") else c for c in words)
    return normalize("NFC", "".join(c for c in words if not _hidden(c) or _in_house(c)))


@cache
def _house() -> frozenset[str]:
    return _characters(findfont(HOUSE))


def _in_house(character: str) -> bool:
    return character in _house()


def _family(cluster: str) -> str | None:
    """The first family that has a character and its marks."""
    if cluster == "\n" or all(map(_in_house, cluster)):
        return HOUSE
    if any(category(c) in ("Cn", "Co", "Cs") for c in cluster):
        return None  # every font means something else by a private character
    needed = {c for c in cluster if not _hidden(c)}
    return next((family for family, characters in fallbacks().items() if needed <= characters), None)


@cache
def _bold() -> frozenset[str]:
    return _characters(findfont(FontProperties(family=HOUSE, weight="bold")))


def has_bold(words: str) -> bool:
    """Whether words can be drawn in bold letters: that face lacks some scripts."""
    return set(words) - {"\n"} <= _bold()


@cache
def fallbacks() -> dict[str, frozenset[str]]:
    """Families that have characters which DejaVu Sans lacks, in the order of their files' paths, and what they have."""
    found: dict[str, frozenset[str]] = {}
    for family, path in candidates():
        if _embeddable(path) and not (characters := _characters(path)) <= _house() and _is_meant(family, path):
            found[family] = characters
    return found


def candidates() -> list[tuple[str, str]]:
    """Families and paths of all installed fonts of regular weight and upright style, sorted by path."""
    fonts = {(entry.fname, entry.name) for entry in fontManager.ttflist if _regular(entry)}
    return [(family, path) for path, family in sorted(fonts) if not _NOT_REAL.search(family)]


def _regular(entry: FontEntry) -> bool:
    return entry.style == "normal" and entry.weight in (400, "normal", "regular", "book")


def _is_meant(family: str, path: str) -> bool:
    """Whether matplotlib finds this very file by the family's name: several files can bear one name."""
    return family != HOUSE and Path(findfont(family, rebuild_if_missing=False)).resolve() == Path(path).resolve()


def _embeddable(path: str) -> bool:
    """Whether a file is plain TrueType, the only kind whose outlines a PDF gets as they are (fonttype 42)."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(12)
            tables = {file.read(16)[:4] for _ in range(int.from_bytes(head[4:6], "big"))}
    except OSError:
        return False
    return head[:4] in (b"\0\1\0\0", b"true") and _OUTLINES in tables and not tables & _OTHER_PICTURES


@cache
def _characters(path: str) -> frozenset[str]:
    """All characters of a font; none where its file is broken."""
    try:
        return frozenset(map(chr, get_font(path).get_charmap()))
    except Exception:  # FreeType's errors are of many kinds
        return frozenset()
