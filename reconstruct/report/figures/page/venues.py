"""How wide a figure is: inches, centimetres, millimetres, points, or the column of a venue."""

import re
from dataclasses import dataclass
from importlib import import_module
from inspect import signature

from reconstruct.errors import InputError, nearest

LEAST = 6.0  # points: smaller text cannot be read
NARROWEST, WIDEST = 1.5, 40.0  # inches
NORMAL, SMALL = 9.0, 8.0  # points, where only a length is given
# LaTeX's point, 72.27 to the inch: lengths in points are those of \the\columnwidth. (matplotlib's is 1/72 inch.)
INCHES = {"": 1.0, "in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72.27}
COLUMN = "-column"
_LENGTH = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)\s*([a-z]*)")
_NAME = re.compile(r"([a-z]+)([0-9]{4})")  # icml2024; neither beamer_moml nor tue_ai_thesis
_EXPECTED = "a width like 8.5cm, 88mm, 3.25in or 245pt, or a venue"


@dataclass(frozen=True)
class Venue:
    """A width and sizes of text for a figure."""

    width: float  # of the whole figure, in inches
    normal: float  # size of text, in points
    small: float  # size of less important text, in points; at least `LEAST`


# Nature asks for 5 to 7 points (https://www.nature.com/nature/for-authors/final-submission); tueplots lacks it.
_NATURE = {"nature": Venue(180 / 25.4, 7, LEAST), "nature" + COLUMN: Venue(88 / 25.4, 7, LEAST)}


def venue(given: str) -> Venue:
    """A venue by its name, for the whole width of its page, or for a column with ``-column``; or by a width and a unit.

    Raises:
        InputError: the name or the unit is unknown, or the width is not within 1.5 to 40 inches.
    """
    name = given.strip().lower()
    if length := _LENGTH.fullmatch(name):
        return Venue(_inches(given, float(length[1]), length[2]), NORMAL, SMALL)
    venues = _venues()
    if name not in venues:
        whole = name.removesuffix(COLUMN)
        hint = nearest(whole if whole in venues else name, venues)
        raise InputError(f"there is no width {given!r}; expected {_EXPECTED} ({', '.join(names())}){hint}")
    return venues[name]


def names() -> list[str]:
    """The venues' names without years, each of which means the newest year."""
    return sorted(name for name in _venues() if not re.search("[0-9]", name))


def _inches(given: str, number: float, unit: str) -> float:
    if unit not in INCHES:
        raise InputError(f"width {given!r}: expected in, cm, mm or pt after the number{nearest(unit, INCHES)}")
    width = number * INCHES[unit]
    if not NARROWEST <= width <= WIDEST:
        limit = NARROWEST if width < NARROWEST else WIDEST
        expected = f"{NARROWEST:g} to {WIDEST:g}"
        raise InputError(f"width {given!r} is {width:.4g} inches; expected {expected}; the nearest is '{limit:g}in'")
    return width


def _venues() -> dict[str, Venue]:
    """Every name with and without its year, from older to newer so that the newest year stays."""
    bundles = vars(import_module("tueplots.bundles"))
    found = [(match, bundle) for name, bundle in bundles.items() if (match := _NAME.fullmatch(name))]
    venues: dict[str, Venue] = {}
    for match, bundle in sorted(found, key=lambda pair: pair[0][2]):
        has_columns = "column" in signature(bundle).parameters
        widths = {"": bundle(column="full"), COLUMN: bundle(column="half")} if has_columns else {"": bundle()}
        for suffix, rc in widths.items():
            sizes = (max(LEAST, float(rc[key])) for key in ("font.size", "legend.fontsize"))
            venues[match[1] + suffix] = venues[match[0] + suffix] = Venue(float(rc["figure.figsize"][0]), *sizes)
    return venues | _NATURE
