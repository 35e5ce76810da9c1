"""What a reader has to know who has nothing but the page: what was done, with which settings, and what words mean."""

from collections.abc import Mapping, Sequence

from reconstruct.figures.captions import settings
from reconstruct.results import NOISE, PAPERS, Result

TERMS = {
    "content": "its content, the features of a layer, each at its place",
    "style": "its style, the correlations of features over the whole picture, whatever their place",
}
STATISTICS = "its style, statistics of features over the whole picture, whatever their place"
ERROR = (
    "How far the features that were asked for are still from the original's, as a share of their size: 0 % if they are "
    "the same, 100 % for a picture without any features, more for one with others. Errors of one layer and statistic "
    "can be compared, those of different ones cannot: some are harder to match."
)
WORDS = {
    "layer": "reluB_N is the output of the N-th convolution of block B, after negative values were set to 0: relu1_1 "
    "is next to the pixels, relu5_4 the last. From block to block, resolution is halved.",
    "seed": "The number from which the noise of the start was drawn. What differs from seed to seed, the features "
    "leave open.",
    "depth": "How many of the layers relu1_1, relu2_1, … a picture was made from: style from so many, content from the "
    "last of them.",
    "α/β": "The weight of content over that of style: at 0 style alone counts, at ∞ content alone.",
}
KEPT = {  # statistic -> what it keeps
    "gram": "Which features occur together: the mean product of each two of them over all places.",
    "covariance": "Which features vary together, whatever their means.",
    "moments": "How strong each feature is, and how much that varies.",
    "shifted": "Which features occur together, at one place and at places that lie some positions apart.",
    "sliced": "The whole distribution of features, seen from many directions.",
}


def introduction(results: Sequence[Result]) -> list[str]:
    """Paragraphs: what was done, and the settings of all finished cells."""
    others = any("style" in result.layers and result.statistic("style") for result in results)
    meanings = TERMS | ({"style": STATISTICS} if others else {})
    terms = [told for term, told in meanings.items() if any(term in result.layers for result in results)]
    if not terms:
        return []
    joined = ", and " if all(len(result.layers) > 1 for result in results) else ", or "
    start = "noise" if all(result.config["start"] == NOISE for result in results) else "noise or another picture"
    done = (
        "Each of these pictures was made from what a convolutional network knows of an original, not from the "
        f"original: {joined.join(terms)}. A picture, {start} at first, was changed step by step to bring the network's "
        "features of it near to these. What comes back is what these features keep; what differs they leave open"
        f"{'' if start == 'noise' else ', where the picture at first may show'}. "
        "After Gatys, Ecker & Bethge, A Neural Algorithm of Artistic Style (arXiv 1508.06576)."
    )
    return [done, f"Settings: {'; '.join(settings(results))}."]


def words(results: Sequence[Result], axes: Mapping[str, object]) -> list[tuple[str, str]]:
    """The words of a page that need explaining, and what they mean."""
    used = {str(result.config["style"]["statistic"]) for result in results if "style" in result.layers}
    kept = [(name, meaning) for name, meaning in KEPT.items() if name in used and used != {PAPERS["style"]}]
    known = {
        "layer": True,
        "depth": "depth" in axes,
        "seed": "seed" in axes,
        "α/β": any(len(result.layers) > 1 for result in results),
    }
    told = [("error", ERROR), *((word, meaning) for word, meaning in WORDS.items() if known[word]), *kept]
    return told if results else []
