"""Which processor computes, and what else decides how fast it is."""

import os
import platform
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import torch

# Environment variables by which torch's libraries use other instructions, threads or number formats.
VARIABLES = re.compile(r"(ATEN|ONEDNN|DNNL|MKL|OMP|KMP|GOMP|TORCH|CUBLAS|CUDNN|CUDA|NVIDIA_TF32)_\w+")


def name(device: torch.device) -> str:
    """What its maker calls the processor, or the GPU."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else _cpu()[0]


def circumstances(device: torch.device) -> dict[str, str]:
    """Hardware and library versions that a timing is valid for: key -> value."""
    environment = {key: value for key, value in sorted(os.environ.items()) if VARIABLES.fullmatch(key)}
    found = {"processor": name(device), "torch": torch.__version__, "environment": repr(environment)}
    if device.type == "cuda":
        return found | {"libraries": f"CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"}
    capability, threads = torch.backends.cpu.get_cpu_capability(), str(torch.get_num_threads())
    return found | {"instructions": _cpu()[1], "capability": capability, "threads": threads}


@lru_cache
def _cpu() -> tuple[str, str]:
    """Name and instructions; of machines that are called the same some hide instructions."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux
        text = ""
    fields = dict(re.findall(r"^([^\t:]+?)\s*: (.*)$", text, re.MULTILINE))
    called = fields.get("model name") or _brand() or platform.processor() or platform.machine()
    return called, fields.get("flags") or fields.get("Features", "")


def _brand() -> str:
    """The name that macOS gives."""
    if sys.platform != "darwin":
        return ""
    try:
        asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=5).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
