"""Any sweep: two swept keys are rows and columns, further ones make one such table each."""

import itertools
import math
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from reconstruct.figures.cells import Panel, aspect, key_name, panels, value_name
from reconstruct.figures.sheet import FAINT, GAP, SMALL, WIDTH, Look, Sheet, house_style, percent
from reconstruct.results import Sweep

HEAD, FOOT, BLOCK_GAP = 0.3, 0.2, 0.2
MOST_COLUMNS = 5


def grid(sweep: Sweep, look: Look) -> Figure:
    """Every cell of a sweep, labelled by what differs."""
    with house_style():
        return (_table(sweep, look) if len(sweep.axes) > 1 else _strip(sweep, look)).figure


def _strip(sweep: Sweep, look: Look) -> Sheet:
    """One swept key: a row that wraps."""
    cells = panels(sweep)
    key = next(iter(sweep.axes), "")
    columns = look.columns or min(MOST_COLUMNS, max(2, len(cells)))
    width = WIDTH / columns - GAP
    height = width * (1.0 if look.crop else aspect(cells))
    lines = _lines(cells)
    rows, step = math.ceil(len(cells) / columns), HEAD + height + lines * FOOT
    sheet = Sheet(rows * step + GAP, look)
    for number, panel in enumerate(cells):
        left, top = GAP / 2 + number % columns * (width + GAP), HEAD + number // columns * step
        name = f"{key_name(key)} {value_name(key, panel.cell.values[key], [panel])}" if key else ""
        sheet.text(left, top - 0.06, name, va="bottom", size=SMALL)
        _captioned(sheet, panel, left, top, width, height)
    return sheet


def _lines(cells: Sequence[Panel]) -> int:
    """How many lines of errors stand under a panel."""
    return max((len(p.result.relative_errors) for p in cells if p.result), default=1)


def _captioned(sheet: Sheet, panel: Panel, left: float, top: float, width: float, height: float) -> None:
    sheet.picture(left, top, width, height, panel.picture, panel.problem)
    for line, term in enumerate(panel.result.relative_errors if panel.result else ()):
        words = f"{term} error {percent(panel.error(term) or 0.0)}"
        below = top + height + 0.04 + line * FOOT * 0.9
        sheet.text(left + width / 2, below, _fitting(words, width), ha="center", va="top", size=8)


def _fitting(words: str, width: float) -> str:
    """Without the word "error" where a panel is too narrow for it."""
    return words if width > 1.45 else words.replace(" error", "")


def _table(sweep: Sweep, look: Look) -> Sheet:
    (row_key, rows), (column_key, columns), *others = sweep.axes.items()
    cells = {tuple(p.cell.values[key] for key in sweep.axes): p for p in panels(sweep)}
    outer = list(itertools.product(*(values for _, values in others)))
    labels = 1.0 if look.labels else GAP
    width = (WIDTH - labels) / len(columns) - GAP
    height = width * (1.0 if look.crop else aspect(list(cells.values())))
    step = height + _lines(list(cells.values())) * FOOT + GAP
    block = len(rows) * step + HEAD + 0.25 + (0.3 if others else 0)
    sheet = Sheet(len(outer) * block + (len(outer) - 1) * BLOCK_GAP + GAP, look)
    for number, combination in enumerate(outer):
        top = number * (block + BLOCK_GAP) + 0.08
        fixed = dict(zip([key for key, _ in others], combination, strict=True))
        if fixed:
            words = ",  ".join(f"{key_name(k)} {value_name(k, v, cells.values())}" for k, v in fixed.items())
            sheet.text(labels, top, words, va="top", weight="bold")
            top += 0.3
        _heads(sheet, row_key, column_key, cells, (labels, top, width))
        for (i, row), (j, column) in itertools.product(enumerate(rows), enumerate(columns)):
            left, place = labels + j * (width + GAP), top + HEAD + 0.25 + i * step
            if i == 0:
                name = value_name(column_key, column, cells.values())
                sheet.text(left + width / 2, place - 0.06, name, ha="center", va="bottom", size=SMALL)
            if j == 0:
                name = value_name(row_key, row, cells.values())
                sheet.text(labels - 0.1, place + height / 2, _wrapped(name), ha="right", va="center", size=SMALL)
            _captioned(sheet, cells[row, column, *combination], left, place, width, height)
    return sheet


def _heads(
    sheet: Sheet,
    row_key: str,
    column_key: str,
    cells: Mapping[tuple[str, ...], Panel],
    place: tuple[float, float, float],
) -> None:
    """What rows and columns stand for."""
    labels, top, _ = place
    middle = labels + (WIDTH - labels) / 2
    sheet.text(middle, top, f"{key_name(column_key)}  →", ha="center", va="top", size=SMALL, color=FAINT)
    sheet.text(
        labels - 0.1, top + HEAD + 0.19, f"{key_name(row_key)}  ↓", ha="right", va="bottom", size=SMALL, color=FAINT
    )


def _wrapped(name: str, longest: int = 13) -> str:
    """A long name over several lines, broken between words."""
    lines = [""]
    for word in name.split():
        lines = [*lines[:-1], f"{lines[-1]} {word}".strip()] if len(lines[-1] + word) < longest else [*lines, word]
    return "\n".join(line for line in lines if line)
