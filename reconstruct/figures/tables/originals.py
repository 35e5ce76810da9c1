"""The originals of a table's cells: those of rows, those of columns, and those of the whole table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconstruct.figures.cells import Panel
from reconstruct.figures.page.sheet import Look
from reconstruct.figures.pivot import Block, Point
from reconstruct.figures.tables.tiles import Tile, original_tiles
from reconstruct.results import START, TERMS

Named = dict[str, Tile]
"""Label -> tile."""


@dataclass
class Originals:
    """The originals of each row, of each column, and of the whole table."""

    by_row: dict[Point, Named] = field(default_factory=dict)
    by_column: dict[Point, Named] = field(default_factory=dict)
    common: list[tuple[str, Tile]] = field(default_factory=list)


def originals(block: Block, look: Look) -> Originals:
    """The originals of a block; if they are the same in no row or column, they are common, labelled by their titles."""
    panels = list(block.at.values())
    having = {term: [p for p in panels if p.result and term in p.result.originals] for term in (*TERMS, START)}
    terms = [term for term, those in having.items() if those]
    finished = sum(panel.result is not None for panel in panels)
    apart = all(
        len(having[term]) < finished for term in terms if term != START
    )  # each term has some cells only: no cell has both
    found = Originals()
    for term in terms:
        name = "original" if len(terms) == 1 or apart else term
        if not (apart and _one_each(term, block, 0)) and len(_distinct(term, panels)) == 1:
            found.common += original_tiles(having[term][0].original(term), name, look)
        elif rows := _one_each(term, block, 0):
            _put(found.by_row, rows, term, name, look)
        elif columns := _one_each(term, block, 1):
            _put(found.by_column, columns, term, name, look)
        else:
            for panel in _distinct(term, panels):
                found.common += original_tiles(panel.original(term), f"{name}: {_title(panel, term)}", look)
    return found


def names(of: Mapping[Point, Named]) -> list[str]:
    """All labels, in order, each once."""
    return list(dict.fromkeys(name for named in of.values() for name in named))


def _put(into: dict[Point, Named], panels: Mapping[Point, Panel], term: str, name: str, look: Look) -> None:
    for point, panel in panels.items():
        into.setdefault(point, {}).update(original_tiles(panel.original(term), name, look))


def _distinct(term: str, panels: Iterable[Panel]) -> list[Panel]:
    """One cell for each different original of a term."""
    found: dict[tuple[str, ...], Panel] = {}
    for panel in panels:
        if identity := panel.original_identity(term):
            found.setdefault(identity, panel)
    return list(found.values())


def _one_each(term: str, block: Block, side: int) -> dict[Point, Panel]:
    """Row (side 0) or column (side 1) -> a cell with its original; empty if one of them has several originals."""
    points: Sequence[Point] = (block.rows, block.columns)[side]
    of_each = {point: _distinct(term, [p for place, p in block.at.items() if place[side] == point]) for point in points}
    if any(len(distinct) > 1 for distinct in of_each.values()):
        return {}
    return {point: distinct[0] for point, distinct in of_each.items() if distinct}


def _title(panel: Panel, term: str) -> str:
    if panel.result is None:
        return ""
    return ", ".join(filter(None, (panel.result.pictures[term]["title"], panel.result.scale(term))))
