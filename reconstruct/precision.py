"""Which number format is faster on this machine, found by trying."""

import time
from functools import lru_cache

import torch
from torch import nn

ADVANTAGE = 1.5  # bfloat16 must win by this much, so that noise never decides


@lru_cache
def fastest(device: torch.device) -> torch.dtype:
    """bfloat16 where convolutions in it are clearly faster than in float32 (AMX, tensor cores), else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.get_device_capability(device) >= (8, 0) else torch.float32
    seconds = {dtype: _convolution_seconds(dtype) for dtype in (torch.float32, torch.bfloat16)}
    return torch.bfloat16 if seconds[torch.bfloat16] * ADVANTAGE < seconds[torch.float32] else torch.float32


@torch.no_grad()
def _convolution_seconds(dtype: torch.dtype) -> float:
    """The quickest of five convolutions as VGG's middle blocks have them, after one that warms up."""
    x = torch.zeros(1, 128, 64, 64).to(dtype, memory_format=torch.channels_last)
    convolution = nn.Conv2d(128, 128, 3, padding=1).to(dtype)
    convolution.to(memory_format=torch.channels_last)
    convolution(x)
    return min(_timed(convolution, x) for _ in range(5))


def _timed(module: nn.Module, x: torch.Tensor) -> float:
    start = time.perf_counter()
    module(x)
    return time.perf_counter() - start
