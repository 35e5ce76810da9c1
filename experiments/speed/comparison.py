"""Comparisons of recipe=fast and its variants with the classic recipe, on the same loss.

They take turns, so that a busy machine slows all of them; the repeats of the faster ones follow by themselves. The goal
is the lowest loss, in float32, of the classic recipe's pictures. Its time ends where it first had that picture; the
median of several runs is taken for the other, which is the same run every time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, islice, pairwise
from statistics import median

from hydra import compose
from omegaconf import MISSING, OmegaConf
from torch import Tensor

from experiments.cell import build
from experiments.settings import schema
from experiments.settings.inputs import inputs
from experiments.speed.recipes import Classic, Plenoptic, Recipe, check
from experiments.terminal.progress import say
from reconstruct.errors import InputError, nearest
from reconstruct.objective import Objective
from reconstruct.report.figures.plots.speed import Comparison, Curve
from reconstruct.synthesis import Step

TURNS = 5
CURVE_POINTS = 24
CASES = {
    "content_relu2_2": ["representation=content", "content.layers=[relu2_2]"],
    "content_relu4_2": ["representation=content", "content.layers=[relu4_2]"],
    "content_relu5_2": ["representation=content", "content.layers=[relu5_2]"],
    "style": ["representation=style"],
    "both": ["representation=both"],
}


@dataclass
class Settings:
    """What `configs/benchmark.yaml` fills in."""

    cases: list[str] = field(default_factory=list)
    content: str = MISSING
    style: str = MISSING
    size: int = MISSING
    seed: int = MISSING
    evaluations: int = MISSING
    steps: int = MISSING
    repeats: int = MISSING
    learning_rates: list[float] = field(default_factory=list)
    fast: list[str] = field(default_factory=list)
    variants: dict[str, list[str]] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    device: str = "auto"
    rivals: list[str] = field(default_factory=list)
    runs: str = MISSING

    def __post_init__(self) -> None:
        for case in [*self.cases, *self.variants]:
            if case not in CASES:
                raise InputError(f"cases: no {case!r}; expected some of {', '.join(CASES)}{nearest(case, CASES)}")
        if min(self.evaluations, self.steps) < TURNS:
            raise InputError(f"evaluations={self.evaluations} steps={self.steps}: expected at least {TURNS} of each")
        if self.repeats < 1:
            raise InputError(f"repeats={self.repeats}: expected at least 1")
        check(self.rivals)


def cell(settings: Settings, case: str, size: int, *overrides: str) -> build.Cell:
    """The cell that `reconstruct` would make of a case."""
    pictures = [f"content.picture='{settings.content}'", f"style.picture='{settings.style}'"]
    general = ["crop=square", f"size={size}", f"seed={settings.seed}", f"steps={settings.steps}"]
    general.append(f"device={settings.device}")
    composed = compose("reconstruct", [*CASES[case], *pictures, *general, *settings.fast, *overrides])
    config: schema.Config = OmegaConf.to_object(composed)  # type: ignore[assignment]
    return build.cell(config, inputs(config))


def task(made: build.Cell) -> tuple[Objective, tuple[int, int]]:
    """What is minimised, in float32, and the picture's height and width."""
    (original, *_) = made.originals.values()
    return made.reference, (original.shape[-2], original.shape[-1])


def comparisons(settings: Settings, case: str) -> Iterator[Comparison]:
    """The classic recipe compared with recipe=fast and with each of its variants, on one case."""
    overrides = {"recipe=fast": list[str]()} | {variant: [variant] for variant in settings.variants.get(case, [])}
    cells = {name: cell(settings, case, settings.size, *more) for name, more in overrides.items()}
    fast = cells["recipe=fast"]
    reference, shape = task(fast)
    classics = [Classic(reference, shape, settings.seed, rate) for rate in (None, *settings.learning_rates)]
    rivals: list[Recipe] = [  # they reconstruct content; of style they know no Gram matrices
        Plenoptic(reference, fast.originals["content"], settings.seed)
        for _ in (settings.rivals if list(fast.originals) == ["content"] else ())
    ]
    steps = _in_turns(settings, case, cells, [*classics, *rivals])
    best: Recipe = min(classics, key=lambda each: each.best[0])
    for name, other in [*((name, best) for name in overrides), *(("recipe=fast", rival) for rival in rivals)]:
        outcome = _report(case, name, reference, steps[name], other)
        yield _repeated(settings, case, outcome, overrides[name])


