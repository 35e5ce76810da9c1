"""Networks that are no VGG, and parts of codes, as a user asks for them."""

import signal
from pathlib import Path

import pytest
import torch
from support.tiny import only_cell
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from reconstruct.images import load
from reconstruct.network import untrained_state
from reconstruct.runs.results import Result

NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.one = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 1, 1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.stem(x)
        y = self.one(self.relu(x))
        y += x
        return self.relu(y)

def broken():
    raise ValueError("no")

def number():
    return 3
"""


@pytest.fixture
def own(done, command):
    Path("own_net.py").write_text(NET)
    return command


def made() -> Result:
    return Result.read(only_cell())


def test_a_network_of_ones_own_is_inverted_and_goes_on_bit_for_bit(own):
    words = ("network=own_net:Net", "content.layers=relu_1", "steps=12")
    assert own(*words)[0] == 0
    result = made()
    assert result.layers == {"content": ["relu_1"]}
    assert result.relative_errors["content"]["relu_1"] < 0.5
    assert "own_net_Net" in only_cell().name
    assert own(*words)[1].count("already finished") == 1


def test_a_cell_keeps_the_table_of_layers_and_shows_it_in_tensorboard(own):
    assert own("network=own_net:Net", "content.layers=[relu,one]", "steps=1")[0] == 0
    head = ["layer", "channels × height × width", "stride", "receptive field", "numbers in the Gram matrix"]
    stem, relu, one = (
        [name, "8 × 16 × 16", "2", field, "64"] for name, field in zip(("stem", "relu", "one"), "337", strict=True)
    )
    assert made().layer_table == [head, stem, relu, one]
    (text,) = EventAccumulator(str(only_cell())).Reload().Tensors("layers")
    lines = text.tensor_proto.string_val[0].decode().splitlines()
    assert lines[0].startswith("The layers of own_net:Net for pictures of 32 × 32 pixels. ")
    assert lines[-4:] == ["---|---|---|---|---", "`stem`|8 × 16 × 16|2|3|64", "**`relu`**|8 × 16 × 16|2|3|64",
                          "**`one`**|8 × 16 × 16|2|7|64"]  # fmt: skip


def test_a_picture_that_is_too_small_for_the_deepest_layers_has_no_table(done):
    done("content.layers=relu1_1", "size=20", "steps=1")
    assert made().layer_table == []
    assert "layers" not in EventAccumulator(str(only_cell())).Reload().Tags()["tensors"]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_an_interrupted_cell_ends_in_the_same_picture(own, precision, monkeypatch):
    from experiments.cell import reconstruction

    words = ("network=own_net:Net", "content.layers=one", "steps=8", f"precision={precision}")
    interrupt = reconstruction.Trace.__call__

    def stop(self, step):
        interrupt(self, step)
        if step.number == 4:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(reconstruction.Trace, "__call__", stop)
        assert own(*words, "name=stopped")[0] == 130
    code, said = own(*words, "name=stopped")
    assert code == 0
    assert "resuming at step 5 of 8" in said
    Path("runs").rename("kept")  # else it would be copied
    assert own(*words, "name=whole")[0] == 0
    (one,), (other,) = Path("kept").glob("*/*/result.png"), Path("runs").glob("*/*/result.png")
    assert torch.equal(load(one), load(other))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["network=own_net:Nett"], "network.architecture=own_net:Nett: there is no such function in own_net; did you"),
        (["network=own_net:broken"], "network.architecture=own_net:broken: fails (ValueError('no'))"),
        (["network=own_net:number"], "gives a int, expected a torch.nn.Module"),
        (["network=own_net:Net", "content.layers=relu_2"], "own_net:Net has no layer 'relu_2'; did you mean 'relu_1'?"),
        (["network=torchvision:resnet81"], "network=torchvision:resnet81: torchvision has no such model; did you mean"),
        (["network=own_net:Net", "network.weights=missing.pth"], "missing.pth: no such file"),
        (["network=alexnet_untrained", "content.layers=relu5", "size=24"], "takes no picture of 24×"),
    ],
)
def test_what_is_no_such_network_is_told_before_anything_runs(own, words, said):
    code, told = own(*words)
    assert code == 2
    assert said in told
    assert not list(Path("runs").glob("*/*/trace.csv"))


def test_names_of_other_programs_are_taken_for_ours_and_told(done):
    assert "content.layers: block1_conv1 is relu1_1 here" in done("content.layers=block1_conv1", "steps=1")
    assert made().layers == {"content": ["relu1_1"]}
    said = done("-m", "content.layers=features.1,conv_1,relu1_1", "steps=1", "name=several", "figure=none")
    assert "features.1 is relu1_1 here" in said
    assert "conv_1 is conv1_1 here" in said
    assert "1 of 3 settings repeat others" in said


def test_a_part_of_a_code_is_a_setting_like_others(done):
    done("-m", "content.layers=relu2_1", "content.channels=[0,1],0:2,[3]", "content.window=[0,0,0.5,0.5]")
    cells = sorted(Path("runs/single").glob("*/result.json"))
    assert len(cells) == 2  # 0:2 is [0,1]
    results = [Result.read(path.parent) for path in cells]
    assert {result.settings["content.channels"] for result in results} == {"[0:2]", "[3]"}
    assert {result.settings["content.window"] for result in results} == {"[0,0,0.5,0.5]"}
    assert Path("runs/single/figure.png").exists()


@pytest.mark.parametrize(
    ("channels", "told"),
    [("3", "channel 3"), ("0:64", "channels 0:64"), ("[1,3]", "channels 1, 3"), ("[1,3,5,7,9:12]", "7 channels")],
)
def test_a_picture_says_which_channels_it_is_from_or_how_many(done, channels, told):
    assert f"From the content of relu2_1, {told} of " in done("content.layers=relu2_1", f"content.channels={channels}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["content.window=[0.5,0,0.6,1]"], "content.window=[0.5,0,0.6,1]: expected [x,y,width,height] in parts"),
        (["content.channels=3:1"], "content.channels=3:1: expected numbers from 0 on, or parts such as 0:64"),
        (["content.channels=500"], "content.channels: there is no 500; this layer has 0 to"),
    ],
)
def test_a_part_that_cannot_be_is_refused(command, words, said):
    code, told = command("content.layers=relu2_1", *words)
    assert code == 2
    assert said in told


def test_layers_are_listed_with_what_they_see(called, elsewhere):
    code, printed, _ = called("reconstruct-layers", "vgg11", "size=64")
    assert code == 0
    rows = {line.split()[0]: line for line in printed.splitlines()}
    assert rows["relu2_1"].split() == ["relu2_1", "128", "×", "32", "×", "32", "2", "8", "16384", "features.4",
                                       "block2_conv1", "relu_2"]  # fmt: skip
    code, printed, _ = called("reconstruct-layers", "alexnet", "size=64")
    assert code == 0
    assert "conv5" in printed
    assert "the whole picture" not in printed
    code, _, said = called("reconstruct-layers", "vgg20")
    assert code == 2
    assert "network=vgg20: expected one of" in said


def test_a_depth_is_one_of_the_networks_own_layers(done):
    words = ("network=alexnet_untrained", "size=64")
    done(*words, "depth=3")
    assert made().layers == {"content": ["relu3"]}
    assert "already finished" in done(*words, "content.layers=relu3")


def test_a_depth_of_a_network_without_such_a_list_is_refused(command):
    code, said = command("network=torchvision:resnet18", "network.weights=untrained", "depth=2")
    assert code == 2
    assert "depth=2: expected content.layers, since this network has no layers by depth" in said


def test_weights_from_caffe_need_their_own_preprocessing(command):
    state = untrained_state("vgg11", 0)
    door = {
        "0.weight": 255 * torch.eye(3).flip(0)[:, :, None, None],
        "0.bias": torch.tensor([-103.939, -116.779, -123.68]),
    }
    torch.save(state, "caffe.pth")
    torch.save({**door, **{f"features.{key}": value for key, value in state.items()}}, "with_door.pth")
    words = ("network.architecture=vgg11", "network.normalize_over=[]", "steps=2", "network.weights=caffe.pth")
    pictures = []
    for number, more in enumerate(["network.preprocessing=caffe", "network.weights=with_door.pth", "name=other"]):
        code, said = command(*words, more, *([] if number == 2 else [f"name=cell{number}"]))
        assert code == 0
        assert ("need network.preprocessing=caffe" in said) == (number == 2)
        pictures.append(load(next(Path("runs").glob(f"{['cell0', 'cell1', 'other'][number]}/*/result.png"))))
    assert torch.equal(pictures[0], pictures[1])
    assert not torch.equal(pictures[0], pictures[2])
    code, said = command(*words, "network.weights=with_door.pth", "network.preprocessing=caffe", "name=twice")
    assert (code, "begins with its own; leave it out" in said) == (2, True)
