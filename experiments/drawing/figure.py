"""A sweep's figure with its caption and its words for who cannot see it, in the sweep's folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.drawing import kinds
from experiments.terminal.progress import say
from reconstruct.errors import InputError
from reconstruct.report import figures
from reconstruct.report.figures import Cells, Layout, Look
from reconstruct.runs import up_to_date
from reconstruct.runs.results import FIGURE
from reconstruct.runs.sweeps import Sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_PAGES = 10  # of a figure that one looks through
FINDINGS = "findings.md"  # of an analysis: what it says


@dataclass(frozen=True)
class Request:
    """How a figure is to be drawn."""

    look: Look = field(default_factory=Look)
    layout: Layout = field(default_factory=Layout)
    kind: str = ""  # empty for the sweep's own
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)  # key -> the values to be shown
    formats: Sequence[str] = ("png", "pdf")  # of the files, `figures.FORMATS`
    dpi: int = 300
    name: str = ""  # of the files; empty for ``figure``, or the kind where it is not the sweep's own
    panels: Path | None = None  # a folder for every panel alone, ``None`` for none
    renamed: Mapping[str, str] = field(default_factory=dict)  # label -> what is to be written instead
    command: str = ""  # what was typed to draw it; empty if the sweep does it
    options: Sequence[str] = ()  # of the command line that were given, to be refused where they have no effect


def draw(sweeps: Sequence[Sweep], request: Request | None = None) -> None:
    """Write the figure into the first sweep's folder and say which cells are missing from it.

    `InputError` if the sweep has not what the kind of figure shows, or what was asked for does not fit it.
    """
    request, sweep = request or Request(), sweeps[0]
    cells = figures.relabelled(figures.cells_of(sweeps, request.only), request.renamed)
    kind = kinds.chosen_kind(cells.drawing, request.kind, request.layout)
    kinds.refuse(kind, request.options)
    cells = _with_lpips(cells) if request.look.values == "lpips" else cells
    layout = kinds.layout_of(kind, request.layout)
    if kind == "features":
        from experiments.drawing.features import with_maps

        cells = with_maps(cells, request.look.channels)
    kinds.check(cells, kind, sweep.folder)
    stem = request.name or (FIGURE if kind == kinds.own_kind(cells.drawing) else kind)
    drawn = _pages(sweep, cells, kind, layout, request.look, stem)
    words = {
        "caption": figures.caption(cells, kind, request.look, request.command, list(drawn)),
        "alt": figures.alt(cells, kind, request.look),
    }
    paths = _written(drawn, words, stem, request, sweep.folder)
    if FIGURE in drawn and "png" in request.formats:
        _show_on_board(sweep, cells, words["caption"])
    up_to_date.note(sweeps, paths, is_named=bool(request.name))
    if request.panels is not None:
        paths.append(figures.write_panels(cells, request.look, layout, request.panels, words["caption"]))
    if (pages := max(map(len, drawn.values()))) > MOST_PAGES:
        shorter = f"--only {next(iter(cells.axes), 'seed')}=… shows some of them, reconstruct-page {sweep.folder} all"
        say(f"{stem}: {len(cells.panels)} cells take {pages} pages; {shorter}")
    for note in figures.notes(cells, kind):
        say(f"{stem}: {note}")
    say(", ".join(str(path) for path in paths if path.suffix != ".txt"))


def _written(
    drawn: "Mapping[str, Sequence[Figure]]", words: Mapping[str, str], stem: str, request: Request, folder: Path
) -> list[Path]:
    """The files of a figure, its caption and its words."""
    paths = [
        path
        for name, pages in drawn.items()
        for suffix in request.formats
        for path in figures.save(pages, folder, name, suffix, request.dpi, words["alt"].strip())
    ]
    for what, text in words.items():
        paths.append(folder / (f"{what}.txt" if stem == FIGURE else f"{stem}.{what}.txt"))
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def _pages(
    sweep: Sweep, cells: Cells, kind: str, layout: Layout, look: Look, stem: str
) -> "Mapping[str, Sequence[Figure]]":
    """File name -> a figure a page."""
    if kind == "atlas":
        return {stem if name == FIGURE else name: pages for name, pages in _analysis(sweep, look).items()}
    if kind != "statistics":
        return {stem: figures.DRAWN_BY[kind](cells, look, layout)}
    from experiments.drawing.statistics import errors
    from reconstruct.report.figures.analysis.matrix import statistics

    return {stem: figures.grid(cells, look, layout), "matrix": statistics(errors(sweep), look)}


def _analysis(sweep: Sweep, look: Look) -> "Mapping[str, Sequence[Figure]]":
    """Measure what has not been measured yet, say what it means, and draw it."""
    from experiments.drawing import measurements
    from reconstruct.analysis.verdicts import report, verdicts
    from reconstruct.files import written_whole
    from reconstruct.report.figures.analysis.atlas import atlas

    entries = measurements.entries(sweep)
    found = verdicts(entries)
    if not (drawn := atlas(sweep, entries, found, look)):
        needed = "cells from single layers, from more and more of them, or of several α/β"
        raise InputError(f"atlas needs {needed}; {sweep.folder} has none that are finished; try grid")
    with written_whole(sweep.folder / FINDINGS) as file:
        file.write(report(found.values(), sweep.command, entries).encode())
    up_to_date.note([sweep], [sweep.folder / FINDINGS])
    for tested in (each for each in found.values() if each.findings):
        say(f"  {tested.verdict} ({tested.count}): {tested.claim.text}; {tested.numbers}")
    return drawn


def _with_lpips(cells: Cells) -> Cells:
    """Cells with the LPIPS between each result and its photograph."""
    from experiments.drawing.observations import perceptual_of

    shown = [(panel, panel.result if panel.picture else None) for panel in cells.panels]
    panels = [replace(panel, lpips=perceptual_of(panel.folder, result)) for panel, result in shown]
    return replace(cells, panels=panels)


def _show_on_board(sweep: Sweep, cells: Cells, caption: str) -> None:
    """The figure as a run of its own beside those of the cells."""
    from experiments.cell.descriptions import sweep_texts
    from reconstruct.recorders import board

    done = sum(panel.result is not None for panel in cells.panels)
    board.show_figure(sweep.folder / FIGURE, sweep.folder / f"{FIGURE}.png", done, sweep_texts(sweep, caption))
