from experiments.settings.names import LONGEST, cell_name


def test_a_name_is_made_of_the_overrides_in_alphabetical_order():
    assert cell_name(["representation=content", "depth=1"]) == "depth=1,representation=content"


def test_where_results_go_is_no_part_of_a_name():
    assert cell_name(["experiment=fig1", "runs=/tmp/x", "name=y", "hydra.verbose=true", "seed=1"]) == "seed=1"


def test_no_overrides_are_the_default():
    assert cell_name(["experiment=fig1"]) == "default"


def test_a_list_loses_its_brackets():
    assert cell_name(["content.layers=[relu1_1,relu2_1]"]) == "content.layers=relu1_1,relu2_1"


def test_quotes_around_a_value_are_no_part_of_it():
    assert cell_name(["content.picture='my photo.jpg'"]) == cell_name(["content.picture=my photo.jpg"])


def test_brackets_in_a_file_name_do_not_make_two_pictures_one():
    assert cell_name(["content.picture=a[1].jpg"]) != cell_name(["content.picture=a1.jpg"])


def test_names_that_look_alike_after_replacement_stay_different():
    first, second = cell_name(["content.picture=a/b.jpg"]), cell_name(["content.picture=a b.jpg"])
    assert first.startswith("content.picture=a_b.jpg-")
    assert first != second


def test_a_long_list_of_overrides_is_a_short_name_and_still_its_own():
    first, second = (cell_name([f"style.layers=[{','.join(['relu1_1'] * 50)}]", f"seed={seed}"]) for seed in (1, 2))
    assert max(len(first), len(second)) <= LONGEST + 9
    assert first != second


def test_a_name_is_never_hidden_nor_a_way_up():
    assert not cell_name(["+..=../../x"]).startswith(".")
    assert "/" not in cell_name(["content.picture=../../x"])
