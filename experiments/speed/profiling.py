"""What a step costs: seconds beside its convolutions' own, and how time and memory grow with the picture."""

import math
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import islice, pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import torch
from hydra import initialize_config_dir
from torch.profiler import ProfilerActivity, profile

from experiments.cell import build, networks
from experiments.settings import schema
from experiments.settings.composition import configs
from experiments.speed.classic import Classic
from experiments.speed.comparison import TURNS, Settings, cell, task
from experiments.terminal.progress import say
from reconstruct.errors import RunError

try:
    import resource
except ImportError:  # a system that does not say what a process took
    resource = None  # type: ignore[assignment]

RECIPES = ("classic", "fast", "fast, checkpointing")
COUNTED = {"cpu": 4, "cuda": 40}  # steps, of which the second half counts: a GPU first records what it then repeats
Row = dict[str, Any]


def steps_against_convolutions(settings: Settings) -> dict[str, float]:
    """Seconds of a step up to relu5_1, with and without compiling, and of torch's own convolutions (profiler)."""
    cells = {"eager": _up_to_relu5_1(settings, "compile=false")}
    plain = _up_to_relu5_1(settings, "compile=false", "winograd=false")
    try:
        cells["compiled"] = _up_to_relu5_1(settings, "compile=true")
    except RunError as error:
        say(str(error))
    times: dict[str, list[float]] = {name: [] for name in (*cells, "convolutions")}
    for made in (*cells.values(), plain):
        _seconds(made, 2)
    for _ in range(TURNS):
        for name, made in cells.items():
            times[name].append(_seconds(made, 4))
        times["convolutions"].append(_convolutions(plain))
    return {name: median(values) for name, values in times.items()}


def _up_to_relu5_1(settings: Settings, *overrides: str) -> build.Cell:
    layer = "content.layers=[relu5_1]"
    return cell(settings, "content_relu4_2", settings.step_size, layer, "steps=1000", *overrides)


def _seconds(made: build.Cell, count: int) -> float:
    steps = list(islice(made.synthesis, count))
    return (steps[-1].seconds - steps[0].seconds) / max(1, len(steps) - 1)


def _convolutions(made: build.Cell) -> float:
    """Of one evaluation and its gradient, asked for one by one: within a step that a GPU repeats none can be told."""
    cuda, objective, picture = made.plan.device.type == "cuda", made.synthesis.objective, made.synthesis.canvas()
    with profile(activities=[ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if cuda else [])]) as profiler:
        torch.autograd.grad(objective(picture).total, picture)
    events = [event for event in profiler.key_averages() if "convolution" in event.key]
    times = [event.self_device_time_total if cuda else event.self_cpu_time_total for event in events]
    return float(sum(times)) / 1e6


def growth(settings: Settings) -> list[Row]:
    """Seconds a step and peak memory of `both`, a row for every recipe and size."""
    return [_row(settings, recipe, size) for size in settings.sizes for recipe in RECIPES]


def _row(settings: Settings, recipe: str, size: int) -> Row:
    """Measured in a process of its own."""
    say(f"both at {size} × {size} pixels: {recipe}")
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        seconds, memory = process.submit(_cost, settings, recipe, size).result()
    return {"recipe": recipe, "size": size, "seconds": seconds, "memory": memory}


def _cost(settings: Settings, recipe: str, size: int) -> tuple[float, int]:
    """Median seconds of a few steps and the peak memory in bytes, of this process or of the GPU."""
    schema.register()
    with initialize_config_dir(str(configs()), version_base="1.3"):
        made = cell(settings, "both", size, f"checkpointing={'checkpointing' in recipe}", "compile=false")
    device = made.plan.device
    count = COUNTED[device.type]
    if recipe == "classic":
        classic = Classic(*task(made), settings.seed)
        del made  # what recipe=fast holds is not the classic recipe's
        networks.forget()
        classic.advance(count)
        seconds = classic.seconds
    else:
        steps = list(islice(made.synthesis, count))
        seconds = [b.seconds - a.seconds for a, b in pairwise(steps)]
    return median(seconds[-max(3, count // 2) :]), peak_memory(device)


def peak_memory(device: torch.device) -> int:
    """Bytes; 0 where nothing tells. Linux's own record: the one of `getrusage` is inherited from the parent process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    status = Path("/proc/self/status")
    if not status.exists():
        if resource is None:
            return 0
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def exponents(rows: list[Row], recipe: str) -> dict[str, float]:
    """How time and memory grow with the number of pixels, from the smallest to the largest size: 1 is linearly."""
    mine = sorted((row for row in rows if row["recipe"] == recipe), key=lambda row: int(row["size"]))
    pixels = 2 * math.log(mine[-1]["size"] / mine[0]["size"])
    return {name: math.log(mine[-1][name] / mine[0][name]) / pixels for name in ("seconds", "memory")}
