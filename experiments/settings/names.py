"""A cell's folder is named after what the user asked for, never after a running number."""

import hashlib
import re
from collections.abc import Sequence

from anyascii import anyascii

from reconstruct.results import NOT_SETTINGS

LONGEST = 120  # characters; a file name may have 255 bytes and TensorBoard shows run names in full

NOT_IN_A_NAME = (*NOT_SETTINGS, "parts", "hydra")


def cell_name(overrides: Sequence[str]) -> str:
    """``depth=3,representation=content``: safe as a file name, and different for different overrides.

    Anything that had to be replaced or cut is made up for by a digest at the end.
    """
    chosen = sorted(o for o in overrides if re.split(r"[=.@/]", o.lstrip("+~"))[0] not in NOT_IN_A_NAME)
    if not chosen:
        return "default"
    full = ",".join(re.sub(r"=(?:\[(.*)\]|'(.*)'|\"(.*)\")$", r"=\1\2\3", o) for o in chosen)  # brackets, quotes
    spoken = full if full.isascii() else anyascii(full)  # 猫.jpg and 犬.jpg are not both called _.jpg
    short = re.sub(r"[^\w.,=+-]+", "_", spoken, flags=re.ASCII)[:LONGEST].lstrip(".")
    return short if short == full else f"{short}-{hashlib.sha256(full.encode()).hexdigest()[:8]}"
