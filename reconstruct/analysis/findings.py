"""What the numbers say of each sentence: supported if all cases show it, not supported if none does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconstruct.analysis import networks
from reconstruct.analysis.entries import Entry
from reconstruct.analysis.selection import depth_cells, distinct, front, measured, style_cells, variants
from reconstruct.analysis.sentences import SENTENCES


class Verdict(StrEnum):
    """What the numbers say of a sentence."""

    SUPPORTED = "supported"
    CONDITIONALLY = "only under conditions"
    NOT = "not supported"
    UNKNOWN = "not measured"

    @classmethod
    def of(cls, shown: Sequence[bool]) -> "Verdict":
        """Of cases that show it, or do not."""
        if not shown:
            return cls.UNKNOWN
        return cls.SUPPORTED if all(shown) else cls.CONDITIONALLY if any(shown) else cls.NOT


@dataclass(frozen=True)
class Finding:
    """A sentence, whether it holds, and the numbers; their first clause, before a semicolon, is the main one."""

    claim: str
    shown: Sequence[bool]
    told: str

    @property
    def verdict(self) -> Verdict:
        """Of all cases."""
        return Verdict.of(self.shown)

    @property
    def count(self) -> str:
        """How many cases show it."""
        return f"{sum(self.shown)} of {len(self.shown)} cases"

    @property
    def title(self) -> str:
        """In one sentence."""
        number = self.told.split(";")[0]
        claim = self.claim[:1].lower() + self.claim[1:]
        return {
            Verdict.SUPPORTED: f"{self.claim}: {number}",
            Verdict.CONDITIONALLY: f"In {self.count} {claim}: {number}",
            Verdict.NOT: f"In none of {len(self.shown)} cases {claim}: {number}",
            Verdict.UNKNOWN: f"Not measured: whether {claim}",
        }[self.verdict]


def findings(entries: Sequence[Entry]) -> dict[str, Finding]:
    """All of them, by name; what a sweep has no cells for is "not measured"."""
    found = {}
    for name, (claim, judge) in SENTENCES.items():
        shown, told = judge(distinct(entries))
        found[name] = Finding(claim, shown, told if shown else "no such cells")
    return found


def report(found: Iterable[Finding], command: str, entries: Sequence[Entry]) -> str:
    """``findings.md``: a table, and what of the entries it is about where it is not about all of them."""
    rows = [f"| {f.claim} | {f.verdict} | {f.count} | {f.told} |" for f in found]
    head = ["| sentence | verdict | shown by | numbers |", "|---|---|---|---|"]
    notes = [line for note in _left_out(entries) for line in (note, "")]
    return "\n".join(["# What does each layer keep?", "", *head, *rows, "", *notes, f"Made by: ``{command}``", ""])


def _left_out(entries: Sequence[Entry]) -> list[str]:
    """What of a sweep its analysis is not about."""
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
