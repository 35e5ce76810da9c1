"""Content error against style error of joint reconstructions, over the ratio α/β."""

from collections.abc import Iterator, Sequence
from math import isfinite, log
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reconstruct.analysis.entries import Entry
from reconstruct.analysis.networks import network_note
from reconstruct.analysis.selection import front as lines_of
from reconstruct.figures.page.fitting import Fitted, extent, fit, fit_all
from reconstruct.figures.page.sheet import COLOURS, FAINT, GAP, Look, Pages, Part, Sheet, head, house_style
from reconstruct.figures.plots.axes import MARKS, finish_logarithmic, plot
from reconstruct.figures.plots.notes import LINES, Key, keys, paragraph
from reconstruct.figures.plots.scales import TICKS, limits, width_of_numbers
from reconstruct.files import unique_ends
from reconstruct.naming import numbers

WIDEST, HIGHEST, LOWEST = 5.2, 3.4, 1.2  # inches of the axes
NARROWEST = 2.3  # of the axes; where there is less room, the legend is below them
COLUMN = 0.27  # of the width, at most, for the legend
WRITTEN = "●■▲◆▼"  # the marks of lines
DOTTED = "dotted: the smallest error of each"
NOTES = ("at the points: α/β", DOTTED, "errors: ‖code − target‖² / ‖target‖²")
MARGIN = 0.14  # of the axes, around all points
AWAY = 0.05  # inches from a point to its label
PLACES = ((1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (0, -1), (1, 0), (-1, 0))  # of a label around its point


def front(entries: Sequence[Entry], look: Look) -> list[Figure]:
    """Content error against style error, a line for each photograph and seed; dotted, the smallest value of each.

    Returns:
        A figure for each page.
    """
    lines = lines_of(entries)
    network = network_note(entries, [e for line in lines for e in line])
    with house_style(look):
        pages, drawn = Pages(look), _Front(lines, look)
        pages.add(drawn.part())
        below = [] if drawn.legend_at_right else [*keys(drawn.keys, look), paragraph("; ".join(drawn.notes), look)]
        for part in [*below, *([paragraph(network, look)] if network else [])]:
            pages.add(part)
        return pages.figures()


def _names(lines: Sequence[Sequence[Entry]]) -> list[str]:
    """A name for each line: its photograph, its seed, and what differs between lines."""
    firsts = [line[0] for line in lines]
    photographs, paintings = unique_ends(e.picture for e in firsts), unique_ends(e.painting for e in firsts)
    several = {term: len({e.layers[term] for e in firsts}) > 1 for term in ("content", "style")}

    def name(e: Entry) -> Iterator[str]:
        yield photographs[e.picture]
        if len(paintings) > 1:
            yield f"in the style of {paintings[e.painting]}"
        yield from (f"{term} {' '.join(e.layers[term])}" for term in several if several[term])
        if e.seed is not None:
            yield f"seed {e.seed}"

    return [", ".join(name(e)) for e in firsts]


class _Front:
    """The axes and, at their right if there is room, the legend."""

    def __init__(self, lines: Sequence[Sequence[Entry]], look: Look) -> None:
        self.lines, self.look = lines, look
        self.looks = [(COLOURS[k % len(COLOURS)], k // len(COLOURS) % len(MARKS)) for k in range(len(lines))]
        named = zip(_names(lines), self.looks, strict=True)
        self.keys = [Key(f"{WRITTEN[mark]} {name}", colour) for name, (colour, mark) in named]
        self.few = len(lines) <= len(COLOURS)
        self.notes = NOTES if self.few else tuple(note for note in NOTES if note != DOTTED)
        self.left = GAP + extent("style error", look.small)[1] + width_of_numbers(look.tiny)
        self.below = TICKS + extent("0", look.tiny)[1] + extent("content error", look.small)[1] + 2 * GAP
        room = look.height - head(look) - self.below - GAP
        self.names, self.fitted_notes = self._column()
        width = look.width - self.left - self._width() - 3 * GAP
        most = min(HIGHEST, room) if isfinite(room) else HIGHEST
        self.legend_at_right = look.labels and width >= NARROWEST and self._height() <= most
        self.width = min(WIDEST, width if self.legend_at_right else look.width - self.left - 2 * GAP)
        self.height = max(LOWEST, min(most, self.width))

    def _column(self) -> tuple[list[Fitted], list[Fitted]]:
        """The names of lines and the notes, for the legend at the right of the axes."""
        room, size = COLUMN * self.look.width, max(self.look.tiny, self.look.small - 1)
        return fit_all([key.words for key in self.keys], room, size), [fit(note, room, size, 4) for note in self.notes]

    def _width(self) -> float:
        return max((words.width for words in (*self.names, *self.fitted_notes)), default=0.0)

    def _height(self) -> float:
        return sum(words.height + LINES for words in (*self.names, *self.fitted_notes)) + 3 * LINES

    def part(self) -> Part:
        return Part(GAP + self.height + self.below, self._draw)

    def _draw(self, sheet: Sheet, top: float) -> None:
        top += GAP
        axes = plot(sheet, self.left, top, self.width, self.height, xscale="log", yscale="log", autoscale_on=False)
        for line, (colour, mark) in zip(self.lines, self.looks, strict=True):
            _draw_line(axes, line, colour, MARKS[mark], self.few)
        errors = {term: [e.own_error(term) for line in self.lines for e in line] for term in ("content", "style")}
        axes.set_xlim(limits(errors["content"], logarithmic=True, margin=MARGIN))
        axes.set_ylim(limits(errors["style"], logarithmic=True, margin=MARGIN))
        finish_logarithmic(axes, sheet)
        if sheet.look.labels:
            self._label_points(axes)
        look = {"size": self.look.small}
        foot = top + self.height + self.below - GAP
        sheet.text(self.left + self.width / 2, foot, "content error", ha="center", va="bottom", **look)
        sheet.text(GAP / 2, top + self.height / 2, "style error", ha="left", va="center", rotation=90, **look)
        if self.legend_at_right:
            self._draw_column(sheet, top)

    def _draw_column(self, sheet: Sheet, top: float) -> None:
        left = self.left + self.width + 2 * GAP
        for words, key in zip(self.names, self.keys, strict=True):
            sheet.fitted(left, top, words, color=key.colour, va="top")
            top += words.height + LINES
        top += 2 * LINES
        for words in self.fitted_notes:
            sheet.fitted(left, top, words, color=FAINT, va="top")
            top += words.height + LINES

    def _label_points(self, axes: Axes) -> None:
        """Write α/β at every point where there is room, at the ends of lines first."""
        taken = [(x, y, x, y) for line in self.lines for e in line for x, y in [self._place(axes, e)]]
        words = numbers([repr(e.ratio) for line in self.lines for e in line])
        size = self.look.tiny
        for key, e in self._by_importance():
            word = words[repr(e.ratio)]
            for box in self._boxes(self._place(axes, e), extent(word, size)):
                if not any(_overlap(box, other) for other in taken):
                    middle = (box[0] + box[2]) / 2 / self.width, (box[1] + box[3]) / 2 / self.height
                    look: dict[str, Any] = {
                        "ha": "center",
                        "va": "center",
                        "parse_math": False,
                        "transform": axes.transAxes,
                    }
                    axes.text(*middle, word, size=size, color=key.colour, **look)
                    taken.append(box)
                    break

    def _by_importance(self) -> Iterator[tuple[Key, Entry]]:
        for ends in (True, False):
            for line, key in zip(self.lines, self.keys, strict=True):
                for k, e in enumerate(line):
                    if (k in (0, len(line) - 1)) is ends:
                        yield key, e

    def _place(self, axes: Axes, e: Entry) -> tuple[float, float]:
        """Inches from the lower left corner of the axes."""
        places = []
        limits = (axes.get_xlim(), self.width), (axes.get_ylim(), self.height)
        for ((low, high), length), term in zip(limits, ("content", "style"), strict=True):
            places.append(length * log(e.own_error(term) / low) / log(high / low))
        return places[0], places[1]

    def _boxes(self, point: tuple[float, float], size: tuple[float, float]) -> Iterator["_Box"]:
        """Left, bottom, right and top of a label around a point, where it is inside the axes."""
        for horizontal, vertical in PLACES:
            x = point[0] + horizontal * (AWAY + size[0] / 2)
            y = point[1] + vertical * (AWAY + size[1] / 2)
            box = x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2
            if box[0] >= 0 and box[1] >= 0 and box[2] <= self.width and box[3] <= self.height:
                yield box


_Box = tuple[float, float, float, float]


def _overlap(one: _Box, other: _Box) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    return across >= 0 and min(one[3], other[3]) - max(one[1], other[1]) >= 0


def _draw_line(axes: Axes, line: Sequence[Entry], colour: str, mark: str, dotted: bool) -> None:
    x, y = [e.own_error("content") for e in line], [e.own_error("style") for e in line]
    axes.plot(x, y, f"{mark}-", color=colour, ms=4, lw=1.3)
    if dotted:
        axes.axvline(min(x), color=colour, lw=0.8, ls=":")
        axes.axhline(min(y), color=colour, lw=0.8, ls=":")
