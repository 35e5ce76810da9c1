"""The sweeper that Hydra finds: plugins must be in a namespace package of this name.

Whatever is heavy is imported when a sweep begins, because every program with Hydra imports this module.
"""

from typing import Any

from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


class ReconstructSweeper(Sweeper):
    """Makes the cells of a sweep that are missing, and its table, figure and page.

    `params`, key -> values, and `max_batch_size`, which is not used, are settings of Hydra's own sweeper.
    """

    def __init__(self, params: Any = None, max_batch_size: int | None = None) -> None:
        self.params = params

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what the sweep and its launcher will need."""
        self._needed = config, hydra_context, task_function

    def sweep(self, arguments: list[str]) -> None:
        """Run the sweep; `arguments` are part of the configuration, too."""
        from experiments.sweep.sweep import run

        run(*self._needed)
