"""Hydra's own command line: what it takes, on every Python.

From 3.14 on, argparse checks help texts as they are given. Hydra 1.3 gives an object for one of them, which these
Pythons refuse as badly formed, so that no command would start (facebookresearch/hydra #3121). Its text is made when it
is shown, if ever; it needs no check.
"""

import argparse
import re
from collections.abc import Collection, Iterable
from types import SimpleNamespace

from hydra._internal import utils

from reconstruct.errors import InputError, nearest


class _Unchecked(argparse.ArgumentParser):
    def _check_help(self, action: argparse.Action) -> None:
        pass


def allow_help_objects() -> None:
    """Let Hydra's parser have what it gives; where argparse does not check, nothing is changed."""
    if hasattr(argparse.ArgumentParser, "_check_help"):
        vars(utils)["argparse"] = SimpleNamespace(**{**vars(argparse), "ArgumentParser": _Unchecked})


def check_options(arguments: Iterable[str], settings: Collection[str]) -> None:
    """Whether what begins with two dashes is an option of Hydra's, or the beginning of one.

    Args:
        arguments: of the command line.
        settings: what the names of settings begin with, up to a point or a slash.

    Raises:
        InputError: it is not, as where a setting is given with dashes.
    """
    known = [option for action in utils.get_args_parser()._actions for option in action.option_strings]
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
