"""Loss over seconds of two recipes, and their pictures.

The pictures are the classic recipe's best one, as a file would hold it, and the first one of the other recipe whose
loss is no larger (its last one, if it never reached that loss).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from reconstruct.images import to_image
from reconstruct.report.figures.page.notes import keys
from reconstruct.report.figures.page.sheet import FAINT, RESAMPLED, Look, Part, laid_out
from reconstruct.report.figures.plots.axes import key, limits
from reconstruct.report.figures.plots.panels import Plot, log_plot, rows

LOOK = Look(width=8.5, height=math.inf, columns=3)


@dataclass(frozen=True)
class Curve:
    """How the loss of one recipe fell."""

    name: str  # of the recipe
    seconds: Sequence[float]  # of optimisation, one value for each loss
    losses: Sequence[float]  # in float32
    picture: Tensor  # the picture in the figure, ``(1, 3, H, W)``, RGB in [0, 1]

    def record(self) -> dict[str, Any]:
        """Everything but the picture, as JSON can hold it."""
        return {"name": self.name, "seconds": list(self.seconds), "losses": list(self.losses)}


@dataclass(frozen=True)
class Comparison:
    """The classic recipe and another one that minimised the same loss."""

    case: str  # what was reconstructed
    goal: float  # the lowest loss of the classic recipe's pictures, as files hold them
    classic: Curve  # the losses of the classic recipe
    fast: Curve  # the losses of the other recipe
    reached: int | None  # the number of steps after which the other recipe reached the goal; ``None`` if it did not
    times: Sequence[float]  # seconds to the goal, one value for each run of the other recipe
    classic_seconds: float  # seconds after which the classic recipe reached the goal
    classic_step: float  # median seconds of a step of the classic recipe
    fast_step: float  # median seconds of a step of the other recipe
    fast_steps: int  # the number of steps of the other recipe

    @property
    def seconds(self) -> float | None:
        """The median of `times`; ``None`` if the goal was not reached."""
        return median(self.times) if self.times else None

    @property
    def ratio(self) -> float | None:
        """How many times faster the goal was reached; ``None`` if it was not."""
        return self.classic_seconds / self.seconds if self.seconds else None

    def record(self) -> dict[str, Any]:
        """Everything but the pictures, as JSON can hold it."""
        known = {key: value.record() if isinstance(value, Curve) else value for key, value in vars(self).items()}
        return known | {"seconds": self.seconds, "ratio": self.ratio}


def speed(comparisons: Sequence[Comparison]) -> list[Figure]:
    """A row for each case: losses over seconds, and both pictures at equal loss; of several on one case, the first."""
    firsts = [next(same) for _, same in groupby(comparisons, key=lambda each: each.case)]
    return laid_out((part for each in firsts for part in _parts(each)), LOOK)


def _parts(comparison: Comparison) -> Iterator[Part]:
    curves = (comparison.classic, comparison.fast)
    heading = f"{comparison.case.replace('_', ' ', 1)}: loss"
    pictures = [Plot(curve.name, "", partial(_show, curve.picture), tall=1) for curve in curves]
    lines = [[at for at in zip(each.seconds, each.losses, strict=True) if min(at) > 0] for each in curves]
    plot = log_plot(heading, "seconds", lines, partial(_mark, comparison.goal), ends=True)
    yield from rows([plot, *pictures], LOOK)
    yield from keys([key(k, curve.name) for k, curve in enumerate(curves)], LOOK)


def _show(picture: Tensor, axes: Axes) -> None:
    axes.imshow(to_image(picture), interpolation=RESAMPLED)
    axes.set_axis_off()


def _mark(goal: float, axes: Axes) -> None:
    axes.axhline(goal, color=FAINT, lw=0.6, ls=":")
    axes.set_ylim(limits(axes.dataLim.intervaly, logarithmic=True))
