"""What was measured of a sweep's pictures -> what the page shows of its layers and of the paper's claims."""

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from reconstruct import images, measures
from reconstruct.analysis.entries import LPIPS, PROBABILITY, Entry, Kind
from reconstruct.analysis.outcomes import UNCERTAINTY, Finding, plural
from reconstruct.analysis.selection import distinct, made_from, matrix
from reconstruct.analysis.verdicts import TestedClaim, verdicts
from reconstruct.errors import InputError
from reconstruct.explorer.pictures import Pictures
from reconstruct.explorer.quantities import numbers
from reconstruct.recorders.snapshots import place
from reconstruct.results import TERMS

Places = Mapping[str, tuple[int, Path]]
"""Name of a cell's folder -> its number on the page, and the folder."""

NEAR = ("psnr", "ssim", "layout")
ABOUT = {  # claim -> the quantities that stand beside its pictures
    "pixels": ("psnr", "ssim"),
    "unconstrained": ("psnr", "deviation"),
    "colour": ("local_chroma", "local_lightness", "delta_e"),
    "objects": ("layout",),
    "texture": ("layout",),
    "structures": ("coherence", "wavelength"),
    "information": (PROBABILITY,),
    "metamers": (PROBABILITY, "null snr"),
    "identified": ("identified",),
    "hidden": (PROBABILITY,),
    "blended": (PROBABILITY,),
    "stylised": (PROBABILITY, "style_balance"),
    "learned_objects": (PROBABILITY,),
    "learned_look": (LPIPS,),
}
NOT_CELLS = {Kind.SHUFFLED: "the original with its parts in another order", Kind.OTHER: "another original"}


def findings(entries: Sequence[Entry], places: Places, pictures: Pictures) -> dict[str, Any]:
    """A matrix for each term, made from which layer and measured at which, and the claims that were tested.

    Args:
        entries: all measured pictures.
        places: where the page has their cells.
        pictures: to which those are added that a claim was tested on before they were finished.
    """
    kept = distinct(entries)
    matrices = [_matrix(kept, term, places) for term in TERMS]
    tested = {name: each for name, each in verdicts(entries).items() if each.findings}
    claims = [_claim(each, places, pictures) | {"about": ABOUT.get(name, NEAR)} for name, each in tested.items()]
    return {"matrices": [each for each in matrices if each["rows"]], "claims": claims, "uncertainty": UNCERTAINTY}


def _matrix(entries: Sequence[Entry], term: str, places: Places) -> dict[str, Any]:
    errors, made = matrix(entries, term), made_from(entries, term)
    layers = list(dict.fromkeys(layer for row in errors.values() for layer in row))
    rows = [
        {
            "layer": layer,
            "errors": [_short(row[m]) if m in row else None for m in layers],
            "cells": [places[cell][0] for cell in dict.fromkeys(e.cell for e in made[layer]) if cell in places],
        }
        for layer, row in errors.items()
    ]
    return {"term": term, "layers": layers, "rows": rows, "mean": _mean([e for same in made.values() for e in same])}


def _mean(entries: Iterable[Entry]) -> str:
    """Over what the numbers of a matrix are means."""
    entries = list(entries)
    originals, seeds = dict.fromkeys(e.picture for e in entries), {e.seed for e in entries}
    return f"{' and '.join(originals)}, {plural(len(seeds), 'seed')} each"


def _claim(tested: TestedClaim, places: Places, pictures: Pictures) -> dict[str, Any]:
    known = {"claim": tested.claim, "verdict": str(tested.verdict), "count": tested.count, "numbers": tested.numbers}
    return known | {"cases": [_case(each, places, pictures) for each in tested.findings]}


def _case(finding: Finding, places: Places, pictures: Pictures) -> dict[str, Any]:
    originals = [places[e.cell][1] / f"{next(iter(e.layers))}.png" for e in finding.entries if e.cell in places]
    shown = [_shown(e, places, pictures, originals) for e in finding.entries if e.cell in places or e.kind in NOT_CELLS]
    return {"holds": finding.holds, "of": finding.of, "shown": shown}


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


def _shown(entry: Entry, places: Places, pictures: Pictures, originals: Sequence[Path]) -> dict[str, Any]:
    """A measured picture: of a cell, finished or when it had an error, or one that no cell has."""
    known: dict[str, Any] = {"numbers": numbers(entry)}
    if entry.kind in NOT_CELLS:
        wanted = entry.kind is Kind.SHUFFLED and originals
        moved = _rearranged(originals[0], _written(originals[0])) if wanted else None
        return known | {"name": NOT_CELLS[entry.kind]} | ({"picture": pictures.number_of(moved)} if moved else {})
    number, folder = places[entry.cell]
    if entry.level is None:
        return known | {"cell": number}
    return known | {"cell": number, "level": entry.level, "picture": pictures.number(place(folder, entry.level))}


def _short(error: float) -> float:
    return float(f"{error:.3g}")
