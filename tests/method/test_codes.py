"""Features in a file: they read back, what is wrong with them is one line, and they are matched like a picture's."""

import io
import pickle
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from support.tiny import OWN, TINY, only_cell

from reconstruct import codes, images, measures
from reconstruct.codes import SavedCode
from reconstruct.errors import InputError
from reconstruct.network import untrained_state
from reconstruct.runs.results import Result

F = torch.rand(1, 64, 20, 16, generator=torch.Generator().manual_seed(0))
DEEP = torch.rand(1, 128, 10, 8, generator=torch.Generator().manual_seed(1))
CODE = SavedCode({"relu1_1": F, "relu2_1": DEEP}, (20, 16))
ENDINGS = [".npz", ".safetensors"]


pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture
def write_code(photo, called):
    """Runs reconstruct-code on the user's photograph; gives the exit code and what was said."""
    return lambda *arguments: called("reconstruct-code", str(photo), *TINY[:3], *arguments)[::2]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("size", [(20, 16), None])
def test_features_and_the_size_of_their_picture_read_back(tmp_path, ending, size):
    codes.write(SavedCode(CODE.features, size), tmp_path / f"code{ending}")
    found = codes.read(tmp_path / f"code{ending}")
    assert found.size == size
    assert all(torch.equal(found.features[layer], CODE.features[layer]) for layer in CODE.features)
    assert found.shape() == (20, 16)


def test_features_need_no_dimension_for_the_number_of_pictures_and_a_size_may_be_of_any_kind_of_number(tmp_path):
    np.savez(tmp_path / "x.npz", relu1_1=F[0].numpy(), size=np.array([20.0, 16.0]))
    found = codes.read(tmp_path / "x.npz")
    assert torch.equal(found.features["relu1_1"], F)
    assert found.size == (20, 16)


@pytest.mark.parametrize("size", [(37, 29), (32, 32), (33, 47)])
def test_the_shape_that_follows_from_maps_has_these_maps(size):
    height, width = size
    maps = {f"relu{block}_1": torch.zeros(1, 1, height >> (block - 1), width >> (block - 1)) for block in (2, 3)}
    found = SavedCode(maps).shape()
    assert SavedCode(maps, size).shape() == size
    assert all(F.shape[-2:] == (found[0] >> b, found[1] >> b) for b, F in zip((1, 2), maps.values(), strict=True))


def test_maps_that_no_picture_has_are_refused():
    with pytest.raises(InputError, match="relu2_1 is 8×10, which a picture of 16×22 pixels does not have"):
        SavedCode({"relu1_1": torch.zeros(1, 64, 22, 16), "relu2_1": DEEP}).shape()


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({}, "has no features"),
        ({"relu1_1": np.zeros((3, 4))}, "relu1_1 is 3×4 of torch.float64; expected C×H×W"),
        ({"relu1_1": np.zeros((2, 3, 4, 4))}, "relu1_1 is 2×3×4×4"),
        ({"relu1_1": np.zeros((3, 4, 4), dtype=int)}, "expected C×H×W of floating point"),
        ({"relu1_1": np.full((3, 4, 4), np.nan)}, "values that are not finite"),
        ({"relu1_1": np.array([{}], dtype=object)}, "not a .npz file of features"),
        ({"relu1_1": np.zeros((3, 0, 0))}, "relu1_1 is 3×0×0 of torch.float64; expected C×H×W"),
        ({"relu1_1": np.full((3, 4, 4), 1e300)}, "values that are not finite in single precision"),
        ({"relu1_1": np.zeros((3, 4, 4)), "size": np.array([4])}, "not a .npz file of features"),
        ({"relu1_1": np.zeros((3, 4, 4)), "size": np.array([np.inf, 4])}, "size is .* not a height and a width"),
        ({"relu1_1": np.zeros((3, 4, 4)), "size": np.array([4, -4])}, "size is .* not a height and a width"),
    ],
)
def test_what_is_no_code_is_refused_in_a_line(tmp_path, arrays, told):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(InputError, match=told.replace("(", r"\(")):
        codes.read(tmp_path / "x.npz")


@pytest.mark.parametrize("size", ["256", "x y", "0 4", "1 2 3"])
def test_a_size_in_safetensors_that_is_none_is_refused(tmp_path, size):
    save_file({"relu1_1": F}, tmp_path / "x.safetensors", {"size": size})
    with pytest.raises(InputError, match=r"not a \.safetensors file of features"):
        codes.read(tmp_path / "x.safetensors")


def damaged(at: int, length: int, save=np.savez_compressed) -> bytes:
    """A file of a code, some bytes of which are zeros."""
    buffer = io.BytesIO()
    save(buffer, relu1_1=F.numpy())
    return buffer.getvalue()[:at] + bytes(length) + buffer.getvalue()[at + length :]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    "content",
    [b"", b"nothing of the kind", pickle.dumps({"relu1_1": 1}), damaged(100, 8, np.savez),
     *(damaged(at, 40) for at in (60, 400, 3000))],
    ids=range(7),
)  # fmt: skip
def test_a_file_that_is_damaged_or_of_something_else_is_refused_and_nothing_in_it_runs(tmp_path, ending, content):
    (tmp_path / f"x{ending}").write_bytes(content)
    with pytest.raises(InputError, match=r"not a .* file of features"):
        codes.read(tmp_path / f"x{ending}")


