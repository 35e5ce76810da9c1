"""The command `reconstruct-figure`: (re)draw a sweep's figure from its run folders, without optimising anything."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.cell import trouble
from experiments.progress import say
from reconstruct.errors import InputError, RunError, nearest
from reconstruct.results import PICTURE, RESULT, SWEEP, Sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reconstruct.figures import Look

KINDS = ("fig1", "fig2", "fig3", "grid", "curve", "tradeoff", "atlas", "film", "summary")
FORMATS = ("png", "pdf", "svg")
NEEDS = {"fig1": ("representation", "depth"), "fig2": ("style.picture",), "fig3": ("depth", "ratio")}


def draw(
    sweep: Sweep, look: "Look | None" = None, kind: str = "", formats: Sequence[str] = ("png", "pdf"), dpi: int = 300
) -> None:
    """Write the figure and its caption into the sweep's folder and say which cells are missing from it."""
    from reconstruct import figures

    kind = kind or chosen_kind(sweep)
    check(sweep, kind)
    stem = kind if kind in ("curve", "tradeoff") else "figure"
    look = look or figures.Look()
    drawn = _atlas(sweep, look) if kind == "atlas" else {stem: getattr(figures, kind)(sweep, look)}
    for name, figure in drawn.items():
        for suffix in formats:
            save(figure, sweep.folder / f"{name}.{suffix}", dpi)
    caption = sweep.folder / ("caption.txt" if stem == "figure" else f"{stem}.caption.txt")
    caption.write_text(figures.caption(sweep, kind), encoding="utf-8")
    if "figure" in drawn and "png" in formats:
        _show_on_board(sweep, figures.caption(sweep, kind))
    for panel in figures.panels(sweep):
        if panel.problem:
            say(f"{stem}: {panel.cell.folder} is {panel.problem}")
    say(", ".join(str(sweep.folder / f"{name}.{suffix}") for name in drawn for suffix in formats))


def _atlas(sweep: Sweep, look: "Look") -> "dict[str, Figure]":
    """Measure what has not been measured yet, say what it means, and draw it."""
    from experiments import atlas
    from reconstruct import figures
    from reconstruct.atlas.findings import findings, report
    from reconstruct.files import written_whole

    entries = atlas.entries(sweep)
    found = findings(entries)
    with written_whole(sweep.folder / "findings.md") as file:
        file.write(report(found.values(), sweep.command).encode())
    for finding in (each for each in found.values() if each.shown):
        say(f"  {finding.verdict} ({finding.count}): {finding.claim}; {finding.told}")
    return figures.atlas(sweep, entries, found, look)


def _show_on_board(sweep: Sweep, caption: str) -> None:
    """The figure as a run of its own beside those of the cells."""
    from experiments.about import sweep_texts
    from reconstruct import board, images

    done = sum(result is not None for _, result in sweep.results())
    figure = images.shrunk(images.load(sweep.folder / "figure.png"), board.FIGURE_SIDE)
    board.show_sweep(sweep.folder / "figure", figure, done, sweep_texts(sweep, caption))


def chosen_kind(sweep: Sweep) -> str:
    """What the preset asks for; a table of all cells for a sweep of the user's own."""
    return "grid" if sweep.drawing in ("auto", "none") else _known(sweep.drawing)


def check(sweep: Sweep, kind: str) -> None:
    """Whether the sweep has what that kind of figure shows."""
    for key in NEEDS.get(kind, ()):
        if not sweep.values(key):
            raise InputError(
                f"{kind} needs a sweep over {key}; {sweep.folder} has {', '.join(sweep.axes) or 'none'}; try grid"
            )
    if kind == "tradeoff" and not any(r and len(r.losses) == 2 for _, r in sweep.results()):
        raise InputError(f"tradeoff needs cells with representation=both; {sweep.folder} has none; try grid or curve")


def save(figure: "object", path: Path, dpi: int) -> None:
    """Write a figure whole or not at all; the same figure, the same bytes."""
    from reconstruct import figures
    from reconstruct.files import written_whole

    undated = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(path.suffix[1:], {})
    with figures.house_style(), written_whole(path) as file:
        figure.savefig(file, format=path.suffix[1:], dpi=dpi, metadata=undated)  # type: ignore[attr-defined]


def main() -> None:
    """Entry point of the console script."""
    given = _parser().parse_args()
    try:
        from reconstruct.figures import Look

        sweep = read(given.folder)
        _check_between("--dpi", given.dpi, 10, 1000)
        _check_between("--columns", given.columns, 1, 12)
        look = Look(given.title, not given.no_labels, given.columns, given.crop)
        if _known(given.kind) == "film":
            from experiments.film import draw_film

            draw_film(sweep, look)
        elif given.kind == "summary":
            from experiments.tables import write_summary

            say(str(write_summary(sweep, given.over.split(","))))
        else:
            draw(sweep, look, given.kind, given.format, given.dpi)
    except (InputError, RunError) as error:
        print(f"reconstruct-figure: {error}", file=sys.stderr)
        raise SystemExit(2 if isinstance(error, InputError) else 1) from None
    except OSError as error:
        print(f"reconstruct-figure: {trouble(error)}", file=sys.stderr)
        raise SystemExit(1) from None


def _parser() -> argparse.ArgumentParser:
    description = "(Re)draw a sweep's figure, or make its film or summary, from its run folders, without optimising."
    parser = argparse.ArgumentParser(prog="reconstruct-figure", description=description)
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('reconstruct')}")
    parser.add_argument("folder", type=Path, help="a sweep's folder, for example runs/fig1")
    parser.add_argument("--kind", default="", help=f"one of {', '.join(KINDS)}; default: what the sweep was made for")
    parser.add_argument("--over", default="seed", metavar="KEY,KEY", help="what --kind summary takes together (seed)")
    parser.add_argument("--title", default="", help="a line above the figure")
    parser.add_argument("--no-labels", action="store_true", help="pictures only")
    parser.add_argument("--columns", type=int, metavar="N", help="panels side by side, 1 to 12")
    parser.add_argument("--crop", action="store_true", help="cut every panel to a square")
    parser.add_argument("--dpi", type=int, default=300, help="resolution of figure.png (default 300)")
    parser.add_argument("--format", nargs="+", choices=FORMATS, default=["png", "pdf"], help="default: png pdf")
    return parser


def _check_between(option: str, given: int | None, least: int, most: int) -> None:
    if given is not None and not least <= given <= most:
        raise InputError(f"{option} {given}: expected {least} to {most}")


def _known(kind: str) -> str:
    if kind and kind not in KINDS:
        raise InputError(f"--kind {kind}: expected one of {', '.join(KINDS)}{nearest(kind, KINDS)}")
    return kind


def read(folder: Path) -> Sweep:
    """The sweep in `folder`."""
    sweep = Sweep.read(folder)
    if sweep is None:
        sweeps = sorted(path.parent for around in (folder, Path("runs")) for path in around.glob(f"*/{SWEEP}"))
        there = ", ".join(dict.fromkeys(map(str, sweeps))) or "for example runs/fig1"
        raise InputError(f"{folder}{_instead(folder)}: expected the folder of a sweep, which has a {SWEEP} ({there})")
    return sweep


def _instead(folder: Path) -> str:
    """What the folder is, if not that of a sweep."""
    if (folder / RESULT).exists():
        return f" is one cell, whose picture is {PICTURE}"
    alone = len(list(folder.glob(f"*/{RESULT}")))
    return f" has {alone} cells made one by one, each with its {PICTURE}" if alone else ""


if __name__ == "__main__":
    main()
