import pytest

from experiments.settings.overrides import meant, quoted
from reconstruct.errors import InputError


@pytest.mark.parametrize(
    "argument",
    ["-m", "size=32", "content.layers=[relu1_1,relu2_1]", "content.picture='a b.png'", "seed=range(0,3)", "x"],
)
def test_what_hydra_understands_is_left_alone(argument):
    assert quoted(argument) == argument


def test_accents_are_quoted_name_by_name():
    assert quoted("content.picture=a.png,é.png") == "content.picture=a.png,'é.png'"
    assert quoted("content.picture='é.png',ü.png") == "content.picture='é.png','ü.png'"


def test_an_existing_file_is_quoted_as_a_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a, it's [b].png").touch()
    assert quoted("content.picture=a, it's [b].png") == r"content.picture='a, it\'s [b].png'"
    assert quoted("content.picture=a, [c].png") == "content.picture=a, [c].png"


def test_a_name_that_is_no_text_is_refused():
    with pytest.raises(InputError, match=r"content.picture=\\udcff: this name is not UTF-8; rename the file"):
        quoted("content.picture=\udcff")


@pytest.mark.parametrize(
    ("argument", "typed"),
    [
        ("content.picture=a=b.jpg", "try 'content.picture=\"a=b.jpg\"'"),
        ("content.picture=a(b).jpg", "try 'content.picture=\"a(b).jpg\"'"),
        ("content.layers=[relu1_1", "try 'content.layers=[relu1_1]'"),
        ("seed=range(0,3", "try 'seed=range(0,3)'"),
        ("name='abc", "try 'name='\"'\"'abc'\"'\"''"),
        ("size", ", for example size=256"),
        ("content picture=3", ", for example size=256"),
    ],
)
def test_what_hydra_refuses_is_answered_with_what_it_takes(argument, typed):
    assert meant(argument).endswith(typed)


def test_a_picture_without_a_key_is_given_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.jpg").touch()
    assert meant("mine.jpg") == ", for example content.picture=mine.jpg"


@pytest.mark.parametrize("argument", ["size=3;4", "parts=[{a:b,c}]"])
def test_nothing_is_guessed_where_quotes_would_only_lead_to_the_next_mistake(argument):
    assert meant(argument) == ", with special characters in quotes"
