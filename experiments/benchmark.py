"""The command `reconstruct-benchmark`: recipe=fast against the classic recipe, side by side in one run.

For every case both optimise the same loss, in turns of a fifth each, so that a busy machine slows both. What is
compared is the time until recipe=fast has a picture whose float32 loss is the lowest that the classic recipe had in all
its evaluations, whatever values its picture then had; recipe=fast stays within [0, 1].
"""

import argparse
import math
import resource
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import accumulate, islice, pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import torch
from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import MISSING, OmegaConf
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from experiments import build, reconstruct, schema
from experiments.classic import Classic
from experiments.progress import say
from reconstruct.errors import InputError, RunError, nearest
from reconstruct.figures.speed import Curve, Race, speed
from reconstruct.objective import Objective
from reconstruct.results import write_json
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
VARIANTS = {"style": ["canvas=fourier"]}  # other settings that are worth comparing with recipe=fast's own
QUICK = ["cases=[content_relu4_2,style]", "size=128", "evaluations=200", "steps=80", "learning_rates=[]"]
QUICK += ["step_size=0", "sizes=[]"]


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
    learning_rates: list[float] = field(default_factory=list)
    fast: list[str] = field(default_factory=list)
    step_size: int = MISSING
    sizes: list[int] = field(default_factory=list)
    runs: str = MISSING

    def __post_init__(self) -> None:
        for case in self.cases:
            if case not in CASES:
                raise InputError(f"cases: no {case!r}; expected some of {', '.join(CASES)}{nearest(case, CASES)}")
        if min(self.evaluations, self.steps) < TURNS:
            raise InputError(f"evaluations={self.evaluations} steps={self.steps}: expected at least {TURNS} of each")


def cell(settings: Settings, case: str, size: int, *overrides: str) -> build.Cell:
    """The cell that `reconstruct` would make of a case."""
    pictures = [f"content.picture='{settings.content}'", f"style.picture='{settings.style}'"]
    general = ["crop=square", f"size={size}", f"seed={settings.seed}", f"steps={settings.steps}"]
    composed = compose("reconstruct", [*CASES[case], *pictures, *general, *settings.fast, *overrides])
    config: schema.Config = OmegaConf.to_object(composed)  # type: ignore[assignment]
    return build.cell(config)


def race(settings: Settings, case: str) -> list[Race]:
    """The classic recipe against recipe=fast and its variants on one case, in turns."""
    cells = {"recipe=fast": cell(settings, case, settings.size)}
    cells |= {variant: cell(settings, case, settings.size, variant) for variant in VARIANTS.get(case, [])}
    judge, shape = _task(cells["recipe=fast"])
    classics = [Classic(judge, shape, settings.seed, rate) for rate in (None, *settings.learning_rates)]
    ways = {name: iter(made.synthesis) for name, made in cells.items()}
    steps: dict[str, list[Step]] = {name: [] for name in cells}
    for turn in range(TURNS):
        say(f"{case}: turn {turn + 1} of {TURNS}")
        for name, way in ways.items():
            steps[name] += islice(way, _share(settings.steps, turn))
        for classic in classics:
            classic.advance(_share(settings.evaluations, turn))
    best = min(classics, key=lambda classic: classic.best[0])
    return [_report(case, name, judge, taken, best) for name, taken in steps.items()]


def _task(made: build.Cell) -> tuple[Objective, tuple[int, int]]:
    """What is minimised, in float32, and the picture's height and width."""
    (original, *_) = made.originals.values()
    return made.judge, (original.shape[-2], original.shape[-1])


def _share(total: int, turn: int) -> int:
    return total * (turn + 1) // TURNS - total * turn // TURNS


def _report(case: str, name: str, judge: Objective, steps: list[Step], classic: Classic) -> Race:
    goal, picture = classic.best
    saved = picture.clamp(0, 1)
    saved_loss = _loss(judge, saved)
    first, at_saved = _first(judge, steps, goal), _first(judge, steps, saved_loss)
    shown = first or min(steps, key=lambda step: step.total)
    return Race(
        case=case,
        goal=goal,
        classic=Curve(classic.name, list(accumulate(classic.seconds)), classic.losses, saved),
        fast=_curve(name, judge, steps, shown),
        reached=first.number + 1 if first else None,
        seconds=first.seconds if first else None,
        saved_loss=saved_loss,
        saved_seconds=at_saved.seconds if at_saved else None,
        classic_seconds=sum(classic.seconds[: classic.losses.index(goal) + 1]),
        classic_step=median(classic.seconds),
        fast_step=median(b.seconds - a.seconds for a, b in pairwise(steps)),
    )


