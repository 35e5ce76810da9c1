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
    for picture in found.all_pictures:
        picture.check_header()
    return config


def depends_on_the_run(error: InputError) -> bool:
    """Whether a value cannot be had yet: the number of a job, or a variable that only a cluster's node has."""
    cause = error.__cause__
    return isinstance(cause, InterpolationResolutionError) and not isinstance(cause, InterpolationKeyError)


class Composer:
    """Overrides -> configuration, which is valid until the next call.

    Hydra takes a tenth of a second, so that every choice of files is composed once.
    """

    def __init__(self, hydra_config: DictConfig) -> None:
        self._groups = set(hydra_config.runtime.choices)
        always = list(hydra_config.overrides.hydra)
        self._base = cache(lambda chosen: _Resettable(compose(hydra_config.job.config_name, [*always, *chosen])))
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
            base = self._base(tuple(f"{key}={values[key]}" for key in chosen))
            others = (key for key in values if key not in chosen)
            return base.changed({key: self._value(f"{key}={values[key]}").value() for key in others})


class _Resettable:
    """A composed configuration in which a few values are set and reset; copying it takes longer than all the rest."""

    def __init__(self, composed: DictConfig) -> None:
        composed.parts = []  # no concern of a cell
        self._original, self._current = composed, copy.deepcopy(composed)
        self._touched: list[str] = []

    def changed(self, values: Mapping[str, object]) -> DictConfig:
        """With these values of keys, and all others as they were composed."""
        for key in self._touched:
            if isinstance(values.get(key, {}), dict):  # which would be merged with what there is
                self._reset(key)
        self._touched = list(values)
        for key, value in values.items():
            OmegaConf.update(self._current, key, value)
        return self._current

    def _reset(self, key: str) -> None:
        above, _, last = key.rpartition(".")
        parent = OmegaConf.select(self._original, above) if above else self._original
        if isinstance(parent, DictConfig) and last in map(str, parent):  # a key that there is not was refused
            OmegaConf.update(self._current, key, parent._get_node(last), merge=False)
