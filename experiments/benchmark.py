"""The command `reconstruct-benchmark`: recipe=fast against the classic recipe, side by side in one run."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from experiments.settings import schema
from experiments.settings.composition import as_input_errors, configs
from experiments.speed import growth
from experiments.speed.comparison import Settings, comparisons, table
from experiments.terminal.exits import Parser, exits
from reconstruct.errors import InputError, nearest
from reconstruct.hardware import processor
from reconstruct.report.figures.plots.speed import Comparison, speed
from reconstruct.runs import records


def run(settings: Settings, folder: Path) -> None:
    """Print the table and leave benchmark.json, benchmark.png and benchmark.pdf."""
    from reconstruct.report.figures import save

    folder.mkdir(parents=True, exist_ok=True)
    record: dict[str, Any] = {"settings": asdict(settings), "machine": machine()}
    compared = _compared(settings, record, folder / "benchmark.json")
    for suffix in ("png", "pdf") if compared else ():
        save(speed(compared), folder, "benchmark", suffix, 300)
    if settings.sizes:
        record["growth"] = growth.growth(settings)
        records.write(record, folder / "benchmark.json")
        _print(growth.table(record["growth"]))
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


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpu = processor.name(torch.device("cpu"))
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {"processor": cpu, "threads": torch.get_num_threads(), "gpu": gpu, "torch": torch.__version__}


def _print(lines: list[str]) -> None:
    print("\n".join(lines), flush=True)


def _check_words(given: Sequence[str]) -> None:
    for word in given:
        if "=" not in word:
            raise InputError(f"{word}: expected quick or KEY=VALUE{nearest(word, ['quick'])}")


def main() -> None:
    """Entry point of the console script."""
    parser = Parser(
        prog="reconstruct-benchmark", description="Compare the speed of recipe=fast and of the classic recipe."
    )
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
