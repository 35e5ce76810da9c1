"""How time and memory grow with the picture."""

from concurrent.futures import ProcessPoolExecutor
from itertools import islice, pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import torch
from hydra import initialize_config_dir

from experiments.cell import networks
from experiments.settings import schema
from experiments.settings.composition import configs
from experiments.speed.comparison import Settings, cell, task
from experiments.speed.recipes import Classic
from experiments.terminal.progress import say

RECIPES = ("classic", "fast", "fast, checkpointing")
COUNTED = {"cpu": 4, "cuda": 40}  # steps, of which the second half counts: a GPU first records what it then repeats
Row = dict[str, Any]


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
    return median(seconds[-max(3, count // 2) :]), _peak_memory(device)


def _peak_memory(device: torch.device) -> int:
    """Bytes; 0 where nothing tells. Linux's own record: the one of `getrusage` is inherited from the parent process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def table(rows: list[Row]) -> list[str]:
    """A line for every row."""
    peaks = [f"{row['memory'] / 2**30:9.2f}" if row["memory"] else f"{'–':>9}" for row in rows]
    sizes = [f"{row['recipe']:20} {row['size']:5d} {row['seconds']:8.3f}" for row in rows]
    lines = [f"{each} {peak}" for each, peak in zip(sizes, peaks, strict=True)]
    return ["", f"{'both':20} {'size':>5} {'s/step':>8} {'peak GiB':>9}", *lines]
