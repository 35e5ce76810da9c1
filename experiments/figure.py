"""The command `reconstruct-figure`: (re)draw a sweep's figure from its run folders, without optimising anything."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from experiments.cell.invocation import command
from experiments.drawing import kinds, outdated
from experiments.drawing.figure import Request, draw
from experiments.sweep import summary
from experiments.sweep.folder import read
from experiments.sweep.summary import CELLS, write_table
from experiments.terminal.exits import Parser, exits, mistakes_in
from experiments.terminal.progress import say
from reconstruct.errors import InputError, nearest
from reconstruct.report.figures import FORMATS, Layout, Look
from reconstruct.report.figures.page.sheet import VALUES, WIDTH, Box
from reconstruct.report.figures.page.venues import venue
from reconstruct.runs import up_to_date
from reconstruct.runs.sweeps import Sweep

Keys = tuple[str, ...]
TABLES = ("csv", "tex")  # formats of a summary
LOWEST = 2.0  # inches of a page
# A comma within brackets or quotes is part of a value.
VALUES_OF_A_KEY = re.compile(r"""\[[^\]]*\]|'[^']*'(?=,|$)|"[^"]*"(?=,|$)|[^,]+""")


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
            _expect(1 <= given.digits <= 9, "--digits", given.digits, "1 to 9")
            columns, name = _keys(given.columns) or (), _name(given.name) or "summary"
            over = _keys(given.over) or [key for key in ("seed",) if any(key in sweep.axes for sweep in sweeps)]
            paths = summary.write(sweeps, over, _formats(given, TABLES), columns, given.digits, name)
            up_to_date.note(sweeps, paths, is_named=bool(given.name))
            say(", ".join(map(str, paths)))
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
    several = ["FOLDER FOLDER"] if len(given.folders) > 1 else []
    return [name for name in names if name not in ("--folders", "--kind")] + several


def _request(given: argparse.Namespace) -> Request:
    """What was typed as the settings of a figure."""
    columns, count = _columns(given.columns)
    layout = Layout(_keys(given.rows), columns, _keys(given.pages))
    is_folder = given.panels is None or not given.panels.exists() or given.panels.is_dir()
    _expect(is_folder, "--panels", given.panels, "a folder; this is a file")
    _expect(1 <= given.channels <= 1000, "--channels", given.channels, "1 to 1000")
    _expect(10 <= given.dpi <= 1000, "--dpi", given.dpi, "10 to 1000")
    only: dict[str, list[str]] = {}
    for each in given.only:
        key, values = _pair("--only", each, "KEY=VALUE,VALUE, for example seed=0,1")
        only.setdefault(key, []).extend(VALUES_OF_A_KEY.findall(values))
    labels = [_pair("--label", each, "OLD=NEW, for example relu4_2=conv4_2") for each in given.label]
    look, options, formats = _look(given, count), _options(given), _formats(given, FORMATS)
    kind, name, panels = given.kind, _name(given.name), given.panels
    return Request(look, layout, kind, only, formats, given.dpi, name, panels, dict(labels), command(), options)


def _look(given: argparse.Namespace, columns: int | None) -> Look:
    named = {each.name: getattr(given, each.name) for each in fields(Look) if hasattr(given, each.name)}
    named |= {"labels": not given.no_labels, "notes": not given.no_notes, "columns": columns}
    named |= {"detail": _box(given.detail), "font": _font(given.font), "height": _inches(given.height)}
    return Look(**named | (asdict(venue(given.width)) if given.width else {"width": WIDTH}))


def _expect(is_right: bool, option: str, given: object, expected: str) -> None:
    if not is_right:
        raise InputError(f"{option} {given}: expected {expected}")


def _name(given: str) -> str:
    is_name = not given or bool(re.fullmatch(r"\w[\w.-]*", given))
    _expect(is_name, "--name", given, "the name of a file without its ending, for example column")
    return given


def _columns(given: str) -> tuple[Keys | None, int | None]:
    """The key of the columns, or how many panels may stand side by side."""
    if not re.fullmatch(r"-?\d+", given):
        return _keys(given), None
    _expect(1 <= int(given) <= 12, "--columns", given, "1 to 12")
    return None, int(given)


def _keys(given: str) -> Keys | None:
    return tuple(key.strip() for key in given.split(",") if key.strip()) or None


def _pair(option: str, given: str, expected: str) -> tuple[str, str]:
    """What stands before and after the sign of equality."""
    key, equals, value = given.partition("=")
    _expect(bool(key and equals), option, given, expected)
    return key, value


def _font(given: str) -> str:
    from matplotlib import font_manager

    known = ["serif", *font_manager.get_font_names()] if given else [""]
    _expect(given in known, "--font", given, f"an installed family{nearest(given, known)}")
    return given


