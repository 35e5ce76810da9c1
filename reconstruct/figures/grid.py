"""Any sweep: two swept keys are rows and columns, further ones make a table each; what is no product is a row."""

import itertools
import math
from collections.abc import Sequence

from matplotlib.figure import Figure

from reconstruct.figures.cells import Panel, aspect, error_label, key_name, panels, value_name
from reconstruct.figures.sheet import FAINT, GAP, SMALL, WIDTH, Look, Sheet, house_style, percent
from reconstruct.results import Sweep

HEAD, FOOT, BLOCK_GAP = 0.32, 0.22, 0.2
MOST_COLUMNS = 5
CHARACTER = 0.085  # inches, of small text


def grid(sweep: Sweep, look: Look) -> Figure:
    """Every cell of a sweep, labelled by what differs."""
    with house_style():
        return (_Table(sweep, look).sheet if _is_table(sweep) else _strip(sweep, look)).figure


def _is_table(sweep: Sweep) -> bool:
    """Whether several keys were swept, and every combination of their values is a cell."""
    combinations = {tuple(cell.values.get(key) for key in sweep.axes) for cell in sweep.cells}
    return len(sweep.axes) > 1 and len(combinations) == math.prod(map(len, sweep.axes.values()))


def _strip(sweep: Sweep, look: Look) -> Sheet:
    """A row that wraps."""
    cells = panels(sweep)
    columns = look.columns or min(MOST_COLUMNS, max(2, len(cells)))
    width = WIDTH / columns - GAP
    height = width * (1.0 if look.crop else aspect(cells))
    lines = _lines(cells)
    rows, step = math.ceil(len(cells) / columns), HEAD + height + lines * FOOT
    sheet = Sheet(rows * step + GAP, look)
    for number, panel in enumerate(cells):
        left, top = GAP / 2 + number % columns * (width + GAP), HEAD + number // columns * step
        sheet.text(left, top - 0.06, _title(panel, list(sweep.axes), width), va="bottom", size=SMALL)
        _captioned(sheet, panel, left, top, width, height)
    return sheet


def _title(panel: Panel, axes: Sequence[str], width: float) -> str:
    """What is different about a cell, cut where the panel ends."""
    names = {key: value_name(key, panel.cell.values[key], [panel]) for key in axes if key in panel.cell.values}
    if len(axes) == 1:
        return " ".join(f"{key_name(key)} {name}" for key, name in names.items())
    words, longest = ", ".join(names.values()), int(width / CHARACTER)
    return words if len(words) <= longest else words[: longest - 1] + "…"


def _lines(cells: Sequence[Panel]) -> int:
    """How many lines of errors stand under a panel."""
    return max((len(p.result.relative_errors) for p in cells if p.result), default=1)


def _captioned(sheet: Sheet, panel: Panel, left: float, top: float, width: float, height: float) -> None:
    sheet.picture(left, top, width, height, panel.picture, panel.problem, panel.cell.folder)
    for line, term in enumerate(panel.result.relative_errors if panel.result else ()):
        words = f"{term} error {percent(panel.error(term) or 0.0)}"
        below = top + height + 0.04 + line * FOOT * 0.9
        look = {"ha": "center", "va": "top", "size": SMALL - 1, "label": error_label(panel.cell.folder, term)}
        sheet.text(left + width / 2, below, _fitting(words, width), **look)


def _fitting(words: str, width: float) -> str:
    """Without the word "error" where a panel is too narrow for it."""
    return words if width > 1.45 else words.replace(" error", "")


class _Table:
    """Rows and columns of panels, once for every combination of the values of further keys."""

    KEYS, BLOCK_TITLE = 0.25, 0.3

    def __init__(self, sweep: Sweep, look: Look) -> None:
        (self.row_key, self.rows), (self.column_key, self.columns), *others = sweep.axes.items()
        self.cells = {tuple(p.cell.values[key] for key in sweep.axes): p for p in panels(sweep)}
        every = list(self.cells.values())
        self.labels = 1.1 if look.labels else GAP / 2
        self.width = (WIDTH - self.labels) / len(self.columns) - GAP
        self.height = self.width * (1.0 if look.crop else aspect(every))
        self.step = self.height + _lines(every) * FOOT + GAP
        head = HEAD + self.KEYS + (self.BLOCK_TITLE if others else 0)
        combinations = list(itertools.product(*(values for _, values in others)))
        block = head + len(self.rows) * self.step + BLOCK_GAP
        self.sheet = Sheet(len(combinations) * block, look)
        for number, combination in enumerate(combinations):
            self._title([key for key, _ in others], combination, number * block + GAP)
            _heads(
                self.sheet, self.row_key, self.column_key, self.labels, number * block + head - HEAD - self.KEYS + GAP
            )
            self._block(combination, number * block + head)

    def _title(self, keys: Sequence[str], values: Sequence[str], top: float) -> None:
        named = (f"{key_name(k)} {value_name(k, v, self.cells.values())}" for k, v in zip(keys, values, strict=True))
        self.sheet.text(self.labels, top, ",  ".join(named), va="top", weight="bold")

    def _block(self, combination: Sequence[str], top: float) -> None:
        every = self.cells.values()
        for j, column in enumerate(self.columns):
            middle = self.labels + j * (self.width + GAP) + self.width / 2
            name = value_name(self.column_key, column, every)
            self.sheet.text(middle, top - 0.06, name, ha="center", va="bottom", size=SMALL)
        for i, row in enumerate(self.rows):
            place = top + i * self.step
            name = _wrapped(value_name(self.row_key, row, every))
            self.sheet.text(self.labels - 0.1, place + self.height / 2, name, ha="right", va="center", size=SMALL)
            for j, column in enumerate(self.columns):
                panel, left = self.cells[(row, column, *combination)], self.labels + j * (self.width + GAP)
                _captioned(self.sheet, panel, left, place, self.width, self.height)


def _heads(sheet: Sheet, row_key: str, column_key: str, labels: float, top: float) -> None:
    """What rows and columns stand for."""
    middle = labels + (WIDTH - labels) / 2
    sheet.text(middle, top, f"{key_name(column_key)}  →", ha="center", va="top", size=SMALL, color=FAINT)
    sheet.text(GAP, top, f"{key_name(row_key)}  ↓", ha="left", va="top", size=SMALL, color=FAINT)


def _wrapped(name: str, longest: int = 11) -> str:
    """A long name over several lines, broken between words."""
    lines = [""]
    for word in name.split():
        lines = [*lines[:-1], f"{lines[-1]} {word}".strip()] if len(lines[-1] + word) < longest else [*lines, word]
    return "\n".join(line for line in lines if line)
