"""The command `reconstruct`: a thin Hydra shell around `experiments.cell.run`."""

import logging
import os
import sys
from contextlib import suppress
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from experiments.cell import locks
from experiments.cell.invocation import Invocation, Verbosity
from experiments.cell.run import run
from experiments.settings import schema
from experiments.settings.composition import as_input_errors, configs, configuration, first_names
from experiments.settings.overrides import check_options, quoted
from experiments.terminal.exits import ELSEWHERE, exits, os_error_message
from experiments.terminal.progress import say
from reconstruct.errors import InputError, RunError
from reconstruct.runs.failures import Failure

log = logging.getLogger(__name__)


@hydra.main(config_path=str(configs()), config_name="reconstruct", version_base="1.3")
def _task(composed: DictConfig) -> None:
    hydra_config = HydraConfig.get()
    folder = Path(hydra_config.runtime.output_dir)
    alone = hydra_config.mode is RunMode.RUN
    try:
        _run(configuration(composed), folder, hydra_config, alone)
    except Exception as error:
        failure = Failure.of(error)
        with suppress(OSError, RunError, locks.Busy), locks.held(folder):  # the disk may be full
            failure.write(folder)
        log.error(failure.traceback)
        if alone:
            with exits("reconstruct"):
                raise
        # In a sweep the other cells go on; `experiments.sweep` gives the report and the exit code.


def _run(config: schema.Config, folder: Path, hydra_config: Any, alone: bool) -> None:
    in_sweep = Verbosity.nothing if "joblib" in hydra_config.launcher._target_ else Verbosity.in_sweep
    try:
        run(config, folder, Invocation(list(hydra_config.overrides.task), Verbosity.alone if alone else in_sweep))
    except locks.Busy as busy:  # of a sweep the report at its end waits for that
        if alone:
            say(f"{busy}; waiting for it")
            locks.wait(folder)
            _run(config, folder, hydra_config, alone)


def main() -> None:
    """Entry point of the console script."""
    if "--version" in sys.argv[1:]:  # Hydra would give its own
        print(f"reconstruct {version('reconstruct')}")
        return
    if not sys.argv[1:]:
        sys.argv.append("--help")
    schema.register(sys.argv[1:])
    logging.raiseExceptions = False  # a log on a full disk is not worth a second traceback
    again = "the same command without fresh=true" if "fresh=true" in sys.argv else "the same command"
    with exits("reconstruct", f"interrupted; {again} goes on from here"):
        sys.argv = [sys.argv[0], *map(quoted, sorted(sys.argv[1:], key=_is_setting))]
        check_options(sys.argv[1:], first_names())
        _check_launcher(sys.argv)
        _composed_and_run()


def _is_setting(word: str) -> bool:
    """Whether it is no option in one word: these come first, since argparse would lose what follows them."""
    return word not in ("-m", "--multirun") and not (word.startswith("--") and "=" in word)


def _composed_and_run() -> None:
    """Hydra's errors in our words and with our exit code; HYDRA_FULL_ERROR=1 shows them as they are."""
    if os.environ.get("HYDRA_FULL_ERROR", "0") != "0":
        _task()
        return
    os.environ["HYDRA_FULL_ERROR"] = "1"  # so that it lets them through
    try:
        with as_input_errors():
            _task()
    except BrokenPipeError:  # whoever read our output has seen enough
        raise SystemExit(1) from None
    except OSError as error:
        raise RunError(os_error_message(error, ELSEWHERE)) from error
    finally:
        del os.environ["HYDRA_FULL_ERROR"]


def _check_launcher(arguments: list[str]) -> None:
    """Hydra would only say that it cannot locate a class."""
    for given in arguments:
        if given.startswith("hydra.launcher="):
            raise InputError(f"{given}: did you mean hydra/launcher={given.partition('=')[2]}?")
    for name, plugin in (("joblib", "hydra-joblib-launcher"), ("slurm", "hydra-submitit-launcher")):
        if f"hydra/launcher={name}" in arguments and not any(distributions(name=plugin)):
            raise InputError(f"hydra/launcher={name} needs more: pip install 'reconstruct[{name}]'")


if __name__ == "__main__":
    from experiments.reconstruct import main as run_main  # by its own name, by which other processes can import it

    run_main()
