"""The caption of a figure: what it shows, what was left out, settings, and the credits of the pictures.

A second text describes the figure for readers who cannot see it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from reconstruct.report.figures.cells import Cells, Panel
from reconstruct.report.figures.labels import cell_names, key_name, shortest
from reconstruct.report.figures.page.sheet import DEFAULT, Look
from reconstruct.report.figures.plots.curves import without_trace
from reconstruct.report.figures.plots.tradeoff import without_both
from reconstruct.report.figures.unshown import unshown
from reconstruct.runs.naming import TERMS, percent
from reconstruct.runs.results import HALF, HALVED, NOISE, PAPERS, Result, differences

OPENINGS = {
    "fig1": "Style reconstructions (above) and content reconstructions (below), after Figure 1 of Gatys, Ecker & "
    "Bethge (2015).",
    "fig2": "The content of a photograph in the style of paintings, after Figure 2 of Gatys, Ecker & Bethge (2015). "
    "Each painting is inset at the lower left.",
    "fig3": "Content and style together, after Figure 3 of Gatys, Ecker & Bethge (2015). Rows: style of more and more "
    "layers. Columns: α/β, from the painting's texture to the photograph.",
    "grid": "Reconstructions, one for each combination of settings.",
    "atlas": "What each layer keeps. Errors are ‖code − target‖² / ‖target‖². measures.csv has every number, "
    "findings.md the claims and their verdicts.",
    "statistics": "Textures from several statistics of the same features. matrix: the relative error of each, by every "
    "statistic, and that of another painting and of the painting with its parts in another order.",
    "curve": "Total loss of every reconstruction, divided by its first, over steps and over seconds of optimisation.",
    "tradeoff": "Relative content error against relative style error. Lines join reconstructions that differ in α/β "
    "only.",
}

ATLAS = {  # what a figure's name begins with -> what it shows
    "matrix": "reconstructed from one layer, measured at all layers",
    "strips": "seeds side by side",
    "arrangement": "errors of styles and of the shuffled original",
    "front": "content error against style error",
    "blending": "what another network sees over α/β",
}
ERRORS = {
    "content": "content error is ‖F − P‖² / ‖P‖², with the features F of the reconstruction and P of the photograph",
    "style": "style error is ‖G − A‖² / ‖A‖², with the Gram matrices G of the reconstruction and A of the painting",
}
OTHER_STATISTICS = {
    "content": "Where something else than the features was matched, F and P stand for it.",
    "style": "Where another statistic than the Gram matrix was matched, G and A stand for it.",
}
OWN_LAYERS = (
    "Each error is measured at the cell's own layers: errors of cells with different layers cannot be compared."
)
WITH_ERRORS = ("fig1", "grid", "tradeoff", "statistics", "atlas")  # kinds that show numbers
MOST_NAMES = 12  # of the cells that were left out


def caption(
    cells: Cells, kind: str, look: Look = DEFAULT, drawn_by: str = "", drawn: Sequence[str] = ("figure",)
) -> str:
    """The caption: a paragraph each on the content, what was left out, errors, settings, credits and the commands.

    Args:
        cells: what is drawn.
        kind: of the figure.
        look: which numbers stand below the pictures, and what of the pictures is shown.
        drawn_by: the command that drew it; empty if that was the sweep's own.
        drawn: the names of its files, of which an analysis has several.
    """
    not_shown = {panel.folder for panels in left_out(cells, kind).values() for panel in panels}
    results = [panel.result for panel in cells.panels if panel.result and panel.folder not in not_shown]
    made = ". ".join(filter(None, ("; ".join(settings(results)), f"{_count(len(results), cells)}.")))
    credits = "\n".join(f"{term.capitalize()}: {text}" for term, text in _credits(results))
    redrawn = [f"Drawn by: {drawn_by}"] if drawn_by else []
    commands = "\n".join([*(f"Created by: {command}" for command in cells.commands), *redrawn])
    computed = " ".join(f"Cells were {line}." for line in differences(results))
    not_there = (_left_out(cells, kind), _missing(cells), _not_converged(cells), _unshown(cells))
    parts = (
        OPENINGS[kind],
        _atlas(drawn) if kind == "atlas" else _pictures(look),
        *not_there,
        _numbers(kind, look.values, results),
        made,
        computed,
        credits,
        commands,
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _pictures(look: Look) -> str:
    """What is shown instead of whole pictures."""
    to = "the original" if look.difference == "original" else look.difference
    maps = f"The pictures are maps of the absolute difference to {to}." if look.difference else ""
    detail = "Each picture is an enlarged detail; numbers are of the whole picture." if look.detail else ""
    return f"{maps} {detail}".strip()


def _atlas(drawn: Sequence[str]) -> str:
    """What each of an analysis' figures shows."""
    depth = "reconstructions of single layers against depth"
    return "; ".join(f"{name}: {ATLAS.get(name.partition('_')[0], depth)}" for name in drawn) + "."


