"""Overrides as a shell hands them over -> overrides as Hydra's grammar reads them, which knows only plain ASCII."""

import re
from pathlib import Path

from reconstruct.errors import InputError

_PLAIN = re.compile(r"[\w./:+%@?*|-]*", re.ASCII)
_NAMES_A_FILE = ("picture", "weights", "runs")
_ELEMENTS = re.compile(r"""'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^,\[\](){}'"]+""")


def quoted(argument: str) -> str:
    """`argument` with quotes where a name needs them: an existing file's, whatever is in it, or one with accents.

    Raises:
        InputError: it is not text.
    """
    if any(0xD800 <= ord(character) < 0xE000 for character in argument):
        raise InputError(f"{argument}: this name is not UTF-8; rename the file, or make a link to it")
    key, equals, value = argument.partition("=")
    if not equals or argument.startswith("-") or _PLAIN.fullmatch(value):
        return argument
    if key.rpartition(".")[2] in _NAMES_A_FILE and _exists(value):
        return f"{key}={_quote(value)}"
    return f"{key}={_ELEMENTS.sub(lambda element: _quote_accents(element[0]), value)}"


def _quote_accents(element: str) -> str:
    plain = element.isascii() and element.isprintable()
    return element if plain or element[0] in "'\"" else _quote(element)


def _quote(value: str) -> str:
    escaped = re.sub(r"(\\*)('|$)", lambda end: 2 * end[1] + ("\\'" if end[2] else ""), value)
    return "'" + escaped.replace("${", "\\${") + "'"


def _exists(value: str) -> bool:
    try:
        return Path(value).expanduser().exists()
    except (OSError, RuntimeError, ValueError):  # too long, nobody's home, a null byte
        return False
