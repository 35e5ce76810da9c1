"""The command `reconstruct-figure`: (re)draw a sweep's figure from its run folders, without optimising anything."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.progress import say
from reconstruct.errors import InputError
from reconstruct.results import Sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(sweep: Sweep) -> None:
    """Write figure.png and figure.pdf into the sweep's folder and say what is missing from them."""
    from reconstruct import figures

    drawings: dict[str, Callable[[Sweep], Figure]] = {"fig1": figures.fig1}
    if sweep.drawing not in drawings:
        return
    figure = drawings[sweep.drawing](sweep)
    with figures.house_style():
        for path in (sweep.folder / "figure.png", sweep.folder / "figure.pdf"):
            undated = {"CreationDate": None} if path.suffix == ".pdf" else {}
            figure.savefig(path, metadata=undated)
    for panel in figures.panels(sweep):
        if panel.problem:
            say(f"figure: {panel.cell.folder} is {panel.problem}")
    say(f"{sweep.folder / 'figure.png'} and .pdf")


def main() -> None:
    """Entry point of the console script."""
    parser = argparse.ArgumentParser(prog="reconstruct-figure", description=__doc__.split(": ", 1)[1])
    parser.add_argument("folder", type=Path, help="a sweep's folder, for example runs/fig1")
    try:
        draw(read(parser.parse_args().folder))
    except InputError as error:
        print(f"reconstruct-figure: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def read(folder: Path) -> Sweep:
    """The sweep in `folder`."""
    sweep = Sweep.read(folder)
    if sweep is None:
        raise InputError(f"{folder}: expected the folder of a sweep (it has a sweep.json), for example runs/fig1")
    return sweep


if __name__ == "__main__":
    main()