def _first(judge: Objective, steps: list[Step], goal: float) -> Step | None:
    """The first step whose picture has a loss of at most `goal` in float32."""
    near = (step for step in steps if step.total <= 1.5 * goal)  # what the run itself saw is close to that
    return next((step for step in near if _loss(judge, step.picture) <= goal), None)


def _curve(name: str, judge: Objective, steps: list[Step], shown: Step) -> Curve:
    numbers = sorted({round(len(steps) ** (i / (CURVE_POINTS - 1))) - 1 for i in range(CURVE_POINTS)})
    chosen = [steps[number] for number in numbers]
    losses = [_loss(judge, step.picture) for step in chosen]
    return Curve(name, [step.seconds for step in chosen], losses, shown.picture)


@torch.no_grad()
def _loss(judge: Objective, picture: Tensor) -> float:
    return float(judge(picture).total)


def steps_against_convolutions(settings: Settings) -> dict[str, float]:
    """Seconds of a step up to relu5_1, with and without compiling, and of its convolutions alone (profiler)."""
    layer = "content.layers=[relu5_1]"
    size = settings.step_size
    cells = {"eager": cell(settings, "content_relu4_2", size, layer, "steps=1000", "compile=false")}
    try:
        cells["compiled"] = cell(settings, "content_relu4_2", size, layer, "steps=1000", "compile=true")
    except RunError as error:
        say(str(error))
    times: dict[str, list[float]] = {name: [] for name in (*cells, "convolutions")}
    for made in cells.values():
        _seconds(made, 2)
    for _ in range(TURNS):
        for name, made in cells.items():
            times[name].append(_seconds(made, 4))
        times["convolutions"].append(_convolutions(cells["eager"]))
    return {name: median(values) for name, values in times.items()}


def _seconds(made: build.Cell, count: int) -> float:
    steps = list(islice(made.synthesis, count))
    return (steps[-1].seconds - steps[0].seconds) / max(1, len(steps) - 1)


def _convolutions(made: build.Cell) -> float:
    cuda = made.device.type == "cuda"
    with profile(activities=[ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if cuda else [])]) as profiler:
        next(iter(made.synthesis))
    events = [event for event in profiler.key_averages() if "convolution" in event.key]
    times = [event.self_device_time_total if cuda else event.self_cpu_time_total for event in events]
    return float(sum(times)) / 1e6


def growth(settings: Settings) -> list[dict[str, Any]]:
    """Seconds a step and peak memory of `both`, each in a process of its own: a row for every recipe and size."""
    rows: list[dict[str, Any]] = []
    for size in settings.sizes:
        for recipe in ("classic", "fast", "fast, checkpointing"):
            say(f"both at {size} × {size} pixels: {recipe}")
            with ProcessPoolExecutor(1, get_context("spawn")) as process:
                seconds, memory = process.submit(_cost, settings, recipe, size).result()
            rows.append({"recipe": recipe, "size": size, "seconds": seconds, "memory": memory})
    return rows


def _cost(settings: Settings, recipe: str, size: int) -> tuple[float, int]:
    """Median seconds of a few steps and the peak memory in bytes, of this process or of the GPU."""
    schema.register()
    reconstruct.register_resolvers()
    with initialize_config_dir(str(reconstruct.configs()), version_base="1.3"):
        made = cell(settings, "both", size, f"checkpointing={'checkpointing' in recipe}", "compile=false")
    if recipe == "classic":
        classic = Classic(*_task(made), settings.seed)
        del made  # what recipe=fast holds is not the classic recipe's
        build.forget()
        classic.advance(4)
        seconds = classic.seconds
    else:
        steps = list(islice(made.synthesis, 4))
        seconds = [b.seconds - a.seconds for a, b in pairwise(steps)]
    return median(seconds[-3:]), peak_memory()


