"""Optimisations of a tiny network."""

import torch
from support.tiny import smooth_picture, tiny_network
from torch import Tensor

from reconstruct.canvas import Canvas, Fourier, Pixels, Pyramid, white_noise
from reconstruct.network import Network
from reconstruct.objective import Objective, Term, encode
from reconstruct.optimizers import BlockLBFGS
from reconstruct.representations import Content, Style, equal_weights
from reconstruct.synthesis import Synthesis


def made(
    kind: str = "content",
    optimizer: str = "lbfgs",
    canvas: str = "pixels",
    unit: float = 1.0,
    reach: float = 0.1,
    until: float | None = None,
) -> Synthesis:
    generator = torch.Generator().manual_seed(0)
    network = tiny_network()
    representation = {"content": Content, "style": Style}[kind](equal_weights(["relu1_1", "relu2_1"]))
    target = encode(network, representation, smooth_picture(16, 16, seed=5))
    objective = Objective(network, [Term(kind, representation, target, unit=unit)])
    start = {
        "pixels": lambda: Pixels(white_noise(16, 16, 0.29, generator)),
        "pyramid": lambda: Pyramid(white_noise(16, 16, 0.05, generator), 3, 0.25),
        "fourier": lambda: Fourier(white_noise(16, 16, 0.29, generator)),
    }[canvas]()
    moves = {
        "lbfgs": lambda: BlockLBFGS(start.parameters(), start.position, lr=1, history=10, reach=reach),
        "adam": lambda: torch.optim.Adam(start.parameters(), 0.05),
    }[optimizer]()
    return Synthesis(start, objective, moves, steps=60, until=until)


def inversion(
    network: Network, original: Tensor, layer: str, steps: int, canvas: Canvas | None = None, unit: float = 1.0
) -> Synthesis:
    """Of one layer's content, from noise; on pixels, unless there is a canvas."""
    content = Content({layer: 1.0})
    start = canvas or Pixels(white_noise(*original.shape[-2:], 0.2, torch.Generator().manual_seed(0)))
    objective = Objective(network, [Term("content", content, encode(network, content, original), unit=unit)])
    return Synthesis(start, objective, BlockLBFGS(start.parameters(), start.position, 1, 20, 0.1), steps=steps)
