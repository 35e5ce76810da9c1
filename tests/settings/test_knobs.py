"""Where an optimisation begins, at what scale a painting is looked at, what of it is style; as a user asks for it."""

from pathlib import Path

import pytest
import torch
from PIL import Image
from support.pages import data_of
from support.tiny import OWN, only_cell

from experiments.cell.originals import stretched
from reconstruct import images, measures
from reconstruct.analysis.entries import current
from reconstruct.analysis.statistics import OTHER, SHUFFLED, STATISTICS, StatisticError, medians
from reconstruct.canvas import under_noise
from reconstruct.runs.results import Result
from reconstruct.runs.sweeps import Sweep

QUICK = "figure=none"
STYLE = ["representation=style", "style.layers=[relu1_1,relu2_1]"]


def result() -> Result:
    found = Result.at(only_cell())
    assert found is not None
    return found


def pixels(name: str = "result.png") -> torch.Tensor:
    return images.load(only_cell() / name)


def test_a_share_of_noise_lies_over_the_picture():
    picture, noise = torch.full((1, 3, 2, 2), 0.9), torch.full((1, 3, 2, 2), -0.2)
    assert torch.allclose(under_noise(picture, noise, 0.0), torch.full((1, 3, 2, 2), 0.4))
    assert torch.allclose(under_noise(picture, noise, 1.0), noise)
    assert torch.allclose(under_noise(picture, noise, 0.25), torch.full((1, 3, 2, 2), 0.75 * 0.4 - 0.25 * 0.2))


def test_a_start_with_noise_over_it_is_farther_away_than_without(command):
    command("-m", "start=content", "start_noise=0,0.5,1", "steps=1", QUICK)
    found = [Result.at(path.parent) for path in sorted(Path("runs").glob("*/*/result.json"))]
    nearness = [each.psnr or 99.0 for each in sorted(found, key=lambda each: each.config["start_noise"])]
    assert nearness == sorted(nearness, reverse=True)
    assert nearness[0] > max(45, nearness[1] + 10)


def test_a_start_is_kept_beside_the_result_with_its_distance(command, painting):
    command(f"start='{painting}'", "content.layers=[relu2_1]")
    found = result()
    assert found.start["psnr"] == pytest.approx(measures.psnr(pixels(), pixels("start.png")), rel=1e-3)
    assert found.pictures["start"]["title"] == "painting"
    assert pixels("start.png").shape == pixels().shape  # stretched: the painting has another shape


def test_a_finished_cell_is_a_start_by_its_folder(done):
    done("steps=2", "name=small", "size=16")
    (small,) = Path("runs/small").glob("*/result.png")
    done("steps=1", f"start={small.parent}", "name=large")
    (large,) = Path("runs/large").glob("*/start.png")
    with Image.open(large) as start:
        assert start.size == (32, 27)


def test_a_cell_that_starts_from_half_its_size_makes_that_first_and_goes_on_from_it(done):
    done("start=half", "content.layers=[relu2_1]", "steps=5")
    (large,) = Path("runs/single").glob("*/result.json")
    small, found = Result.at(large.parent / "half"), Result.at(large.parent)
    assert small.size == 16
    assert small.config["start"] == "noise"
    assert found.start["seconds"] == small.seconds
    start, half = images.load(large.parent / "start.png"), images.load(large.parent / "half/result.png", 32)
    assert measures.psnr(start, stretched(half, *start.shape[-2:])) > 45
    done("size=16", "content.layers=[relu2_1]", "steps=5", "name=alone")
    (alone,) = Path("runs/alone").glob("*/result.png")
    assert alone.read_bytes() == (large.parent / "half/result.png").read_bytes()


def test_half_the_size_is_that_of_a_painting_of_its_own_size_too(done):
    done(*STYLE, "start=half", "style.size=24", "size=40", "steps=2")
    (painting,) = Path("runs/single").glob("*/half/style.png")
    assert max(images.load(painting).shape) == 12


