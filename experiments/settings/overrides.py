"""Overrides as a shell hands them over -> overrides as Hydra's grammar reads them, which knows only plain ASCII."""

import re
import shlex
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from reconstruct.errors import InputError

_PLAIN = re.compile(r"[\w./:+%@?*|-]*", re.ASCII)
_KEY = re.compile(r"[+~]*[\w./@:-]+", re.ASCII)
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


def meant(argument: str) -> str:
    """The end of a message about an argument that Hydra's grammar refuses: what to type into a shell instead."""
    key, equals, value = argument.partition("=")
    if not equals or not _KEY.fullmatch(key):
        return f", for example {f'content.picture={argument}' if _exists(argument) else 'size=256'}"
    is_name = key.rpartition(".")[2] in (*_NAMES_A_FILE, "name")
    closed = [f"{argument}{end}" for end in ("'", '"', *(() if is_name else "]})"))]
    quotes = _quote(value) if set(value) & set('"\\$') else f'"{value}"'
    named = [f"{key}={quotes}"] if is_name else []
    likely = next((f"; try {shlex.quote(each)}" for each in closed + named if _is_read(each)), "")
    return f", with special characters in quotes{likely}"


def _is_read(argument: str) -> bool:
    try:
        return bool(OverridesParser.create().parse_overrides([argument]))
    except HydraException:
        return False


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
