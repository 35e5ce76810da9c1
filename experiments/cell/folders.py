"""The folder into which results go."""

import errno
import os
from pathlib import Path

from reconstruct.errors import InputError


def make(folder: Path) -> None:
    """Make it, if it is not there.

    Raises:
        InputError: it cannot be made, or one may not write there.
        OSError: the disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise InputError(f"{folder}: this folder cannot be made ({error.strerror}); set runs= to another") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: no permission to write there; set runs= to another folder")
