"""The caption of a figure: what it shows, what was left out, settings, and the credits of the pictures.

A second text describes the figure for readers who cannot see it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from reconstruct.layers import ARCHITECTURES
from reconstruct.report.figures.cells import SWEEP_KEY, Cells, Panel
from reconstruct.report.figures.labels import cell_names, key_name, labels
from reconstruct.report.figures.page.sheet import DEFAULT, Look
from reconstruct.report.figures.plots.curves import without_trace
from reconstruct.report.figures.plots.tradeoff import without_both
from reconstruct.report.figures.tables.features import ABOUT as ABOUT_MAPS
from reconstruct.report.figures.tables.tiles import about
from reconstruct.runs.naming import OBSERVER, TERMS
from reconstruct.runs.results import HALF, HALVED, NOISE, PAPERS, Result, differences
from reconstruct.runs.wording import ERROR, percent

OPENINGS = {
    "fig1": "Style reconstructions (above) and content reconstructions (below), after Figure 1 of Gatys, Ecker & "
    "Bethge (2015).",
    "fig2": "The content of a photograph in the style of paintings, after Figure 2 of Gatys, Ecker & Bethge (2015). "
    "Each painting is inset at the lower left.",
    "fig3": "Content and style together, after Figure 3 of Gatys, Ecker & Bethge (2015). Rows: style of more and more "
    "layers. Columns: α/β, from the painting's texture to the photograph.",
    "grid": "Reconstructions, one for each combination of settings.",
    "atlas": f"What each layer keeps. Errors are {ERROR}. measures.csv has every number, findings.md the claims and "
    "their verdicts.",
    "statistics": "Textures from several statistics of the same features. matrix: the relative error of each texture "
    "by every statistic, beside the error of another painting and of the painting with its parts in another order.",
    "curve": "Total loss of every reconstruction, relative to its first step, over steps and seconds of optimisation.",
    "tradeoff": "Relative content error against relative style error. Lines join reconstructions that differ in α/β "
    "only.",
    "features": ABOUT_MAPS,
}

ATLAS = {  # what a figure's name begins with -> what it shows
    "matrix": "reconstructed from one layer, measured at all layers",
    "strips": "seeds side by side",
    "arrangement": "errors of styles and of the shuffled original",
    "front": "content error against style error",
    "blending": "what another network sees over α/β",
}
CODES = {
    "content": "The code of a photograph is its features, or the statistic of them that is named.",
    "style": "The code of a painting is the Gram matrices of its features, or the statistic that is named.",
}
LEFT_OUT: dict[str, tuple[str, Callable[[Cells], list[Panel]]]] = {  # kind -> what cells lack, and which do
    "curve": ("no trace of its losses", without_trace),
    "tradeoff": ("only one error", without_both),
    "features": ("no picture of the original", lambda cells: [panel for panel in cells.panels if not panel.maps]),
}
WITH_ERRORS = ("fig1", "grid", "tradeoff", "features", "statistics", "atlas")  # kinds that show numbers
MOST_NAMES = 12  # of cells in a sentence
NOT_COMPARED = (OBSERVER, "device", "snapshots")
# Keys of a term that choose its layers; the layers themselves are compared.
CHOICES = ("depth", "by_depth", "weights")
DECIDING = ("representation", "losses")  # keys with which others change, as they do with a preset's name


def caption(
    cells: Cells, kind: str, look: Look = DEFAULT, drawn_by: str = "", drawn: Sequence[str] = ("figure",)
) -> str:
    """A paragraph each on the content, what was left out, errors, settings, credits and the commands.

    `drawn_by` is the command that drew it, empty if that was the sweep's own; `drawn` are the names of its files.
    """
    not_shown = {panel.folder for panel in left_out(cells, kind)}
    results = [panel.result for panel in cells.panels if panel.result and panel.folder not in not_shown]
    redrawn = [f"Drawn by: {drawn_by}"] if drawn_by else []
    parts = (
        OPENINGS[kind],
        *[_atlas(drawn)] * (kind == "atlas"),
        *notes(cells, kind),
        _about(cells, kind, look),
        ". ".join(filter(None, ("; ".join(settings(results)), f"{_count(cells)}."))),
        "\n".join(f"{term.capitalize()}: {text}" for term, text in _credits(results)),
        "\n".join([*(f"Created by: {command}" for command in cells.commands), *redrawn]),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def notes(cells: Cells, kind: str) -> list[str]:
    """What cannot be seen in a figure, in a sentence each."""
    results = [panel.result for panel in cells.panels if panel.result]
    names = {
        "Shown": [words for panel in cells.panels for _, words in panel.maps],
        f"Left out, since there is {LEFT_OUT.get(kind, ('',))[0]}": [panel.name for panel in left_out(cells, kind)],
        "Without a picture": [f"{panel.name} ({panel.problem})" for panel in cells.panels if panel.problem],
        "Not converged": [f"{p.name} ({p.result.note})" for p in cells.panels if p.result and not p.result.converged],
        "The sweeps also differ in settings not shown": [f"{k}: {', '.join(of)}" for k, of in unshown(cells).items()],
    }
    return [
        *(f"{what}: {'; '.join(found[:MOST_NAMES])}{_others(found)}." for what, found in names.items() if found),
        *(f"Cells were {line}." for line in differences(results)),
    ]


def _others(names: Sequence[str]) -> str:
    return f" and {len(names) - MOST_NAMES} others" if names[MOST_NAMES:] else ""


def _atlas(drawn: Sequence[str]) -> str:
    """What each of an analysis' figures shows."""
    depth = "reconstructions of single layers against depth"
    return "; ".join(f"{name}: {ATLAS.get(name.partition('_')[0], depth)}" for name in drawn) + "."


