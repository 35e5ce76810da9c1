import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import assume, example, given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from support.tiny import examples

from experiments.settings.overrides import _is_meant_for_hydra, _meaning, _parsed, as_typed, meant, quoted


def test_an_existing_file_is_quoted_as_a_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a, it's [b].png").touch()
    assert quoted("content.picture=a, it's [b].png") == r"content.picture='a, it\'s [b].png'"
    (tmp_path / "b,c.png").touch()
    assert quoted("content.picture=cat,b,c.png,coffee") == "content.picture=cat,'b,c.png',coffee"
    assert quoted("content.picture=b,[c].png") == "content.picture=b,'[c].png'"
    assert quoted("content.picture=cat,a, b,'c,d'") == "content.picture=cat,a,b,'c,d'"


@pytest.mark.parametrize(
    ("argument", "read"),
    [
        ("size=32", "32"),
        ("content.layers=[relu1_1,relu2_1]", "[relu1_1,relu2_1]"),
        ("content.picture='a b.png'", "'a b.png'"),
        ("seed=range(0,3)", "range(0,3)"),
        ("name=2026_11_25", "'2026_11_25'"),
        ("runs=1e3", "'1e3'"),
        ("name=true", "'true'"),
        ("name=a,b", "'a,b'"),
        ("content.picture=1.10", "'1.10'"),
        ("content.picture=a=b.png,c.png", "'a=b.png',c.png"),
        ("content.picture=it's.png", r"'it\'s.png'"),
        ("content.picture=a,", "'a,'"),
        ("network.weights=null", "'null'"),
        ("content.layers=[4_2]", "['4_2']"),
        ("content.layers=[4_2],[relu4_2]", "['4_2'],[relu4_2]"),
        ("network.normalize_over=[1e3,cat]", "['1e3',cat]"),
        ("content.weights=[1e3]", "[1e3]"),
        ("name=${experiment}", "${experiment}"),
        ("runs=choice(a)", "'choice(a)'"),
        ("content.picture='é.png',ü.png", "'é.png','ü.png'"),
        ("content.picture=choice(cat,coffee)", "choice(cat,coffee)"),
    ],
)
def test_what_names_something_is_put_into_quotes_where_the_grammar_would_read_something_else(argument, read):
    assert [quoted(word) for word in ("-m", "x")] == ["-m", "x"]
    assert quoted(argument) == f"{argument.partition('=')[0]}={read}"


ANY_NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1, max_size=20)


@examples(300)
@given(name=ANY_NAME, key=st.sampled_from(["name", "runs", "content.picture", "network.weights"]))
def test_any_name_is_read_as_it_was_typed(name, key):
    assume(not _is_meant_for_hydra(name) and name != "???")
    assume("," not in name or key in ("name", "runs"))  # elsewhere it separates names, unless there is such a file
    override = OverridesParser.create().parse_override(quoted(f"{key}={name}"))
    assert OmegaConf.create({"value": override.value()}).value == name


@examples(300)
@given(name=ANY_NAME, key=st.sampled_from(["name", "content.picture", "network.weights", "style.statistic"]))
def test_what_is_recorded_is_read_as_the_same_again(name, key):
    assume(not _is_meant_for_hydra(name))
    given = quoted(f"{key}={name}")
    assume(_parsed(given) is not None)
    assert _meaning(quoted(as_typed(given))) == _meaning(given)


@pytest.mark.parametrize(
    ("override", "typed"),
    [
        ("content.picture='1e3'", "content.picture=1e3"),
        ("content.picture='é.png'", "content.picture=é.png"),
        ("style.statistic=own\\:Means", "style.statistic=own:Means"),
        ("++style.parameters.power=2", "style.parameters.power=2"),
        ("style.parameters.x=a\\,b", "style.parameters.x=a\\,b"),  # a comma would make a sweep of it
        ("style.parameters.x='2'", "style.parameters.x='2'"),  # a text, not a number
        ("~size", "~size"),
    ],
)
def test_what_is_recorded_is_what_one_types_if_that_is_the_same(override, typed):
    assert as_typed(override) == typed


@examples(300)
@example(names=["0", "\\\n"])
@given(names=st.lists(ANY_NAME.filter(lambda name: "," not in name), min_size=2, max_size=4))
def test_any_names_are_swept_as_they_were_typed(names):
    assume(not any(_is_meant_for_hydra(name) or name.strip(" ") != name or name == "???" for name in names))
    assume(not any(name[0] in "'\"" for name in names))  # may begin a name in quotes, commas and all
    override = OverridesParser.create().parse_override(quoted(f"content.picture={','.join(names)}"))
    swept = [OverridesParser.create().parse_override(f"x={value}") for value in override.sweep_string_iterator()]
    assert [OmegaConf.create({"value": each.value()}).value for each in swept] == names


@pytest.mark.parametrize(
    ("argument", "typed"),
    [
        ("content.picture=a=b.jpg", "try 'content.picture=\"a=b.jpg\"'"),
        ("content.picture=a(b).jpg", "try 'content.picture=\"a(b).jpg\"'"),
        ("content.layers=[relu1_1", "try 'content.layers=[relu1_1]'"),
        ("seed=range(0,3", "try 'seed=range(0,3)'"),
        ("name='abc", "try 'name='\"'\"'abc'\"'\"''"),
        ("size=3;4", ", with special characters in quotes"),  # which would only lead to the next mistake
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
