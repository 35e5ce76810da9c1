"""Hydra's command line on Pythons whose argparse checks help texts as they are given (3.14 and later).

Hydra 1.3 gives an object for one of them, which these refuse as badly formed, so that no command would start
(facebookresearch/hydra #3121). Its text is made when it is shown, if ever; it needs no check.
"""

import argparse
from types import SimpleNamespace

from hydra._internal import utils


class _Unchecked(argparse.ArgumentParser):
    def _check_help(self, action: argparse.Action) -> None:
        pass


def allow_help_objects() -> None:
    """Let Hydra's parser have what it gives; where argparse does not check, nothing is changed."""
    if hasattr(argparse.ArgumentParser, "_check_help"):
        vars(utils)["argparse"] = SimpleNamespace(**{**vars(argparse), "ArgumentParser": _Unchecked})
