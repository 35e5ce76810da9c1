"""How much memory a cell will take, from its settings alone, and whether that much is there."""

from dataclasses import replace

import torch

from experiments.cell import architectures
from experiments.settings import schema
from experiments.settings.inputs import network_inputs
from reconstruct import layers as names
from reconstruct.errors import InputError
from reconstruct.hardware import memory

# Measured, with `both` at 256 to 1280 pixels.
BASE, BASE_ON_GPU = 0.8 * 2**30, 0.7 * 2**30  # Python, torch and the weights
TRANSFORMED = 0.2 * 2**30  # the weights up to relu5_1 once more, for Winograd's convolutions
GAPS = 1.5  # how much larger the C library's heap is than what lies in it, since it is kept (`memory.keep_freed`)
FEW_GAPS = 1.15  # where large blocks are not kept
MANY = 768**2  # pixels, from which on they are not: there room counts for more than the time to get them back
GAPS_ON_GPU = 1.7  # with what cuDNN takes and the recorded step's own memory; measured on an H100 at 256 to 1536 pixels
# Bytes of a feature beyond those of a Gram matrix, measured.
OF_A_STATISTIC = {"gram": 0, "covariance": 0, "moments": 6, "shifted": 6, "sliced": 24}
GRADIENTS = 3  # maps of the largest size that exist at once on the way back
GRAIN = 32  # pixels: sizes are suggested in multiples of it


def needed(config: schema.Config, pixels: int, itemsize: int, on_gpu: bool = False) -> int:
    """Bytes, at the peak of a step or of the evaluation in float32 at the end.

    Args:
        config: says which layers are seen and what is kept.
        pixels: of the larger of the pictures.
        itemsize: bytes of a feature while optimising.
        on_gpu: whether that is of a GPU.
    """
    if on_gpu:
        return int(BASE_ON_GPU + GAPS_ON_GPU * _working(config, pixels, itemsize))
    whole = BASE + (TRANSFORMED if itemsize == 4 else 0)
    kept = GAPS * _working(config, min(pixels, MANY), itemsize)
    return int(whole + max(kept, FEW_GAPS * _working(config, pixels, itemsize)))


def _working(config: schema.Config, pixels: int, itemsize: int) -> float:
    """Bytes of tensors at the peak."""
    if not config.network.is_vgg:
        function = network_inputs(config.network).function
        numbers, largest = architectures.kept(config.network.architecture, function, config.asked_layers())
        # Measured at 512 and 1024 pixels: bfloat16 takes as much, since what stands between layers is converted.
        return 4 * pixels * (numbers + GRADIENTS * largest) + _optimizer(config, pixels)
    maps = [channels * pixels // 4**block for block, channels in enumerate((64, 128, 256, 512, 512))]
    counts = _convolutions(config)
    kept = [map_ * count + map_ // 4 for map_, count in zip(maps, counts, strict=False)]
    if config.checkpointing:
        kept = [map_ // 4 for map_ in maps[: len(counts)]] + [max(kept)]
    step = itemsize * (sum(kept) + GRADIENTS * maps[0])
    evaluated = 4 * sum(sorted(maps[: len(counts)] * 2)[-3:])
    return float(max(step, evaluated) + _statistic(config, pixels) + _optimizer(config, pixels))


def _statistic(config: schema.Config, pixels: int) -> int:
    """Bytes that a statistic of style keeps of its layers' features, or of as many numbers."""
    if "style" not in config.active():
        return 0
    taps = config.layers("style")
    features = sum(names.CHANNELS[names.block(tap) - 1] * (pixels >> 2 * names.halvings(tap)) for tap in taps)
    return features * OF_A_STATISTIC.get(config.style.statistic, 0)


def _convolutions(config: schema.Config) -> list[int]:
    """How many of each block's convolutions lie below the deepest layer that is asked for."""
    taps = names.taps(names.ARCHITECTURES[config.network.architecture])
    deepest = max(map(taps.index, config.asked_layers()))
    passed = [tap for tap in taps[: deepest + 1] if tap.startswith("conv")]
    return [sum(names.block(tap) == block for tap in passed) for block in range(1, names.block(passed[-1]) + 1)]


def _optimizer(config: schema.Config, pixels: int) -> int:
    vectors = 2 * config.optimizer.history + 12 if isinstance(config.optimizer, schema.LBFGSSettings) else 6
    numbers = 3 * pixels * (4 / 3 if isinstance(config.canvas, schema.PyramidSettings) else 1)
    return int(4 * numbers * vectors)


def fits(config: schema.Config, pixels: int, device: torch.device, itemsize: int) -> bool:
    """Whether there is as much memory as is needed, or nobody knows how much there is."""
    there = _there(device)
    return there is None or needed(config, pixels, itemsize, device.type == "cuda") <= there


def check(config: schema.Config, pixels: int, device: torch.device, itemsize: int) -> None:
    """Refuse what will not fit, before anything large is made, and say what would.

    Raises:
        InputError: it will not fit.
    """
    on_gpu, there = device.type == "cuda", _there(device)
    if there is None or (wanted := needed(config, pixels, itemsize, on_gpu)) <= there:
        return
    ways = [f"size={size}"] if (size := _fitting(config, pixels, there, itemsize, on_gpu)) else ["lower layers"]
    if needed(replace(config, checkpointing=True), pixels, itemsize, on_gpu) <= there:
        ways.append("checkpointing=true")
    raise InputError(
        f"size={config.size}: about {wanted / 2**30:.1f} GiB of memory are needed and {there / 2**30:.1f} GiB are "
        f"there; {' or '.join(ways)} would do"
    )


def _there(device: torch.device) -> int | None:
    """Bytes of memory that can be had; ``None`` if nobody knows."""
    if device.type != "cuda":
        return memory.available()
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)  # by torch, of earlier cells
    return int(torch.cuda.mem_get_info(device)[0]) + kept


def _fitting(config: schema.Config, pixels: int, there: int, itemsize: int, on_gpu: bool) -> int:
    """The largest size that fits, 0 if none does."""
    sizes = range(config.size // GRAIN * GRAIN, 0, -GRAIN)
    return next((s for s in sizes if needed(config, pixels * s**2 // config.size**2, itemsize, on_gpu) <= there), 0)
