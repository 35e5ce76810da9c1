"""Text for LaTeX that pdfLaTeX can set with its own fonts and without packages.

Accented Latin letters become accents, Greek letters and a little mathematics become formulas, and what LaTeX does
not know by itself is transliterated.
"""

import re
from unicodedata import name, normalize

from anyascii import anyascii

from reconstruct.figures.page.scripts import transliterated

_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d", "\u0327": "c", "\u0331": "b",
    "\u0326": "textcommabelow",
}  # fmt: skip
_BELOW = ("d", "textcommabelow", "c", "b")  # these leave the dot on an i
_TEXT = {
    "\\": "textbackslash", "^": "textasciicircum", "~": "textasciitilde", "<": "textless", ">": "textgreater",
    "|": "textbar", "–": "textendash", "—": "textemdash", "‘": "textquoteleft", "’": "textquoteright",
    "“": "textquotedblleft", "”": "textquotedblright", "…": "textellipsis", "•": "textbullet", "©": "textcopyright",
    "§": "textsection", "¶": "textparagraph", "†": "textdagger", "‡": "textdaggerdbl", "£": "textsterling",
    "®": "textregistered", "™": "texttrademark",
    "¡": "textexclamdown", "¿": "textquestiondown", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o",
    "Ø": "O", "ł": "l", "Ł": "L", "ı": "i", "ȷ": "j",
}  # fmt: skip
_MATHEMATICS = {
    "−": "-", "×": r"\times", "·": r"\cdot", "⋅": r"\cdot", "±": r"\pm", "÷": r"\div", "∞": r"\infty", "‖": r"\|",
    "∥": r"\parallel", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx", "∼": r"\sim", "∝": r"\propto",
    "∈": r"\in", "≪": r"\ll", "≫": r"\gg", "→": r"\rightarrow", "←": r"\leftarrow", "↔": r"\leftrightarrow",
    "∂": r"\partial", "∇": r"\nabla", "∑": r"\sum", "∏": r"\prod", "√": r"\surd", "¬": r"\neg", "°": r"^{\circ}",
    "µ": r"\mu", "↓": r"\downarrow", "ς": r"\varsigma", "ο": "o",
}  # fmt: skip
# The letters for which LaTeX has a name; the other capitals look like Latin ones, and are transliterated.
_GREEK = {
    letter: "\\" + (word.lower() if letter.islower() else word.capitalize())
    for letter in "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"
    for word in [name(letter).split()[-1].replace("LAMDA", "LAMBDA")]
}
_FORMULAS = _MATHEMATICS | _GREEK
_LEVELS = {"⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻": "^", "₀₁₂₃₄₅₆₇₈₉₊₋": "_"}
_ON_THE_LINE = str.maketrans("".join(_LEVELS), "0123456789+-" * 2)
_LETTER = f"[A-Za-z][{''.join(_ACCENTS)}]"
# Pairs that TeX's fonts draw as one sign, -- as a dash: something must stand between the two.
_PAIR = r"(?P<first>-(?=-)|'(?=')|`(?=`)|,(?=,)|[?!](?=`))"
_PIECE = re.compile("|".join([_LETTER, *(f"[{level}]+" for level in _LEVELS), _PAIR, "."]), re.DOTALL)
_WORD = re.compile("[\u0370-\u03ff\u1f00-\u1fff]{3,}")  # of Greek letters; one or two of them are a formula


def escaped(words: str) -> str:
    """`words` as LaTeX text that looks like them; line breaks become spaces."""
    words = _WORD.sub(lambda word: anyascii(word[0]), normalize("NFC", words))
    return _PIECE.sub(_written, transliterated(words, _is_known).replace("\n", " "))


def _is_known(cluster: str) -> bool:
    """Whether a character with its marks can be written; a mark alone cannot."""
    return cluster.isascii() or cluster in _TEXT or cluster in _FORMULAS or _is_raised(cluster) or _is_accented(cluster)


def _is_raised(piece: str) -> bool:
    return all(ord(c) in _ON_THE_LINE for c in piece)


def _is_accented(piece: str) -> bool:
    return re.fullmatch(_LETTER, normalize("NFD", piece)) is not None


def _written(piece: re.Match[str]) -> str:
    words = piece[0]
    if _is_accented(words):
        return _accented(*normalize("NFD", words))
    if _is_raised(words):
        level = next(level for letters, level in _LEVELS.items() if words[0] in letters)
        return rf"\ensuremath{{{level}{{{words.translate(_ON_THE_LINE)}}}}}"
    if words in _FORMULAS:
        return rf"\ensuremath{{{_FORMULAS[words]}}}"
    if words in _TEXT:
        return rf"\{_TEXT[words]}{{}}"
    if words == '"':
        return "{''}"  # babel gives the character itself other meanings
    if words in "{}$&#_%":
        return "\\" + words
    return words + "{}" if piece["first"] else words


def _accented(letter: str, mark: str) -> str:
    """A letter with an accent above or below; with an accent above, i and j have no dots."""
    accent = _ACCENTS[mark]
    dotless = "\\" if letter in "ij" and accent not in _BELOW else ""
    return f"\\{accent}{{{dotless}{letter}}}"
