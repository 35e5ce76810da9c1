"""Records: JSON files that are written whole, and read through one typed model each.

A record of another form than its model is `Damaged` and nothing of it is believed.
"""

import json
import math
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from reconstruct.errors import InputError
from reconstruct.files import written_whole

SEAL = "seal"  # the key of a record's own digest
Kind = TypeVar("Kind")


class Damaged(InputError):
    """A record or a file that it vouches for is not what this program wrote; the message names file and key."""


def write(record: Mapping[str, Any], path: Path) -> None:
    """Write whole or not at all; strict JSON, so NaN and infinity become null."""
    text = json.dumps(_strict(record), indent=2, ensure_ascii=False, allow_nan=False)
    with written_whole(path) as file:
        file.write(text.encode() + b"\n")


def read(path: Path, kind: type[Kind]) -> Kind | None:
    """The record in a file; ``None`` if there is no such file.

    Args:
        path: of the file.
        kind: a dataclass or another type, with which every value is compared.

    Raises:
        Damaged: it is not JSON, or a value is missing or of another type.
    """
    from pydantic import ValidationError

    content = _content(path)
    try:
        return None if content is None else _model(kind)(content, strict=True)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise Damaged(f"{path}: {f'{key}: ' if key else ''}{first['msg'][:1].lower()}{first['msg'][1:]}") from error


@cache
def _model(kind: Any) -> Any:
    """What reads a record of that kind."""
    from pydantic import TypeAdapter

    return TypeAdapter(kind).validate_json


def sealed(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with a digest of all that it says."""
    said = {key: value for key, value in record.items() if key != SEAL}
    return said | {SEAL: sha256(json.dumps(_strict(said), sort_keys=True).encode()).hexdigest()}


def check_seal(path: Path) -> None:
    """Whether a record says what it said when it was sealed.

    Raises:
        Damaged: it was changed.
    """
    try:
        record = json.loads(_content(path) or b"", parse_constant=_refused)
        if record[SEAL] == sealed(record)[SEAL]:
            return
    except (ValueError, LookupError, TypeError, RecursionError):
        pass
    raise Damaged(f"{path}: was changed after it was written")


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Damaged(f"{path}: cannot be read ({error.strerror})") from error


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _strict(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _strict(item) for key, item in value.items()}
    return [_strict(item) for item in value] if isinstance(value, list | tuple) else value
