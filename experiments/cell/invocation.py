"""How a cell was asked for, and what it is made from."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Self

from experiments.settings.fingerprint import fingerprint, plain
from experiments.settings.inputs import Inputs, inputs
from experiments.settings.overrides import as_typed, chosen, typed
from experiments.settings.schema import Config


class Verbosity(Enum):
    """What is said about a cell while it runs."""

    alone = "its bar, and in the end how it went"
    in_sweep = "its bar, below that of the sweep"
    nothing = "other processes show their own"


@dataclass(frozen=True)
class Invocation:
    """How a cell was asked for.

    Attributes:
        overrides: what the user chose, ``KEY=VALUE`` in Hydra's syntax.
        label: what the cell is called; empty for the name of its folder.
    """

    overrides: list[str] = field(default_factory=list)
    verbosity: Verbosity = Verbosity.alone
    label: str = ""

    @property
    def settings(self) -> list[str]:
        """What the user chose, as it is typed."""
        return [as_typed(override) for override in self.overrides]

    @property
    def values(self) -> dict[str, str]:
        """Key -> value of all that the user chose."""
        return typed(chosen(self.overrides))


@dataclass(frozen=True)
class Provenance:
    """What a cell is made from: settings, files, and the fingerprint of both."""

    config: Config
    settings: dict[str, Any]  # the same as JSON knows it
    inputs: Inputs
    fingerprint: str

    @classmethod
    def of(cls, config: Config) -> Self:
        """Looks the files up now; raises `InputError` if one is not there or cannot be read."""
        found = inputs(config)
        return cls(config, plain(config), found, fingerprint(config, found))

    @property
    def records(self) -> list[Mapping[str, str]]:
        """Setting, name and digest of each file."""
        return [given.record for given in self.inputs]


def command() -> str:
    """What the user typed, but for a wish to compute it again."""
    return shlex.join([Path(sys.argv[0]).name, *(word for word in sys.argv[1:] if not word.startswith("fresh="))])
