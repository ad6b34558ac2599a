"""Single numbers for how well values find noisy rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import average_precision_score, roc_auc_score

from ._checks import read_noisy, read_values


def noise_detection_score(values: ArrayLike, is_noisy: ArrayLike) -> float:
    """AUROC: the probability that a noisy row has a lower value than a clean one.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Value of each row; higher is better.
    is_noisy : array-like of bool of shape (n_samples,)
        True for rows known to be noisy.

    Returns
    -------
    auroc : float
        In [0, 1]. 1 is perfect, 0.5 is chance; higher is better.

    Raises
    ------
    InvalidInputError
        A ``ValueError``; if values are not finite numbers, or no row or every row is noisy.

    See Also
    --------
    noise_detection_curve : The whole curve.
    noise_detection_average_precision : Weighs the lowest rows more.
    noise_detection_f1 : Looks at one cut only.

    Notes
    -----
    Over all pairs of a noisy row i and a clean row j, equal values counting one half:

    .. math::

       \\mathrm{AUROC} = \\frac{1}{n_\\mathrm{noisy}\\, n_\\mathrm{clean}}
       \\sum_{i\\ \\mathrm{noisy}} \\sum_{j\\ \\mathrm{clean}}
       \\left([v_i < v_j] + \\tfrac{1}{2} [v_i = v_j]\\right) .

    Examples
    --------
    >>> from skdvgs.metrics import noise_detection_score
    >>> noise_detection_score([0.1, 0.9, 0.3, 0.5], [True, False, False, True])
    0.75
    """
    values = read_values(values)
    return float(roc_auc_score(read_noisy(is_noisy, len(values)), -values))


def noise_detection_average_precision(values: ArrayLike, is_noisy: ArrayLike) -> float:
    """Average precision of finding noisy rows by low values.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Value of each row; higher is better.
    is_noisy : array-like of bool of shape (n_samples,)
        True for rows known to be noisy.

    Returns
    -------
    average_precision : float
        In (0, 1]. 1 is perfect, the share of noisy rows is chance; higher is better.

    Raises
    ------
    InvalidInputError
        A ``ValueError``; if values are not finite numbers, or no row or every row is noisy.

    See Also
    --------
    noise_detection_score : AUROC, which weighs all rows alike.
    sklearn.metrics.average_precision_score : The function that computes it.

    Notes
    -----
    With the distinct values τ in increasing order, recall R(τ) the share of noisy rows with a
    value of at most τ, and precision P(τ) the share of noisy ones among all such rows:

    .. math::

       \\mathrm{AP} = \\sum_k \\left(R(\\tau_k) - R(\\tau_{k-1})\\right) P(\\tau_k),
       \\qquad R(\\tau_0) = 0 .

    Examples
    --------
    >>> from skdvgs.metrics import noise_detection_average_precision
    >>> score = noise_detection_average_precision([0.1, 0.9, 0.3, 0.5], [True, False, False, True])
    >>> round(score, 3)
    0.833
    """
    values = read_values(values)
    return float(average_precision_score(read_noisy(is_noisy, len(values)), -values))


def noise_detection_f1(values: ArrayLike, is_noisy: ArrayLike) -> float:
    """F1 score of calling as many of the lowest rows noisy as there are noisy rows.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Value of each row; higher is better.
    is_noisy : array-like of bool of shape (n_samples,)
        True for rows known to be noisy.

    Returns
    -------
    f1 : float
        In [0, 1]. 1 is perfect, the share of noisy rows is chance; higher is better.

    Raises
    ------
    InvalidInputError
        A ``ValueError``; if values are not finite numbers, or no row or every row is noisy.

    See Also
    --------
    noise_detection_score : Looks at all cuts.
    LowValueFilter : Cuts where it estimates the number of low rows.

    Notes
    -----
    With k noisy rows, the k rows of lowest value are called noisy. If h of them are, precision
    and recall are both h / k, and so is F1. Where rows of equal value lie on both sides of the
    cut, h is its mean over all orders of these rows, and need not be a whole number.

    Examples
    --------
    >>> from skdvgs.metrics import noise_detection_f1
    >>> noise_detection_f1([0.1, 0.9, 0.3, 0.5], [True, False, False, True])
    0.5
    """
    values = read_values(values)
    is_noisy = read_noisy(is_noisy, len(values))
    n_noisy = int(is_noisy.sum())
    cut = np.partition(values, n_noisy - 1)[n_noisy - 1]
    below, tied = values < cut, values == cut
    n_hits = is_noisy[below].sum() + (n_noisy - below.sum()) * is_noisy[tied].mean()
    return float(n_hits / n_noisy)
