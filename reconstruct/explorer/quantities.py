"""The numbers that stand beside a picture: what they are called, how they are written, and what they mean."""

from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

from reconstruct.analysis.entries import LPIPS, PROBABILITY, Entry
from reconstruct.results import Result


@dataclass(frozen=True)
class Quantity:
    """A number that a picture has.

    Attributes:
        name: the attribute of a result or of an entry, or what an entry calls it among what was seen.
        title: what it is called.
        digits: after the point.
        unit: empty for a pure number.
        meaning: a sentence for somebody who has never heard of it.
    """

    name: str
    title: str
    digits: int
    unit: str
    meaning: str


QUANTITIES = (
    Quantity(
        "psnr",
        "PSNR",
        1,
        "dB",
        "Peak signal-to-noise ratio of the pixels against the original, that of the content where there are two; "
        "larger is nearer. From 30 dB on two pictures can hardly be told apart, at 10 dB they share little but their "
        "brightness.",
    ),
    Quantity(
        "ssim",
        "SSIM",
        2,
        "",
        "Structural similarity to the same original: 1 for equal pictures, 0 for unrelated ones.",
    ),
    Quantity(
        LPIPS,
        "LPIPS",
        2,
        "",
        "How different picture and original look, by a network that was fitted to people's judgements: 0 for equal "
        "pictures, about 1 for unrelated ones.",
    ),
    Quantity(
        "layout",
        "layout correlation",
        2,
        "",
        "Correlation of brightness with the original over 8 × 8 fields: 1 if bright and dark are in the same places, "
        "0 by chance.",
    ),
    Quantity(
        "coherence",
        "shared structures",
        1,
        "pixels",
        "How large the pieces of the original are that a style repeats, wherever they are.",
    ),
    Quantity(
        "style_balance",
        "style against painting and photograph",
        2,
        "",
        "The style loss against the painting, divided by that against the photograph: below 1 the style is nearer to "
        "the painting's.",
    ),
    Quantity("wavelength", "mean wavelength", 1, "pixels", "How large the structures of the picture are."),
    Quantity(
        "delta_e",
        "colour difference ΔE",
        1,
        "",
        "Mean difference of the pixels' colours (CIEDE2000): 1 is just visible, 100 is black against white.",
    ),
    Quantity(
        "local_lightness",
        "lightness of places",
        1,
        "",
        "How far lightness (CIELAB L*, 0 to 100), averaged over 8 × 8 fields, is from the original's.",
    ),
    Quantity(
        "local_chroma",
        "colour of places",
        1,
        "",
        "How far chroma (CIELAB a*, b*: hue and saturation), averaged over 8 × 8 fields, is from the original's.",
    ),
    Quantity(
        PROBABILITY,
        "object recognised",
        2,
        "",
        "The probability that another network gives to the class that it sees in the original.",
    ),
    Quantity(
        "identified",
        "identified",
        2,
        "",
        "The share of the other originals that another network finds less near than the picture's own; by chance 0.5.",
    ),
    Quantity(
        "null snr",
        "match beyond chance",
        1,
        "%",
        "Of random pairs of photographs, how many have features that agree less than those of picture and original.",
    ),
    Quantity(
        "agreement",
        "PSNR between seeds",
        1,
        "dB",
        "PSNR of the pictures that started from different noise against each other: where it is small, the features "
        "leave much open.",
    ),
    Quantity(
        "deviation",
        "deviation of seeds",
        3,
        "",
        "Standard deviation of a pixel, which is between 0 and 1, over the pictures that started from different noise.",
    ),
)


def numbers(picture: Result | Entry) -> dict[str, float]:
    """Name -> value of every quantity that is known of a picture; the PSNR of an equal one is infinite."""
    seen = picture.seen if isinstance(picture, Entry) else {}
    known = {each.name: getattr(picture, each.name, seen.get(each.name)) for each in QUANTITIES}
    return {name: float(value) for name, value in known.items() if value is not None and not isnan(value)}


def told(names: set[str]) -> list[dict[str, Any]]:
    """The quantities of these names, as plain data, in their order."""
    return [asdict(each) for each in QUANTITIES if each.name in names]
