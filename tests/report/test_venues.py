"""Widths in every unit, and of every venue that tueplots knows."""

from types import SimpleNamespace

import pytest

from reconstruct.errors import InputError
from reconstruct.report.figures.page import venues
from reconstruct.report.figures.page.venues import LEAST, Venue, names, venue


@pytest.mark.parametrize(
    ("given", "width", "normal", "small"),
    [
        *((given, width, 9, 8) for given, width in {
            "3.25": 3.25, "3.25in": 3.25, " 3.25 IN ": 3.25, "8.5cm": 8.5 / 2.54, "88mm": 88 / 25.4,
            "245pt": 245 / 72.27, "2.": 2, "1.5": 1.5, "40": 40,
        }.items()),
        ("icml", 6.75, 8, 6), ("icml-column", 3.25, 8, 6), ("ICML2024-column", 3.25, 8, 6), ("neurips", 5.5, 9, 7),
        ("neurips2024", 5.5, 9, 7), ("cvpr2024-column", 3.25, 8, 6), ("tmlr", 6.5, 9, 7),
        ("nature", 180 / 25.4, 7, 6), ("nature-column", 88 / 25.4, 7, 6),
    ],
)  # fmt: skip
def test_a_width_is_a_number_with_a_unit_or_a_venues_which_has_two_sizes_of_words(given, width, normal, small):
    assert venue(given) == Venue(pytest.approx(width), normal, small)


def test_a_name_without_a_year_means_the_newest(monkeypatch):
    def old(column: str):
        return {"figure.figsize": (3 if column == "half" else 5, 1.0), "font.size": 10, "legend.fontsize": 8}

    def new():
        return {"figure.figsize": (6, 1.0), "font.size": 7, "legend.fontsize": 5}

    monkeypatch.setattr(venues, "import_module", lambda name: SimpleNamespace(conf2031=new, conf2030=old))
    assert venue("conf") == venue("conf2031") == Venue(6, 7, LEAST)
    assert venue("conf-column") == Venue(3, 10, 8)
    assert venue("conf2030") == Venue(5, 10, 8)
    assert names() == ["conf", "conf-column", "nature", "nature-column"]


def test_every_name_is_a_venue_whose_words_can_be_read():
    assert {"icml", "icml-column", "neurips", "iclr", "cvpr-column", "nature"} <= set(names())
    assert not any(word in name for name in names() for word in ("beamer", "thesis", "20"))
    assert all(1.5 <= venue(name).width <= 8 and venue(name).normal >= venue(name).small >= LEAST for name in names())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("0.5", "width '0.5' is 0.5 inches; expected 1.5 to 40; the nearest is '1.5in'"),
        ("5000mm", "width '5000mm' is 196.9 inches; expected 1.5 to 40; the nearest is '40in'"),
        ("8.5inch", "width '8.5inch': expected in, cm, mm or pt after the number; did you mean 'in'?"),
        ("icml-colum", "; did you mean 'icml-column'?"), ("icml2025", "; did you mean 'icml2024'?"),
        ("iclr-column", "; did you mean 'iclr'?"),
        *((given, f"or a venue ({', '.join(names())})") for given in ("beamer", "-3", "nan", "", "3,25")),
    ],
)  # fmt: skip
def test_a_width_that_no_figure_has_is_refused(given, message):
    with pytest.raises(InputError) as error:
        venue(given)
    assert str(error.value).endswith(message)