def test_another_ending_is_answered_with_those_that_are_known(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"ends in \.npz or \.safetensors"):
        codes.write(CODE, tmp_path / "code.pt")
    (tmp_path / "code.pt").write_bytes(b"x")
    with pytest.raises(InputError, match=r"ends in \.npz or \.safetensors"):
        codes.read(tmp_path / "code.pt")
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(InputError, match=r"pip install safetensors; or a \.npz file"):
        codes.write(CODE, tmp_path / "code.safetensors")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_picture_is_made_from_its_code_alone_and_is_the_one_that_is_made_from_itself(write_code, done, ending):
    """Settings that are not about a code change nothing in it."""
    others = ["representation=style", "content.code=x.npz"]
    status, said = write_code("--layers", "[relu1_1,relu2_1]", "--output", f"code{ending}", *others)
    assert status == 0, said
    done(f"content.code=code{ending}", "content.layers=[relu2_1]", "steps=20", "name=a")
    cell = only_cell()
    found = Result.at(cell)
    assert found.psnr is None
    assert not (cell / "content.png").exists()
    assert found.inputs[-1]["key"] == "content.code"
    done("content.layers=[relu2_1]", "steps=20", "name=b", "runs=others")
    (other,) = (cell.parents[2] / "others").rglob("result.png")
    assert measures.psnr(images.load(cell / "result.png"), images.load(other)) > 60


def test_a_network_is_known_by_its_weights_and_scale_and_not_by_names(write_code, done, photo, painting):
    Path("sub").mkdir()
    torch.save(untrained_state("vgg11", seed=1), "w.pth")
    shutil.copy("w.pth", "sub/other.pth")
    weights = ["network=vgg11", "network.weights=w.pth", "network.normalize_over=[]"]
    write_code("--layers", "relu2_1", "--output", "code.npz", *weights)
    words = ["content.code=code.npz", "content.layers=[relu2_1]", "steps=1", *weights]
    said = done(*words, "network.weights=sub/other.pth")
    assert "another network" not in said
    for other, told in (
        (f"network.normalize_over=[{photo},{painting}]", "normalised over"),
        ("network.pooling=max", "vgg11, weights "),
    ):
        said = done(*words, other)
        assert "content.code=code.npz: has features of another network (vgg11, weights " in said
        assert told in said


def test_settings_that_a_code_leaves_without_effect_are_named(write_code, command):
    """But for those of a picture that is a start."""
    write_code("--layers", "relu2_1", "--output", "code.npz")
    words = ["content.code=code.npz", "content.layers=[relu2_1]", "steps=2", "size=32"]
    _, said = command(*words, "crop=square")
    assert "size, crop have no effect with content.code" in said or "crop has no effect with content.code" in said
    assert "no effect" not in command(*words, "start=content")[1]


def test_figures_and_pages_do_without_the_picture(write_code, done):
    write_code("--layers", "relu1_1,relu2_1", "--output", "code.npz")
    done("-m", "content.code=code.npz", "content.layers=[relu1_1],[relu2_1]", "name=s")
    (sweep,) = (path.parent for path in Path("runs").glob("*/sweep.json"))
    assert {"figure.png", "index.html", "caption.txt"} <= {path.name for path in sweep.iterdir()}
    assert "code" in (sweep / "index.html").read_text()


TOO_SMALL = ["representation=both", "content.layers=[relu1_1]", "style.layers=[relu5_1]"]


@pytest.mark.parametrize(
    ("saved", "settings", "told"),
    [
        (CODE, ["content.layers=[relu3_2]"],
         "has no relu3_2; did you mean 'relu2_1'? content.layers=[relu1_1,relu2_1] would do"),
        (CODE, ["content.layers=[relu2_1]", "start=half"], "features from a file have one size"),
        (CODE, ["content.code=missing.npz"], "content.code=missing.npz: no such file; expected a file of features"),
        (SavedCode({"relu2_1": F}), ["content.layers=[relu2_1]"], "relu2_1 has 64 channels, expected 128"),
        (SavedCode({"relu1_1": F[..., :8, :8]}), TOO_SMALL, "and relu5_1 needs at least 16 on the shorter side"),
        (CODE, ["content.layers=[relu1_1]", "content.statistic=own_wrong:Means"],
         "content.statistic=own_wrong:Means: layer_loss gives a tensor of shape [1] at relu1_1"),
    ],
)  # fmt: skip
def test_a_code_that_does_not_fit_is_refused_in_a_line(command, saved, settings, told):
    Path("own_wrong.py").write_text(OWN.replace(".sum()", ".sum(1)"))
    codes.write(saved, Path("code.npz"))
    status, said = command("content.code=code.npz", *settings)
    assert status == 2
    assert told in said
