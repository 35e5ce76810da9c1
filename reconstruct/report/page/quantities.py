"""The numbers that stand beside a picture: what they are called, how they are written, and what they mean."""

from math import isfinite, isnan
from typing import NamedTuple

from reconstruct.analysis.entries import LPIPS, PROBABILITY, Entry
from reconstruct.runs.naming import percent
from reconstruct.runs.results import Result


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
    Quantity("psnr", "PSNR", 1, "dB", "Peak signal-to-noise ratio to the original: at 30 dB both look alike."),
    Quantity("ssim", "SSIM", 2, "", "Structural similarity to the original: 1 if equal, 0 if unrelated."),
    Quantity(LPIPS, "LPIPS", 2, "", "Perceptual distance, fitted to people's judgements: 0 if equal, 1 if unrelated."),
    Quantity("layout", "layout correlation", 2, "", "Correlation of brightness with the original over 8 × 8 fields."),
    Quantity("coherence", "shared structures", 1, "pixels", "Size of the pieces of the original that a style repeats."),
    Quantity("style_balance", "style balance", 2, "", "Style loss to the painting over that to the photograph."),
    Quantity("wavelength", "mean wavelength", 1, "pixels", "How large the structures of the picture are."),
    Quantity("delta_e", "colour difference ΔE", 1, "", "Mean over pixels (CIEDE2000): 1 is just visible."),
    Quantity("local_lightness", "local lightness error", 1, "", "Error of CIELAB L* (0 to 100) over 8 × 8 fields."),
    Quantity("local_chroma", "local chroma error", 1, "", "Error of CIELAB a*, b* (colour) over 8 × 8 fields."),
    Quantity(PROBABILITY, "class probability", 2, "", "What another network gives to the class of the original."),
    Quantity(
        "identified", "identified", 2, "", "Share of the other originals that another network finds less similar."
    ),
    Quantity("null snr", "percentile", 1, "%", "Unrelated photographs whose features agree less with the original's."),
    Quantity("agreement", "PSNR between seeds", 1, "dB", "Where it is small, the features leave much open."),
    Quantity("deviation", "deviation of seeds", 3, "", "Standard deviation of a pixel (0 to 1) over seeds."),
]


def facts(*pictures: Result | Entry) -> Facts:
    """Every quantity that is known of a picture, as a finished cell or as it was measured; the first that knows it."""
    found: Facts = {}
    for quantity in QUANTITIES:
        values = (_known(picture, quantity.name) for picture in pictures)
        known = [value for value in values if value is not None and not isnan(value)]
        if known:
            found[quantity.title] = _text(known[0], quantity), known[0]
    return found


def _known(picture: Result | Entry, name: str) -> float | None:
    return picture.known(name) if isinstance(picture, Entry) else getattr(picture, name, None)


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