def peak_memory() -> int:
    """Bytes. Linux's own record, because the one that `getrusage` gives is inherited from the parent process."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def exponents(rows: list[dict[str, Any]], recipe: str) -> dict[str, float]:
    """How time and memory grow with the number of pixels, from the smallest to the largest size: 1 is linearly."""
    mine = sorted((row for row in rows if row["recipe"] == recipe), key=lambda row: int(row["size"]))
    pixels = 2 * math.log(mine[-1]["size"] / mine[0]["size"])
    return {name: math.log(mine[-1][name] / mine[0][name]) / pixels for name in ("seconds", "memory")}


def table(races: list[Race]) -> list[str]:
    """A line a case."""
    classic = f"{'case':16} {'recipe':14} {'classic':>10} {'s/step':>7} {'s':>7}"
    fast = f"{'fast s/step':>11} {'steps':>5} {'s':>6} {'ratio':>6}"
    lines = [f"{classic} | {fast} | {'saved picture: s':>16} {'ratio':>6}"]
    for r in races:
        total = r.classic_seconds
        reached = f"{r.reached:5d} {r.seconds:6.1f} {total / r.seconds:5.1f}×" if r.seconds else "    – never reached"
        saved = f"{r.saved_seconds:16.1f} {total / r.saved_seconds:5.1f}×" if r.saved_seconds else f"{'–':>16}"
        left = f"{r.case:16} {r.fast.name:14} {r.classic.name:>10} {r.classic_step:7.3f} {total:7.1f}"
        lines.append(f"{left} | {r.fast_step:11.3f} {reached} | {saved}")
    return lines


def run(settings: Settings, folder: Path) -> None:
    """Print the table and leave benchmark.json, benchmark.png and benchmark.pdf."""
    from experiments.figure import save

    races = [each for case in settings.cases for each in race(settings, case)]
    record: dict[str, Any] = {"settings": asdict(settings), "machine": machine(), "races": [r.record() for r in races]}
    folder.mkdir(parents=True, exist_ok=True)
    _tell(table(races))
    for suffix in ("png", "pdf"):
        save(speed(races), folder / f"benchmark.{suffix}", 300)
    write_json(record, folder / "benchmark.json")
    for name, part in (("steps", steps_against_convolutions), ("growth", growth)):
        if settings.step_size if name == "steps" else settings.sizes:
            record[name] = part(settings)
            write_json(record, folder / "benchmark.json")
    _tell([*_steps_told(record), *_growth_told(record), f"{folder / 'benchmark.png'}"])


def _steps_told(record: dict[str, Any]) -> list[str]:
    if "steps" not in record:
        return []
    times, size = record["steps"], record["settings"]["step_size"]
    floor = times["convolutions"]
    return [f"\na step up to relu5_1 at {size} × {size}: convolutions alone {floor:.3f} s"] + [
        f"  {name:9} {times[name]:.3f} s, {times[name] / floor:.2f} × the convolutions"
        for name in times
        if name != "convolutions"
    ]


def _growth_told(record: dict[str, Any]) -> list[str]:
    rows = record.get("growth", [])
    lines = [f"{row['recipe']:20} {row['size']:5d} {row['seconds']:8.3f} {row['memory'] / 2**30:9.2f}" for row in rows]
    recipes = dict.fromkeys(row["recipe"] for row in rows)
    ends = {recipe: exponents(rows, recipe) for recipe in recipes if len(record["settings"]["sizes"]) > 1}
    grown = [f"{r:20} grows as pixels^{e['seconds']:.2f}, memory ^{e['memory']:.2f}" for r, e in ends.items()]
    return ["", f"{'both':20} {'size':>5} {'s/step':>8} {'peak GiB':>9}", *lines, *grown] if rows else []


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    capabilities: Callable[[], dict[str, Any]] = getattr(torch.cpu, "get_capabilities", dict)
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    amx = bool(capabilities().get("amx_bf16"))
    return {"threads": torch.get_num_threads(), "amx_bf16": amx, "gpu": gpu, "torch": torch.__version__}


def _tell(lines: list[str]) -> None:
    print("\n".join(lines), flush=True)


def main() -> None:
    """Entry point of the console script."""
    parser = argparse.ArgumentParser(
        prog="reconstruct-benchmark", description="Speed of recipe=fast against the classic recipe, in one run."
    )
    parser.add_argument("overrides", nargs="*", help="quick (under 3 minutes), or KEY=VALUE of configs/benchmark.yaml")
    overrides: list[str] = parser.parse_args().overrides
    given = [override for override in overrides if override not in ("quick", "quick=true")]
    quick = QUICK if given != overrides else []
    schema.register()
    schema.register_benchmark(Settings)
    reconstruct.register_resolvers()
    try:
        with initialize_config_dir(str(reconstruct.configs()), version_base="1.3"):
            settings: Settings = OmegaConf.to_object(compose("benchmark", [*quick, *given]))  # type: ignore[assignment]
            run(settings, Path(settings.runs) / "benchmark")
    except (InputError, HydraException) as error:
        print(f"reconstruct-benchmark: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except RunError as error:
        print(f"reconstruct-benchmark: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
