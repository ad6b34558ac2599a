"""Defects: labels, numbers or features of source rows are changed, and it is known where."""

import numpy as np

from skdvgs.datasets import corrupt_labels, corrupt_targets

FLIPS = ("even", "by class")
ERRORS = ("replaced", "times ten", "Gaussian error", "swapped")

# A slip of the decimal point is rarer than other errors.
ERROR_SHARES = {"times ten": 0.03}


def flip(y, defect, share, seed):
    """Other labels for a share of the rows: drawn evenly, or most in every second class.

    Returns
    -------
    y, wrong : arrays of shape (n_samples,)
        By class, rows of every second class are taken for the next one three times as often as
        rows of the others.
    """
    if defect == "even":
        return corrupt_labels(y, share, random_state=seed)
    chance = np.where(np.arange(y.max() + 1) % 2 == 0, 0.3, 0.1)
    transition = np.diag(1.0 - chance) + np.roll(np.diag(chance), 1, axis=1)
    return corrupt_labels(
        y, share, kind="class_conditional", transition=transition, random_state=seed
    )


def spoil_numbers(X, y, defect, share, seed):
    """Other numbers for a share of the rows.

    Parameters
    ----------
    defect : {'replaced', 'times ten', 'Gaussian error', 'swapped'}
        The number of another row; ten times the own one; with an error whose standard deviation
        is that of all numbers; exchanged with the nearest row that has another number.

    Returns
    -------
    y, wrong : arrays of shape (n_samples,)
    """
    if defect == "replaced":
        return corrupt_targets(y, share, random_state=seed)
    rng = np.random.default_rng(seed)
    n_wrong = round(share * len(y))
    rows = rng.permutation(len(y))
    if defect == "times ten":
        rows = rows[y[rows] != 0]
    spoilt = y.copy()
    if defect == "swapped":
        rows = _swap(X, y, spoilt, rows, n_wrong)
    elif defect == "times ten":
        spoilt[rows[:n_wrong]] *= 10.0
    else:
        spoilt[rows[:n_wrong]] += y.std() * rng.normal(size=n_wrong)
    wrong = np.zeros(len(y), dtype=bool)
    wrong[rows[:n_wrong]] = True
    return spoilt, wrong


def _swap(X, y, spoilt, order, n_wrong):
    """Exchange numbers with neighbours, in place; returns which rows, pair by pair."""
    spread = X.std(axis=0)
    scaled = (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    free = np.ones(len(y), dtype=bool)
    swapped = []
    for row in order:
        if len(swapped) >= n_wrong:
            break
        others = np.flatnonzero(free & (y != y[row]))
        if not free[row] or not len(others):
            continue
        other = others[((scaled[others] - scaled[row]) ** 2).sum(axis=1).argmin()]
        spoilt[row], spoilt[other] = y[other], y[row]
        free[[row, other]] = False
        swapped += [row, other]
    return np.array(swapped, dtype=int)
