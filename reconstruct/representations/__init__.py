"""What of the features must survive, a module each: their values (content) or their statistics over positions (style).

`representation` is what all of them are: a code made of one tensor a layer, and a distance between two codes.

    content      the features themselves: what is where
    gram         Style, the paper's: mean products of channels
    covariance   mean products of channels about their means
    moments      mean and standard deviation of each channel
    shifted      mean products of channels at neighbouring positions, too
    sliced       the whole distribution of channels, seen from many directions
    part         any of these, of some channels and positions alone
"""

from reconstruct.representations.content import Content as Content
from reconstruct.representations.covariance import Covariance as Covariance
from reconstruct.representations.moments import Moments as Moments
from reconstruct.representations.part import Part as Part
from reconstruct.representations.representation import Code as Code
from reconstruct.representations.representation import Representation as Representation
from reconstruct.representations.representation import equal_weights as equal_weights
from reconstruct.representations.shifted import Shifted as Shifted
from reconstruct.representations.sliced import Sliced as Sliced
from reconstruct.representations.style import Style as Style
from reconstruct.representations.style import gram as gram