def left_out(cells: Cells, kind: str) -> Mapping[str, Sequence[Panel]]:
    """Reason -> the finished cells that a kind of figure cannot contain."""
    finders = {"curve": ("no trace of its losses", without_trace), "tradeoff": ("no second error", without_both)}
    if kind not in finders:
        return {}
    reason, find = finders[kind]
    return {reason: found} if (found := [panel for panel in find(cells) if panel.result]) else {}


def _count(done: int, cells: Cells) -> str:
    """How many cells are finished: "5 of 6 cells", "1 of 1 cell"."""
    return f"{done} of {len(cells.panels)} cell{'' if len(cells.panels) == 1 else 's'}"


def _left_out(cells: Cells, kind: str) -> str:
    """A sentence for each reason, with the names of the cells."""
    sentences = []
    for reason, panels in left_out(cells, kind).items():
        names = ", ".join(panel.name for panel in panels[:MOST_NAMES]) + (", …" if panels[MOST_NAMES:] else "")
        sentences.append(f"Left out, since there is {reason}: {names}.")
    return " ".join(sentences)


def _missing(cells: Cells) -> str:
    """A sentence that names the cells without a picture."""
    found = [panel for panel in cells.panels if panel.problem]
    names = ", ".join(f"{panel.name} ({panel.problem})" for panel in found[:MOST_NAMES])
    return f"Without a picture: {names}{', …' if found[MOST_NAMES:] else ''}." if found else ""


def _unshown(cells: Cells) -> str:
    """A sentence on the settings in which the sweeps differ besides."""
    found = [f"{key}: {', '.join(values)}" for key, values in unshown(cells).items()]
    return f"The sweeps also differ in what is not shown: {'; '.join(found)}." if found else ""


def _numbers(kind: str, values: str, results: Sequence[Result]) -> str:
    """What the numbers in the figure are."""
    if values == "error":
        return _errors(results) if kind in WITH_ERRORS else ""
    return f"Under each picture: its {values.upper()} to the photograph." if values != "none" else ""


def _errors(results: Sequence[Result]) -> str:
    """The definitions of the errors that there are, and what cannot be compared or has none."""
    terms = [term for term in TERMS if any(term in result.relative_errors for result in results)]
    definitions = "; ".join(ERRORS[term] for term in terms)
    layers = {(term, tuple(names)) for result in results for term, names in result.layers.items()}
    several = len(layers) > len({term for term, _ in layers})
    others = [OTHER_STATISTICS[term] for term in terms if any(r.statistic(term) for r in results if term in r.layers)]
    without = sorted({r.statistic(term) for r in results for term in r.layers if term not in r.relative_errors})
    losses = [f"{each} has no relative error; its loss is given." for each in without]
    means = [f"{definitions[0].upper()}{definitions[1:]}; each is a mean over layers."] if definitions else []
    return " ".join([*means, *others, *[OWN_LAYERS] * several, *losses])


def _not_converged(cells: Cells) -> str:
    """A sentence that names the cells that did not come to rest, and says what happened."""
    found = [panel for panel in cells.panels if panel.result and not panel.result.converged]
    names = [f"{panel.name} ({panel.result.note})" for panel in found[:MOST_NAMES] if panel.result]
    more = f" and {len(found) - MOST_NAMES} others" if found[MOST_NAMES:] else ""
    return f"Not converged: {', '.join(names)}{more}." if found else ""