def _repeated(settings: Settings, case: str, outcome: Comparison, more: list[str]) -> Comparison:
    """With the times of the further runs to the same goal."""
    times = list(outcome.times)
    for _ in range(1, settings.repeats) if outcome.reached else ():
        say(f"{case}, {outcome.fast.name}: another run")
        *_, last = islice(cell(settings, case, settings.size, *more).synthesis, outcome.reached)
        times.append(last.seconds)
    return replace(outcome, times=times)


def _in_turns(
    settings: Settings, case: str, cells: dict[str, build.Cell], others: Sequence[Recipe]
) -> dict[str, list[Step]]:
    loops = {name: iter(made.synthesis) for name, made in cells.items()}
    steps: dict[str, list[Step]] = {name: [] for name in cells}
    for turn in range(TURNS):
        say(f"{case}: turn {turn + 1} of {TURNS}")
        for name, loop in loops.items():
            steps[name] += islice(loop, _share(settings.steps, turn))
        for other in others:
            other.advance(_share(settings.evaluations, turn))
    return steps


def _share(total: int, turn: int) -> int:
    return total * (turn + 1) // TURNS - total * turn // TURNS


def _report(case: str, name: str, reference: Objective, steps: list[Step], classic: Recipe) -> Comparison:
    target_loss, picture = classic.best
    first = _first(reference, steps, target_loss)
    return Comparison(
        case=case,
        goal=target_loss,
        classic=Curve(classic.name, list(accumulate(classic.seconds)), classic.losses, picture),
        fast=_curve(name, reference, steps, first or min(steps, key=lambda step: step.total)),
        reached=first.number + 1 if first else None,
        times=[first.seconds] if first else [],
        classic_seconds=sum(classic.seconds[: classic.losses.index(target_loss) + 1]),
        classic_step=classic.step_seconds,
        fast_step=median(b.seconds - a.seconds for a, b in pairwise(steps)),
        fast_steps=len(steps),
    )


def _first(reference: Objective, steps: list[Step], target_loss: float) -> Step | None:
    """The first step whose picture has a loss of at most `target_loss` in float32."""
    near = (step for step in steps if step.total <= 1.5 * target_loss)  # what the run itself saw is close to that
    return next((step for step in near if _loss(reference, step.picture) <= target_loss), None)


def _curve(name: str, reference: Objective, steps: list[Step], shown: Step) -> Curve:
    numbers = sorted({round(len(steps) ** (i / (CURVE_POINTS - 1))) - 1 for i in range(CURVE_POINTS)})
    chosen = [steps[number] for number in numbers]
    losses = [_loss(reference, step.picture) for step in chosen]
    return Curve(name, [step.seconds for step in chosen], losses, shown.picture)


def _loss(reference: Objective, picture: Tensor) -> float:
    return float(reference.evaluate(picture).total)


def table(settings: Settings, compared: list[Comparison]) -> list[str]:
    """What was compared, the head of the table, and a line for each comparison."""
    conditions = (
        f"{settings.size} × {settings.size} pixels: {settings.evaluations} evaluations of the classic recipe against "
        f"at most {settings.steps} steps of the other; s/step: median, s: until the goal, median of {settings.repeats}"
    )
    classic = f"{'case':16} {'against':>10} {'s/step':>7} {'s':>7}"
    fast = f"{'recipe':18} {'s/step':>7} {'steps':>5} {'s':>7} {'ratio':>7}"
    return [conditions, f"{classic} | {fast}", *map(_line, compared)]


def _line(each: Comparison) -> str:
    left = f"{each.case:16} {each.classic.name:>10} {each.classic_step:7.3f} {each.classic_seconds:7.1f}"
    fast = f"  not in {each.fast_steps}: {min(each.fast.losses) / each.goal:.2f} × the goal"
    if each.seconds is not None and each.ratio is not None:
        fast = f"{each.reached:5d} {each.seconds:7.1f} {each.ratio:6.1f}×"
    return f"{left} | {each.fast.name:18} {each.fast_step:7.3f} {fast}"
