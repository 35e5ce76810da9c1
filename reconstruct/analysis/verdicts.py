"""The verdict on each claim: supported if it holds in all cases, mixed if in half of them or more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconstruct.analysis.claims import CLAIMS
from reconstruct.analysis.entries import Entry, network_note
from reconstruct.analysis.outcomes import UNCERTAINTY, Claim, Finding, NotMeasured, plural
from reconstruct.analysis.recognition import RECOGNITION
from reconstruct.analysis.selection import depth_cells, distinct, front, measured, style_cells, variants
from reconstruct.layers import ARCHITECTURES


class Verdict(StrEnum):
    """Whether a claim holds."""

    SUPPORTED = "supported"
    MIXED = "mixed"
    NOT = "does not hold"
    UNKNOWN = "not measured"


@dataclass(frozen=True)
class TestedClaim:
    """A claim with what was found."""

    claim: Claim  # what was tested
    findings: Sequence[Finding]  # one for each case; none if it was not measured
    numbers: str  # text with the measured numbers; the main number is the part before the first semicolon

    @property
    def verdict(self) -> Verdict:
        """The verdict over all cases."""
        held, cases = sum(finding.holds for finding in self.findings), len(self.findings)
        if not cases:
            return Verdict.UNKNOWN
        return Verdict.SUPPORTED if held == cases else Verdict.MIXED if 2 * held >= cases else Verdict.NOT

    @property
    def count(self) -> str:
        """In how many of its cases the claim holds; for a single case, the verdict says so."""
        if len(self.findings) < 2:
            return "one case" if self.findings else "no cases"
        photographs = len({e.picture for finding in self.findings for e in finding.entries})
        held = sum(finding.holds for finding in self.findings)
        return f"true in {held} of {len(self.findings)} {self.claim.cases}, {plural(photographs, 'photograph')}"

    @property
    def title(self) -> str:
        """The claim, the verdict and the main number in one sentence."""
        text, number = self.claim.text, self.numbers.split(";")[0]
        if self.verdict is Verdict.UNKNOWN:
            return f"Not measured: whether {text[:1].lower()}{text[1:]}"
        if self.verdict is Verdict.SUPPORTED:
            return f"{text}: {number}"
        return f"{self.verdict.capitalize()} ({self.count}): {text}; {number}"


def verdicts(entries: Sequence[Entry]) -> dict[str, TestedClaim]:
    """Name -> claim about VGGs with its verdict; "not measured" if the sweep has no cells for the claim."""
    tested, kept = {}, distinct(e for e in entries if e.network.split()[0] in ARCHITECTURES)
    for name, claim in {**CLAIMS, **RECOGNITION}.items():
        try:
            tested[name] = TestedClaim(claim, *claim.test(kept))
        except NotMeasured as why:
            unseen = ", or no observer looked at them" if name in RECOGNITION else ""
            tested[name] = TestedClaim(claim, [], str(why) or f"no such cells{unseen}")
    return tested


def report(tested: Iterable[TestedClaim], command: str, entries: Sequence[Entry]) -> str:
    """The text of ``findings.md``: a table of the claims, and what was left out of it."""
    rows = [f"| {each.claim.text} | {each.verdict} | {each.count} | {each.numbers} |" for each in tested]
    head = ["| claim | verdict | cases | numbers |", "|---|---|---|---|"]
    notes = [line for note in _left_out(entries) for line in (note, "")]
    about = [UNCERTAINTY, ""]
    return "\n".join(
        ["# What does each layer keep?", "", *head, *rows, "", *about, *notes, f"Created by: ``{command}``", ""]
    )


def _left_out(entries: Sequence[Entry]) -> list[str]:
    """What the analysis of a sweep leaves out, a sentence each."""
    kept = distinct(entries)
    joined = [e for case in front(kept) for e in case]
    compared = [e for cells in variants(kept).values() for e in cells]
    network = network_note(kept, [*depth_cells(kept), *compared, *style_cells(kept), *joined])
    notes = [f"{network[:1].upper()}{network[1:]}."] if network else []
    if not_rectified := [e for e in kept if e.cell and not all(measured(e, term) for term in e.layers)]:
        number = plural(len(not_rectified), "picture")
        notes.append(f"{number} left out: errors are measured at rectified layers (relu…) only.")
    if alike := len(entries) - len(kept):
        differ = "it differs from another" if alike == 1 else "they differ from others"
        notes.append(f"{plural(alike, 'picture')} left out: {differ} only in settings that an analysis ignores.")
    return notes
