"""What one statistic of texture keeps, do the others miss it? A row of ``statistics.csv`` for each pair of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from reconstruct.analysis.selection import grouped

STATISTICS = "statistics.csv"
OTHER, SHUFFLED = "another painting", "the painting, shuffled"  # what stands in the place of a reconstruction


@dataclass(frozen=True)
class StatisticError:
    """How far a picture is from a painting, by one statistic."""

    cell: str  # the run folder's name; empty for `OTHER` and `SHUFFLED`
    picture: str  # the painting's name
    made_from: str  # the statistic that was matched, or `OTHER` or `SHUFFLED`
    measured_by: str  # the statistic that is compared
    error: float  # relative, mean over the layers that were matched


def medians(errors: Sequence[StatisticError]) -> dict[str, dict[str, float]]:
    """Matched -> compared -> error, the median over paintings and seeds; what is no reconstruction comes last."""
    made = grouped(sorted(errors, key=lambda each: not each.cell), lambda each: each.made_from)
    compared = {name: grouped(same, lambda each: each.measured_by) for name, same in made.items()}
    return {name: {by: median(each.error for each in same) for by, same in of.items()} for name, of in compared.items()}
