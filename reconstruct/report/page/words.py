"""What a reader must know who has nothing but the page: what was done, what words mean, how numbers are called."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite, isnan
from typing import Any, NamedTuple

from reconstruct.analysis.entries import LPIPS, PROBABILITY
from reconstruct.report.figures.captions import settings
from reconstruct.runs.results import NOISE, PAPERS, Result
from reconstruct.runs.wording import ABOUT_LAYERS, LAYERS, percent

TERMS = {
    "content": "its content (the features of a layer, each at its position)",
    "style": "its style (correlations of features over the whole picture, regardless of where they occur)",
}
STATISTICS = "its style (statistics of features over the whole picture, regardless of where they occur)"
ERROR = (
    "Squared difference from the original's features (for style: their statistics), in % of the original's sum of "
    "squares: 0 % if they are equal, 100 % for features of zero; it can exceed 100 %. Between layers or statistics, "
    "errors tell how hard each is to match, not how much it knows."
)
WORDS = {
    "layer": "In a VGG, reluB_N is the output of the N-th convolution of block B, after negative values were set to 0: "
    "relu1_1 is nearest to the pixels, block 5 is the last, and each block has half the resolution of the one before. "
    "In other networks a layer has the name of its module.",
    "seed": "The number that determines the initial noise. What differs between seeds is what the features leave open.",
    "depth": "Depth N: style from one layer each of blocks 1 to N, content from one layer of block N.",
    "α/β": "The weight of content over that of style: at 0 style alone counts, at ∞ content alone.",
}
KEPT = {  # statistic -> what it keeps
    "gram": "Which features occur together: the mean product of every two features over all positions.",
    "covariance": "Which features vary together, regardless of their means.",
    "moments": "Mean and standard deviation of each feature.",
    "shifted": "Which features occur together, at one position and at positions some distance apart.",
    "sliced": "The whole distribution of features, along many directions (sliced Wasserstein).",
}


def introduction(results: Sequence[Result]) -> list[str]:
    """Paragraphs: what was done, and the settings of all finished cells."""
    others = any("style" in result.layers and result.statistic("style") for result in results)
    meanings = TERMS | ({"style": STATISTICS} if others else {})
    terms = [meaning for term, meaning in meanings.items() if any(term in result.layers for result in results)]
    if not terms:
        return []
    joined = ", and " if all(len(result.layers) > 1 for result in results) else ", or "
    start = "noise" if all(result.config["start"] == NOISE for result in results) else "noise or another picture"
    done = (
        "Each of these pictures was made from what a neural network knows of an original, not from the "
        f"original: {joined.join(terms)}. A picture, {start} at first, was changed step by step until the network's "
        "features of it were close to these. What comes back is what these features keep; what differs is what they "
        "leave open. After Gatys, Ecker & Bethge, A Neural Algorithm of Artistic Style (arXiv 1508.06576)."
    )
    return [done, f"Settings: {'; '.join(settings(results))}."]


def words(results: Sequence[Result], axes: Mapping[str, object]) -> list[tuple[str, str]]:
    """The words of a page that need explaining, and what they mean."""
    used = {str(result.config["style"]["statistic"]) for result in results if "style" in result.layers}
    known = {"error", "layer", *axes, *(["α/β"] if any(len(result.layers) > 1 for result in results) else [])}
    kept = known | (used if used != {PAPERS["style"]} else set())
    every = {"error": ERROR, **WORDS, **KEPT}
    return [(word, meaning) for word, meaning in every.items() if word in kept] if results else []


def layer_tables(results: Iterable[Result]) -> list[dict[str, Any]]:
    """For each network and size: title, the rows up to the deepest layer that a cell used, and all that were used."""
    tables: dict[str, dict[str, Any]] = {}
    for result in results:
        title = LAYERS.format(result.network["architecture"], result.size)
        table = tables.setdefault(title, {"title": title, "about": ABOUT_LAYERS, "rows": [], "used": []})
        table["rows"] = max(table["rows"], result.layer_table, key=len)
        used = (layer for layers in result.layers.values() for layer in layers)
        table["used"] = sorted({*table["used"], *used})
    return [table for table in tables.values() if table["rows"]]


class Quantity(NamedTuple):
    """A number that a picture has: the attribute of a result or an entry, or what an entry calls it among `seen`."""

    name: str
    title: str
    digits: int
    unit: str
    meaning: str


Facts = dict[str, tuple[str, float | None]]
"""What is known of a picture: title -> the number as text, and the number; ``None`` if it is not finite."""

QUANTITIES = [
    Quantity("psnr", "PSNR", 1, "dB", "Peak signal-to-noise ratio to the original: from 30 dB on, the two look alike."),
    Quantity("ssim", "SSIM", 2, "", "Structural similarity to the original: 1 if equal, 0 if unrelated."),
    Quantity(LPIPS, "LPIPS", 2, "", "Perceptual distance, fitted to people's judgements: 0 if equal, 1 if unrelated."),
    Quantity("layout", "layout correlation", 2, "", "Correlation of brightness with the original on a grid of 8 × 8."),
    Quantity("coherence", "shared structures", 1, "pixels", "Size of the pieces of the original that a style repeats."),
    Quantity(
        "style_balance", "style balance", 2, "", "Style loss to painting / to photograph; below 1: nearer the painting."
    ),
    Quantity("wavelength", "mean wavelength", 1, "pixels", "How large the structures of the picture are."),
    Quantity("delta_e", "colour difference ΔE", 1, "", "Mean over pixels (CIEDE2000): 1 is just visible."),
    Quantity("local_lightness", "local lightness error", 1, "", "Error of CIELAB L* (0 to 100) on a grid of 8 × 8."),
    Quantity("local_chroma", "local chroma error", 1, "", "Error of CIELAB a*, b* (colour) on a grid of 8 × 8."),
    Quantity(PROBABILITY, "class probability", 2, "", "Probability that another network gives the original's class."),
    Quantity(
        "identified", "identified", 2, "", "Share of originals that another network finds less similar than its own."
    ),
    Quantity("null snr", "percentile", 1, "%", "Random pairs of photographs whose features agree less than these two."),
    Quantity("agreement", "PSNR between seeds", 1, "dB", "Where it is small, the features leave much open."),
    Quantity("deviation", "deviation of seeds", 3, "", "Standard deviation over seeds of a pixel's value (0 to 1)."),
]


def facts(*readings: Callable[[str], float | None]) -> Facts:
    """Every quantity that is known of a picture, from what reads its numbers by name; the first that knows it."""
    found: Facts = {}
    for quantity in QUANTITIES:
        values = [value for read in readings if (value := read(quantity.name)) is not None and not isnan(value)]
        if values:
            found[quantity.title] = _text(values[0], quantity), values[0]
    return found


def _text(value: float, quantity: Quantity) -> str:
    number = f"{value:.{quantity.digits}f}" if isfinite(value) else "∞"
    return "\u00a0".join(filter(None, (number, quantity.unit)))


def errors(result: Result) -> Facts:
    """The relative error of each term."""
    found = {term: result.error(term) for term in result.relative_errors}
    return {f"{term} error": (in_percent(error), error) for term, error in found.items()}


def in_percent(error: float | None) -> str:
    """A relative error as in figures, which no line end parts."""
    return "not finite" if error is None else percent(error).replace(" ", "\u00a0")
