"""The command `reconstruct`: a thin Hydra shell around `experiments.cell.run`."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from experiments import cell, schema
from experiments.failures import Failure
from experiments.names import cell_name
from reconstruct.errors import InputError, RunError

log = logging.getLogger(__name__)


def configs() -> Path:
    """The configuration folder: $RECONSTRUCT_CONFIGS, else the installed copy, else the checkout's."""
    given = os.environ.get("RECONSTRUCT_CONFIGS")
    installed = Path(__file__).resolve().parent / "configs"
    checkout = installed.parent.parent / "configs"
    return Path(given).resolve() if given else installed if installed.is_dir() else checkout


@hydra.main(config_path=str(configs()), config_name="reconstruct", version_base="1.3")
def _task(composed: DictConfig) -> None:
    hydra_config = HydraConfig.get()
    folder = Path(hydra_config.runtime.output_dir)
    Failure.clear(folder)
    try:
        config: schema.Config = OmegaConf.to_object(composed)  # type: ignore[assignment]
        cell.run(config, folder, list(hydra_config.overrides.task))
    except Exception as error:
        failure = Failure.of(error)
        failure.write(folder)
        log.error(failure.traceback)
        if hydra_config.mode is RunMode.RUN:
            _stop(error, failure.message)
        # In a sweep the other cells go on; `experiments.sweep` gives the account and the exit code.


def _stop(error: Exception, message: str) -> None:
    """One line for what the user can mend; anything else is our mistake and keeps its traceback."""
    if not isinstance(error, InputError | RunError):
        raise error
    print(f"reconstruct: {message}", file=sys.stderr)
    raise SystemExit(2 if isinstance(error, InputError) else 1)


def register_resolvers() -> None:
    """What ${cell:…} and ${by_losses:…} in configs/ stand for."""
    OmegaConf.register_new_resolver("cell", lambda overrides: cell_name(overrides), replace=True)
    OmegaConf.register_new_resolver("by_losses", _by_losses, replace=True)


def _by_losses(losses: schema.Losses, relative: Any, paper: Any) -> Any:
    """A preset's choice where it depends on the convention of the losses."""
    return relative if losses is schema.Losses.relative else paper


def main() -> None:
    """Entry point of the console script."""
    schema.register()
    register_resolvers()
    try:
        _task()
    except KeyboardInterrupt:
        print("\nreconstruct: interrupted; the same command goes on from here", file=sys.stderr)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
