"""Data Shapley by truncated Monte Carlo: Ghorbani and Zou 2019, arXiv:1904.02868, algorithm 1."""

import numpy as np


def data_shapley(utility, *, n_permutations, tolerance=0.01, patience=5, seed=0):
    """Mean over random orders of what a row adds to the rows before it.

    An order is cut short, and its remaining rows add nothing, once the utility has stayed within
    ``tolerance`` (a share of that of all rows) of it for ``patience`` rows in a row. A tolerance
    of zero never cuts.
    """
    rng = np.random.default_rng(seed)
    n_rows = len(utility)
    whole, empty = utility(np.arange(n_rows)), utility([])
    values = np.zeros(n_rows)
    for _ in range(n_permutations):
        order, before, n_near = rng.permutation(n_rows), empty, 0
        for place, row in enumerate(order):
            now = utility(order[: place + 1])
            values[row] += now - before
            before = now
            n_near = n_near + 1 if abs(whole - now) < tolerance * whole else 0
            if n_near == patience:
                break
    return values / n_permutations
