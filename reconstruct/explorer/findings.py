"""What was measured of a sweep's pictures -> what the page shows of its layers and of the paper's claims."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconstruct.analysis.entries import Entry
from reconstruct.analysis.selection import distinct, made_from, matrix
from reconstruct.analysis.verdicts import TestedClaim, verdicts
from reconstruct.results import TERMS


def findings(entries: Sequence[Entry], places: Mapping[str, int]) -> dict[str, Any]:
    """A matrix for each term, made from which layer and measured at which, and the claims that were tested.

    Args:
        entries: all measured pictures.
        places: a cell's folder -> its number on the page.
    """
    kept = distinct(entries)
    matrices = [_matrix(kept, term, places) for term in TERMS]
    claims = [_claim(each, places) for each in verdicts(entries).values() if each.findings]
    return {"matrices": [each for each in matrices if each["rows"]], "claims": claims}


def _matrix(entries: Sequence[Entry], term: str, places: Mapping[str, int]) -> dict[str, Any]:
    errors, made = matrix(entries, term), made_from(entries, term)
    layers = list(dict.fromkeys(layer for row in errors.values() for layer in row))
    rows = [
        {
            "layer": layer,
            "errors": [_short(row[m]) if m in row else None for m in layers],
            "cells": _numbers((e.cell for e in made[layer]), places),
        }
        for layer, row in errors.items()
    ]
    return {"term": term, "layers": layers, "rows": rows}


def _claim(tested: TestedClaim, places: Mapping[str, int]) -> dict[str, Any]:
    cases = [{"holds": each.holds, "cells": _numbers(each.cells, places)} for each in tested.findings]
    known = {"claim": tested.claim, "verdict": str(tested.verdict), "count": tested.count}
    return known | {"numbers": tested.numbers, "cases": cases}


def _numbers(folders: Iterable[str], places: Mapping[str, int]) -> list[int]:
    return [places[folder] for folder in dict.fromkeys(folders) if folder in places]


def _short(error: float) -> float:
    return float(f"{error:.3g}")
