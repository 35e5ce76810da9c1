"""The words of a command line -> overrides as Hydra's grammar reads them.

The grammar accepts only plain ASCII, and reads 1e3 as a number, 4_2 as 42 and true as a boolean. Names of files,
folders and layers are therefore put into quotes wherever the grammar would not give back the same text.
"""

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from hydra._internal.utils import get_args_parser
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from reconstruct.errors import InputError, nearest
from reconstruct.runs.naming import NAMES_A_FILE, unquoted

ONE_NAME = ("name", "runs")  # the value is one text, commas and all
LISTS_OF_NAMES = ("layers", "normalize_over", "channels")
LISTS_OF_ONE = ("layers", "channels")  # which need no brackets

# Keys that the schema does not have: Hydra needs a plus to add them.
_OPEN = re.compile(r"(content|style)\.parameters(\.|$)")
_KEY = re.compile(r"[+~]*[\w./@:-]+", re.ASCII)
_ELEMENTS = re.compile(r"""'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^,\[\](){}'"]+""")
_PARTS = re.compile(r""",(\s*'(?:\\.|[^'\\])*'\s*(?=,|$)|\s*"(?:\\.|[^"\\])*"\s*(?=,|$)|[^,]*)""")  # of ,a,'b,c',d
_LISTS = re.compile(r"\[[^\[\]]*\]|[^,\[\]]+")
_WITHOUT_BRACKETS = re.compile(r"(?!null$)(\[[^\[\](){}'\"$]*\]|[^\[\](){}'\"$])+")
_FUNCTION = re.compile(r"^(choice|range|interval|glob|sort|shuffle|tag|extend_list)\(.*\)$", re.DOTALL)
_MEANT_FOR_HYDRA = re.compile(rf"\$\{{.*\}}|{_FUNCTION.pattern}", re.DOTALL)


def quoted(argument: str) -> str:
    """`argument` with quotes where its value names something and the grammar would read something else.

    `InputError` if it is not text.
    """
    if any(0xD800 <= ord(character) < 0xE000 for character in argument):
        raise InputError(f"{argument}: this name is not UTF-8; rename the file, or make a link to it")
    key, equals, value = argument.partition("=")
    if not equals or argument.startswith("-"):
        return argument
    added = "++" if _OPEN.match(key) else ""
    return f"{added}{key}={_quoted(key.lstrip('+~'), value)}"


def as_typed(override: str) -> str:
    """An override without the plus before an open key; and without quotes and backslashes where they change nothing."""
    key, equals, value = override.partition("=")
    if not equals:
        return override
    bare, inner = key.lstrip("+"), unquoted(value)
    plain = f"{bare}={inner if inner != value else _without_backslashes(value)}"
    return plain if _meaning(quoted(plain)) == _meaning(override) else f"{bare}={value}"


@lru_cache(maxsize=1024)
def _meaning(override: str) -> object:
    """What the grammar reads, to be compared."""
    found = _parsed(override)
    return found and (found.key_or_group, found.is_sweep_override(), repr(found.value()))


def typed(overrides: Iterable[str]) -> dict[str, str]:
    """Key -> value, as they are typed."""
    return chosen(map(as_typed, overrides))


def _without_backslashes(value: str) -> str:
    """Without those that Hydra's grammar puts before some characters outside of quotes."""
    return value if value[:1] in ("'", '"') else re.sub(r"\\([\\:=(){}\[\], ])", r"\1", value)


def _quoted(key: str, value: str) -> str:
    """The value of a key as the grammar has to be given it."""
    last, is_open = key.rpartition(".")[2], bool(_OPEN.match(key))
    if key in ONE_NAME and not is_open:
        return in_quotes(value) if _FUNCTION.search(value) else _text(value)  # a sweep would make no sense
    if last in NAMES_A_FILE and key not in ("content.weights", "style.weights") and not is_open:
        return _names(value)
    is_list = last in LISTS_OF_NAMES and not is_open
    if last in LISTS_OF_ONE and not is_open and _WITHOUT_BRACKETS.fullmatch(value):
        value = ",".join(f"[{each.strip('[] ')}]" for each in _LISTS.findall(value))
    if is_list and _MEANT_FOR_HYDRA.search(value):
        return value
    return _ELEMENTS.sub(lambda found: _text(found[0].strip()) if is_list or not _plain(found[0]) else found[0], value)


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _names(value: str) -> str:
    """One name, or several with commas between them, of which the grammar makes a sweep."""
    if "," not in value or _exists(value) or _is_meant_for_hydra(value):
        return _text(value)
    parts = [part if _exists(part) else part.strip(" ") for part in _files_whole(_PARTS.findall(f",{value}"))]
    return ",".join(map(_text, parts)) if all(parts) else _text(value)


