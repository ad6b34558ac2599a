"""Confident learning: Northcutt, Jiang, Chuang 2021, arXiv:1911.00068.

Which labels are wrong is read from class probabilities that were made without the row.
"""

import numpy as np

from .chances import own_label

# No class counts as so rare that it has no threshold.
_LEAST = 1e-6


def thresholds(chances, y):
    """Mean self-confidence of the rows of each class; infinite for a class without rows."""
    own = own_label(chances, y)
    counts = np.bincount(y, minlength=chances.shape[1])
    sums = np.bincount(y, weights=own, minlength=chances.shape[1])
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)


def confident_joint(chances, y):
    """Rows by given label and confident class, counted; then made to sum to the given labels.

    A row counts for the most probable of the classes whose threshold its chance reaches, and
    for none if there is no such class.

    Returns
    -------
    joint : int array of shape (n_classes, n_classes)
        Entry (given, true): estimated number of rows.
    """
    n_classes = chances.shape[1]
    confident = chances >= thresholds(chances, y) - _LEAST
    counted = confident.any(axis=1)
    true = np.where(confident, chances, -np.inf).argmax(axis=1)
    joint = np.zeros((n_classes, n_classes))
    np.add.at(joint, (y[counted], true[counted]), 1.0)
    given = np.bincount(y, minlength=n_classes)
    # The diagonal holds at least one row of a class that is there.
    diagonal = np.diag_indices(n_classes)
    joint[diagonal] = np.maximum(joint[diagonal], np.minimum(given, 1))
    rows = joint.sum(axis=1, keepdims=True)
    return _rounded(joint / np.maximum(rows, 1.0) * given[:, None])


def _rounded(joint):
    """Whole numbers; those with the largest rests are rounded up, so that rows keep their sums."""
    whole = np.floor(joint + _LEAST)
    missing = np.round(joint.sum(axis=1) - whole.sum(axis=1)).astype(int)
    for row, n in enumerate(missing):
        whole[row, np.argsort(whole[row] - joint[row], kind="stable")[:n]] += 1
    return whole.astype(int)


def find_label_issues(chances, y):
    """Which labels are wrong: pruning by noise rate.

    For each given and each other class as many rows as the joint counts, those with the largest
    chance of the other class less that of their own; a row whose own class is the most probable
    one is never taken.
    """
    joint = confident_joint(chances, y)
    own = own_label(chances, y)
    wrong = np.zeros(len(y), dtype=bool)
    for given in np.unique(y):
        rows = np.flatnonzero(y == given)
        for other in range(chances.shape[1]):
            n = joint[given, other]
            if other != given and n > 0:
                lead = chances[rows, other] - own[rows]
                wrong[rows[np.argsort(-lead, kind="stable")[:n]]] = True
    return wrong & (chances.argmax(axis=1) != y)


def adjusted_own_label(chances, y):
    """Self-confidence once each class's chances are lowered by its threshold and scaled anew.

    The adjusted score of cleanlab's ``get_label_quality_scores``: classes that models are
    surer of do not stand out.
    """
    means = thresholds(chances, y)
    lowered = chances - np.where(np.isfinite(means), means, 1.0) + means[np.isfinite(means)].max()
    return own_label(lowered / lowered.sum(axis=1, keepdims=True), y)
