"""Options of Hydra's command line: what begins with two dashes and is none of them is refused with the right form."""

import re
from collections.abc import Collection, Iterable

from hydra._internal.utils import get_args_parser

from reconstruct.errors import InputError, nearest


def check_options(arguments: Iterable[str], settings: Collection[str]) -> None:
    """Whether what begins with two dashes is an option of Hydra's, or the beginning of one.

    Args:
        arguments: of the command line.
        settings: what the names of settings begin with, up to a point or a slash.

    Raises:
        InputError: it is not, as where a setting is given with dashes.
    """
    known = [option for action in get_args_parser()._actions for option in action.option_strings]
    options = [option.removeprefix("--") for option in known if option.startswith("--")]
    for given in arguments:
        word, _, value = given.removeprefix("--").partition("=")
        if not given.startswith("--") or word in options:
            continue
        right = f"settings have no dashes: {word}={value or 'VALUE'}"
        if re.split("[./@]", word)[0] in settings:
            raise InputError(f"{given}: {right}")
        if not any(option.startswith(word) for option in options):
            raise InputError(f"{given}: there is no such option{nearest(word, options, '--') or f'; {right}'}")