def _files_whole(parts: Sequence[str]) -> Iterator[str]:
    """Parts, of which those that are the name of a file together, commas and all, are one."""
    while parts:
        ends = (end for end in range(len(parts), 1, -1) if _exists(",".join(parts[:end])))
        end = next(ends, 1)
        yield ",".join(parts[:end])
        parts = parts[end:]


def _text(value: str) -> str:
    """One name: as it is where the grammar gives it back, or where it is in quotes or an expression of Hydra's."""
    if _read(value) == value or (_is_meant_for_hydra(value) and not _exists(value)):
        return value
    return in_quotes(value)


def _is_meant_for_hydra(value: str) -> bool:
    in_quotes = len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" and _parsed(f"key={value}") is not None
    return in_quotes or bool(_MEANT_FOR_HYDRA.search(value))


@lru_cache(maxsize=1024)
def _read(value: str) -> str | None:
    """The text that the grammar makes of a value; ``None`` if it makes something else of it."""
    found = _parsed(f"key={value}")
    if found is None or found.is_sweep_override() or "${" in value or "\\" in value:  # which may escape what follows
        return None
    text = found.value()
    return text if isinstance(text, str) else None


def _parsed(argument: str) -> Override | None:
    try:
        return OverridesParser.create().parse_override(argument)
    except HydraException:
        return None


def in_quotes(value: str) -> str:
    """A text as Hydra's grammar gives it back.

    Backslashes count only before what they could escape: for OmegaConf ``${``, for Hydra a quote or the end.
    """
    literal = re.sub(r"(\\*)\$\{", lambda found: 2 * found[1] + "\\${", value)
    return "'" + re.sub(r"(\\*)('|\Z)", lambda end: 2 * end[1] + ("\\'" if end[2] else ""), literal) + "'"


def _exists(value: str) -> bool:
    try:
        return Path(value).exists() or Path(value).expanduser().exists()
    except (OSError, RuntimeError, ValueError):  # too long, nobody's home, a null byte
        return False


def chosen(overrides: Iterable[str]) -> dict[str, str]:
    """Key -> value, as they stand."""
    return dict(override.partition("=")[::2] for override in overrides)


def meant(argument: str) -> str:
    """The end of a message about an argument that Hydra's grammar refuses: what to type into a shell instead."""
    key, equals, value = argument.partition("=")
    if not equals or not _KEY.fullmatch(key):
        return f", for example {f'content.picture={argument}' if _exists(argument) else 'size=256'}"
    is_name = key.rpartition(".")[2] in (*NAMES_A_FILE, *ONE_NAME)
    closed = [f"{argument}{end}" for end in ("'", '"', *(() if is_name else "]})"))]
    quotes = in_quotes(value) if set(value) & set('"\\$') else f'"{value}"'
    named = [f"{key}={quotes}"] if is_name else []
    likely = next((f"; try {shlex.quote(each)}" for each in closed + named if _parsed(each)), "")
    return f", with special characters in quotes{likely}"


def check_options(arguments: Sequence[str], settings: Collection[str]) -> None:
    """Raise `InputError` if an argument that begins with two dashes is no option of Hydra's.

    A setting may have been given with dashes; `settings` are what their names begin with, up to a point or a slash.
    """
    parser = get_args_parser()
    known = [option.removeprefix("--") for action in parser._actions for option in action.option_strings]
    for given in (each for each in parser.parse_known_args(arguments)[1] if each.startswith("--")):
        word, _, value = given.removeprefix("--").partition("=")
        right = f"settings have no dashes: {word}={value or 'VALUE'}"
        if re.split("[./@]", word)[0] in settings:
            raise InputError(f"{given}: {right}")
        hint = nearest(word, known, "--") or f"; {right}"
        raise InputError(f"{given}: there is no such option{hint}")
