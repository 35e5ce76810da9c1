"""What was measured of a sweep's pictures -> what the page shows of its layers and of the paper's claims."""

import io
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconstruct import images, measures
from reconstruct.analysis.entries import Entry, Kind
from reconstruct.analysis.outcomes import UNCERTAINTY, Finding, plural
from reconstruct.analysis.selection import distinct, made_from, matrix
from reconstruct.analysis.verdicts import verdicts
from reconstruct.errors import InputError
from reconstruct.recorders.snapshots import place
from reconstruct.report.page.pictures import Pictures
from reconstruct.report.page.words import QUANTITIES, facts, in_percent
from reconstruct.runs.naming import TERMS
from reconstruct.runs.results import PICTURE

Places = Mapping[str, tuple[int, Path]]
"""Name of a cell's folder -> its number on the page, and the folder."""

NEAR = ("psnr", "ssim", "layout")
NOT_CELLS = {Kind.SHUFFLED: "the original, shuffled", Kind.OTHER: "another original"}
HINT = (
    "Rows: the layer that a picture was made from. Columns: the layer that was measured (framed: the same "
    "layer). The stronger the colour, the larger. Geometric means over {}, {} each."
)


def findings(entries: Sequence[Entry], places: Places, pictures: Pictures) -> dict[str, Any]:
    """A matrix for each term, made from which layer and measured at which, the claims, and the pictures of both.

    Those that a claim was tested on before they were finished are added to the page's pictures.
    """
    kept, shown = distinct(entries), _Shown(places, pictures)
    claims = []
    for name, tested in verdicts(entries).items():
        if tested.findings:
            ordered = sorted(tested.findings, key=lambda finding: finding.holds)  # those first in which it fails
            cases = [shown.case(each.entries, tested.claim.about, _heading(each)) for each in ordered]
            told = {"verdict": f"{tested.verdict} ({tested.count})", "numbers": tested.numbers}
            claims.append({"opens": name, "line": tested.claim.text, **told, "cases": cases})
    matrices = [_matrix(term, made, matrix(kept, term), shown) for term in TERMS if (made := made_from(kept, term))]
    return {"matrices": matrices, "claims": claims, "uncertainty": UNCERTAINTY}


def _matrix(
    term: str, made: Mapping[str, Sequence[Entry]], rows: Mapping[str, Mapping[str, float]], shown: "_Shown"
) -> dict[str, Any]:
    """The errors of a term as a table of texts, each with a shade from 0 to 35, and the pictures of its rows."""
    layers = list(dict.fromkeys(layer for row in rows.values() for layer in row))
    powers = [math.log10(error) for row in rows.values() for error in row.values()] or [0.0]
    least, span = min(powers), (max(powers) - min(powers)) or math.inf

    def placed(error: float | None) -> dict[str, Any]:
        share = (math.log10(error) - least) / span if error else 0
        return {"text": in_percent(error).partition("\u00a0")[0] if error else "", "shade": round(35 * share)}

    every = [e for same in made.values() for e in same]
    originals, seeds = dict.fromkeys(e.picture for e in every), {e.seed for e in every}
    return {
        "title": f"Relative error of the {term} in %, measured at each layer",
        "hint": HINT.format(" and ".join(originals), plural(len(seeds), "seed")),
        "columns": layers,
        "rows": [
            {
                "opens": f"{term} {layer}",
                "line": f"Made from the {term} of {layer}",
                "layer": layer,
                "places": [placed(row.get(each)) for each in layers],
                "cases": [shown.case(made[layer], NEAR)],
            }
            for layer, row in rows.items()
        ],
    }


def _heading(finding: Finding) -> str:
    """Whether a claim holds in a case, or was found what the case is about."""
    if finding.of:
        return f"{'Found' if finding.holds else 'Not found'}: {finding.of}"
    return "It holds" if finding.holds else "It does not hold"


@dataclass(frozen=True)
class _Shown:
    """Measured pictures as the page shows them: with numbers, and with the originals of their cells."""

    places: Places  # where the page has cells
    pictures: Pictures  # of the page

    def case(self, entries: Sequence[Entry], about: Sequence[str], title: str = "") -> dict[str, Any]:
        """Pictures that are compared and known here, with the quantities that they are about."""
        entries = [entry for entry in entries if entry.cell in self.places or entry.kind in NOT_CELLS]
        originals = [self.places[e.cell][1] / f"{next(iter(e.layers))}.png" for e in entries if e.cell in self.places]
        titles = [quantity.title for quantity in QUANTITIES if quantity.name in about]
        shown = [self._cell(e) if e.cell in self.places else self._other(e, originals) for e in entries]
        for e, own in zip(entries, shown, strict=True):
            own["lines"] += [f"{name} {text}" for name, (text, _) in facts(e.known).items() if name in titles]
        numbers = dict.fromkeys(number for path in originals if (number := self.pictures.number(path)) is not None)
        return {"title": title, "shown": [*shown, *({"picture": n, "lines": ["the original"]} for n in numbers)]}

    def _cell(self, entry: Entry) -> dict[str, Any]:
        """A cell's picture, finished or when it had an error."""
        number, folder = self.places[entry.cell]
        if entry.level is None:
            return {"cell": number, "picture": self.pictures.number(folder / PICTURE), "lines": []}
        line = f"when its error first fell to {in_percent(entry.level)}; a click opens the finished picture"
        return {"cell": number, "picture": self.pictures.number(place(folder, entry.level)), "lines": [line]}

    def _other(self, entry: Entry, originals: Sequence[Path]) -> dict[str, Any]:
        """The shuffled original, or the name of another one."""
        moved = _rearranged(originals[0]) if entry.kind is Kind.SHUFFLED and originals else None
        return {"picture": self.pictures.number(moved) if moved else None, "lines": [NOT_CELLS[entry.kind]]}


def _rearranged(original: Path) -> bytes | None:
    """An original with its parts in another order, as PNG; ``None`` if it cannot be read or is too small."""
    file = io.BytesIO()
    with suppress(InputError):
        if (moved := measures.rearranged(images.load(original))) is not None:
            images.to_image(moved).save(file, "PNG")
    return file.getvalue() or None
