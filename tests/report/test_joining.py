"""Sweeps that were made at different times, cells that were made alone and copies of either, in one figure."""

import shutil
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from support.records import configured, example, settings_of
from support.tiny import smooth_picture

from experiments.sweep.folder import read
from reconstruct import images
from reconstruct.report import figures
from reconstruct.report.figures.captions import unshown
from reconstruct.runs.sweeps import Sweep, SweepCell

SETTINGS = configured(steps=10, content={"picture": "x", "layers": None}, style={"picture": "y"}, depth=1)


def cell(
    folder: Path, values: dict[str, str], fingerprint: str, config: dict | None = None, shade: int = 0
) -> SweepCell:
    folder.mkdir(parents=True)
    images.save(smooth_picture(16, 16, shade), folder / "result.png")
    overrides = [f"{key}={value}" for key, value in values.items()]
    made = replace(example(), fingerprint=fingerprint, overrides=overrides, config=SETTINGS | (config or {}))
    known = settings_of(values, made)
    replace(made, settings=known).write(folder)
    label = " ".join(overrides)
    return SweepCell(folder.name, values, label, known)


def sweep(folder: Path, seeds: range, **config: object) -> Path:
    owns = [{"seed": seed, **config} for seed in seeds]
    cells = [cell(folder / f"seed={o['seed']}", {"seed": f"{o['seed']}"}, f"{o}", o, o["seed"]) for o in owns]
    Sweep(folder, "auto", cells, f"reconstruct -m name={folder.name}").write()
    return folder


def joined(*folders: Path) -> figures.Cells:
    return figures.cells_of([read(folder) for folder in folders])


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_every_cell_of_joined_sweeps_is_drawn_once(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("joined")
    ranges = data.draw(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), min_size=1, max_size=4))
    folders = [sweep(folder / str(k), range(first, first + n)) for k, (first, n) in enumerate(ranges)]
    cells = joined(*folders)
    wanted = {str(seed) for first, n in ranges for seed in range(first, first + n)}
    assert sorted(panel.values["seed"] for panel in cells.panels) == sorted(wanted)
    assert set(cells.axes) <= {"seed"}


def test_what_two_processors_made_of_the_same_settings_is_drawn_twice(tmp_path):
    one, two = sweep(tmp_path / "one", range(2)), sweep(tmp_path / "two", range(2))
    images.save(smooth_picture(16, 16, 9), two / "seed=1/result.png")
    cells = joined(one, two)
    assert [panel.folder.parent.name for panel in cells.panels] == ["one", "one", "two"]
    assert list(cells.axes) == ["seed", "sweep"]
    assert len(cells.commands) == 2


def test_a_copied_cell_and_a_copied_sweep_are_what_they_were(tmp_path):
    one = sweep(tmp_path / "one", range(2))
    sweep(tmp_path / "two", range(2, 4))
    shutil.copytree(tmp_path / "two/seed=3", tmp_path / "elsewhere")
    shutil.copytree(one, tmp_path / "copy")
    assert [panel.name for panel in joined(tmp_path / "elsewhere").panels] == ["seed=3"]
    assert joined(one, tmp_path / "elsewhere").axes == {"seed": ["0", "1", "3"]}
    assert len(joined(one, one, tmp_path / "copy").panels) == 2


def test_settings_in_which_sweeps_differ_besides_are_told(tmp_path):
    one = sweep(tmp_path / "one", range(2))
    assert unshown(joined(one, sweep(tmp_path / "two", range(2, 4)))) == {}
    other = sweep(tmp_path / "three", range(2, 4), steps=20, figure="grid", optimizer={"kind": "LBFGS", "history": 5})
    assert unshown(joined(other)) == {}
    cells = joined(one, other)
    assert unshown(cells) == {"steps": ["10", "20"]}
    assert "not shown: steps: 10, 20." in figures.caption(cells, "grid")


def test_what_follows_from_a_preset_that_is_shown_is_not_told(tmp_path):
    for recipe, steps in (("fast", 10), ("paper", 20)):
        values = {"recipe": recipe}
        made = cell(tmp_path / recipe / "x", values, recipe, {"steps": steps})
        Sweep(tmp_path / recipe, "auto", [made], "reconstruct").write()
    assert unshown(joined(tmp_path / "fast", tmp_path / "paper")) == {}


def test_another_file_of_the_same_name_is_told(tmp_path):
    for seed, name in enumerate(("one", "two")):
        folder = sweep(tmp_path / name, range(seed, seed + 1)) / f"seed={seed}"
        files = [{"key": "content.picture", "name": "x.png", "digest": f"{name}abcdefgh"}]
        replace(example(), fingerprint=name, inputs=files, config=SETTINGS | {"seed": seed}).write(folder)
    found = unshown(joined(tmp_path / "one", tmp_path / "two"))
    assert found == {"content.picture": ["x.png (oneabcde)", "x.png (twoabcde)"]}
