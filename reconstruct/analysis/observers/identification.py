"""Whether an observer takes a picture for its original.

Recognised: it gives the class that it gives the original. Identified: it finds the picture nearer to its own original
than to another one (VanRullen & Reddy 2019, for reconstructions from brain activity); by chance, half of the time.
"""

from torch import Tensor
from torch.nn.functional import cosine_similarity


def probability(of_picture: Tensor, of_original: Tensor) -> float:
    """That a picture shows what its original shows: of the original's most probable class; both ``(K,)``."""
    return float(of_picture[of_original.argmax()])


def rank(of_picture: Tensor, of_original: Tensor) -> int:
    """Place of the original's most probable class in a picture, 1 for the first; both ``(K,)``."""
    return 1 + int((of_picture > of_picture[of_original.argmax()]).sum())


def similarity(of_picture: Tensor, of_original: Tensor) -> float:
    """Cosine similarity of two embeddings ``(D,)``, -1 to 1."""
    return float(cosine_similarity(of_picture, of_original, dim=0))


def identified(of_picture: Tensor, of_original: Tensor, of_others: Tensor) -> float:
    """The share of other originals that are less similar than its own; a tie counts half.

    Args:
        of_picture: its embedding ``(D,)``.
        of_original: of the picture that it was made from ``(D,)``.
        of_others: of the other originals ``(N, D)``, at least one.
    """
    own = cosine_similarity(of_picture, of_original, dim=0)
    others = cosine_similarity(of_picture[None], of_others, dim=1)
    return float((own > others).float().mean() + (own == others).float().mean() / 2)
