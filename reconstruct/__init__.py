"""What does each layer of a convolutional network know about a picture?

After Gatys, Ecker and Bethge (2015). A picture is encoded by a layer, and another picture that begins as noise is
changed until it has the same code. What both pictures have in common is what the layer knows.

With F the features of the picture at layer l, P those of the original, N_l channels and M_l positions::

    content    L_l = 1/2 Σ_ij (F_ij - P_ij)²                       the features themselves
    style      E_l = 1/(4 N_l² M_l²) Σ_ij (G_ij - A_ij)²           their correlations, G_ij = Σ_k F_ik F_jk
    total      L = α Σ_l w_l L_l + β Σ_l w_l E_l                   A is the Gram matrix of the original

The way of the data, and the names on it::

    picture file         fetch (a sample by name), load, save
    -> tensor            (1, 3, H, W), RGB in [0, 1]
    -> features          Network: vgg with the weights of file_state, Stages of your own, Modules around any module
    -> code              encode with a Representation: Content or Style
    -> objective         Objective, a weighted sum of Terms
       and canvas        Canvas: Pixels, Pyramid or Fourier, begun from white_noise
    -> steps             Synthesis with BlockLBFGS or any optimizer of torch gives a Step after each evaluation
    -> result            Result, the record of a finished reconstruction; Sweep, a list of them

What the user gave and was wrong is an InputError, what failed on the way a RunError. All names are loaded at their
first use, and so is torch. The modules have more: `help(reconstruct.canvas)`. Where to look next: `README.md` in this
folder (Python, and how to add a representation, a canvas or a network), `measures` (PSNR, SSIM), `runs` (what is on
disk), `report` (figures and pages of it), `recorders` (what is written meanwhile), `analysis` (what a sweep shows). The
command is `reconstruct`.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
