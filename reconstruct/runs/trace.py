"""``trace.csv`` as it is read back, and whether by its losses the optimisation came to rest.

Three ways of not getting there are told apart, each with the term and the step at which it happened:

- *diverged*: a loss became NaN or infinite and did not come back;
- *exploded*: the last loss is more than `EXPLODED` times the best one;
- *stalled*: the gradient vanished while a loss was left, or the best loss is hardly below the first, or the second half
  of the steps found nothing better though the gradient is still steep.
"""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

EXPLODED = 10.0
PROGRESS = 0.99  # of the first loss: who does not get below has not moved
STEEP = 0.3  # of the first gradient's norm
ENOUGH = 20  # steps; in fewer, a loss that hardly falls is no stall unless its gradient is 0

Row = Mapping[str, float]
"""Column -> number, of one step: the weighted ``total``, each term's own loss, the ``gradient_norm``, errors."""


def read(path: str | Path) -> list[dict[str, float]]:
    """Column -> number, a row a step; rows that are cut off or damaged are left out. Without a file there are none."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    lines = text.split("\n")[:-1]  # what follows the last line break was cut off
    return list(_whole(csv.DictReader(line for line in lines if "\0" not in line)))


def _whole(rows: "csv.DictReader[str]") -> Iterator[dict[str, float]]:
    for row in rows:
        with suppress(TypeError, ValueError):  # a column is missing or no number
            yield {name: float(value) for name, value in row.items()}


def problem(rows: Sequence[Row], terms: Sequence[str]) -> str:
    """What kept the optimisation of these terms from converging, in a line; empty if nothing did."""
    best = min(range(len(rows)), key=lambda k: _or_infinity(rows[k]["total"]), default=0)
    if not rows or not math.isfinite(rows[best]["total"]):
        return ""
    last = len(rows) - 1
    if not math.isfinite(rows[last]["total"]):
        return _diverged(rows, terms)
    if rows[last]["total"] > EXPLODED * rows[best]["total"]:
        term = _worst(rows[last], rows[best], terms)
        low, high = rows[best][term], rows[last][term]
        return f"exploded: the {term} loss rose from {low:.3g} at step {best} to {high:.3g} at step {last}"
    return _stalled(rows, terms, best)


def _diverged(rows: Sequence[Row], terms: Sequence[str]) -> str:
    lost = next(k for k in range(len(rows)) if not any(math.isfinite(row["total"]) for row in rows[k:]))
    term = next((term for term in terms if not math.isfinite(rows[lost][term])), "total")
    return f"diverged: the {term} loss became {rows[lost][term]} at step {lost}"


def _stalled(rows: Sequence[Row], terms: Sequence[str], best: int) -> str:
    first, reached = rows[0], rows[best]
    term = _worst(reached, first, terms)
    if reached["total"] > 0 and reached["gradient_norm"] == 0:
        return f"stalled: the gradient of the {term} loss is 0 at step {best}"
    if len(rows) < ENOUGH:
        return ""
    if reached["total"] > PROGRESS * first["total"] > 0:
        return f"stalled: the {term} loss hardly fell, from {first[term]:.4g} to {reached[term]:.4g} at step {best}"
    if 2 * best < len(rows) and reached["gradient_norm"] > STEEP * first["gradient_norm"]:
        return f"stalled: the {term} loss found nothing better after step {best}, though its gradient is steep"
    return ""


def _worst(row: Row, before: Row, terms: Sequence[str]) -> str:
    """The term that has risen most, or fallen least."""
    return max(terms, key=lambda term: _or_infinity(row[term] / (before[term] or 1)))


def _or_infinity(value: float) -> float:
    return value if math.isfinite(value) else math.inf
