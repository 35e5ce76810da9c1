"""What a reader has to know who has nothing but the page: what was done, with which settings, and what words mean."""

from collections.abc import Mapping, Sequence

from reconstruct.report.figures.captions import settings
from reconstruct.runs.results import NOISE, PAPERS, Result

TERMS = {
    "content": "its content (the features of a layer, each at its position)",
    "style": "its style (correlations of features over the whole picture, regardless of where they occur)",
}
STATISTICS = "its style (statistics of features over the whole picture, regardless of where they occur)"
ERROR = (
    "Squared difference to the original's features, in % of them: 0 % if they are equal, 100 % if all features were "
    "zero; it can exceed 100 %. Errors of different layers or statistics are not comparable: some are harder to match."
)
WORDS = {
    "layer": "reluB_N is the output of the N-th convolution of block B, after negative values were set to 0: relu1_1 "
    "is next to the pixels, relu5_4 the last. Each block has half the resolution of the one before.",
    "seed": "The number from which the noise of the start was drawn. What differs between seeds is what the features "
    "leave open.",
    "depth": "How many of the layers relu1_1, relu2_1, … a picture was made from: style from all of them, content from "
    "the last.",
    "α/β": "The weight of content over that of style: at 0 style alone counts, at ∞ content alone.",
}
KEPT = {  # statistic -> what it keeps
    "gram": "Which features occur together: the mean product of each two of them over all positions.",
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
        "Each of these pictures was made from what a convolutional network knows of an original, not from the "
        f"original: {joined.join(terms)}. A picture, {start} at first, was changed step by step until the network's "
        "features of it came near to these. What comes back is what these features keep; what differs they leave open. "
        "After Gatys, Ecker & Bethge, A Neural Algorithm of Artistic Style (arXiv 1508.06576)."
    )
    return [done, f"Settings: {'; '.join(settings(results))}."]


def words(results: Sequence[Result], axes: Mapping[str, object]) -> list[tuple[str, str]]:
    """The words of a page that need explaining, and what they mean."""
    used = {str(result.config["style"]["statistic"]) for result in results if "style" in result.layers}
    known = {"error", "layer", *axes, *(["α/β"] if any(len(result.layers) > 1 for result in results) else [])}
    kept = known | (used if used != {PAPERS["style"]} else set())
    every = {"error": ERROR, **WORDS, **KEPT}
    return [(word, meaning) for word, meaning in every.items() if word in kept] if results else []
