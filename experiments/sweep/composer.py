"""Settings as they were typed -> configurations, for all cells of a sweep."""

import pickle
from collections.abc import Mapping
from functools import cache

from hydra import compose
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf

from experiments.settings.composition import as_input_errors


class Composer:
    """Settings -> configuration.

    Hydra takes a sixth of a second to compose one. Every choice of files is composed once, and other values are set in
    copies of that (a pickle: five times as fast as deepcopy), which takes a thousandth or two.
    """

    def __init__(self, hydra_config: DictConfig) -> None:
        self._groups = set(hydra_config.runtime.choices)
        always, name = [*hydra_config.overrides.hydra, "parts=[]"], hydra_config.job.config_name
        self._base = cache(lambda chosen: pickle.dumps(compose(name, [*always, *chosen])))
        self._value = cache(OverridesParser.create().parse_override)

    def __call__(self, values: Mapping[str, str]) -> DictConfig:
        """The settings of a cell.

        Raises:
            InputError: a key or the type of a value is wrong, with which Hydra starts no cell at all.
        """
        chosen = self._of_groups(values)
        with as_input_errors():
            made: DictConfig = pickle.loads(self._base(chosen))
            for override in (f"{key}={value}" for key, value in values.items()):
                if override not in chosen:
                    OmegaConf.update(made, override.partition("=")[0], self._value(override).value())
        return made

    def _of_groups(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The settings that choose files; all of them, in their order, where some are added or taken away."""
        ordered = any(key.startswith(("+", "~")) for key in values)
        keys = [key for key in values if ordered or key in self._groups or "@" in key]
        return tuple(f"{key}={values[key]}" for key in keys)
