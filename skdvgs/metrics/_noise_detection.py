"""noise_detection_curve, and single numbers: how well values find noisy rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import average_precision_score, roc_auc_score

from .._utils.types import Floats, Mask
from ._checks import read_mask, read_values


def noise_detection_curve(values: ArrayLike, is_noisy: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Share of the noisy rows found when rows are inspected from the lowest value up.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Value of each row; higher is better, so low rows are inspected first.
    is_noisy : array-like of bool of shape (n_samples,)
        True for rows known to be noisy.

    Returns
    -------
    inspected : ndarray of shape (n_points,)
        Share of all rows inspected, from 0 to 1, increasing.
    found : ndarray of shape (n_points,)
        Share of the noisy rows that are among the inspected ones, from 0 to 1, never decreasing.
    thresholds : ndarray of shape (n_points,)
        Highest value inspected at each point. The first is -inf: no row is inspected.

    Raises
    ------
    InvalidInputError
        A ``ValueError``. If `values` are not finite numbers, or `is_noisy` is not one bool for each
        of them, or marks no row or every row.

    See Also
    --------
    noise_detection_auc : Area under this curve.
    skdvgs.plotting.NoiseDetectionDisplay : Picture of this curve.

    Notes
    -----
    With values :math:`v_i`, noise :math:`z_i \\in \\{0, 1\\}`, and each τ among the thresholds:

    .. math::

       \\mathrm{inspected}(\\tau) = \\frac{1}{n} \\sum_i [v_i \\le \\tau], \\qquad
       \\mathrm{found}(\\tau) = \\frac{\\sum_i z_i [v_i \\le \\tau]}{\\sum_i z_i} .

    Rows of equal value are inspected together. The straight line across them is the mean over all
    orders of these rows. A perfect ranking reaches 1 at the share of noisy rows, and a random one
    follows the diagonal on average.

    Examples
    --------
    >>> from skdvgs.metrics import noise_detection_curve
    >>> values, is_noisy = [0.1, 0.9, 0.3, 0.5], [True, False, False, True]
    >>> inspected, found, thresholds = noise_detection_curve(values, is_noisy)
    >>> inspected
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    >>> found
    array([0. , 0.5, 0.5, 1. , 1. ])
    """
    values, is_noisy = _read(values, is_noisy)
    levels, codes = np.unique(values, return_inverse=True)
    n_inspected = np.cumsum(np.bincount(codes))
    n_found = np.cumsum(np.bincount(codes[is_noisy], minlength=len(levels)))
    inspected = np.concatenate([[0.0], n_inspected / len(values)])
    found = np.concatenate([[0.0], n_found / is_noisy.sum()])
    return inspected, found, np.concatenate([[-np.inf], levels])


def noise_detection_auc(values: ArrayLike, is_noisy: ArrayLike) -> float:
    """Area under the noise detection curve.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Value of each row; higher is better.
    is_noisy : array-like of bool of shape (n_samples,)
        True for rows known to be noisy.

    Returns
    -------
    area : float
        In [p/2, 1 - p/2] with the share p of noisy rows. 0.5 is chance; higher is better.

    Raises
    ------
    InvalidInputError
        A ``ValueError``. If `values` are not finite numbers, or `is_noisy` is not one bool for each
        of them, or marks no row or every row.

    See Also
    --------
    noise_detection_curve : The curve.
    noise_detection_auroc : AUROC, whose range does not depend on the share of noisy rows.

    Notes
    -----
    The trapezoidal rule. The area equals p / 2 + (1 - p) × AUROC.

    Examples
    --------
    >>> from skdvgs.metrics import noise_detection_auc
    >>> noise_detection_auc([0.1, 0.9, 0.3, 0.5], [True, False, False, True])
    0.625
    """
    inspected, found, _ = noise_detection_curve(values, is_noisy)
    return float(np.sum(np.diff(inspected) * (found[1:] + found[:-1]) / 2.0))


def noise_detection_auroc(values: ArrayLike, is_noisy: ArrayLike) -> float:
    """AUROC of finding noisy rows: the chance that a noisy row has a lower value than a clean one.

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
        A ``ValueError``. If `values` are not finite numbers, or `is_noisy` is not one bool for each
        of them, or marks no row or every row.

    See Also
    --------
    noise_detection_average_precision : Weighs the lowest rows more.
    noise_detection_f1 : Looks at one cut only.

    Notes
    -----
    Over all pairs of a noisy row i and a clean row j. Equal values count one half:

    .. math::

       \\mathrm{AUROC} = \\frac{1}{n_\\mathrm{noisy}\\, n_\\mathrm{clean}}
       \\sum_{i\\ \\mathrm{noisy}} \\sum_{j\\ \\mathrm{clean}}
       \\left([v_i < v_j] + \\tfrac{1}{2} [v_i = v_j]\\right) .

    Examples
    --------
    >>> from skdvgs.metrics import noise_detection_auroc
    >>> noise_detection_auroc([0.1, 0.9, 0.3, 0.5], [True, False, False, True])
    0.75
    """
    values, is_noisy = _read(values, is_noisy)
    return float(roc_auc_score(is_noisy, -values))


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
        A ``ValueError``. If `values` are not finite numbers, or `is_noisy` is not one bool for each
        of them, or marks no row or every row.

    See Also
    --------
    noise_detection_auroc : Weighs all rows alike.

    Notes
    -----
    For each distinct value τ in increasing order, the recall R(τ) is the share of the noisy rows
    that have a value of at most τ. The precision P(τ) is the share of noisy rows among all rows
    with such a value. R starts from 0.

    .. math::

       \\mathrm{AP} = \\sum_k \\left(R(\\tau_k) - R(\\tau_{k-1})\\right) P(\\tau_k) .

    Examples
    --------
    >>> from skdvgs.metrics import noise_detection_average_precision
    >>> noise_detection_average_precision([0.1, 0.9, 0.3, 0.5], [True, False, False, True])
    0.833...
    """
    values, is_noisy = _read(values, is_noisy)
    return float(average_precision_score(is_noisy, -values))


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
        A ``ValueError``. If `values` are not finite numbers, or `is_noisy` is not one bool for each
        of them, or marks no row or every row.

    See Also
    --------
    noise_detection_auroc : Weighs all cuts.

    Notes
    -----
    With k noisy rows, the k rows of lowest value are called noisy. If h of them are noisy,
    precision, recall and F1 are all h / k. Where rows of equal value lie on both sides of the
    cut, h is the mean over all orders of these rows, and need not be a whole number.

    Examples
    --------
    >>> from skdvgs.metrics import noise_detection_f1
    >>> noise_detection_f1([0.1, 0.9, 0.3, 0.5], [True, False, False, True])
    0.5
    """
    values, is_noisy = _read(values, is_noisy)
    n_noisy = int(is_noisy.sum())
    cut = np.partition(values, n_noisy - 1)[n_noisy - 1]
    below, tied = values < cut, values == cut
    n_hits = is_noisy[below].sum() + (n_noisy - below.sum()) * is_noisy[tied].mean()
    return float(n_hits / n_noisy)


def _read(values: ArrayLike, is_noisy: ArrayLike) -> tuple[Floats, Mask]:
    numbers = read_values(values)
    return numbers, read_mask(is_noisy, len(numbers), needs_both=True)
