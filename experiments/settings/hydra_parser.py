"""Hydra's own command line: what it takes, on every Python.

From 3.14 on, argparse checks help texts as they are given. Hydra 1.3 gives an object for one of them, which these
Pythons refuse as badly formed, so that no command would start (facebookresearch/hydra #3121). Its text is made when it
is shown, if ever; it needs no check.
"""

import argparse
from collections.abc import Iterable
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


def check_options(arguments: Iterable[str]) -> None:
    """Whether what begins with two dashes is an option of Hydra's, or the beginning of one.

    Raises:
        InputError: it is not, as where a setting is given with dashes.
    """
    known = [option for action in utils.get_args_parser()._actions for option in action.option_strings]
    words = [option.lstrip("-") for option in known]
    for given in arguments:
        name, _, value = given.partition("=")
        if given.startswith("--") and not any(option.startswith(name) for option in known):
            word = name.lstrip("-")
            hint = nearest(word, words, "--") or f"; settings have no dashes: {word}={value or 'VALUE'}"
            raise InputError(f"{given}: there is no such option{hint}")
