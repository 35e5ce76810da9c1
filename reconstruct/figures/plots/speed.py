"""Loss over seconds of two recipes, and their pictures.

Shown are the classic recipe's best picture as a file would hold it, and the first one of the other recipe whose loss is
no larger (its last one, if it never got there).
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
from reconstruct.figures.plots.scales import TICKS, beside, finish_values, limits
from reconstruct.images import to_image

SIDE, HIGH, PAD = 1.35, 1.3, 0.12  # inches: of a picture, of the axes, and between them
NARROWEST = 1.8  # rather than narrower axes, pictures stand below


@dataclass(frozen=True)
class Curve:
    """One recipe's way: float32 losses after so many seconds, and the picture that is shown, ``(1, 3, H, W)``."""

    name: str
    seconds: Sequence[float]
    losses: Sequence[float]
    picture: Tensor

    def record(self) -> dict[str, Any]:
        """All of it but the picture."""
        return {"name": self.name, "seconds": list(self.seconds), "losses": list(self.losses)}


@dataclass(frozen=True)
class Race:
    """Two recipes on one loss.

    Attributes:
        goal: the lowest loss of the classic recipe's pictures, as files hold them; `classic_seconds`: until it had it.
        reached: steps that the other took to it, ``None`` if it did not get there; `times`: the seconds of each run.
        classic_step: median seconds of a step; `fast_step` likewise, of `fast_steps`.
        beyond: the loss of the classic recipe when its values may leave [0, 1]; `beyond_reached`: the steps to it.
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
    beyond: float | None = None
    beyond_reached: int | None = None

    @property
    def seconds(self) -> float | None:
        """Median of `times`."""
        return median(self.times) if self.times else None

    @property
    def ratio(self) -> float | None:
        """How many times sooner the goal was reached."""
        return self.classic_seconds / self.seconds if self.seconds else None

    def record(self) -> dict[str, Any]:
        """All of it but the pictures, as JSON knows it."""
        numbers = {key: value for key, value in vars(self).items() if not isinstance(value, Curve)}
        numbers |= {"seconds": self.seconds, "ratio": self.ratio}
        return numbers | {"classic": self.classic.record(), "fast": self.fast.record()}


def speed(races: Sequence[Race], look: Look | None = None) -> list[Figure]:
    """A row a case: losses over seconds, and both pictures at equal loss at the right or, in a narrow figure, below.

    Of several races on one case the first is shown. By default all of it is one page.
    """
    look = look or Look(height=math.inf)
    with house_style():
        pages = Pages(look)
        for _, same in groupby(races, key=lambda race: race.case):
            pages.add(_Row(next(same), look).part())
        return pages.figures()


class _Row:
    """One case."""

    def __init__(self, race: Race, look: Look) -> None:
        self.race, self.look = race, look
        self.curves = (race.classic, COLOURS[1]), (race.fast, COLOURS[0])
        self.left = beside(look.tiny) + GAP
        beside_axes = look.width - self.left - 2 * SIDE - 3 * PAD
        self.narrow = beside_axes < NARROWEST
        self.width = look.width - self.left - 2 * PAD if self.narrow else beside_axes
        self.side = min(SIDE, (look.width - 3 * PAD) / 2)
        self.case = fit(f"{race.case.replace('_', ' ', 1)}: loss", self.left + self.width - GAP, look.small, 2)
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
        axes.axhline(self.race.goal, color=FAINT, lw=0.6, ls=":")
        seconds = [value for curve, _ in self.curves for value in curve.seconds]
        losses = [self.race.goal, *(value for curve, _ in self.curves for value in curve.losses)]
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
