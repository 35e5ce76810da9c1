"""Which kinds of figure there are, which one a sweep gets, and what each needs of it."""

from collections.abc import Collection

from reconstruct.errors import InputError, nearest
from reconstruct.figures import Cells, Layout

FIGURES = ("fig1", "fig2", "fig3", "grid", "curve", "tradeoff", "atlas")
KINDS = (*FIGURES, "film", "summary")
NEEDS = {"fig1": ("representation", "depth"), "fig2": ("style.picture",), "fig3": ("depth", "ratio")}
LAYOUTS = {
    "fig1": Layout(rows=("representation",), columns=("depth",)),
    "fig2": Layout(rows=(), columns=("style.picture",)),
    "fig3": Layout(rows=("depth",), columns=("ratio",)),
}
FIXED = ("atlas", "curve", "tradeoff")  # have no rows, columns and pages of cells


def known(kind: str) -> str:
    """The kind itself, if there is one of that name."""
    if kind and kind not in KINDS:
        raise InputError(f"--kind {kind}: expected one of {', '.join(KINDS)}{nearest(kind, KINDS)}")
    return kind


def own_kind(drawing: str) -> str:
    """What the preset asks for; a table of all cells for a sweep of the user's own."""
    return "grid" if drawing in ("auto", "none") else known(drawing)


def chosen_kind(drawing: str, asked: str, layout: Layout) -> str:
    """The kind that was asked for, else the sweep's own; rows and columns of the reader's choice make it a grid."""
    own = own_kind(drawing)
    return asked or ("grid" if layout.rows is not None or layout.columns is not None else own)


def layout_of(kind: str, asked: Layout) -> Layout:
    """Where cells stand: where the kind has them, with the pages that were asked for, or as was asked for.

    Raises:
        InputError: the kind leaves no choice.
    """
    given = {f"--{name}": keys for name in ("rows", "columns", "pages") if (keys := getattr(asked, name)) is not None}
    if kind in FIXED and given:
        raise InputError(f"{' '.join(given)} cannot be used with --kind {kind}, which has no table; try --kind grid")
    if kind not in LAYOUTS:
        return asked
    if refused := [name for name in given if name != "--pages"]:
        raise InputError(f"{' '.join(refused)} cannot be used with --kind {kind}, which has its own; try --kind grid")
    return Layout(LAYOUTS[kind].rows, LAYOUTS[kind].columns, asked.pages)


def check(cells: Cells, kind: str, name: object) -> None:
    """Whether cells have what that kind of figure shows; `name` is that of their sweep."""
    swept = ", ".join(cells.axes) or "none"
    for key in NEEDS.get(kind, ()):
        if not _given(cells, key):
            raise InputError(f"{kind} needs a sweep over {key}; {name} has {swept}; try grid")
    both = any(panel.result and len(panel.result.losses) == 2 for panel in cells.panels)
    if kind == "tradeoff" and not both:
        raise InputError(f"tradeoff needs cells with representation=both; {name} has none; try grid or curve")


def _given(cells: Cells, key: str) -> Collection[str]:
    return [panel.values[key] for panel in cells.panels if key in panel.given]
