import pytest

from reconstruct import layers
from reconstruct.errors import InputError
from reconstruct.other_names import taken_for


def test_vgg19_names_its_layers_by_block_and_number():
    taps = layers.taps(layers.ARCHITECTURES["vgg19"])
    assert taps[:5] == ("conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1")
    assert taps[-3:] == ("conv5_4", "relu5_4", "pool5")


@pytest.mark.parametrize(("architecture", "convolutions"), [("vgg11", 8), ("vgg13", 10), ("vgg16", 13), ("vgg19", 16)])
def test_the_number_in_a_vggs_name_counts_its_convolutions_and_three_linear_layers(architecture, convolutions):
    assert sum(layers.ARCHITECTURES[architecture]) == convolutions == int(architecture[3:]) - 3


@pytest.mark.parametrize(
    ("layer", "side"), [("relu1_1", 1), ("pool1", 2), ("relu4_2", 8), ("relu5_1", 16), ("pool5", 32)]
)
def test_every_pooling_on_the_way_doubles_the_smallest_picture(layer, side):
    assert layers.smallest_side(["conv1_1", layer]) == side


OTHERS = {  # name -> the layer that is meant; a question mark before one that is proposed; empty for no idea
    "conv_4": "conv2_2", "relu_4": "relu2_2", "pool_2": "pool2", "conv_10": "conv4_2", "relu_16": "relu5_4",
    "block4_conv2": "relu4_2", "block1_conv1": "relu1_1", "block5_pool": "pool5", "block5_conv4": "relu5_4",
    "features.0": "conv1_1", "features.21": "conv4_2", "features.22": "relu4_2", "features[22]": "relu4_2",
    "features_36": "pool5", "vgg.features.21": "conv4_2", "model.features.1": "relu1_1",
    "conv4_2": "conv4_2", "conv5_4": "conv5_4", "relu4_2": "relu4_2", "pool4": "pool4", "Conv4_2": "conv4_2",
    "RELU4_2": "relu4_2", "conv4-2": "conv4_2", "conv_4_2": "conv4_2", "relu4-2": "relu4_2", "relu4.2": "relu4_2",
    "relu-3-1": "relu3_1", "relu 3_1": "relu3_1", "relu4_2 ": "relu4_2", "maxpool4": "pool4", "avgpool2": "pool2",
    "pool_4": "pool4", "pool4_1": "pool4",
    "conv_17": "?conv5_4", "conv4_5": "?conv4_4", "conv5_5": "?conv5_4", "relu6_1": "?relu5_1", "pool6": "?pool5",
    "relu4_22": "?relu4_4", "conv42": "?conv4_2", "relu42": "?relu4_2", "block4_conv5": "?relu4_4",
    "block6_conv1": "?relu5_1", "conv4_2_relu": "?conv4_2", "rleu4_2": "?relu4_2", "4_2": "?relu4_2",
    "r42": "?relu4_2", "conv1": "?conv1_1", "features.99": "", "layer4": "", "fc6": "", "input": "",
}  # fmt: skip


@pytest.mark.parametrize(("name", "meant"), OTHERS.items())
def test_a_layer_is_known_by_the_names_that_others_have_for_it(name, meant):
    taken = taken_for(name, layers.EVERY)
    if meant in layers.EVERY:
        assert taken == meant
        return
    with pytest.raises(InputError) as refused:
        layers.check([taken], layers.EVERY, "content.layers")
    assert (f"did you mean {meant[1:]!r}?" if meant else f"there is no layer {name!r} (") in str(refused.value)
