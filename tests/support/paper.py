"""The paper's equations, element by element."""

import itertools


def paper_content(F, P):
    """Equation 1 of arXiv 1508.06576, element by element."""
    F, P = F[0].flatten(1).tolist(), P[0].flatten(1).tolist()
    return 0.5 * sum((F[i][j] - P[i][j]) ** 2 for i, j in itertools.product(range(len(F)), range(len(F[0]))))


def paper_gram(F):
    """Equation 3, element by element."""
    F = F[0].flatten(1).tolist()
    return [[sum(a * b for a, b in zip(F[i], F[j], strict=True)) for j in range(len(F))] for i in range(len(F))]


def paper_style(F, S):
    """Equation 4, element by element."""
    G, A = paper_gram(F), paper_gram(S)
    N, M = F.shape[1], F.shape[2] * F.shape[3]
    return sum((G[i][j] - A[i][j]) ** 2 for i in range(N) for j in range(N)) / (4 * N**2 * M**2)