def alt(cells: Cells, kind: str, look: Look = DEFAULT) -> str:
    """The figure as text: what it shows, the keys in which cells differ, and the range of each error."""
    opening = OPENINGS[kind].split(". ")[0].rstrip(".")
    done = [panel for panel in cells.panels if panel.result]
    keys = [f"{key_name(key, cells)}: {'; '.join(_values(key, cells))}." for key in cells.axes]
    ranges = [
        text for term in TERMS if kind in WITH_ERRORS and look.values == "error" and (text := _range(term, cells))
    ]
    shown = [_pictures(look)] * bool(_pictures(look))
    return " ".join([f"{opening}.", *shown, f"{_count(len(done), cells)}.", *keys, *ranges]) + "\n"


def _values(key: str, cells: Cells) -> list[str]:
    return [shortest(key, value, cells) for value in cells.axes[key]]


def _range(term: str, cells: Cells) -> str:
    """The smallest and the largest error of a term, with the cells that have them."""
    names = cell_names(cells)
    found = [(error, names[panel.folder]) for panel in cells.panels if (error := panel.error(term)) is not None]
    if not found:
        return ""
    (least, at_least), (most, at_most) = min(found), max(found)
    where = [f" ({name})" if name else "" for name in (at_least, at_most)]
    if percent(least) == percent(most):
        return f"The {term} error is {percent(least)}{where[0] if len(found) == 1 else ''}."
    return f"The {term} error goes from {percent(least)}{where[0]} to {percent(most)}{where[1]}."


def _canvas(result: Result) -> str:
    levels = result.config["canvas"].get("levels")
    return f"{result.canvas} of {levels} levels" if levels else result.canvas


READERS: Mapping[str, Callable[[Result], object]] = {
    "Network {}": lambda r: f"{r.network['architecture']}, {r.network['weights']} weights",
    "{} pooling": lambda r: r.network["pooling"],
    "{} pixels": lambda r: "" if list(r.layers) == ["content"] and r.config["content"]["code"] else r.size,
    "{} steps": lambda r: r.evaluations,
    "seed {}": lambda r: r.seed,
    "α/β {}": lambda r: f"{r.ratio:g}" if len(r.layers) > 1 else "",
    "losses: {}": lambda r: r.loss_convention,
    "canvas: {}": _canvas,
    "optimizer: {}": lambda r: r.optimizer,
    "computed in {}": lambda r: r.precision,
    "{} threads": lambda r: r.threads if r.device == "cpu" else "",
}


def settings(results: Sequence[Result]) -> Iterable[str]:
    """The settings as text, with several values where cells differ."""
    for words, read in READERS.items():
        values = list(dict.fromkeys(told for result in results if (told := str(read(result)))))
        if all(value.isdigit() for value in values):
            values.sort(key=int)
        if values:
            yield words.format(", ".join(values))
    starts = dict.fromkeys(str(result.config["start"]) for result in results)
    if list(starts) not in ([], [NOISE]):
        yield f"started from {', '.join(HALVED if start == HALF else start for start in starts)}"
    for term in TERMS:
        yield from _of_term(term, [result for result in results if term in result.layers])


def _of_term(term: str, results: Sequence[Result]) -> Iterable[str]:
    """At what scale its original was looked at, what of its features was matched, and of which layers."""
    scales = dict.fromkeys(result.scale(term) for result in results)
    if any(scales):
        yield f"{term} original {' or '.join(scale or 'as large as the result' for scale in scales)}"
    statistics = {result.statistic(term) for result in results}
    if any(statistics):
        yield f"{term} as {', '.join(sorted(each or PAPERS[term] for each in statistics))}"
    layers = {tuple(result.layers[term]) for result in results}
    if len(layers) == 1:  # several are in the figure itself
        yield f"{term} of {', '.join(layers.pop())}"


def _credits(results: Iterable[Result]) -> list[tuple[str, str]]:
    """Term and credit of every original, each once."""
    found = {
        (term, f"{picture['title']}. {picture['credit']}".strip())
        for result in results
        for term, picture in result.pictures.items()
    }
    return sorted(found)
