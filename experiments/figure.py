"""The command `reconstruct-figure`: (re)draw a sweep's figure from its run folders, without optimising anything."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from experiments.drawing import kinds, outdated
from experiments.drawing.figure import Request, draw
from experiments.sweep.folder import read
from experiments.sweep.tables import CELLS, write_summary, write_table
from experiments.terminal.exits import Parser, exits, mistakes_in
from experiments.terminal.progress import say
from reconstruct import up_to_date
from reconstruct.errors import InputError
from reconstruct.figures import FORMATS, Layout, Look
from reconstruct.figures.page.venues import venue
from reconstruct.sweeps import Sweep

Keys = tuple[str, ...]
LOWEST = 2.0  # inches of a page


def main() -> None:
    """Entry point of the console script."""
    given = _parser().parse_args()
    with exits("reconstruct-figure"):
        sweeps = [read(folder) for folder in given.folders]
        with mistakes_in(sweeps[0].folder):
            _run(sweeps, given)


def _run(sweeps: Sequence[Sweep], given: argparse.Namespace) -> None:
    match kinds.known(given.kind):
        case "film":
            from experiments.drawing.film import draw_film

            draw_film(sweeps[0], _request(given))
        case "summary":
            kinds.refuse("summary", _options(given))
            path = write_summary(sweeps[0], given.over.split(","))
            outdated.note(sweeps[:1], [path])
            say(str(path))
        case _:
            draw(sweeps, _request(given))
    for sweep in sweeps:
        if (sweep.folder / CELLS).exists() and not up_to_date.is_current(sweep, CELLS):
            write_table(sweep)
        outdated.set_aside(sweep)


def _options(given: argparse.Namespace) -> list[str]:
    """The options that were given, by name; a second folder is one too."""
    unset = _parser().parse_args(["."])
    names = [f"--{name.replace('_', '-')}" for name, value in vars(given).items() if value != getattr(unset, name)]
    return [name for name in names if name not in ("--folders", "--kind", "--over")] + ["FOLDER FOLDER"] * (
        len(given.folders) > 1
    )


def _request(given: argparse.Namespace) -> Request:
    """What was typed as the settings of a figure."""
    columns, count = _columns(given.columns)
    layout = Layout(_keys(given.rows), columns, _keys(given.pages))
    name = given.name
    if name and not re.fullmatch(r"\w[\w.-]*", name):
        raise InputError(f"--name {name}: expected the name of a file without its ending, for example column")
    if given.panels is not None and given.panels.exists() and not given.panels.is_dir():
        raise InputError(f"--panels {given.panels}: expected a folder; this is a file")
    if given.over != "seed":
        raise InputError(f"--over {given.over} cannot be used without --kind summary")
    only: dict[str, list[str]] = {}
    for key, values in map(_values, given.only):
        only.setdefault(key, []).extend(values)
    _check_between("--dpi", given.dpi, 10, 1000)
    look, options = _look(given, count), _options(given)
    return Request(look, layout, given.kind, only, given.format, given.dpi, name, given.panels, options)


def _look(given: argparse.Namespace, columns: int | None) -> Look:
    look = Look(title=given.title, labels=not given.no_labels, columns=columns, crop=given.crop, letters=given.letters)
    look = replace(look, detail=_box(given.detail), difference=given.difference)
    if given.width:
        place = venue(given.width)
        look = replace(look, width=place.width, normal=place.normal, small=place.small)
    if given.height is not None:
        look = replace(look, height=_inches(given.height))
    return look


def _columns(given: str) -> tuple[Keys | None, int | None]:
    """The key of the columns, or how many panels may stand side by side."""
    if not re.fullmatch(r"-?\d+", given):
        return _keys(given), None
    _check_between("--columns", int(given), 1, 12)
    return None, int(given)


def _keys(given: str) -> Keys | None:
    return tuple(key.strip() for key in given.split(",") if key.strip()) or None


def _values(given: str) -> tuple[str, list[str]]:
    """KEY=V,V as the key and its values; a comma within brackets or quotes is part of a value."""
    key, equals, values = given.partition("=")
    found = re.findall(r"""\[[^\]]*\]|'[^']*'(?=,|$)|"[^"]*"(?=,|$)|[^,]+""", values)
    if not equals or not key or not found:
        raise InputError(f"--only {given}: expected KEY=VALUE,VALUE, for example seed=0,1")
    return key, found


