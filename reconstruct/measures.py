"""Numbers about a reconstruction beside its original: pictures ``(1, 3, H, W)``, RGB in [0, 1]."""

import math

import numpy as np
from skimage.metrics import structural_similarity
from torch import Tensor
from torch.nn.functional import mse_loss


def psnr(picture: Tensor, original: Tensor) -> float:
    """Peak signal-to-noise ratio in dB, 10 log₁₀(1 / mean squared error); infinite for equal pictures."""
    error = float(mse_loss(picture, original))
    return 10 * math.log10(1 / error) if error > 0 else math.inf


def ssim(picture: Tensor, original: Tensor) -> float | None:
    """Structural similarity with the Gaussian window of Wang et al. (2004), mean over the channels; 1 for equal ones.

    ``None`` for pictures smaller than the window (11 pixels).
    """
    if min(picture.shape[-2:]) < 11:
        return None
    x, y = (np.asarray(p[0].permute(1, 2, 0).cpu(), dtype=np.float64) for p in (picture, original))
    return float(
        structural_similarity(
            x, y, data_range=1.0, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
    )
