"""A table for each layer of each cell: its channels as feature maps of the original and of the reconstruction."""

from matplotlib.figure import Figure

from reconstruct.report.figures.cells import Cells
from reconstruct.report.figures.labels import cell_names
from reconstruct.report.figures.page.notes import paragraph
from reconstruct.report.figures.page.sheet import DEFAULT, Look, filled
from reconstruct.report.figures.tables.table import Naming, Table, placed
from reconstruct.report.figures.tables.tiles import Tile, about, tiles

ABOUT = (
    "Feature maps; channels with the largest squared difference ‖F − P‖² come first (F: reconstruction, P: original). "
    "Each pair has one grey scale, from 0 (or a smaller value, black) to its largest value (white). Percentages: "
    "‖F − P‖² / ‖P‖² of the channel (999 % if more). Of style, which ignores places, F and P are mean squares of maps."
)


def features(cells: Cells, look: Look = DEFAULT, _: object = None) -> list[Figure]:
    """Both pictures and the channels of all layers that have maps; a table is on one page if a page has room for it."""
    names, tile_of, made = cell_names(cells), tiles(cells, look), list[Table]()
    shown = [(panel, each) for panel in cells.panels for each in panel.maps.items()]
    for panel, ((term, words), maps) in shown:
        columns = {"picture": (Tile(panel.original(term)), tile_of(panel))}
        columns |= {label: (Tile(above), Tile(below)) for label, (above, below) in maps.items()}
        every = {(row, column): tile for column, pair in enumerate(columns.values()) for row, tile in enumerate(pair)}
        name = names[panel.folder]
        heading = words if not name or f"of {name}:" in words else f"{name},  {words}"
        made.append(Table(heading, Naming("", ["original", "reconstruction"]), Naming("", list(columns)), every))
    notes = (paragraph(note, look) for note in ("; ".join(about(cells, look)), ABOUT))
    return filled(lambda look: ([*each.title(), *each.parts()] for each in placed(made, look)), look, notes)
