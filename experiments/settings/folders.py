"""Which folder of a sweep a cell has: ``.cells.json``, kept from one sweep of that name to the next.

A cell keeps its folder when the sweep grows and other things tell it from its siblings. The processes of a launcher
look up here where to write.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

from filelock import FileLock

from experiments.settings.names import Values, counts
from reconstruct.results import write_json

FILE = ".cells.json"
LOCK = ".cells.lock"


@dataclass(frozen=True)
class Place:
    """Where a cell is.

    Attributes:
        folder: its name.
        request: the digest of the request that led there.
        fingerprint: of the cell; empty while it is not known.
    """

    folder: str
    request: str = ""
    fingerprint: str = ""


class Folders:
    """The places of a sweep's cells, by what was asked for in which words."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        self._places = dict(places)

    @classmethod
    def read(cls, sweep: Path) -> Self:
        """As they stand now; none where nothing is known."""
        try:
            written = (sweep / FILE).stat().st_mtime_ns
        except OSError:
            return cls({})
        return cls(_read(sweep / FILE, written))

    def __getitem__(self, values: Values) -> Place | None:
        return self._places.get(words(values))

    def __setitem__(self, values: Values, place: Place) -> None:
        self._places[words(values)] = place

    @classmethod
    @contextmanager
    def changed(cls, sweep: Path) -> Iterator[Self]:
        """They can be changed and are written at the end; no other process changes them meanwhile."""
        with FileLock(sweep / LOCK):
            folders = cls.read(sweep)
            before = dict(folders._places)
            yield folders
            if folders._places != before:
                write_json({key: asdict(place) for key, place in folders._places.items()}, sweep / FILE)


def words(values: Values) -> str:
    """What was chosen, whatever the order."""
    return json.dumps(sorted((key, value) for key, value in values.items() if counts(key)), ensure_ascii=False)


@lru_cache(maxsize=2)
def _read(path: Path, written: int) -> dict[str, Place]:
    try:
        return {key: Place(**place) for key, place in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):  # a damaged one is as good as none
        return {}
