"""The command `reconstruct`: a thin Hydra shell around `experiments.cell.run`."""

import logging
import os
import sys
from pathlib import Path

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
    """The configuration folder: $RECONSTRUCT_CONFIGS, else the checkout's, else the installed copy."""
    given = os.environ.get("RECONSTRUCT_CONFIGS")
    here = Path(__file__).resolve().parent
    checkout = here.parent / "configs"
    return Path(given).resolve() if given else checkout if checkout.is_dir() else here / "configs"


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


def main() -> None:
    """Entry point of the console script."""
    schema.register()
    OmegaConf.register_new_resolver("cell", lambda overrides: cell_name(overrides), replace=True)
    try:
        _task()
    except KeyboardInterrupt:
        print("\nreconstruct: interrupted; the same command goes on from here", file=sys.stderr)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
