"""The command `reconstruct-page`: a page of sweeps, to look through their cells in a browser."""

import argparse
from pathlib import Path

from experiments.sweep.folder import read
from experiments.terminal.exits import Parser, exits
from experiments.terminal.progress import say
from reconstruct.report.page.document import write_page


def main() -> None:
    """Entry point of the console script."""
    given = _parser().parse_args()
    with exits("reconstruct-page"):
        say(str(write_page([read(folder) for folder in given.folders], given.title)))


def _parser() -> argparse.ArgumentParser:
    description = (
        "Write index.html into the first folder: a page of the sweeps or cells, with all pictures. It opens in a "
        "browser with a double click, without a server or the internet."
    )
    parser = Parser(prog="reconstruct-page", description=description)
    what = "a sweep or a cell, for example runs/fig1"
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help=what)
    parser.add_argument("--title", default="", help="default: the names of the folders")
    return parser


if __name__ == "__main__":
    main()
