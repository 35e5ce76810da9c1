"""Which number format, and which way of convolving, is faster on this machine."""

from typing import Any

import torch


def bfloat16_instructions() -> list[str]:
    """Those of this machine's processor that multiply in bfloat16; older versions of torch cannot tell."""
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return [name for name in ("amx_bf16", "avx512_bf16") if capabilities.get(name)]


def fastest(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware multiplies matrices in it (AMX, AVX-512, tensor cores), else float32.

    Asked of the machine rather than timed, so that the answer is the same under every load. Convolutions of VGG-19 at
    256 pixels were 4 to 6 times as fast in bfloat16 on a CPU with AMX, twice as fast on an AMD Zen 5 with AVX-512.
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.get_device_capability(device) >= (8, 0) else torch.float32
    return torch.bfloat16 if bfloat16_instructions() else torch.float32


def winograd_pays(device: torch.device) -> bool:
    """Whether `reconstruct.hardware.winograd` beats torch's own float32 convolutions.

    On two threads of an AMD Zen 3 (AVX2) a step of VGG-19 was 1.35 times as fast for a style of five layers at 256 and
    512 pixels, 1.15 times at 128; others without AVX-512 are taken to be like it. On a Zen 5 it was a tenth slower:
    there torch's convolutions make use of AVX-512, its products of matrices do not. Intel's processors with AVX-512
    and those of other kinds were not tried and are left alone, and cuDNN has algorithms of that kind itself.
    """
    return device.type == "cpu" and torch.backends.cpu.get_cpu_capability() == "AVX2"
