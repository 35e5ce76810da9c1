"""The size of the structures that two pictures have in common, on pictures whose scale is known."""

import pytest
import torch
from support.tiny import smooth_picture

from reconstruct.measures import coherence, rearranged


def noise(size: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(seed))


def scrambled(picture: torch.Tensor) -> torch.Tensor:
    """The same spectrum with random phases."""
    phases = torch.fft.fft2(noise(picture.shape[-1], 7)[:, :1]).angle()
    spectrum = torch.fft.fft2(picture)
    return torch.fft.ifft2(spectrum.abs() * torch.exp(1j * (spectrum.angle() + phases))).real


@pytest.mark.parametrize("side", [8, 12, 16])
def test_tiles_in_another_order_have_the_size_of_a_tile(side):
    original = noise(96)
    moved = rearranged(original, 96 // side)
    # Of few tiles, some stay beside each other.
    assert coherence(moved, original, 1) == pytest.approx(side, rel=0.12)
    assert coherence(moved, original, 2) == pytest.approx(2 * side, rel=0.12)  # features that are two pixels apart


def test_the_picture_itself_has_the_largest_size_and_another_or_scrambled_one_the_least():
    original = smooth_picture(64, 64)
    sizes = [coherence(p, original, 1) for p in (noise(64, 3), scrambled(original), original)]
    assert sizes[0] < 3
    assert sizes[1] < 6
    assert sizes[2] == pytest.approx(64, rel=0.02)


def test_a_piece_is_known_wherever_it_is():
    original = noise(64)
    # Two pieces in either direction, of n and 64 - n rows or columns: (n² + (64 - n)²) / 64.
    expected = ((13**2 + 51**2) / 64 + (29**2 + 35**2) / 64) / 2
    assert coherence(original.roll((13, 29), dims=(2, 3)), original, 1) == pytest.approx(expected, rel=0.03)
    assert coherence(original.flip(2, 3), original, 1) < 3  # not what is turned round
