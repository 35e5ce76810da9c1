"""How a cell was asked for."""

import shlex
import sys
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path


class Verbosity(Enum):
    """What is said about a cell while it runs."""

    alone = "its bar, and in the end how it went"
    in_sweep = "its bar, below that of the sweep"
    nothing = "other processes show their own"


@dataclass(frozen=True)
class Invocation:
    """How a cell was asked for: what the user chose, ``KEY=VALUE`` in Hydra's syntax, and what is to be said."""

    overrides: list[str] = field(default_factory=list)
    verbosity: Verbosity = Verbosity.alone


def command() -> str:
    """What the user typed, but for a wish to compute it again."""
    return shlex.join([Path(sys.argv[0]).name, *(word for word in sys.argv[1:] if not word.startswith("fresh="))])
