"""On the real weights and pictures, fetched once and then cached."""

import pytest
import torch
from support.optimisations import inversion

from reconstruct import assets, images
from reconstruct.canvas import Pyramid, white_noise
from reconstruct.network import Network, file_state, mean_activations, vgg

pytestmark = pytest.mark.real


def network(pooling: str) -> Network:
    return vgg("vgg19", file_state(assets.fetch("vgg19_normalized")), pooling)


def sample(name: str, size: int) -> torch.Tensor:
    return images.load(assets.fetch(name), size, square=True, trim=assets.ASSETS[name].crop)


def test_with_maximum_pooling_mean_activations_are_one_so_this_is_the_papers_network():
    names = ("pagoda", "astronaut", "coffee", "cat", "rocket")
    photographs = [sample(name, size) for name in names for size in (256, 320, 384)]
    means = mean_activations(network("max"), photographs)
    assert len(means) == 16
    for tap, filters in means.items():
        assert float(filters.mean()) == pytest.approx(1, abs=0.2), tap


def test_preprocessing_is_caffes_bgr_around_the_imagenet_mean():
    seen = network("average").preprocess(torch.tensor([1.0, 0.5, 0.0]).view(1, 3, 1, 1)).flatten()
    assert seen.tolist() == pytest.approx([0 - 103.939, 127.5 - 116.779, 255 - 123.68], abs=1e-2)


def test_a_low_layer_gives_the_photograph_back():
    photo, canvas = sample("pagoda", 64), Pyramid(white_noise(64, 64, 0.05, torch.Generator().manual_seed(0)), 5, 0.25)
    synthesis = inversion(network("average"), photo, "relu1_1", steps=100, canvas=canvas)
    for _ in synthesis:
        pass
    assert float((synthesis.best.picture - photo).square().mean()) < 1e-3  # a PSNR of 30 dB
