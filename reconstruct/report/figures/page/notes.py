"""Text below plots: keys that explain colours, and paragraphs; in as many lines as they need."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconstruct.report.figures.page.fitting import Fitted, fit, fit_all
from reconstruct.report.figures.page.sheet import FAINT, Look, Part, Sheet

EDGE = 0.12  # inches from the edges of the page
BETWEEN = 0.22  # inches between two keys in a line
LINES = 0.04  # inches between lines


@dataclass(frozen=True)
class Key:
    """A text in the colour that it explains."""

    words: str
    colour: str


def keys(given: Sequence[Key], look: Look) -> list[Part]:
    """A part for each line of keys; a line has as many keys as fit."""
    return [_line(line) for line in _lines(given, look)] if look.labels else []


def _lines(given: Sequence[Key], look: Look) -> Iterator[list[tuple[float, Fitted, str]]]:
    """For each line: left end in inches, text and colour of each key."""
    line: list[tuple[float, Fitted, str]] = []
    left = EDGE
    fitted = fit_all([key.words for key in given], look.width - 2 * EDGE, max(look.tiny, look.small - 0.5), 4)
    for key, words in zip(given, fitted, strict=True):
        if line and left + words.width > look.width - EDGE:
            yield line
            line, left = [], EDGE
        line.append((left, words, key.colour))
        left += words.width + BETWEEN
    if line:
        yield line


def _line(line: Sequence[tuple[float, Fitted, str]]) -> Part:
    def drawn(sheet: Sheet, top: float) -> None:
        for left, words, colour in line:
            sheet.fitted(left, top + LINES, words, color=colour, va="top")

    return Part(max(words.height for _, words, _ in line) + 2 * LINES, drawn)


def paragraph(words: str, look: Look) -> Part:
    """A text over the whole width; a part of no height if the look has no labels."""
    fitted = fit(words, look.width - 2 * EDGE, max(look.tiny, look.small - 0.5), most_lines=8)

    def drawn(sheet: Sheet, top: float) -> None:
        if look.notes:
            sheet.fitted(EDGE, top + LINES, fitted, color=FAINT, va="top")

    return Part(fitted.height + 3 * LINES if look.labels and look.notes and words else 0.0, drawn)