def _box(given: str) -> tuple[float, float, float, float] | None:
    """Four parts of a picture, 0 to 1."""
    if not given:
        return None
    expected = f"--detail {given}: expected X,Y,W,H in parts of the picture, 0 to 1, for example 0.25,0.25,0.5,0.5"
    try:
        left, top, width, height = (float(number) for number in given.split(","))
    except ValueError:
        raise InputError(expected) from None
    if not (0 <= left < 1 and 0 <= top < 1 and 0 < width <= 1 - left + 1e-9 and 0 < height <= 1 - top + 1e-9):
        raise InputError(expected)
    return left, top, width, height


def _inches(given: str) -> float:
    try:
        height = venue(given).width if re.match(r"[\d.]", given) else 0.0
    except InputError:
        height = 0.0
    if height < LOWEST:
        raise InputError(f"--height {given}: expected a length from {LOWEST:g} to 40 inches, for example 9in or 22cm")
    return height


def _parser() -> argparse.ArgumentParser:
    description = (
        "(Re)draw the figure of a sweep, or of several in one, or make its film or summary, from run folders, without "
        "optimising. Keys that are given no place become pages."
    )
    parser = Parser(prog="reconstruct-figure", description=description)
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('reconstruct')}")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="of a sweep, for example runs/fig1")
    parser.add_argument(
        "--kind", default="", help=f"one of {', '.join(kinds.KINDS)}; default: what the sweep was made for"
    )
    parser.add_argument("--over", default="seed", metavar="KEY,KEY", help="what --kind summary takes together (seed)")
    place = parser.add_argument_group("what stands where")
    place.add_argument("--rows", default="", metavar="KEY", help="the key (or KEY,KEY) whose values are the rows")
    place.add_argument("--columns", default="", metavar="KEY", help="of the columns; or a number: panels side by side")
    place.add_argument("--pages", default="", metavar="KEY", help="of the pages, each with a heading")
    only = "values to be shown, in that order, for example seed=0,1 content.layers=[relu4_2]"
    place.add_argument("--only", nargs="+", action="extend", default=[], metavar="KEY=V,V", help=only)
    shown = parser.add_argument_group("what a panel shows")
    shown.add_argument("--crop", action="store_true", help="every picture cut to a square")
    detail = "this part of every picture, enlarged, in parts of the picture: 0.25,0.25,0.5,0.5 is the middle"
    shown.add_argument("--detail", default="", metavar="X,Y,W,H", help=detail)
    difference = "a map of the difference to the original, or to the cell of that name"
    shown.add_argument("--difference", default="", metavar="original|CELL", help=difference)
    page = parser.add_argument_group("for where it goes")
    page.add_argument("--title", default="", help="a line above the figure")
    page.add_argument("--no-labels", action="store_true", help="pictures only")
    page.add_argument("--letters", action="store_true", help="a letter in every panel")
    page.add_argument(
        "--width", default="", metavar="W", help="3.25in, 8.5cm, 88mm, or a venue: neurips, icml-column …"
    )
    page.add_argument("--height", metavar="H", help="of a page at most (default 9in)")
    page.add_argument("--dpi", type=int, default=300, help="resolution of PNG and TIFF (default 300)")
    page.add_argument("--format", nargs="+", choices=FORMATS, default=["png", "pdf"], help="default: png pdf")
    page.add_argument("--name", default="", help="of the files, instead of figure")
    page.add_argument("--panels", type=Path, metavar="DIR", help="every panel alone, and a figure.tex that joins them")
    return parser


def _check_between(option: str, given: int | None, least: int, most: int) -> None:
    if given is not None and not least <= given <= most:
        raise InputError(f"{option} {given}: expected {least} to {most}")


if __name__ == "__main__":
    main()
