"""Text below plots: keys that explain colours, and paragraphs; in as many lines as they need."""

from collections.abc import Iterator, Sequence

from reconstruct.report.figures.page.fitting import Fitted, fit, fit_all
from reconstruct.report.figures.page.sheet import FAINT, Look, Part, Sheet

EDGE = 0.12  # inches from the edges of the page
BETWEEN = 0.22  # inches between two keys in a line
LINES = 0.04  # inches between lines
SMALLER = 0.5  # points, than small text


Key = tuple[str, str]
"""A text, and the colour that it explains, in which it is written."""


def keys(given: Sequence[Key], look: Look) -> Iterator[Part]:
    """A part for each line of keys; a line has as many keys as fit."""
    every = [words for words, _ in given] if look.labels else []
    fitted = fit_all(every, look.width - 2 * EDGE, look.small - SMALLER, 4)
    line: list[tuple[float, Fitted, str]] = []  # left end in inches, text and colour of each key
    left = EDGE
    for (_, colour), words in zip(given, fitted, strict=False):
        if line and left + words.width > look.width - EDGE:
            yield _line(line)
            line, left = [], EDGE
        line.append((left, words, colour))
        left += words.width + BETWEEN
    if line:
        yield _line(line)


def _line(line: Sequence[tuple[float, Fitted, str]]) -> Part:
    def drawn(sheet: Sheet, top: float) -> None:
        for left, words, colour in line:
            sheet.fitted(left, top + LINES, words, color=colour, va="top")

    return Part(max(words.height for _, words, _ in line) + 2 * LINES, drawn)


def paragraph(words: str, look: Look) -> Part:
    """A text over the whole width; a part of no height if the look has no labels or notes."""
    if not (look.labels and look.notes and words):
        return Part(0.0)
    fitted = fit(words, look.width - 2 * EDGE, look.small - SMALLER, most_lines=8)

    def drawn(sheet: Sheet, top: float) -> None:
        sheet.fitted(EDGE, top + LINES, fitted, color=FAINT, va="top")

    return Part(fitted.height + 3 * LINES, drawn)