def left_out(cells: Cells, kind: str) -> list[Panel]:
    """The finished cells that a kind of figure cannot contain."""
    _, lacking = LEFT_OUT.get(kind, ("", lambda _: []))
    return [panel for panel in lacking(cells) if panel.result]


def _count(cells: Cells) -> str:
    """How many cells are finished: "5 of 6 cells finished"."""
    return f"{sum(bool(panel.result) for panel in cells.panels)} of {len(cells.panels)} cells finished"


def _about(cells: Cells, kind: str, look: Look) -> str:
    """What pictures and numbers are, a sentence each."""
    has_errors = kind in WITH_ERRORS and look.values == "error"
    shown = look if has_errors or look.values != "error" else replace(look, values="none")
    sentences = [f"{clause[0].upper()}{clause[1:]}." for clause in about(cells, shown)]
    terms = {term for panel in cells.panels if panel.result for term in panel.result.relative_errors}
    return " ".join([*sentences, *(CODES[term] for term in TERMS if term in terms and has_errors)])


def alt(cells: Cells, kind: str, look: Look = DEFAULT) -> str:
    """The figure as text: what it shows, the keys in which cells differ, and the range of each error."""
    opening = OPENINGS[kind].split(". ")[0].rstrip(".")
    keys = [
        f"{key_name(key, cells)}: {'; '.join(labels(key, cells).of[value] for value in values)}."
        for key, values in cells.axes.items()
    ]
    terms = TERMS if kind in WITH_ERRORS and look.values == "error" else ()
    sentences = [f"{opening}.", _about(cells, "", replace(look, values="none")), f"{_count(cells)}.", *keys]
    return " ".join(filter(None, [*sentences, *(_range(term, cells) for term in terms)])) + "\n"


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


READERS: Mapping[str, Callable[[Result], object]] = {
    "Network {}": lambda r: f"{r.network['architecture']} with {r.network['weights']} weights",
    "{} pooling": lambda r: r.network["pooling"] if r.network["architecture"] in ARCHITECTURES else "",
    "{} pixels": lambda r: "" if list(r.layers) == ["content"] and r.config["content"]["code"] else r.size,
    "{} steps": lambda r: r.evaluations,
    "seed {}": lambda r: r.seed,
    "α/β {}": lambda r: f"{r.ratio:g}" if len(r.layers) > 1 else "",
    "losses: {}": lambda r: r.loss_convention,
    "canvas: {}": lambda r: f"{r.canvas} of {n} levels" if (n := r.config["canvas"].get("levels")) else r.canvas,
    "optimizer: {}": lambda r: r.optimizer,
    "computed in {}": lambda r: r.precision,
    "threads: {}": lambda r: r.threads if r.device == "cpu" else "",
    "started from {}": lambda r: HALVED if r.config["start"] == HALF else r.config["start"],
}


def settings(results: Sequence[Result]) -> Iterable[str]:
    """The settings as text, with several values where cells differ."""
    for words, read in READERS.items():
        values = list(dict.fromkeys(text for result in results if (text := str(read(result)))))
        if all(value.isdigit() for value in values):
            values.sort(key=int)
        if values not in ([], [NOISE]):
            yield words.format(", ".join(values))
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


def unshown(cells: Cells) -> dict[str, list[str]]:
    """Key -> its values, for the settings in which finished cells of several sweeps differ and that are no axis.

    Empty for a single sweep. What follows from presets that are axes is not in it.
    """
    done = [(panel, panel.result) for panel in cells.panels if panel.result]
    if len({panel.values[SWEEP_KEY] for panel, _ in done}) < 2:
        return {}
    axes = [key for key in cells.axes if key != SWEEP_KEY]
    files = [key for key in axes if key.partition(".")[0] not in done[0][1].config]  # which choose several settings
    compared, found = [(panel, _compared(panel, result)) for panel, result in done], {}
    for key in dict.fromkeys(key for _, settings in compared for key in settings if not _is_shown(key, axes)):
        values = [(panel, settings[key]) for panel, settings in compared if key in settings]
        if not _follows(values, [key for key in axes if key in (*DECIDING, *files)]):
            found[key] = list(dict.fromkeys(value for _, value in values))
    return found


def _is_shown(key: str, axes: Iterable[str]) -> bool:
    by_depth = key.rpartition(".")[2] == "layers" and "depth" in axes
    return by_depth or any(key == axis or key.startswith(f"{axis}.") for axis in axes)


def _follows(values: Iterable[tuple[Panel, str]], presets: Iterable[str]) -> bool:
    """Whether the value of a cell depends on nothing but its presets; without any, whether all have the same."""
    pairs = {(tuple(panel.values.get(key, "") for key in presets), value) for panel, value in values}
    return len(pairs) == len({chosen for chosen, _ in pairs})


def _compared(panel: Panel, result: Result) -> dict[str, str]:
    """What counts for a cell: key -> value, with its files as they were in the end."""
    files = {given["key"]: f"{PurePath(given['name']).name} ({given['digest'][:8]})" for given in result.inputs}
    idle = {key for key in panel.settings if key in NOT_COMPARED or key.rpartition(".")[2] in CHOICES}
    return {key: value for key, value in panel.settings.items() if key not in idle} | files
