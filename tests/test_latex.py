"""Any words at all can be put into a LaTeX document."""

import random
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconstruct.figures.tables.latex import escaped

SPECIAL = "\\{}$&#^_~%\"'`<>|-,?![]*@/:;=+()"
SIGNS = (
    "αβγΔΩς⁻⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂−–—→←×·∞‖≥≤≠≈∈≪±°µ…‘’“”«»„©®™§£¿¡•†"
    "éèêëēĕėěçşșạőůñÅåßæøœłŁıīǰİąęđðþŋẽế猫犬кот\u0301\u200b\ue000😀\ud800\n\t\x00"
)
NASTY = [
    *SPECIAL, *SIGNS, SPECIAL, SPECIAL[::-1], SIGNS, "---title", "'''", ",,,", "?`!`", "\n\n", r"\input{/etc/passwd}",
    r"\end{document}", "$x$ 100% #1 ~/a_b", "Γάτα του Ελ Γκρέκο", "10⁻³ α/β", "^^M", "x\u0302\u0301",
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "latex"),
    [
        (r"\{}$", r"\textbackslash{}\{\}\$"),
        ("&#^_~%", r"\&\#\textasciicircum{}\_\textasciitilde{}\%"),
        ('<|>"', r"\textless{}\textbar{}\textgreater{}{''}"),
        ("style=x --title", r"style=x -{}-title"),
        ("---", "-{}-{}-"),
        ("10⁻¹²", r"10\ensuremath{^{-12}}"),
        ("x₀", r"x\ensuremath{_{0}}"),
        ("α/β ≤ ∞", r"\ensuremath{\alpha}/\ensuremath{\beta} \ensuremath{\leq} \ensuremath{\infty}"),
        ("‖a − b‖", r"\ensuremath{\|}a \ensuremath{-} b\ensuremath{\|}"),
        ("Λ λ", r"\ensuremath{\Lambda} \ensuremath{\lambda}"),
        ("A – B…", r"A \textendash{} B\textellipsis{}"),
        ("Antonín Dvořák", r"Anton\'{\i}n Dvo\v{r}\'{a}k"),
        ("Brâncuși, Łoś", r"Br\^{a}ncu\textcommabelow{s}i, \L{}o\'{s}"),
        ("e\u0301 x\u0302", r"\'{e} \^{x}"),
    ],
)
def test_words_look_the_same_in_latex(words, latex):
    assert escaped(words) == latex


@pytest.mark.parametrize(
    ("words", "latex"),
    [("猫犬", "Mao Quan"), ("кот", "kot"), ("Γάτα", "Gata"), ("Będkowski", "Bedkowski"), ("€5", "EUR5"),
     ("a\ue000", "a U+E000"), ("\u200b", "U+200B"), ("\ud800_", r"U+D800\_")],
)  # fmt: skip
def test_what_latex_does_not_know_by_itself_is_transliterated(words, latex):
    assert escaped(words) == latex


def test_lines_and_paragraphs_do_not_end():
    assert escaped("a\nb\r\nc\x0bd\x00e") == "a b c d e"


@given(st.text(st.characters(exclude_categories=[]) | st.sampled_from(SPECIAL + SIGNS)))
def test_any_words_become_balanced_ascii_in_which_nothing_special_is_left(words):
    latex = escaped(words)
    assert latex.isascii()
    assert latex.isprintable()
    assert bool(latex.strip()) == bool(words.strip())
    bare = re.sub(r"\\ensuremath\{(?:[-o]|\\[a-z|]+|[_^]\{[-+0-9]+\}|\^\{\\circ\})\}", "", latex, flags=re.IGNORECASE)
    bare = re.sub(r"\\[`'^~=.\"](?=\{)|\\[A-Za-z]+|\\[{}$&#_%]", "", bare)
    assert not set(bare) & set('\\$&#^_~%<>|"')
    assert re.sub(r"\{[^{}]?\}|\{''\}", "", bare).count("{") == 0
    assert bare.count("{") == bare.count("}")


@pytest.mark.parametrize("encoding", ["OT1", "T1"])
def test_pdflatex_sets_nasty_words_without_a_package(tmp_path, encoding):
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex (Debian: texlive-latex-base)")
    chance = random.Random(0)
    mixed = ["".join(chance.choices(SPECIAL + SIGNS, k=40)) for _ in range(200)]
    lines = [rf"\item[] {escaped(words)}" for words in [*NASTY, *mixed]]
    start = [r"\documentclass{article}", rf"\usepackage[{encoding}]{{fontenc}}", r"\begin{document}\begin{itemize}"]
    (tmp_path / "words.tex").write_text("\n".join([*start, *lines, r"\end{itemize}\end{document}"]))
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "words"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in (tmp_path / "words.log").read_text(errors="replace")
