"""Loss over seconds of two recipes, and their pictures: the classic recipe's best one as a file would hold it, and the
first one of the other recipe whose loss is no larger (its last one, if it never got there)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Any

from matplotlib.figure import Figure
from torch import Tensor

from reconstruct.figures.sheet import COLOURS, FAINT, SMALL, WIDTH, Look, Sheet, house_style
from reconstruct.images import to_image

ROW, LEFT, SIDE, GAP = 1.95, 0.75, 1.35, 0.12


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


def speed(races: Sequence[Race]) -> Figure:
    """A row a case: losses over seconds on the left, both pictures at equal loss on the right.

    Of several races on one case the first is shown.
    """
    races = [next(same) for _, same in groupby(races, key=lambda race: race.case)]
    with house_style():
        sheet = Sheet(ROW * len(races) + 0.35, Look())
        for i, race in enumerate(races):
            _row(sheet, race, 0.3 + i * ROW, last=i == len(races) - 1)
        return sheet.figure


def _row(sheet: Sheet, race: Race, top: float, last: bool) -> None:
    width = WIDTH - LEFT - 2 * SIDE - 3 * GAP
    axes = sheet.axes(LEFT, top + 0.2, width, ROW - 0.72)
    axes.set_axis_on()
    axes.set(xscale="log", yscale="log")
    axes.tick_params(labelsize=SMALL - 2)
    for curve, colour in zip((race.classic, race.fast), COLOURS[1::-1], strict=True):
        axes.plot(curve.seconds, curve.losses, color=colour, lw=1.3)
    axes.axhline(race.goal, color=FAINT, lw=0.6, ls=":")
    sheet.text(LEFT, top, f"{race.case.replace('_', ' ', 1)}: loss", size=SMALL)
    if last:
        sheet.text(LEFT + width / 2, top + ROW - 0.12, "seconds", ha="center", size=SMALL)
    for column, (curve, colour) in enumerate(zip((race.classic, race.fast), COLOURS[1::-1], strict=True)):
        left = LEFT + width + (column + 1) * GAP + column * SIDE
        sheet.picture(left, top + 0.2, SIDE, SIDE, to_image(curve.picture))
        sheet.text(left + SIDE / 2, top, curve.name, ha="center", size=SMALL, color=colour)
