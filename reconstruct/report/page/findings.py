"""What was measured of a sweep's pictures -> what the page shows of its layers and of the paper's claims."""

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from reconstruct import images, measures
from reconstruct.analysis.entries import Entry, Kind
from reconstruct.analysis.outcomes import UNCERTAINTY, Finding, plural
from reconstruct.analysis.selection import distinct, made_from, matrix
from reconstruct.analysis.verdicts import TestedClaim, verdicts
from reconstruct.errors import InputError
from reconstruct.recorders.snapshots import place
from reconstruct.report.page.pictures import Pictures
from reconstruct.report.page.quantities import QUANTITIES, facts, in_percent
from reconstruct.runs.naming import TERMS
from reconstruct.runs.results import PICTURE

Places = Mapping[str, tuple[int, Path]]
"""Name of a cell's folder -> its number on the page, and the folder."""

NEAR = ("psnr", "ssim", "layout")
NOT_CELLS = {Kind.SHUFFLED: "the original, shuffled", Kind.OTHER: "another original"}
HINT = (
    "Rows: the layer that a picture was made from. Columns: the layer relu… that was measured; the frame is where they "
    "are the same. The darker, the larger. Geometric means over {}."
)


def findings(entries: Sequence[Entry], places: Places, pictures: Pictures) -> dict[str, Any]:
    """A matrix for each term, made from which layer and measured at which, the claims, and the pictures of both.

    Args:
        entries: all measured pictures.
        places: where the page has their cells.
        pictures: to which those are added that a claim was tested on before they were finished.
    """
    kept = distinct(entries)
    tested = {name: each for name, each in verdicts(entries).items() if each.findings}
    opened = {name: _cases(each, places, pictures) for name, each in tested.items()}
    rows = {f"{term} {layer}": same for term in TERMS for layer, same in made_from(kept, term).items()}
    opened |= {name: _row(name, same, places, pictures) for name, same in rows.items()}
    claims = [
        {"opens": name, "claim": each.claim.text, "verdict": f"{each.verdict} ({each.count})", "numbers": each.numbers}
        for name, each in tested.items()
    ]
    matrices = [found for term in TERMS if (found := _matrix(kept, term))]
    return {"matrices": matrices, "claims": claims, "opened": opened, "uncertainty": UNCERTAINTY}


def _matrix(entries: Sequence[Entry], term: str) -> dict[str, Any]:
    """The errors of a term as a table of texts, each with a shade from 0 to 35; empty if none was measured."""
    rows, made = matrix(entries, term), made_from(entries, term)
    layers = list(dict.fromkeys(layer for row in rows.values() for layer in row))
    powers = [math.log10(error) for row in rows.values() for error in row.values() if error > 0] or [0.0]
    least, span = min(powers), (max(powers) - min(powers)) or math.inf

    def placed(error: float | None) -> dict[str, Any]:
        share = (math.log10(error) - least) / span if error else 0
        return {
            "text": in_percent(error).partition("\u00a0")[0] if error is not None else "",
            "shade": round(35 * share),
        }

    lines = [
        {"opens": f"{term} {layer}", "layer": layer, "places": [placed(row.get(m)) for m in layers]}
        for layer, row in rows.items()
    ]
    title = f"Relative error of the {term} in %, measured at each layer"
    hint = HINT.format(_over([e for same in made.values() for e in same]))
    return {"title": title, "hint": hint, "columns": layers, "rows": lines} if rows else {}


def _over(entries: Iterable[Entry]) -> str:
    """Over what the numbers of a matrix are means."""
    entries = list(entries)
    originals, seeds = dict.fromkeys(e.picture for e in entries), {e.seed for e in entries}
    return f"{' and '.join(originals)}, {plural(len(seeds), 'seed')} each"


def _row(name: str, entries: Sequence[Entry], places: Places, pictures: Pictures) -> dict[str, Any]:
    """The pictures that were made from a layer."""
    there = list({e.cell: e for e in entries if e.cell in places}.values())
    return {"title": "Made from the {} of {}".format(*name.split()), "cases": [_shown(there, NEAR, places, pictures)]}


def _cases(tested: TestedClaim, places: Places, pictures: Pictures) -> dict[str, Any]:
    """The pictures of a claim, case by case, those first in which it fails."""
    ordered = sorted(tested.findings, key=lambda finding: finding.holds)
    cases = [
        {"title": _heading(each), **_shown(each.entries, tested.claim.about, places, pictures)} for each in ordered
    ]
    return {"title": tested.claim.text, "cases": cases}


def _heading(finding: Finding) -> str:
    """Whether a claim holds in a case, or was found what the case is about."""
    if finding.of:
        return f"{'Found' if finding.holds else 'Not found'}: {finding.of}"
    return "It holds" if finding.holds else "It does not hold"


def _shown(entries: Sequence[Entry], about: Sequence[str], places: Places, pictures: Pictures) -> dict[str, Any]:
    """Measured pictures with the quantities that they are about, and the originals of their cells."""
    folders = [places[e.cell][1] / f"{next(iter(e.layers))}.png" for e in entries if e.cell in places]
    titles = [quantity.title for quantity in QUANTITIES if quantity.name in about]
    shown = []
    for e in (e for e in entries if e.cell in places or e.kind in NOT_CELLS):
        own = _of_cell(e, places, pictures) if e.cell in places else _of_no_cell(e, folders, pictures)
        own["lines"] += [f"{title} {text}" for title, (text, _) in facts(e).items() if title in titles]
        shown.append(own)
    numbers = dict.fromkeys(number for path in folders if (number := pictures.number(path)) is not None)
    return {"shown": [*shown, *({"picture": number, "lines": ["the original"]} for number in numbers)]}


def _of_cell(entry: Entry, places: Places, pictures: Pictures) -> dict[str, Any]:
    """A cell's picture, finished or when it had an error."""
    number, folder = places[entry.cell]
    if entry.level is None:
        return {"cell": number, "picture": pictures.number(folder / PICTURE), "lines": []}
    line = f"when its error was {in_percent(entry.level)}; a click opens the finished picture"
    return {"cell": number, "picture": pictures.number(place(folder, entry.level)), "lines": [line]}


def _of_no_cell(entry: Entry, originals: Sequence[Path], pictures: Pictures) -> dict[str, Any]:
    """The shuffled original, or the name of another one."""
    wanted = entry.kind is Kind.SHUFFLED and originals
    moved = _rearranged(originals[0], _written(originals[0])) if wanted else None
    return {"picture": pictures.number_of(moved) if moved else None, "lines": [NOT_CELLS[entry.kind]]}


def _written(file: Path) -> int:
    """When a file was written, in ns; 0 if it is not there."""
    return file.stat().st_mtime_ns if file.exists() else 0


@lru_cache(maxsize=64)
def _rearranged(original: Path, written: int) -> bytes | None:
    """An original with its parts in another order, as PNG; ``None`` if it cannot be read or is too small."""
    try:
        moved = measures.rearranged(images.load(original))
    except InputError:
        return None
    file = io.BytesIO()
    if moved is not None:
        images.to_image(moved).save(file, "PNG")
    return file.getvalue() or None
