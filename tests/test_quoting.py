import pytest

from experiments.quoting import quoted
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
