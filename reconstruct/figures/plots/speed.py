"""Loss over seconds of two recipes, and their pictures.

The pictures are the classic recipe's best one, as a file would hold it, and the first one of the other recipe whose
loss is no larger (its last one, if it never reached that loss).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Any

from matplotlib.figure import Figure
from torch import Tensor

from reconstruct.figures.page.fitting import extent, fit, fit_all
from reconstruct.figures.page.sheet import COLOURS, FAINT, GAP, Look, Pages, Part, Sheet, house_style
from reconstruct.figures.plots.axes import finish_logarithmic, plot
from reconstruct.figures.plots.scales import TICKS, finish_values, limits, width_of_numbers
from reconstruct.images import to_image

SIDE, HIGH, PAD = 1.35, 1.3, 0.12  # inches: of a picture, of the axes, and between them
NARROWEST = 1.8  # of the axes; where there is less room, pictures are below them


@dataclass(frozen=True)
class Curve:
    """How the loss of one recipe fell.

    Attributes:
        name: of the recipe.
        seconds: of optimisation, one value for each loss.
        losses: in float32.
        picture: the picture in the figure, ``(1, 3, H, W)``, RGB in [0, 1].
    """

    name: str
    seconds: Sequence[float]
    losses: Sequence[float]
    picture: Tensor

    def record(self) -> dict[str, Any]:
        """Everything but the picture, as JSON can hold it."""
        return {"name": self.name, "seconds": list(self.seconds), "losses": list(self.losses)}


@dataclass(frozen=True)
class Comparison:
    """The classic recipe and another one that minimised the same loss.

    Attributes:
        case: what was reconstructed.
        goal: the lowest loss of the classic recipe's pictures, as files hold them.
        classic: the losses of the classic recipe.
        fast: the losses of the other recipe.
        reached: the number of steps after which the other recipe reached the goal; ``None`` if it did not.
        times: seconds to the goal, one value for each run of the other recipe.
        classic_seconds: seconds after which the classic recipe reached the goal.
        classic_step: median seconds of a step of the classic recipe.
        fast_step: median seconds of a step of the other recipe.
        fast_steps: the number of steps of the other recipe.
    """

    case: str
    goal: float
    classic: Curve
    fast: Curve
    reached: int | None
    times: Sequence[float]
    classic_seconds: float
    classic_step: float
    fast_step: float
    fast_steps: int

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
        numbers = {key: value for key, value in vars(self).items() if not isinstance(value, Curve)}
        numbers |= {"seconds": self.seconds, "ratio": self.ratio}
        return numbers | {"classic": self.classic.record(), "fast": self.fast.record()}


def speed(comparisons: Sequence[Comparison], look: Look | None = None) -> list[Figure]:
    """A row for each case: losses over seconds, and both pictures at equal loss, at the right or below.

    Args:
        comparisons: of several on one case, the first is drawn.
        look: by default everything is on one page.

    Returns:
        A figure for each page.
    """
    look = look or Look(height=math.inf)
    with house_style():
        pages = Pages(look)
        for _, same in groupby(comparisons, key=lambda each: each.case):
            pages.add(_Row(next(same), look).part())
        return pages.figures()


class _Row:
    """One case."""

    def __init__(self, comparison: Comparison, look: Look) -> None:
        self.comparison, self.look = comparison, look
        self.curves = (comparison.classic, COLOURS[1]), (comparison.fast, COLOURS[0])
        self.left = width_of_numbers(look.tiny) + GAP
        width_at_left = look.width - self.left - 2 * SIDE - 3 * PAD
        self.narrow = width_at_left < NARROWEST
        self.width = look.width - self.left - 2 * PAD if self.narrow else width_at_left
        self.side = min(SIDE, (look.width - 3 * PAD) / 2)
        self.case = fit(f"{comparison.case.replace('_', ' ', 1)}: loss", self.left + self.width - GAP, look.small, 2)
        self.names = fit_all([curve.name for curve, _ in self.curves], self.side, look.small, 2)
        named = max(name.height for name in self.names) + 2 * GAP if look.labels else GAP
        self.axes_top = self.case.height + 2 * GAP if look.labels else GAP
        self.axes_top = self.axes_top if self.narrow else max(self.axes_top, named)
        self.axes_foot = TICKS + sum(extent("0", size)[1] for size in (look.tiny, look.small)) + GAP
        self.pictures = self.axes_top + HIGH + self.axes_foot + named if self.narrow else self.axes_top

    def part(self) -> Part:
        return Part(max(self.axes_top + HIGH + self.axes_foot, self.pictures + self.side) + GAP, self._draw)

    def _draw(self, sheet: Sheet, top: float) -> None:
        axes = plot(
            sheet, self.left, top + self.axes_top, self.width, HIGH, xscale="log", yscale="log", autoscale_on=False
        )
        for curve, colour in self.curves:
            axes.plot(curve.seconds, curve.losses, color=colour, lw=1.3)
        axes.axhline(self.comparison.goal, color=FAINT, lw=0.6, ls=":")
        seconds = [value for curve, _ in self.curves for value in curve.seconds]
        losses = [self.comparison.goal, *(value for curve, _ in self.curves for value in curve.losses)]
        axes.set_xlim(limits([value for value in seconds if value > 0], logarithmic=True))
        axes.set_ylim(limits([value for value in losses if value > 0], logarithmic=True))
        finish_logarithmic(axes, sheet, ("x",))
        finish_values(axes, sheet, self.left)
        sheet.fitted(GAP, top + self.axes_top - GAP, self.case, va="bottom")
        foot = top + self.axes_top + HIGH + self.axes_foot
        sheet.text(self.left + self.width / 2, foot, "seconds", ha="center", va="bottom", size=self.look.small)
        left = PAD if self.narrow else self.left + self.width + PAD
        for (curve, colour), name in zip(self.curves, self.names, strict=True):
            sheet.picture(left, top + self.pictures, self.side, self.side, to_image(curve.picture))
            look = {"ha": "center", "va": "bottom", "color": colour}
            sheet.fitted(left + self.side / 2, top + self.pictures - GAP, name, **look)
            left += self.side + PAD
