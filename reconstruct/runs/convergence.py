"""Whether an optimisation came to rest, judged by the losses that it went through.

Three ways of not getting there are told apart, each with the term and the step at which it happened:

- *diverged*: a loss became NaN or infinite and did not come back;
- *exploded*: the last loss is more than `EXPLODED` times the best one;
- *stalled*: the gradient vanished while a loss was left, or the best loss is hardly below the first, or the second half
  of the steps found nothing better though the gradient is still steep.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconstruct.runs.trace import read

EXPLODED = 10.0
PROGRESS = 0.99  # of the first loss: who does not get below has not moved
STEEP = 0.3  # of the first gradient's norm
ENOUGH = 20  # steps, from which on a stall is one


@dataclass(frozen=True)
class Point:
    """One evaluation: the weighted sum of the losses, each term's own loss, the norm of the sum's gradient."""

    total: float
    terms: Mapping[str, float]
    gradient_norm: float


def history(trace: Path, terms: Sequence[str]) -> list[Point]:
    """What ``trace.csv`` tells of every step, over all sessions."""
    return [Point(row["total"], {term: row[term] for term in terms}, row["gradient_norm"]) for row in read(trace)]


def problem(history: Sequence[Point]) -> str:
    """What kept the optimisation from converging, in a line; empty if nothing did."""
    best = min(range(len(history)), key=lambda k: _or_infinity(history[k].total), default=0)
    if not history or not math.isfinite(history[best].total):
        return ""
    last = len(history) - 1
    if not math.isfinite(history[last].total):
        return _diverged(history)
    if history[last].total > EXPLODED * history[best].total:
        term = _worst(history[last], history[best])
        low, high = history[best].terms[term], history[last].terms[term]
        return f"exploded: the {term} loss rose from {low:.3g} at step {best} to {high:.3g} at step {last}"
    return _stalled(history, best) if len(history) >= ENOUGH else ""


def _diverged(history: Sequence[Point]) -> str:
    lost = next(k for k in range(len(history)) if not any(math.isfinite(point.total) for point in history[k:]))
    term = next((name for name, loss in history[lost].terms.items() if not math.isfinite(loss)), "total")
    return f"diverged: the {term} loss became {history[lost].terms.get(term, math.nan)} at step {lost}"


def _stalled(history: Sequence[Point], best: int) -> str:
    first, reached = history[0], history[best]
    term = _worst(reached, first)
    if reached.total > 0 and reached.gradient_norm == 0:
        return f"stalled: the gradient of the {term} loss is 0 at step {best}"
    if reached.total > PROGRESS * first.total > 0:
        start, end = first.terms[term], reached.terms[term]
        return f"stalled: the {term} loss hardly fell, from {start:.4g} to {end:.4g} at step {best}"
    if 2 * best < len(history) and reached.gradient_norm > STEEP * first.gradient_norm:
        return f"stalled: the {term} loss found nothing better after step {best}, though its gradient is steep"
    return ""


def _worst(point: Point, before: Point) -> str:
    """The term that has risen most, or fallen least."""
    return max(point.terms, key=lambda term: _or_infinity(point.terms[term] / (before.terms[term] or 1)))


def _or_infinity(value: float) -> float:
    return value if math.isfinite(value) else math.inf
