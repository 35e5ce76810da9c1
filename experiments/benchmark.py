"""The command `reconstruct-benchmark`: recipe=fast against the classic recipe, side by side in one run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from experiments.settings import schema
from experiments.settings.composition import as_input_errors, configs
from experiments.speed import profiling
from experiments.speed.comparison import Settings, comparisons, table
from experiments.terminal.exits import Parser, exits
from reconstruct import records
from reconstruct.errors import InputError, nearest
from reconstruct.figures.plots.speed import Comparison, speed
from reconstruct.hardware import processor


def run(settings: Settings, folder: Path) -> None:
    """Print the table and leave benchmark.json, benchmark.png and benchmark.pdf."""
    from reconstruct.figures import save

    folder.mkdir(parents=True, exist_ok=True)
    record: dict[str, Any] = {"settings": asdict(settings), "machine": machine()}
    compared = _compared(settings, record, folder / "benchmark.json")
    for suffix in ("png", "pdf") if compared else ():
        save(speed(compared), folder, "benchmark", suffix, 300)
    for name, part in _parts(settings).items():
        record[name] = part()
        records.write(record, folder / "benchmark.json")
        _print(_TEXTS[name](record))
    _print([f"{folder / 'benchmark.json'}"])


def _compared(settings: Settings, record: dict[str, Any], path: Path) -> list[Comparison]:
    """All comparisons; each is printed and written into the record as soon as it is finished."""
    compared: list[Comparison] = []
    for each in (each for case in settings.cases for each in comparisons(settings, case)):
        _print(table(settings, [each])[2 if compared else 0 :])
        compared.append(each)
        record["races"] = [known.record() for known in compared]  # the key that earlier records have
        records.write(record, path)
    return compared


def _parts(settings: Settings) -> dict[str, Callable[[], Any]]:
    """What is measured besides the comparisons."""
    parts: dict[str, Callable[[], Any]] = {}
    if settings.step_size:
        parts["steps"] = lambda: profiling.steps_against_convolutions(settings)
    if settings.sizes:
        parts["growth"] = lambda: profiling.growth(settings)
    return parts


def _steps_text(record: dict[str, Any]) -> list[str]:
    if "steps" not in record:
        return []
    times, size = record["steps"], record["settings"]["step_size"]
    floor = times["convolutions"]
    return [f"\na step up to relu5_1 at {size} × {size}: torch's convolutions alone {floor:.3f} s"] + [
        f"  {name:9} {times[name]:.3f} s, {times[name] / floor:.2f} × the convolutions"
        for name in times
        if name != "convolutions"
    ]


def _growth_text(record: dict[str, Any]) -> list[str]:
    rows = record.get("growth", [])
    lines = [f"{row['recipe']:20} {row['size']:5d} {row['seconds']:8.3f} {row['memory'] / 2**30:9.2f}" for row in rows]
    recipes = dict.fromkeys(row["recipe"] for row in rows)
    ends = {recipe: profiling.exponents(rows, recipe) for recipe in recipes if len(record["settings"]["sizes"]) > 1}
    grown = [f"{r:20} grows as pixels^{e['seconds']:.2f}, memory ^{e['memory']:.2f}" for r, e in ends.items()]
    return ["", f"{'both':20} {'size':>5} {'s/step':>8} {'peak GiB':>9}", *lines, *grown] if rows else []


_TEXTS: Mapping[str, Callable[[dict[str, Any]], list[str]]] = {
    "steps": _steps_text,
    "growth": _growth_text,
}
"""The lines that are printed for each part of the record."""


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    threads, cpu = torch.get_num_threads(), processor.name(torch.device("cpu"))
    return {"processor": cpu, "threads": threads, "gpu": gpu, "torch": torch.__version__}


def _print(lines: list[str]) -> None:
    print("\n".join(lines), flush=True)


def _check_words(given: Sequence[str]) -> None:
    for word in given:
        if "=" not in word:
            raise InputError(f"{word}: expected quick or KEY=VALUE{nearest(word, ['quick'])}")


def main() -> None:
    """Entry point of the console script."""
    parser = Parser(
        prog="reconstruct-benchmark", description="Speed of recipe=fast against the classic recipe, in one run."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('reconstruct')}")
    parser.add_argument("overrides", nargs="*", help="quick (under 3 minutes), or KEY=VALUE of configs/benchmark.yaml")
    overrides: list[str] = parser.parse_args().overrides
    given = [override for override in overrides if override not in ("quick", "quick=true")]
    name = "benchmark_quick" if given != overrides else "benchmark"
    schema.register()
    schema.register_benchmark(Settings)
    with exits("reconstruct-benchmark", "interrupted; what was measured is in its record"):
        _check_words(given)
        with initialize_config_dir(str(configs()), version_base="1.3"):
            with as_input_errors():
                composed = compose(name, given)
                settings: Settings = OmegaConf.to_object(composed)  # type: ignore[assignment]
            run(settings, Path(settings.runs) / "benchmark")


if __name__ == "__main__":
    main()
