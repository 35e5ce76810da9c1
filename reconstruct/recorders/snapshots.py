"""The picture at the moment when a relative error is first met, so that layers can be compared at equal error.

error=0.1.png    the first picture whose relative error, ‖code − target‖² / ‖target‖², was no larger than 0.1
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from reconstruct import images
from reconstruct.synthesis import Step


class Snapshots:
    """A recorder.

    Args:
        folder: where the pictures go.
        levels: relative errors at which a picture is kept: of all terms, mean over the layers of each.
        done: steps already taken; pictures that an earlier session kept are left as they are.
    """

    def __init__(self, folder: Path, levels: Sequence[float], done: int) -> None:
        self._folder = folder
        if not done:
            for path in found(folder, levels).values():
                path.unlink()
        self._ahead = [level for level in levels if not place(folder, level).exists()]

    def __call__(self, step: Step) -> None:
        """Save the picture of the first step with at most that error, for every level that it reaches."""
        for level in [level for level in self._ahead if step.error <= level]:
            images.save(step.picture, place(self._folder, level))
            self._ahead.remove(level)


def place(folder: Path, level: float) -> Path:
    """Where the picture of a level is."""
    return folder / f"error={level:g}.png"


def found(folder: Path, levels: Sequence[float]) -> Mapping[float, Path]:
    """Level -> picture, of the levels that were reached."""
    return {level: path for level in levels if (path := place(folder, level)).exists()}
