"""The noise detection curve and the area under it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._checks import read_noisy, read_values


def noise_detection_curve(
    values: ArrayLike, is_noisy: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
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
        Share of the noisy rows that are among them, from 0 to 1, never decreasing.
    thresholds : ndarray of shape (n_points,)
        Highest value inspected at each point. The first is -inf: no row is inspected.

    Raises
    ------
    InvalidInputError
        A ``ValueError``; if values are not finite numbers, or no row or every row is noisy.

    See Also
    --------
    noise_detection_auc : Area under this curve.
    noise_detection_score : AUROC of finding the noisy rows.
    skdvgs.plotting.NoiseDetectionDisplay : Picture of this curve.

    Notes
    -----
    With values :math:`v_i`, noise :math:`z_i \\in \\{0, 1\\}`, and τ running over -inf and the
    distinct values in increasing order:

    .. math::

       \\mathrm{inspected}(\\tau) = \\frac{1}{n} \\sum_i [v_i \\le \\tau], \\qquad
       \\mathrm{found}(\\tau) = \\frac{\\sum_i z_i [v_i \\le \\tau]}{\\sum_i z_i} .

    Rows of equal value are inspected together; the straight line across them is what inspecting
    them in random order finds on average. A perfect ranking reaches 1 at the share of noisy
    rows; a random one follows the diagonal on average.

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
    values = read_values(values)
    is_noisy = read_noisy(is_noisy, len(values))
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
        In [p/2, 1 - p/2], where p is the share of noisy rows. 0.5 for a random order; higher is
        better.

    Raises
    ------
    InvalidInputError
        A ``ValueError``; if values are not finite numbers, or no row or every row is noisy.

    See Also
    --------
    noise_detection_curve : The curve.
    noise_detection_score : AUROC, whose range does not depend on the share of noisy rows.

    Notes
    -----
    The trapezoidal rule on :func:`noise_detection_curve`. With the share p of noisy rows it is
    tied to the AUROC of :func:`noise_detection_score` by

    .. math::

       \\mathrm{area} = \\frac{p}{2} + (1 - p)\\, \\mathrm{AUROC} .

    Examples
    --------
    >>> from skdvgs.metrics import noise_detection_auc
    >>> noise_detection_auc([0.1, 0.9, 0.3, 0.5], [True, False, False, True])
    0.625
    """
    inspected, found, _ = noise_detection_curve(values, is_noisy)
    return float(np.sum(np.diff(inspected) * (found[1:] + found[:-1]) / 2.0))
