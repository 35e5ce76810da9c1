"""What a cluster allows: how many cells one job array may have."""

import re
import subprocess

from omegaconf import DictConfig

_LARGEST = re.compile(r"^MaxArraySize\s*=\s*(\d+)", re.MULTILINE)


def most_at_once(launcher: DictConfig) -> int | None:
    """Slurm's MaxArraySize, if that is the launcher and the cluster says it; else there is no limit.

    Indices begin at 0 and end below that number, so that it is also the number of jobs.
    """
    if not str(launcher.get("_target_", "")).endswith(".SlurmLauncher"):
        return None
    try:
        command = ["scontrol", "show", "config"]
        told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):  # the launcher will say what is wrong
        return None
    found = _LARGEST.search(told)
    return int(found[1]) if found and int(found[1]) > 0 else None