@pytest.mark.parametrize("statistic", ["gram", "covariance", "moments", "shifted", "sliced"])
def test_every_statistic_is_approached_and_reported(done, statistic):
    done(*STYLE, f"style.statistic={statistic}", "steps=12", "seed=3")
    rows = (only_cell() / "trace.csv").read_text().splitlines()
    first, last = (float(row.split(",")[rows[0].split(",").index("total")]) for row in (rows[1], rows[-1]))
    assert last < first / 2
    assert result().statistic("style") == ("" if statistic == "gram" else statistic)


POWER = "F.float().pow(self.power).mean((2, 3))"
BROKEN = {  # a module of the user's -> what is said of it
    OWN.replace(POWER, "F[:, 10000]"): "own_0:Means: fails in line 10 of own_0.py (IndexError",
    OWN.replace(".sum()", ".sum(1)"): "a tensor of shape [1] at relu1_1, expected a tensor of shape []",
    OWN.replace("(code - target).square().sum()", "0.5"): "layer_loss gives a float at relu1_1, expected a tensor",
    OWN.replace(POWER, "(F, F)"): "own_3:Means: code gives a tuple at relu1_1, expected a tensor",
    OWN.replace("Means", "Mean"): "expected a subclass of Representation in own_4; did you mean 'Mean'",
    OWN.replace("self.power = power", "raise ValueError('power must be even')"): "{'power': 3} (power must be even)",
    OWN.replace("power=1.0", ""): "own_6:Means: cannot be made with {'power': 3}",
    "1 / 0": "own_7 fails when it is imported (ZeroDivisionError",
    "raise SystemExit(3)": "own_8 fails when it is imported (SystemExit",
    "": "there is no module own_9",
}


@pytest.mark.parametrize("number", range(10))
def test_what_is_wrong_with_such_a_class_is_one_line(command, tmp_path, number):
    source, told = [*BROKEN.items()][number]
    if source:
        (tmp_path / f"own_{number}.py").write_text(source)
    code, said = command(*STYLE, f"style.statistic=own_{number}:Means", "style.parameters.power=3")
    assert code == 2
    assert told in said.strip().splitlines()[-1]
    assert "Traceback" not in said


def test_shifts_that_no_layer_has_room_for_are_told(command):
    _, said = command(*STYLE, "style.statistic=shifted", "style.shifts=[2,40,500]", "steps=1")
    assert "style.shifts: no layer of this size has room for 40, 500, which counts for nothing" in said


def test_a_loss_that_is_no_square_of_a_distance_is_remarked_upon(done, tmp_path):
    (tmp_path / "own_absolute.py").write_text(OWN.replace(".square().sum()", ".abs().sum()"))
    said = done(*STYLE, "style.statistic=own_absolute:Means", "steps=2")
    assert "layer_loss is no multiple of ‖code − target‖²" in said
    result = Result.at(only_cell())
    assert result.relative_errors == {}
    assert result.summary.startswith(f"style loss {result.losses['style']:.3g}")
    assert "style loss" in said
    assert "error" not in said.splitlines()[-2]


@pytest.mark.parametrize(
    "powers",
    ["style.parameters.power=1,2", "style.parameters={power: 1},{power: 2}", "parts=[{style.parameters.power: '1,2'}]"],
)
def test_a_class_of_the_users_own_is_a_statistic_in_a_sweep(done, tmp_path, powers):
    (tmp_path / "own_textures.py").write_text(OWN)
    said = done("-m", *STYLE, "style.statistic=own_textures:Means", powers, "steps=6", "name=own")
    found = [Result.at(path.parent) for path in Path("runs/own").glob("*/result.json")]
    assert sorted(each.config["style"]["parameters"]["power"] for each in found) == [1, 2]
    assert len({each.fingerprint for each in found}) == 2
    typed = [override for each in found for override in each.overrides]
    assert "style.statistic=own_textures:Means" in typed
    assert not any("\\" in override or override.startswith("+") for override in typed)
    caption = Path("runs/own/caption.txt").read_text()
    assert "\\" not in said + caption
    assert "own_textures:Means with power=1, own_textures:Means with power=2" in caption


def test_every_scale_of_a_painting_is_shown(done):
    done("-m", *STYLE, "style.size=32,48", "style.crop=none,square", "steps=2", "name=scales")
    shown = data_of(Path("runs/scales/index.html"))["originals"]
    assert len({each["title"] for each in shown}) == 4
    assert (
        "style original as large as the result or cut to a square or at 48 pixels"
        in Path("runs/scales/caption.txt").read_text()
    )


