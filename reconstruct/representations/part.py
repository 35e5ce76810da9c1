"""Another representation, of a part of the features alone: what do some channels, or some positions, see?

L_l is that of the other representation, of F_ij with i among the chosen channels and j among the chosen positions.
"""

from torch import Tensor

from reconstruct.representations.representation import Representation
from reconstruct.selection import Selection


class Part(Representation):
    """Another representation of the chosen features alone.

    Args:
        whole: the other one.
        selection: which features.
    """

    def __init__(self, whole: Representation, selection: Selection) -> None:
        super().__init__(whole.weights)
        self.whole, self.selection = whole, selection

    def code(self, F: Tensor) -> Tensor:
        """The other one's code of the chosen features."""
        return self.whole.code(self.selection(F))

    def layer_loss(self, code: Tensor, target: Tensor) -> Tensor:
        """The other one's loss."""
        return self.whole.layer_loss(code, target)
