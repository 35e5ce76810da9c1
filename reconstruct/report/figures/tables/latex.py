"""Text for LaTeX that pdfLaTeX can set with its own fonts and without packages, in any font encoding.

Greek letters and a little mathematics become formulas; LaTeX reads accented Latin letters and signs as they are. What
LaTeX does not know without packages loses its accents, or is written by its number, as ``U+732B``.
"""

import re
from string import ascii_letters
from unicodedata import name, normalize

LATIN_B = "\u0180"  # LaTeX reads hardly any letter from here on
_ACCENTS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0331\u0326"
_ACCENTED = {*map(chr, range(128)), *_ACCENTS}
_SIGNS = "–—‘’“”…•©§¶†‡£®™¡¿ßæÆœŒøØłŁı"  # that LaTeX reads as they are, whatever the font
_TEXT = {
    "\\": "textbackslash", "^": "textasciicircum", "~": "textasciitilde", "<": "textless", ">": "textgreater",
    "|": "textbar",
}  # fmt: skip
_MATHEMATICS = {
    "−": "-", "×": r"\times", "·": r"\cdot", "⋅": r"\cdot", "±": r"\pm", "÷": r"\div", "∞": r"\infty", "‖": r"\|",
    "∥": r"\parallel", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx", "∼": r"\sim", "∝": r"\propto",
    "∈": r"\in", "≪": r"\ll", "≫": r"\gg", "→": r"\rightarrow", "←": r"\leftarrow", "↔": r"\leftrightarrow",
    "∂": r"\partial", "∇": r"\nabla", "∑": r"\sum", "∏": r"\prod", "√": r"\surd", "¬": r"\neg", "°": r"^{\circ}",
    "µ": r"\mu", "↓": r"\downarrow", "ς": r"\varsigma", "ο": "o",
}  # fmt: skip
# The letters for which LaTeX has a name; the other capitals look like Latin ones.
_GREEK = {
    letter: "\\" + (word.lower() if letter.islower() else word.capitalize())
    for letter in "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"
    for word in [name(letter).split()[-1].replace("LAMDA", "LAMBDA")]
}
_FORMULAS = _MATHEMATICS | _GREEK
_LEVELS = {"⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻": "^", "₀₁₂₃₄₅₆₇₈₉₊₋": "_"}
_ON_THE_LINE = str.maketrans("".join(_LEVELS), "0123456789+-" * 2)
# Pairs that TeX's fonts draw as one sign, -- as a dash: something must stand between the two.
_PAIR = r"(?P<first>-(?=-)|'(?=')|`(?=`)|,(?=,)|[?!](?=`))"
_PIECE = re.compile("|".join([*(f"[{level}]+" for level in _LEVELS), _PAIR, "."]), re.DOTALL)


def escaped(words: str) -> str:
    """`words` as LaTeX text that looks like them; line breaks become spaces."""
    return _PIECE.sub(_written, normalize("NFC", words))


def _written(piece: re.Match[str]) -> str:
    words = piece[0]
    if words[0] in "".join(_LEVELS):
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
    return words + "{}" if piece["first"] else _kept(words)


def _kept(character: str) -> str:
    """A character that LaTeX reads as it is, else a letter without its accents, else the character's number."""
    if character.isspace():
        return " "
    letter, *accents = list(normalize("NFD", character))
    is_known = character < LATIN_B or character in "ȘșȚț"
    if character in _SIGNS or (character.isprintable() and is_known and {letter, *accents} <= _ACCENTED):
        return character
    return letter if letter in ascii_letters and accents else f"U+{ord(character):04X}"
