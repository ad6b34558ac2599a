"""Chances to values, and values to a cut."""

import numpy as np


def own_label(chances, y):
    """Probability of each row's own label: self-confidence in confident learning."""
    return chances[np.arange(len(y)), y]


def margin(chances, y):
    """Probability of the own label less that of the strongest other class, in [-1, 1]."""
    rows = np.arange(len(y))
    others = np.array(chances, dtype=float)
    others[rows, y] = -np.inf
    return chances[rows, y] - others.max(axis=1)


def residual(predictions, y):
    """Minus the distance of each row's number from what was predicted."""
    return -np.abs(y - predictions)


def two_means(values):
    """Lower of the two groups that values fall into: exact two-means on a line, as a mask.

    How OpenDataVal makes a cut of values (Jiang et al. 2023, arXiv:2306.10577).
    """
    values = np.asarray(values, dtype=float)
    order = np.argsort(values, kind="stable")
    ordered = values[order] - values.mean()
    sizes = np.arange(1, len(values))
    sums = np.cumsum(ordered)[:-1]
    # Squared distances fall by as much as the squared sums of both groups, each over its size.
    gain = sums**2 / sizes + (ordered.sum() - sums) ** 2 / (len(values) - sizes)
    low = np.zeros(len(values), dtype=bool)
    low[order[: int(np.argmax(gain)) + 1]] = True
    return low