def test_another_version_of_such_a_class_makes_another_cell(command, tmp_path):
    sweep = ["-m", *STYLE, "style.statistic=own_versions:Means", "seed=0", "steps=3", "name=versions", QUICK]
    for source in (OWN, OWN.replace("pow(self.power)", "pow(self.power + 2)")):
        (tmp_path / "own_versions.py").write_text(source)
        code, said = command(*sweep)
        assert code == 0, said
        assert "1 of 1 cells done\n" in said
    first, second = (path.read_bytes() for path in Path("runs/versions").glob("*/result.png"))
    assert first != second  # in the same process, by the code of today


def test_a_class_that_has_changed_since_its_cell_was_begun_makes_none(command, tmp_path):
    changes = "from pathlib import Path\nfile = Path(__file__)\nfile.write_text(file.read_text() + '# more\\n')\n"
    (tmp_path / "own_changing.py").write_text(OWN + changes)
    code, said = command(*STYLE, "style.statistic=own_changing:Means")
    assert code == 2
    assert "style.statistic=own_changing:Means: has changed since the cell was started" in said
    assert not list(Path("runs").rglob("result.json"))


@pytest.mark.parametrize(
    ("losses", "ratio", "hidden"),
    [
        ("relative", "3e-8", "content"),
        ("relative", "1e4", "style"),
        ("paper", "1e-20", "content"),
        ("paper", "1e9", "style"),
        *(("relative", ratio, "") for ratio in ("0.03", "0", "inf", "1e-3", "10")),
    ],
)
def test_a_ratio_at_which_one_picture_alone_will_show_is_remarked_upon(command, losses, ratio, hidden):
    _, said = command("representation=both", f"losses={losses}", f"ratio={ratio}", "steps=1")
    assert ("will be invisible" in said) == (f"{hidden} will be invisible; use" in said) == bool(hidden)
    other = "losses=relative a ratio means the same" if losses == "paper" else "losses=paper takes the paper's"
    assert (other in said) == bool(hidden)


def test_the_range_that_is_named_for_the_papers_losses_is_the_relative_one(command):
    papers = ["representation=both", "losses=paper", "steps=1", "style.layers=[relu1_1]"]
    _, said = command(*papers, "ratio=1e-20")
    low = float(said.partition("will be invisible; use ")[2].split()[0])
    _, said = command(*papers, f"ratio={low}", "name=b")
    assert "will be invisible" not in said


def test_textures_of_every_statistic_are_measured_by_all(done, photo, painting):
    made = ["style.statistic=gram,moments,sliced", "style.layers=[relu1_1,relu2_1]", "steps=6", "style.shifts=[1,2]"]
    done("experiment=statistics", *made, f"style.picture='{photo}','{painting}'")
    sweep = Sweep.at(Path("runs/statistics"))
    assert {"figure.png", "matrix.png", "matrix.pdf", "statistics.csv"} <= {
        path.name for path in sweep.folder.iterdir()
    }
    errors = current(sweep, STATISTICS, StatisticError)
    assert len(errors) == (6 + 2 + 2) * 5  # cells, shuffled paintings, the other painting
    for each in errors:
        if each.cell and each.made_from == each.measured_by != "sliced":  # which is compared from other directions
            record = Result.at(sweep.folder / each.cell)
            assert each.error == pytest.approx(record.error("style"), rel=1e-3)
    rows = medians(errors)
    assert list(rows) == ["gram", "moments", "sliced", SHUFFLED, OTHER]
    assert all(list(columns) == ["gram", "covariance", "moments", "shifted", "sliced"] for columns in rows.values())
    assert rows["gram"]["gram"] < rows[OTHER]["gram"]


def test_of_several_paintings_and_seeds_the_median_counts():
    errors = [StatisticError("c", name, "gram", "moments", e) for name, e in (("a", 0.1), ("b", 0.5), ("c", 0.2))]
    found = medians([StatisticError("", "a", OTHER, "moments", 0.9), *errors])
    assert found == {"gram": {"moments": 0.2}, OTHER: {"moments": 0.9}}
