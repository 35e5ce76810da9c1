import pytest

from reconstruct import layers


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