def _formats(given: argparse.Namespace, known: Sequence[str]) -> list[str]:
    """The formats that were asked for, or the usual ones of that kind."""
    for each in given.format:
        _expect(each in known, "--format", each, f"one of this kind, {', '.join(known)}")
    return given.format or list(known[:2] if known is FORMATS else known[:1])


def _box(given: str) -> Box | None:
    """Four parts of a picture, 0 to 1."""
    if not given:
        return None
    expected = "X,Y,W,H in parts of the picture, 0 to 1, for example 0.25,0.25,0.5,0.5"
    sides = [float(side) for side in given.split(",") if re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)(e-?\d+)?\s*", side)]
    _expect(len(sides) == 4 == given.count(",") + 1, "--detail", given, expected)
    left, top, width, height = sides
    is_inside = left < 1 and top < 1 and 0 < width <= 1 - left + 1e-9 and 0 < height <= 1 - top + 1e-9
    _expect(is_inside, "--detail", given, expected)
    return left, top, width, height


def _inches(given: str) -> float:
    try:
        height = venue(given).width if re.match(r"[\d.]", given) else 0.0
    except InputError:
        height = 0.0
    _expect(height >= LOWEST, "--height", given, f"a length from {LOWEST:g} to 40 inches, for example 9in or 22cm")
    return height


def _parser() -> argparse.ArgumentParser:
    description = (
        "Draw a figure, film or summary of one or more sweeps from their run folders, without optimising. Keys without "
        "a place become tables below one another."
    )
    parser = Parser(prog="reconstruct-figure", description=description)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="a sweep, for example runs/fig1")
    own = f"one of {', '.join(kinds.KINDS)}; default: the sweep's own kind"
    parser.add_argument("--kind", default="", help=own)
    _add_layout(parser.add_argument_group("layout"))
    _add_panels(parser.add_argument_group("panels"))
    _add_words(parser.add_argument_group("text"))
    _add_files(parser.add_argument_group("output"))
    summary = parser.add_argument_group("for --kind summary")
    summary.add_argument(
        "--over", default="", metavar="KEY,KEY", help="keys to take medians over (seed if it is swept)"
    )
    summary.add_argument("--digits", type=int, default=3, help="significant digits with --format tex (3)")
    return parser


def _add_layout(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--rows", default="", metavar="KEY", help="the key (or KEY,KEY) whose values are the rows")
    columns = "the key of the columns, or the number of panels per row; for a summary its measures: psnr,content_error"
    group.add_argument("--columns", default="", metavar="KEY", help=columns)
    group.add_argument("--pages", default="", metavar="KEY", help="the key of the pages, each with a heading")
    only = "values to show, in that order, for example seed=0,1 content.layers=[relu4_2]"
    group.add_argument("--only", nargs="+", action="extend", default=[], metavar="KEY=V,V", help=only)


def _add_panels(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--crop", action="store_true", help="cut every picture to a square")
    detail = "enlarge this part of every picture, in fractions: 0.25,0.25,0.5,0.5 is the middle"
    group.add_argument("--detail", default="", metavar="X,Y,W,H", help=detail)
    difference = "a map of the difference from the original or from that cell"
    group.add_argument("--difference", default="", metavar="original|CELL", help=difference)
    group.add_argument("--values", choices=VALUES, default="error", help="the numbers under the pictures")
    group.add_argument("--channels", type=int, default=16, metavar="N", help="how many --kind features shows (16)")


def _add_words(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--title", help="a title above the figure; an empty one for none")
    new = "other words for a label, for example relu4_2=conv4_2"
    group.add_argument("--label", nargs="+", action="extend", default=[], metavar="OLD=NEW", help=new)
    group.add_argument("--font", default="", metavar="FAMILY", help="your document's font, for example serif")
    group.add_argument("--no-notes", action="store_true", help="no explanation below the figure")
    group.add_argument("--no-labels", action="store_true", help="pictures only")
    group.add_argument("--letters", action="store_true", help="a letter in every reconstruction")


def _add_files(group: argparse._ArgumentGroup) -> None:
    width = "3.25in, 8.5cm, 88mm, or a venue: neurips, icml-column …"
    group.add_argument("--width", default="", metavar="W", help=width)
    group.add_argument("--height", default="9in", metavar="H", help="maximum height of a page (default 9in)")
    group.add_argument("--dpi", type=int, default=300, help="resolution of PNG and TIFF (default 300)")
    formats = "default: png pdf; for a summary csv"
    group.add_argument("--format", nargs="+", choices=(*FORMATS, *TABLES), default=[], help=formats)
    group.add_argument("--name", default="", help="file name instead of figure; such files never move to outdated/")
    group.add_argument("--panels", type=Path, metavar="DIR", help="every panel alone, and a figure.tex that joins them")


if __name__ == "__main__":
    main()
