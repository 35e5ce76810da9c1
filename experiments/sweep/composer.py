"""Settings as they were typed -> configurations, for all cells of a sweep."""

import copy
import pickle
from collections.abc import Iterable, Mapping
from functools import cache

from hydra import compose
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf, open_dict

from experiments.settings.composition import as_input_errors


class Composer:
    """Settings -> configuration.

    Hydra takes a sixth of a second to compose one. Every choice of files is composed once, and other values are set in
    copies of that, which takes a thousandth or two.
    """

    def __init__(self, hydra_config: DictConfig) -> None:
        self._groups = set(hydra_config.runtime.choices)
        always, name = list(hydra_config.overrides.hydra), hydra_config.job.config_name
        self._whole = cache(lambda chosen: compose(name, [*always, "parts=[]", *chosen], return_hydra_config=True))
        self._with_hydra = cache(lambda chosen: pickle.dumps(self._whole(chosen)))  # five times as fast as deepcopy
        self._bare = cache(lambda chosen: pickle.dumps(_without_hydra(self._whole(chosen))))
        self._value = cache(OverridesParser.create().parse_override)

    def __call__(self, values: Mapping[str, str]) -> DictConfig:
        """The settings of a cell; `InputError` if a key or the type of a value is wrong."""
        chosen = self._of_groups(values)
        with as_input_errors():
            return self._with(self._bare(chosen), values, chosen)

    def job(self, overrides: Iterable[str]) -> DictConfig:
        """The same with Hydra's own settings, for a cell that is about to be made."""
        values = dict(override.partition("=")[::2] for override in overrides)
        chosen = self._of_groups({key: value for key, value in values.items() if not key.startswith("hydra.")})
        made = self._with(self._with_hydra(chosen), values, chosen)
        with open_dict(made.hydra):
            made.hydra.overrides.task = [each for each in overrides if not each.startswith("hydra.")]
        return made

    def _of_groups(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The settings that choose files; all of them, in their order, where some are added or taken away."""
        ordered = any(key.startswith(("+", "~")) for key in values)
        keys = [key for key in values if ordered or key in self._groups or "@" in key]
        return tuple(f"{key}={values[key]}" for key in keys)

    def _with(self, base: bytes, values: Mapping[str, str], chosen: tuple[str, ...]) -> DictConfig:
        made: DictConfig = pickle.loads(base)
        for override in (f"{key}={value}" for key, value in values.items()):
            if override not in chosen:
                OmegaConf.update(made, override.partition("=")[0], self._value(override).value())
        return made


def _without_hydra(composed: DictConfig) -> DictConfig:
    bare = copy.deepcopy(composed)
    with open_dict(bare):
        del bare["hydra"]
    return bare


class QuickLoader(ConfigLoaderImpl):
    """What a launcher asks for the configuration of each cell, if it makes cells in this very process."""

    def __init__(self, loader: ConfigLoader, composer: Composer) -> None:
        super().__init__(loader.get_search_path())
        self._composer = composer

    def load_sweep_config(self, master_config: DictConfig, sweep_overrides: list[str]) -> DictConfig:
        """That of a cell."""
        return self._composer.job(sweep_overrides)
