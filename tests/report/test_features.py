"""`--kind features`: which channels are shown, in which order, and what is said of them; recomputed by plain torch."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.pdf import assert_legible, pages_of
from support.tiny import TINY, only_cell
from torch import Tensor

from experiments.drawing.features import with_maps
from experiments.sweep.folder import read
from reconstruct.images import load
from reconstruct.network import untrained_state, vgg
from reconstruct.report import figures
from reconstruct.runs.results import Result
from reconstruct.runs.wording import percent

NET = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.last = nn.Conv2d(3, 5, 3, 2, 1), nn.Linear(5, 7)

    def forward(self, x):
        return self.last(self.conv(x).flatten(2).mT)  # tokens
"""


def maps(most: int = 16) -> dict[str, dict]:
    """What is said of every layer of the only cell -> its channels."""
    (panel,) = with_maps(figures.cells_of([read(Path("runs/single"))]), most).panels
    return {words: channels for (_, words), channels in panel.maps.items()}


def features(term: str, layer: str) -> tuple[Tensor, Tensor]:
    """Of the original and of the reconstruction, ``(C, H, W)``."""
    network = vgg("vgg11", untrained_state("vgg11", 0), "average")
    P, F = (network(load(only_cell() / f"{name}.png"), [layer])[layer][0] for name in (term, "result"))
    return P, F


def labels(differences: list[float], squares: list[float], numbers: list[int]) -> list[str]:
    """What stands above channels of these numbers, the largest difference first."""
    order = sorted(range(len(numbers)), key=lambda i: -differences[i])
    return [f"channel\n{numbers[i]}\n{percent(min(differences[i] / (squares[i] or 1e-30), 9.99))}" for i in order]


def test_the_channels_of_the_largest_squared_difference_are_first_and_all_of_them_make_the_content_error(done):
    done("content.layers=relu2_1")
    P, F = features("content", "relu2_1")
    differences = [float(((f - p) ** 2).sum()) for f, p in zip(F, P, strict=True)]
    squares = [float((p**2).sum()) for p in P]
    error = Result.read(only_cell()).relative_errors["content"]["relu2_1"]
    assert sum(differences) / sum(squares) == pytest.approx(error, rel=1e-5)
    ((words, channels),) = maps(5).items()
    assert list(channels) == labels(differences, squares, list(range(128)))[:5]
    share = percent(sum(sorted(differences)[-5:]) / sum(differences))
    assert words == f"content of relu2_1: 5 of 128 channels, with {share} of the squared difference"


def test_the_maps_of_a_pair_have_one_scale_from_0_to_the_largest_value(done):
    done("content.layers=relu2_1")
    pair, ((_, channels),) = features("content", "relu2_1"), maps().items()
    for label, pictures in channels.items():
        own = [each[int(label.split("\n")[1])].numpy() for each in pair]
        for values, picture in zip(own, pictures, strict=True):
            step = picture.width // values.shape[1]
            drawn = np.asarray(picture)[step // 2 :: step, step // 2 :: step, 0]
            assert np.abs(drawn - 255 * values / np.max(own)).max() < 0.51


def test_channels_of_style_differ_by_their_mean_square_whatever_the_size_of_the_painting(done):
    done("representation=both", "content.layers=relu1_1", "style.layers=relu3_1", "style.size=48")
    P, F = features("style", "relu3_1")
    assert P.shape != F.shape
    A, G = ([float((each**2).sum() / each.numel()) for each in of] for of in (P, F))
    differences = [(g - a) ** 2 for g, a in zip(G, A, strict=True)]
    content, style = maps().items()
    assert content[0].startswith("content of relu1_1: 16 of 64 channels, ")
    assert list(style[1]) == labels(differences, [a**2 for a in A], list(range(256)))[:16]


def test_a_part_of_a_layer_is_shown_alone(done, called):
    done("content.layers=relu1_1", "content.channels=[3,17,40]", "content.window=[0,0,0.5,1]")
    P, F = (each[[3, 17, 40], :, : each.shape[2] // 2] for each in features("content", "relu1_1"))
    differences = [float(((f - p) ** 2).sum()) for f, p in zip(F, P, strict=True)]
    ((words, channels),) = maps().items()
    assert list(channels) == labels(differences, [float((p**2).sum()) for p in P], [3, 17, 40])
    assert words.startswith("content of relu1_1: 3 of 3 channels of the chosen part, with 100 % of")
    assert called("reconstruct-figure", "runs/single", "--kind", "features")[0] == 0
    assert words in Path("runs/single/features.caption.txt").read_text(encoding="utf-8")


def test_any_network_has_maps_and_its_tokens_are_no_mere_lines(done):
    Path("token_net.py").write_text(NET)
    done("network=token_net:Net", "content.layers=[conv,last]")
    conv, last = maps().items()
    assert conv[0].startswith("content of conv: 5 of 5 channels, ")
    assert last[0].startswith("content of last: 7 of 7 channels, ")
    assert all(picture.width >= picture.height / 2 for pair in last[1].values() for picture in pair)
    darkest = [min(int(np.asarray(picture).min()) for picture in pair) for pair in conv[1].values()]
    assert darkest == [0] * 5  # negative values, too


def test_what_is_not_shown_is_said(done, called):
    done("-m", "content.layers=relu1_1,relu2_1", "name=two")
    shutil.rmtree(next(Path("runs/two").glob("*relu2_1*")))
    code, _, said = called("reconstruct-figure", "runs/two", "--kind", "features", "--channels", "2", "--letters",
                           "--width", "icml-column")  # fmt: skip
    assert code == 0
    assert "features: Shown: content of relu1_1: 2 of 64 channels, with " in said
    assert "features: Without a picture: relu2_1 (missing)." in said
    found = pages_of(Path("runs/two/features.pdf"))
    assert_legible(found)
    assert sum(len(page.pictures) for page in found) == 2 + 2 * 2
    assert "1 of 2 cells finished." in Path("runs/two/features.alt.txt").read_text(encoding="utf-8")


def test_without_an_original_there_is_nothing_to_compare(done, called, photo):
    code = called("reconstruct-code", str(photo), *TINY[:3], "--layers", "relu1_1", "--output", "a.npz")[0]
    assert code == 0
    done("content.code=a.npz", "content.layers=relu1_1")
    code, _, said = called("reconstruct-figure", "runs/single", "--kind", "features")
    assert code == 2
    assert "features needs finished cells that were made from pictures; runs/single has none; try grid" in said
