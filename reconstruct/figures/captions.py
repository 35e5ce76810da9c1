"""What stands under a figure: what it shows, with which settings, whose pictures."""

from collections.abc import Callable, Iterable

from reconstruct.results import Result, Sweep

OPENINGS = {
    "fig1": "Style reconstructions (above) and content reconstructions (below), after Figure 1 of Gatys, Ecker & "
    "Bethge (2015). Under each picture, the relative error that is left, ‖code − target‖² / ‖target‖², mean over "
    "layers.",
    "fig2": "The content of a photograph in the style of paintings, after Figure 2 of Gatys, Ecker & Bethge (2015). "
    "Each painting is inset at the lower left.",
    "fig3": "Content and style together, after Figure 3 of Gatys, Ecker & Bethge (2015). Rows: style of more and more "
    "layers. Columns: α/β, from the painting's texture to the photograph.",
    "grid": "Reconstructions, one for each combination of settings.",
    "atlas": "What each layer keeps. figure: reconstructions of single layers against depth; matrix: made from one "
    "layer, measured at all; strips: seeds side by side; arrangement: what style knows of it; front: content against "
    "style. Errors are ‖code − target‖² / ‖target‖². measures.csv has every number, findings.md what they say.",
    "curve": "Total loss of every reconstruction, divided by its first, over steps and over seconds of optimisation.",
    "tradeoff": "Relative content error against relative style error, ‖code − target‖² / ‖target‖², mean over layers. "
    "Lines join reconstructions that differ in α/β only.",
}


def caption(sweep: Sweep, kind: str) -> str:
    """A paragraph each for what is shown, settings, credits and the command."""
    results = [result for _, result in sweep.results() if result]
    settings = f"{'; '.join(_settings(results))}. {len(results)} of {len(sweep.cells)} cells."
    credits = "\n".join(f"{term.capitalize()}: {text}" for term, text in _credits(results))
    return "\n\n".join(part for part in (OPENINGS[kind], settings, credits, f"Made by: {sweep.command}") if part) + "\n"


def _settings(results: Iterable[Result]) -> Iterable[str]:
    """Settings in words; several values where cells differ."""
    readers: dict[str, Callable[[Result], object]] = {
        "network {}": lambda r: f"{r.config['network']['architecture']}, {r.config['network']['weights']} weights",
        "{} pooling": lambda r: r.config["network"]["pooling"],
        "{} pixels": lambda r: r.config["size"],
        "{} evaluations": lambda r: r.evaluations,
        "seed {}": lambda r: r.seed,
        "losses: {}": lambda r: r.config["losses"],
        "canvas: {}": lambda r: r.config["canvas"]["kind"].lower(),
        "optimizer: {}": lambda r: r.config["optimizer"]["kind"],
        "{}": lambda r: r.precision,
    }
    results = list(results)
    for words, read in readers.items():
        values = list(dict.fromkeys(str(read(result)) for result in results))
        if values:
            yield words.format(", ".join(values))


def _credits(results: Iterable[Result]) -> list[tuple[str, str]]:
    """term and credit of every original, each once."""
    found = {
        (term, f"{picture['title']}. {picture['credit']}".strip())
        for result in results
        for term, picture in result.pictures.items()
    }
    return sorted(found)
