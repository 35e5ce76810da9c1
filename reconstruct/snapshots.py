"""The picture at the moment when a relative error is first met, so that layers can be compared at equal error.

A layer whose reconstruction differs from the photograph may not know better, or may not have been matched yet. Pictures
of different layers that were stopped at one relative error, ‖code − target‖² / ‖target‖², tell the two apart.

error=0.1.png    the first picture whose error was no larger than 0.1
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from reconstruct import images
from reconstruct.objective import Term, reference_loss
from reconstruct.synthesis import Step


class Snapshots:
    """A recorder.

    Args:
        folder: where the pictures go.
        terms: those whose errors count, all of them at once. A term's error is its loss over that of a zero code; for
            a single layer that is the relative error.
        levels: relative errors at which a picture is kept.
        done: steps already taken; pictures that an earlier sitting kept are left as they are.
    """

    def __init__(self, folder: Path, terms: Sequence[Term], levels: Sequence[float], done: int) -> None:
        self._places = {level: place(folder, level) for level in levels}
        self._units = {t.name: t.unit / reference_loss(t.representation, t.target) for t in terms if t.weight}
        if not done:
            for path in self._places.values():
                path.unlink(missing_ok=True)
        self._ahead = [level for level, path in self._places.items() if not path.exists()]

    def __call__(self, step: Step) -> None:
        error = max(step.terms[name] * unit for name, unit in self._units.items())
        for level in [level for level in self._ahead if error <= level]:
            images.save(step.picture, self._places[level])
            self._ahead.remove(level)


def place(folder: Path, level: float) -> Path:
    """Where the picture of a level is."""
    return folder / f"error={level:g}.png"


def found(folder: Path, levels: Sequence[float]) -> Mapping[float, Path]:
    """Level -> picture, of the levels that were reached."""
    return {level: path for level in levels if (path := place(folder, level)).exists()}
