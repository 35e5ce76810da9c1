"""What does each layer of a convolutional network know about a picture?

After Gatys, Ecker and Bethge (2015). A picture is encoded by a layer, and another picture that begins as noise is
changed until it has the same code. What both pictures have in common is what the layer knows.

With F the features of the picture at layer l, P those of the original, N channels and M positions::

    content    L_l = 1/2 Σ_ij (F_ij - P_ij)²                       the features themselves
    style      E_l = 1/(4 N² M²) Σ_ij (G_ij - A_ij)²               their correlations, G_ij = Σ_k F_ik F_jk
    total      L = α Σ_l w_l L_l + β Σ_l w_l E_l                   A is the Gram matrix of the original

The way of the data, and the names on it::

    picture file         fetch (a sample by name), load, save
    -> tensor            (1, 3, H, W), RGB in [0, 1]
    -> features          Network; vgg with the weights of file_state
    -> code              encode with a Representation: Content or Style
    -> objective         Objective, a weighted sum of Terms
       and canvas        Canvas: Pixels, Pyramid or Fourier, begun from white_noise
    -> steps             Synthesis with BlockLBFGS or any optimizer of torch gives a Step after each evaluation
    -> result            Result, the record of a finished reconstruction; Sweep, a list of them

What the user gave and was wrong is an InputError, what failed on the way a RunError. All names are loaded at their
first use, and so is torch. The modules have more: `help(reconstruct.canvas)`. Where to look next: `README.md` in this
folder (Python, and how to add a representation, a canvas or a network), `measures` (PSNR, SSIM), `figures` (drawn from
run folders), `recorders` (what is written meanwhile), `analysis` (what a sweep shows). The command is `reconstruct`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

_OFFERED = {  # module -> its names that `reconstruct` offers; the same as below, for type checkers
    "analysis": (),
    "assets": ("fetch",),
    "canvas": ("Canvas", "Fourier", "Pixels", "Pyramid", "white_noise"),
    "errors": ("InputError", "RunError"),
    "figures": (),
    "images": ("load", "save"),
    "layers": (),
    "measures": (),
    "network": ("Network", "file_state", "vgg"),
    "objective": ("Objective", "Term", "encode"),
    "optimizers": ("BlockLBFGS",),
    "recorders": (),
    "representations": ("Content", "Representation", "Style"),
    "results": ("Result",),
    "sweeps": ("Sweep",),
    "synthesis": ("Step", "Synthesis"),
}
_MODULE = {name: module for module, names in _OFFERED.items() for name in names}

if TYPE_CHECKING:
    from reconstruct import analysis as analysis
    from reconstruct import figures as figures
    from reconstruct import layers as layers
    from reconstruct import measures as measures
    from reconstruct import recorders as recorders
    from reconstruct.assets import fetch as fetch
    from reconstruct.canvas import Canvas as Canvas
    from reconstruct.canvas import Fourier as Fourier
    from reconstruct.canvas import Pixels as Pixels
    from reconstruct.canvas import Pyramid as Pyramid
    from reconstruct.canvas import white_noise as white_noise
    from reconstruct.errors import InputError as InputError
    from reconstruct.errors import RunError as RunError
    from reconstruct.images import load as load
    from reconstruct.images import save as save
    from reconstruct.network import Network as Network
    from reconstruct.network import file_state as file_state
    from reconstruct.network import vgg as vgg
    from reconstruct.objective import Objective as Objective
    from reconstruct.objective import Term as Term
    from reconstruct.objective import encode as encode
    from reconstruct.optimizers import BlockLBFGS as BlockLBFGS
    from reconstruct.representations import Content as Content
    from reconstruct.representations import Representation as Representation
    from reconstruct.representations import Style as Style
    from reconstruct.results import Result as Result
    from reconstruct.sweeps import Sweep as Sweep
    from reconstruct.synthesis import Step as Step
    from reconstruct.synthesis import Synthesis as Synthesis
else:

    def __getattr__(name: str) -> object:
        if name in _OFFERED:
            return import_module(f"{__name__}.{name}")
        if name in _MODULE:
            return getattr(import_module(f"{__name__}.{_MODULE[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted([*_OFFERED, *_MODULE])
