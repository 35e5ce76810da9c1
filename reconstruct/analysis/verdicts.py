"""The verdict on each claim: supported if it holds in all cases, not supported if it holds in none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconstruct.analysis import networks
from reconstruct.analysis.claims import CLAIMS
from reconstruct.analysis.entries import Entry
from reconstruct.analysis.selection import depth_cells, distinct, front, measured, style_cells, variants


class Verdict(StrEnum):
    """Whether a claim holds."""

    SUPPORTED = "supported"
    CONDITIONALLY = "only under conditions"
    NOT = "not supported"
    UNKNOWN = "not measured"

    @classmethod
    def of(cls, holds: Sequence[bool]) -> "Verdict":
        """From whether the claim holds in each case."""
        if not holds:
            return cls.UNKNOWN
        return cls.SUPPORTED if all(holds) else cls.CONDITIONALLY if any(holds) else cls.NOT


@dataclass(frozen=True)
class TestedClaim:
    """A claim with its verdict.

    Attributes:
        claim: a sentence.
        holds: whether it does, case by case; no cases: not measured.
        numbers: what was measured; the main number stands before the first semicolon.
    """

    claim: str
    holds: Sequence[bool]
    numbers: str

    @property
    def verdict(self) -> Verdict:
        """Over all cases."""
        return Verdict.of(self.holds)

    @property
    def count(self) -> str:
        """In how many cases the claim holds."""
        return f"{sum(self.holds)} of {len(self.holds)} {'case' if len(self.holds) == 1 else 'cases'}"

    @property
    def title(self) -> str:
        """The claim, the verdict and the main number in one sentence."""
        number = self.numbers.split(";")[0]
        if self.verdict is Verdict.UNKNOWN:
            return f"Not measured: whether {self.claim[:1].lower()}{self.claim[1:]}"
        if self.verdict is Verdict.SUPPORTED:
            return f"{self.claim}: {number}"
        return f"{self.verdict.capitalize()} ({self.count}): {self.claim}; {number}"


def verdicts(entries: Sequence[Entry]) -> dict[str, TestedClaim]:
    """Every claim with its verdict, by name; what a sweep has no cells for is "not measured"."""
    tested = {}
    for name, (claim, test) in CLAIMS.items():
        holds, numbers = test(distinct(entries))
        tested[name] = TestedClaim(claim, holds, numbers if holds else "no such cells")
    return tested


def report(found: Iterable[TestedClaim], command: str, entries: Sequence[Entry]) -> str:
    """The text of ``findings.md``: a table, and what was left out of it."""
    rows = [f"| {f.claim} | {f.verdict} | {f.count} | {f.numbers} |" for f in found]
    head = ["| claim | verdict | holds in | numbers |", "|---|---|---|---|"]
    notes = [line for note in _left_out(entries) for line in (note, "")]
    return "\n".join(["# What does each layer keep?", "", *head, *rows, "", *notes, f"Made by: ``{command}``", ""])


def _left_out(entries: Sequence[Entry]) -> list[str]:
    """What of a sweep its analysis leaves out."""
    kept = distinct(entries)
    joined = [e for case in front(kept) for e in case]
    compared = [e for cells in variants(kept).values() for e in cells]
    about = networks.told(kept, [*depth_cells(kept), *compared, *style_cells(kept), *joined])
    notes = [f"{about[:1].upper()}{about[1:]}."] if about else []
    if elsewhere := [e for e in kept if e.cell and not all(measured(e, term) for term in e.layers)]:
        notes.append(f"{len(elsewhere)} pictures left out: errors are measured at rectified layers (relu…) only.")
    if alike := len(entries) - len(kept):
        notes.append(f"{alike} pictures left out: they differ from others in settings that are not told apart here.")
    return notes
