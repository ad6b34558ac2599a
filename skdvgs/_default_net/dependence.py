"""agreement and may_be_independent: whether labels have anything to do with features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skdvgs._default_net.kernel import KernelShape
from skdvgs._utils.types import Index

Floats = NDArray[np.floating]

# Left-out scores that agree with the labels by so many standard errors leave no doubt. By chance
# rows vouch for each other now and then, so that less may be chance.
NO_DOUBT = 4.0
_PERMUTATIONS, _LEVEL = 199, 0.05
# Fewer rows tell nothing either way; of more some are looked at.
_LEAST_ROWS, _MOST_ROWS = 50, 2000


def agreement(left_out: Floats, Y: Floats) -> float:
    """How far left-out scores agree with the labels, in standard errors.

    The score test for a weight of 0 of the mean scorer: ``Σ s_i · (y_i - ȳ)``, over its standard
    deviation if labels were drawn at random.

    Parameters
    ----------
    left_out : array of shape (n_samples, n_scorers, n_outputs)
        Scores of each row by fits without it.
    Y : array of shape (n_samples, n_outputs)
        One-hot classes, 0/1 labels or targets.
    """
    mean = left_out.mean(axis=1, dtype=np.float64)
    scores, labels = mean - mean.mean(axis=0), Y - Y.mean(axis=0, dtype=np.float64)
    covariance = labels.T @ labels / len(labels)
    variance = float(np.sum((scores @ covariance) * scores))
    return float(np.sum(scores * labels)) / variance**0.5 if variance > 0.0 else 0.0


def may_be_independent(X: NDArray[np.float32], Y: Floats, group: Index, seed: int) -> bool:
    """Whether labels look as if drawn without a look at the features.

    A permutation test: does ``tr(Yᵀ K Y)`` (the
    Hilbert-Schmidt independence criterion, Gretton et al. 2005) for a linear or a Gaussian kernel
    K exceed what shuffled labels have? Unlike scores, it is exact for any number of rows.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        Features on a scale where distances mean something.
    Y : array of shape (n_samples, n_outputs)
        Numbers that stand for the labels or targets.
    group : int array of shape (n_samples,)
        Rows of one group have their labels together: one of each is looked at.
    seed : int
        Decides the permutations, and which rows are looked at where there are more than 2,000.
    """
    rng = np.random.default_rng(seed)
    rows = np.unique(group, return_index=True)[1]
    if len(rows) < _LEAST_ROWS:
        return False
    if len(rows) > _MOST_ROWS:
        rows = rng.choice(rows, _MOST_ROWS, replace=False)
    X, labels = X[rows], Y[rows].astype(np.float32)
    labels = labels - labels.mean(axis=0)
    spread = labels.std(axis=0)
    labels /= np.where(spread > 0, spread, 1.0)
    orders = [np.arange(len(rows)), *(rng.permutation(len(rows)) for _ in range(_PERMUTATIONS))]
    found = []
    for kind in ("linear", "gaussian"):
        kernel = KernelShape(kind).fit(X)(X, X)
        kernel -= kernel.mean(axis=0)
        np.fill_diagonal(kernel, 0.0)
        found.append([float(np.sum((kernel @ labels[order]) * labels[order])) for order in orders])
    sizes = np.array(found)
    spread = sizes.std(axis=1, keepdims=True)
    sizes = (sizes - sizes.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    largest = sizes.max(axis=0)
    return bool(np.mean(largest >= largest[0]) > _LEVEL)
