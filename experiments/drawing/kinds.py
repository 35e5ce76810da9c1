"""Which kinds of figure there are, which one a sweep gets, and what each needs of it and of the reader."""

from collections.abc import Iterable
from dataclasses import replace

from reconstruct.errors import InputError, nearest
from reconstruct.report.figures import DRAWN_BY, LAYOUTS, Cells, Layout

KINDS = (*DRAWN_BY, "atlas", "statistics", "film", "summary")
TABLE = {"--rows", "--columns", "--pages", "--panels"}
PICTURES = {"--crop", "--detail", "--difference", "--values"}
WORDS = {"--title", "--label", "--no-labels", "--no-notes", "--font"}
PAGE = WORDS | {"--letters", "--width", "--height", "--dpi", "--format", "--name"}
OWN = {"--over": "summary", "--digits": "summary", "--channels": "features"}  # option -> the only kind that has it
REFUSED = {  # what has no effect on a kind
    "fig1": {"--rows", "--no-notes"},
    "fig2": {"--rows", "--no-notes", "--values"},
    "fig3": {"--rows", "--no-notes", "--values"},
    "curve": TABLE | PICTURES | {"--no-notes"},
    "tradeoff": TABLE | {"--difference", "--no-notes", "--values"},
    "atlas": TABLE | PICTURES | {"--only", "--name", "--label", "FOLDER FOLDER"},
    "features": (TABLE | PICTURES) - {"--columns"},
    "statistics": {"--only", "FOLDER FOLDER"},
    "film": (PAGE - WORDS - {"--width"}) | {"--detail", "--difference", "--values", "--panels", "FOLDER FOLDER"},
    "summary": (TABLE | PICTURES | PAGE | {"--only"}) - {"--columns", "--format", "--name"},
}


def known(kind: str) -> str:
    """The kind itself; `InputError` if there is none of that name."""
    if kind and kind not in KINDS:
        raise InputError(f"--kind {kind}: expected one of {', '.join(KINDS)}{nearest(kind, KINDS)}")
    return kind


def own_kind(drawing: str) -> str:
    """What the preset asks for; a table of all cells for a sweep of the user's own."""
    return "grid" if drawing in ("auto", "none") else known(drawing)


def chosen_kind(drawing: str, asked: str, layout: Layout) -> str:
    """The kind that was asked for, else the sweep's own; rows and columns of the reader's choice make it a grid."""
    chosen = layout.rows is not None or layout.columns is not None
    return asked or ("grid" if chosen else own_kind(drawing))


def refuse(kind: str, options: Iterable[str]) -> None:
    """Raise `InputError` if one of the given options would have no effect."""
    unused = REFUSED.get(kind, set()) | {option for option, owner in OWN.items() if owner != kind}
    if refused := [option for option in options if option in unused]:
        other = "; try --kind grid" if set(refused) <= TABLE | PICTURES | {"--only", "FOLDER FOLDER"} else ""
        other = f"; try --kind {OWN[refused[0]]}" if set(refused) <= OWN.keys() else other
        raise InputError(f"{', '.join(refused)} cannot be used with --kind {kind}{other}")


def layout_of(kind: str, asked: Layout) -> Layout:
    """Where cells stand: where the kind has them, with the pages that were asked for, or as was asked for.

    `InputError` if the kind has its own rows and columns.
    """
    if kind not in LAYOUTS:
        return asked
    if asked.rows is not None or asked.columns is not None:
        raise InputError(f"--rows, --columns KEY: --kind {kind} has its own; try --kind grid")
    return replace(LAYOUTS[kind], pages=asked.pages)


def check(cells: Cells, kind: str, name: object) -> None:
    """Raise `InputError` unless cells have what that kind of figure shows; `name` is that of their sweep."""
    swept = ", ".join(cells.axes) or "none"
    layout = LAYOUTS.get(kind, Layout())
    for key in (*(layout.rows or ()), *(layout.columns or ())):
        if not any(key in panel.given for panel in cells.panels):
            raise InputError(f"{kind} needs a sweep over {key}; {name} has {swept}; try grid")
    both = any(panel.error("content") and panel.error("style") for panel in cells.panels)
    if kind == "tradeoff" and not both:
        needed = "cells with representation=both and two errors"
        raise InputError(f"tradeoff needs {needed}; {name} has none; try grid or curve")
    if kind == "features" and not any(panel.maps for panel in cells.panels):
        raise InputError(f"features needs finished cells that were made from pictures; {name} has none; try grid")
