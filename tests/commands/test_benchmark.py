"""The benchmark, offline, on an untrained VGG-11 and a picture of a few pixels."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from matplotlib.text import Text
from support.pdf import assert_legible, pages_of
from support.tiny import smooth_picture

from experiments.speed.recipes import Classic
from reconstruct.objective import Objective
from reconstruct.report.figures import save
from reconstruct.report.figures.plots.speed import Comparison, Curve, speed

VARIANT = "variants.style=['canvas=fourier']"
TINY = "['network=vgg13_untrained','network.normalize_over=[]','precision=float32']"


@pytest.mark.parametrize("learning_rate", [None, 0.03])
def test_the_classic_recipe_minimises_the_very_same_loss_and_leaves_the_network_alone(network, terms, learning_rate):
    reference = Objective(network, terms)
    start = 0.5 + 0.29 * torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    expected = reference.evaluate(start.clamp(0, 1))
    classic = Classic(reference, (16, 16), seed=0, learning_rate=learning_rate)
    classic.advance(60)
    loss, picture = classic.best
    assert classic.losses[0] == pytest.approx(float(expected.total), rel=1e-5)
    assert loss == min(classic.losses) < classic.losses[0] / 10
    assert float(reference.evaluate(picture).total) == pytest.approx(loss, rel=1e-4)
    assert reference.evaluate(start.clamp(0, 1)).total == expected.total
    assert len(classic.seconds) == 60


@pytest.fixture
def command(elsewhere, photo, painting, called):
    pictures = [f"content='{photo}'", f"style='{painting}'", f"fast={TINY}"]
    return lambda *arguments: called("reconstruct-benchmark", *arguments, *pictures)


class Metamer:
    """Works like plenoptic's: called again and again, it goes on with its picture, by Adam on the pixels."""

    def __init__(self, image, model):
        self.model, self.target = model, model(image).detach()

    def setup(self, initial_image, optimizer, optimizer_kwargs):
        self.metamer = initial_image.clone().requires_grad_()
        self.optimizer = optimizer([self.metamer], **optimizer_kwargs)

    def synthesize(self, max_iter, stop_criterion):
        for _ in range(max_iter):
            self.optimizer.zero_grad()
            ((self.model(self.metamer) - self.target) ** 2).mean().backward()
            self.optimizer.step()


def test_one_command_leaves_a_table_a_record_and_a_figure_with_a_rival_where_there_is_content(command, monkeypatch):
    monkeypatch.setitem(sys.modules, "plenoptic", SimpleNamespace(Metamer=Metamer))
    sizes = ["size=32", "evaluations=20", "steps=30", "repeats=2"]
    code, table, said = command("quick", *sizes, "cases=[content_relu2_2,style]", VARIANT, "rivals=[plenoptic]")
    assert code == 0, said
    assert all(word in table for word in ("content_relu2_2", "style", "canvas=fourier", "plenoptic", "ratio"))
    assert "32 × 32 pixels: 20 evaluations of the classic recipe against at most 30 steps" in table
    folder = Path("runs/benchmark")
    assert {path.name for path in folder.iterdir()} == {"benchmark.json", "benchmark.png", "benchmark.pdf"}
    races = json.loads((folder / "benchmark.json").read_text())["races"]
    told = [(race["case"], race["fast"]["name"], race["classic"]["name"]) for race in races]
    assert told == [
        ("content_relu2_2", "recipe=fast", "L-BFGS"), ("content_relu2_2", "recipe=fast", "plenoptic"),
        ("style", "recipe=fast", "L-BFGS"), ("style", "canvas=fourier", "L-BFGS"),
    ]  # fmt: skip
    for race in races:
        losses = race["classic"]["losses"]
        assert race["goal"] == pytest.approx(min(losses))
        assert losses[-1] < losses[0]
        assert len(losses) == (5 if race["classic"]["name"] == "plenoptic" else 20)
        assert len(race["times"]) == (0 if race["reached"] is None else 2)
        if race["reached"] is not None:
            assert race["reached"] <= 30
            assert race["ratio"] == pytest.approx(race["classic_seconds"] / race["seconds"])


def test_the_figure_is_legible_and_shows_the_first_of_several_variants(tmp_path):
    def compared(case: str, name: str) -> Comparison:
        curve = Curve(name, [1.0, 2.0], [2e-6, 1e-6], smooth_picture(8, 8))
        return Comparison(case, 1.0, curve, curve, None, [], 1.0, 1.0, 1.0, 2)

    (figure,) = speed([compared("style", "fast"), compared("style", "variant"), compared("both", "other")])
    texts = [text.get_text() for text in figure.findobj(Text)]
    assert [name for name in ("fast", "variant", "other") if name in texts] == ["fast", "other"]
    (path,) = save([figure], tmp_path, "benchmark", "pdf")
    assert_legible(pages_of(path))


def test_time_and_memory_are_measured_in_processes_of_their_own(command):
    code, said, _ = command("quick", "size=32", "evaluations=5", "steps=5", "cases=[]", "sizes=[32]")
    assert code == 0
    rows = json.loads(Path("runs/benchmark/benchmark.json").read_text())["growth"]
    assert [(row["recipe"], row["size"]) for row in rows] == [
        ("classic", 32), ("fast", 32), ("fast, checkpointing", 32),
    ]  # fmt: skip
    assert all(row["seconds"] > 0 and row["memory"] > 1e8 for row in rows)
    assert "peak GiB" in said


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("cases=[stlye]", "did you mean 'style'"),
        ("evaluations=1", "at least 5"),
        ("rivals=[pystiche]", "expected plenoptic"),
        ("rivals=[plenoptic]", "pip install plenoptic"),
        ("sise=3", "sise"),
        ("cases=[x", "try 'cases=[x]'"),
    ],
)
def test_a_mistake_gets_one_line(command, monkeypatch, override, message):
    monkeypatch.setitem(sys.modules, "plenoptic", None)
    code, _, said = command("quick", override)
    assert code == 2
    assert said.startswith("reconstruct-benchmark: ")
    assert len(said.strip().splitlines()) == 1
    assert message in said
