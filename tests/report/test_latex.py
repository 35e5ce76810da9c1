"""Any words at all can be put into a LaTeX document."""

import random
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconstruct.report.figures.tables.latex import escaped

SPECIAL = "\\{}$&#^_~%\"'`<>|-,?![]*@/:;=+()"
SIGNS = (
    "αβγΔΩς⁻⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂−–—→←×·∞‖≥≤≠≈∈≪±°µ…‘’“”«»„©®™§£¿¡•†¶‡"
    "éèêëēĕėěçşșạőůñÅåßæøœłŁıīǰİąęđðþŋẽế猫犬кот\u0301\u200b\ue000😀\ud800\n\t\x00"
)
LATIN = "".join(map(chr, range(0xA0, 0x250))) + "".join(map(chr, range(0x1E00, 0x1F00)))
NASTY = [
    *SPECIAL, *SIGNS, *LATIN, SPECIAL, SPECIAL[::-1], SIGNS, "---title", "'''", ",,,", "?`!`", "\n\n", "$x$ 100% #1",
    r"\end{document}", r"\input{/etc/passwd}", "Γάτα του Ελ Γκρέκο", "10⁻³ α/β", "^^M", "x\u0302\u0301", "~/a_b",
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "latex"),
    [
        (r"\{}$", r"\textbackslash{}\{\}\$"),
        ("&#^_~%", r"\&\#\textasciicircum{}\_\textasciitilde{}\%"),
        ('<|>"', r"\textless{}\textbar{}\textgreater{}{''}"),
        ("style=x --title ---", r"style=x -{}-title -{}-{}-"),
        ("10⁻¹² x₀", r"10\ensuremath{^{-12}} x\ensuremath{_{0}}"),
        ("α/β ≤ ∞", r"\ensuremath{\alpha}/\ensuremath{\beta} \ensuremath{\leq} \ensuremath{\infty}"),
        ("‖a − Λ‖", r"\ensuremath{\|}a \ensuremath{-} \ensuremath{\Lambda}\ensuremath{\|}"),
        ("Antoni\u0301n Dvořák, Brâncuși – Łoś, ạ…", "Antonín Dvořák, Brâncuși – Łoś, a…"),
        ("猫 €5 \ud800_", r"U+732B U+20AC5 U+D800\_"),
        ("a\nb\r\nc\x0bd\x00", "a b  c dU+0000"),
    ],
)
def test_words_look_the_same_in_latex_or_are_written_by_their_numbers(words, latex):
    assert escaped(words) == latex


@given(st.text(st.characters(exclude_categories=[]) | st.sampled_from(SPECIAL + SIGNS)))
def test_any_words_become_balanced_text_in_which_nothing_special_is_left(words):
    latex = escaped(words)
    assert latex.isprintable()
    assert bool(latex.strip()) == bool(words.strip())
    bare = re.sub(r"\\ensuremath\{(?:[-o]|\\[a-z|]+|[_^]\{[-+0-9]+\}|\^\{\\circ\})\}", "", latex, flags=re.IGNORECASE)
    bare = re.sub(r"\\[A-Za-z]+|\\[{}$&#_%]", "", bare)
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
    text = "\n".join([*start, *lines, r"\end{itemize}\end{document}"])
    (tmp_path / "words.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "words"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in (tmp_path / "words.log").read_text(errors="replace")
