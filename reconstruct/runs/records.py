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

_SEAL, _END = b',\n  "seal": "', b"\n}\n"
Kind = TypeVar("Kind")


class Damaged(InputError):
    """A record or a file that it vouches for is not what this program wrote; the message names file and key."""


def write(record: Mapping[str, Any], path: Path) -> None:
    """Write whole or not at all; strict JSON, so NaN and infinity become null."""
    with written_whole(path) as file:
        file.write(_text(record))


def write_sealed(record: Mapping[str, Any], path: Path) -> None:
    """The same with a last key that is a digest of all that stands before it."""
    with written_whole(path) as file:
        file.write(_sealed(_text(record)))


def _text(record: Mapping[str, Any]) -> bytes:
    return json.dumps(strict(record), indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _sealed(text: bytes) -> bytes:
    return text.removesuffix(_END) + _SEAL + sha256(text).hexdigest().encode() + b'"' + _END


def read(path: Path, kind: type[Kind]) -> Kind | None:
    """The record in a file, every value of which is compared with those of `kind`; ``None`` if there is no such file.

    `Damaged` if it is not JSON, or a value is missing or of another type.
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


def check_seal(path: Path) -> None:
    """Raise `Damaged` unless a record is what was sealed, to the byte."""
    content = _content(path) or b""
    if content != _sealed(content.rpartition(_SEAL)[0] + _END):
        raise Damaged(f"{path}: was changed after it was written")


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Damaged(f"{path}: cannot be read ({error.strerror})") from error


def strict(value: Any) -> Any:
    """The same as JSON knows it: what is not finite is ``None``, and all sequences are lists."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: strict(item) for key, item in value.items()}
    return [strict(item) for item in value] if isinstance(value, list | tuple) else value
