"""When two runs would give the same picture: the resolved configuration and the content of its input files.

Deliberately free of torch, so that a finished cell is recognised at once.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Self

from experiments.settings.effective import effective
from experiments.settings.inputs import Inputs, inputs
from experiments.settings.schema import Config
from reconstruct.runs.naming import TERMS
from reconstruct.runs.results import FORMAT

# Raised whenever the same settings lead to another picture than before. `precision` and `device` count as they were
# asked for, so that a sweep can be taken up again on another machine.
METHOD = 9
# Settings that choose layers or files, which count by themselves.
_STAND_FOR_OTHERS = (
    *("depth", "network.by_depth"),
    *(f"{term}.{key}" for term in TERMS for key in ("by_depth", "picture")),
)


@dataclass(frozen=True)
class Provenance:
    """What a cell is made from: settings, files, and the fingerprint of both."""

    config: Config
    inputs: Inputs
    fingerprint: str

    @classmethod
    def of(cls, config: Config) -> Self:
        """Looks the files up now; raises `InputError` if one is not there or cannot be read."""
        found = inputs(config)
        return cls(config, found, fingerprint(config, found))


def fingerprint(config: Config, inputs: Inputs) -> str:
    """Sixteen hexadecimal digits, equal for two cells that give the same picture, however they were asked for.

    It is made of the settings that have an effect, with the content of files for their names. Cells whose records have
    another format are other cells, so that none of them stands in the way of these.
    """
    files = [*inputs.pictures.values(), *inputs.codes.values(), inputs.network.weights]
    settings = {key: value for key, value in effective(config).items() if key not in _STAND_FOR_OTHERS}
    settings |= {given.key: given.identity for given in files}
    settings |= {given.key: [given.name, given.digest] for given in inputs.classes.values()}
    settings["network.normalize_over"] = [given.identity for given in inputs.network.normalize_over]
    settings["start"] = inputs.start.identity if inputs.start else config.start
    return hashlib.sha256(json.dumps([METHOD, FORMAT, settings], sort_keys=True).encode()).hexdigest()[:16]
