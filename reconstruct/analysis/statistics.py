"""What one statistic of texture keeps, do the others miss it? A row of ``statistics.csv`` for each pair of them."""

import csv
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from statistics import median

from reconstruct import up_to_date
from reconstruct.files import write_csv
from reconstruct.sweeps import Sweep

STATISTICS = "statistics.csv"
OTHER, SHUFFLED = "another painting", "the painting, shuffled"  # what stands in the place of a reconstruction


@dataclass(frozen=True)
class StatisticError:
    """How far a picture is from a painting, by one statistic.

    Attributes:
        cell: the run folder's name; empty for `OTHER` and `SHUFFLED`.
        picture: the painting's name.
        made_from: the statistic that was matched, or `OTHER` or `SHUFFLED`.
        measured_by: the statistic that is compared.
        error: relative, mean over the layers that were matched.
    """

    cell: str
    picture: str
    made_from: str
    measured_by: str
    error: float


def write(errors: Iterable[StatisticError], sweep: Sweep) -> None:
    """Write ``statistics.csv`` into a sweep's folder."""
    write_csv([asdict(error) for error in errors], sweep.folder / STATISTICS)
    up_to_date.note([sweep], [sweep.folder / STATISTICS])


def current(sweep: Sweep) -> list[StatisticError] | None:
    """What was measured of a sweep as it is now; ``None`` if that is missing, damaged or of another state."""
    with suppress(OSError, KeyError, TypeError, ValueError):
        if up_to_date.is_current(sweep, STATISTICS):
            with (sweep.folder / STATISTICS).open(newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
            return [StatisticError(**{**row, "error": float(row["error"])}) for row in rows]  # type: ignore[arg-type]
    return None


def medians(errors: Sequence[StatisticError]) -> dict[str, dict[str, float]]:
    """Matched -> compared -> error, the median over paintings and seeds; what is no reconstruction comes last."""
    found: dict[str, dict[str, list[float]]] = {}
    for each in sorted(errors, key=lambda each: not each.cell):
        found.setdefault(each.made_from, {}).setdefault(each.measured_by, []).append(each.error)
    return {made: {by: median(values) for by, values in of.items()} for made, of in found.items()}
