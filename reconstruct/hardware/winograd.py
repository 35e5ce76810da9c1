"""3×3 convolutions in a quarter of the multiplications.

Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray, 2016, "Fast Algorithms for Convolutional Neural Networks")
makes a tile of 4×4 outputs Y from the 6×6 inputs d around it. Inputs and filter w are transformed, multiplied number by
number, which over all channels and tiles is 36 products of matrices, and transformed back::

    Y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ d B) ] A

The gradient goes the same way backwards, each step transposed. In float32 a result is off by 1e-6 to 2e-6 of its norm,
where the convolution as it is written down has 3e-7 to 1e-6 (64 to 512 channels).
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

OUT = 4  # outputs along a tile's side
IN = 6  # inputs along a tile's side: neighbouring tiles share two
POINTS = IN * IN
FEWEST = 16  # tiles: for less, the convolution as it is written down is no slower
BAND = 2**21  # numbers in an array, 8 MB in float32: rows of tiles are taken in bands for which caches are large enough

# The transforms along one side, from the points 0, 1, -1, 2, -2 and infinity.
_G = torch.tensor([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]], dtype=torch.float64) / 24
_Bt = torch.tensor(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    dtype=torch.float64,
)
_At = torch.tensor(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]], dtype=torch.float64
)
_AT_ONE = IN + 1  # the point (1, 1) counts once for every output of a tile: the bias is added there


class Winograd(nn.Module):
    """What a 3×3 convolution does, for frozen weights: ``(N, C, H, W)`` to ``(N, O, H, W)`` and first derivatives.

    Beside the convolution it keeps its weights transformed, four times as large.

    Args:
        convolution: with stride 1, one row of zeros around, and bias.
    """

    kernel: Tensor

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        if not fits(convolution):
            raise ValueError(f"{convolution}: expected 3×3 with stride 1, padding 1, bias and frozen float32 weights")
        self.convolution = convolution
        self.register_buffer("kernel", _transformed(convolution.weight), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """What `convolution` gives for ``(N, C, H, W)``, but for rounding."""
        rows, columns = _tiles(x)
        if rows * columns < FEWEST:
            return self.convolution(x)  # type: ignore[no-any-return]
        return _convolved(x, self.kernel, self.convolution.bias)  # type: ignore[no-any-return]


def fits(convolution: nn.Conv2d) -> bool:
    """Whether `Winograd` can stand in for it."""
    geometry = convolution.kernel_size, convolution.stride, convolution.padding, convolution.dilation
    plain = geometry == ((3, 3), (1, 1), (1, 1), (1, 1)) and convolution.groups == 1
    frozen = convolution.bias is not None and not any(p.requires_grad for p in convolution.parameters())
    exact = convolution.weight.dtype in (torch.float32, torch.float64)
    return plain and frozen and exact and convolution.padding_mode == "zeros"


def _transformed(weight: Tensor) -> Tensor:
    """``(O, C, 3, 3)`` to ``(36, C, O)``."""
    G = _G.to(weight)
    return torch.einsum("ai,ocij,bj->abco", G, weight, G).reshape(POINTS, weight.shape[1], -1).contiguous()


@torch.library.custom_op("reconstruct::winograd", mutates_args=())  # a whole, which torch.compile leaves as it is
def _convolved(x: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    rows, columns = _tiles(x)
    channels, outputs = kernel.shape[1:]
    y = _channels_last(x, outputs, OUT * rows, OUT * columns)
    Bt, At, results = _both_ways(_Bt, x), _both_ways(_At, x), _in_tiles(y)
    inputs = pad(x, _margins(x, around=1)).permute(0, 2, 3, 1).unfold(1, IN, OUT).unfold(2, IN, OUT)
    for band in _bands(x, kernel):
        d = inputs[band].permute(3, 4, 0, 1, 2).reshape(POINTS, -1)
        products = (Bt @ d).view(POINTS, -1, channels).bmm(kernel)
        products[_AT_ONE] += bias
        Y = At @ products.view(POINTS, -1)
        results[band] = Y.view(OUT, OUT, -1, columns, outputs).permute(2, 0, 3, 1, 4)
    return _cropped(y, 0, x)


@_convolved.register_fake
def _(x: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    return _channels_last(x, kernel.shape[2], *x.shape[-2:])


@torch.library.custom_op("reconstruct::winograd_backward", mutates_args=())
def _gradient(g: Tensor, kernel: Tensor) -> Tensor:
    """With respect to the inputs: ``(N, O, H, W)`` to ``(N, C, H, W)``."""
    rows, columns = _tiles(g)
    channels, outputs = kernel.shape[1:]
    padded = _channels_last(g, channels, OUT * (rows + 1), OUT * (columns + 1)).zero_()
    A, B, x, gradients = _both_ways(_At.T, g), _both_ways(_Bt.T, g), _in_tiles(padded), _in_tiles(pad(g, _margins(g)))
    for n, band in _bands(g, kernel):
        Y = gradients[n, band].permute(1, 3, 0, 2, 4).reshape(OUT * OUT, -1)
        products = (A @ Y).view(POINTS, -1, outputs).bmm(kernel.transpose(1, 2))
        d = (B @ products.view(POINTS, -1)).view(IN, IN, -1, columns, channels).permute(2, 0, 3, 1, 4)
        below = slice(band.start + 1, band.stop + 1)  # where a tile's last two rows are the next one's first
        x[n, band, :, :-1] += d[:, :OUT, :, :OUT]
        x[n, band, :, 1:, : IN - OUT] += d[:, :OUT, :, OUT:]
        x[n, below, : IN - OUT, :-1] += d[:, OUT:, :, :OUT]
        x[n, below, : IN - OUT, 1:, : IN - OUT] += d[:, OUT:, :, OUT:]
    return _cropped(padded, 1, g)


@_gradient.register_fake
def _(g: Tensor, kernel: Tensor) -> Tensor:
    return _channels_last(g, kernel.shape[1], *g.shape[-2:])


def _keep(ctx: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
    ctx.save_for_backward(inputs[1])


def _backward(ctx: Any, g: Tensor) -> tuple[Tensor, None, None]:
    return _gradient(g, *ctx.saved_tensors), None, None


_convolved.register_autograd(_backward, setup_context=_keep)


def _tiles(x: Tensor) -> tuple[int, int]:
    """Rows and columns of them."""
    return -(-x.shape[-2] // OUT), -(-x.shape[-1] // OUT)


def _bands(x: Tensor, kernel: Tensor) -> Iterator[tuple[int, slice]]:
    """Which picture, and which rows of its tiles."""
    rows, columns = _tiles(x)
    height = max(1, BAND // (POINTS * columns * max(kernel.shape[1:])))
    for n in range(x.shape[0]):
        for row in range(0, rows, height):
            yield n, slice(row, min(rows, row + height))


def _margins(x: Tensor, around: int = 0) -> tuple[int, int, int, int]:
    """For `pad`: what makes the tiles whole, and zeros all around."""
    (rows, columns), (height, width) = _tiles(x), x.shape[-2:]
    return around, around + OUT * columns - width, around, around + OUT * rows - height


def _both_ways(matrix: Tensor, like: Tensor) -> Tensor:
    """The transform down and across a tile in one."""
    return torch.kron(matrix, matrix).to(like)


def _in_tiles(x: Tensor) -> Tensor:
    """A view: ``(N, C, 4 rows, 4 columns)`` as ``(N, rows, 4, columns, 4, C)``."""
    rows, columns = x.shape[-2] // OUT, x.shape[-1] // OUT
    return x.permute(0, 2, 3, 1).view(x.shape[0], rows, OUT, columns, OUT, x.shape[1])


def _cropped(x: Tensor, start: int, like: Tensor) -> Tensor:
    """Not a view, which could not be rectified in place."""
    height, width = like.shape[-2:]
    if x.shape[-2:] == like.shape[-2:]:
        return x
    return x[..., start : start + height, start : start + width].clone(memory_format=torch.channels_last)


def _channels_last(like: Tensor, channels: int, height: int, width: int) -> Tensor:
    empty = like.new_empty(like.shape[0], channels, height, width, device="meta")
    return torch.empty_like(empty, device=like.device, memory_format=torch.channels_last)
