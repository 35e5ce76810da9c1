"""A sweep before its first cell starts: every cell's configuration and input files, looked at but not yet used."""

import copy
from collections.abc import Mapping
from functools import cache

from hydra import compose
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import InterpolationKeyError, InterpolationResolutionError

from experiments.settings.composition import as_input_errors, configuration
from experiments.settings.inputs import inputs
from experiments.settings.schema import Config
from reconstruct.errors import InputError


def checked(composed: DictConfig) -> Config:
    """The configuration, after everything that will stop the cell when its turn comes.

    Raises:
        InputError: a value is out of range, a file is missing or no picture.
    """
    config = configuration(composed)
    found = inputs(config)
    for picture in (*found.pictures.values(), *found.network.normalize_over):
        picture.check_header()
    return config


def depends_on_the_run(error: InputError) -> bool:
    """Whether a value cannot be had yet: the number of a job, or a variable that only a cluster's node has."""
    cause = error.__cause__
    return isinstance(cause, InterpolationResolutionError) and not isinstance(cause, InterpolationKeyError)


class Composer:
    """Overrides -> configuration. Hydra takes a tenth of a second, so that every choice of files is composed once."""

    def __init__(self, hydra_config: DictConfig) -> None:
        self._groups = set(hydra_config.runtime.choices)
        always = list(hydra_config.overrides.hydra)
        self._base = cache(lambda chosen: _without_parts(compose(hydra_config.job.config_name, [*always, *chosen])))
        self._value = cache(OverridesParser.create().parse_override)

    def __call__(self, values: Mapping[str, str]) -> DictConfig:
        """The composed configuration.

        Raises:
            InputError: a key or the type of a value is wrong, with which Hydra starts no cell at all.
        """
        chosen = [key for key in values if key in self._groups or "@" in key]
        if any(key.startswith(("+", "~")) for key in values):  # then their order counts
            chosen = list(values)
        with as_input_errors():
            composed: DictConfig = copy.deepcopy(self._base(tuple(f"{key}={values[key]}" for key in chosen)))
            for key in (key for key in values if key not in chosen):
                OmegaConf.update(composed, key, self._value(f"{key}={values[key]}").value())
        return composed


def _without_parts(composed: DictConfig) -> DictConfig:
    """They are no concern of a cell, and copying them takes longer than all the rest."""
    composed.parts = []
    return composed
