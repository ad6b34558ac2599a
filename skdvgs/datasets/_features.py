"""corrupt_features: add Gaussian noise to each row, at a level of its own."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array, check_random_state

from .._utils.types import Floats, Seed
from ..exceptions import InvalidInputError


def corrupt_features(
    X: ArrayLike, *, scale: tuple[float, float] = (0.0, 3.0), random_state: Seed = None
) -> tuple[Any, Floats]:
    """Add Gaussian noise to the features, each row with a standard deviation of its own.

    A good valuer gives a noisier row a lower value. Compare the values with the levels, e.g. by
    Spearman's rank correlation. The paper ([1]_) corrupts gene expression and images this way.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features) or (n_samples, ...)
        Features. Not changed.
    scale : tuple (low, high), default=(0, 3)
        Range of the rows' standard deviations, in the units of `X`. Scale the features first, so
        that one range suits all. Two equal numbers give all rows the same level.
    random_state : int, RandomState instance or None, default=None
        Draws the levels and the noise.

    Returns
    -------
    X_noisy : ndarray or DataFrame of the shape of `X`
        Features with the noise added, float32 where `X` is and float64 otherwise. A pandas or
        polars DataFrame stays one. Missing values stay missing.
    levels : ndarray of shape (n_samples,)
        Standard deviation of each row's noise. Higher is noisier.

    Raises
    ------
    InvalidInputError
        A ``ValueError``. If `scale` is not a pair of finite numbers with ``0 <= low <= high``.

    See Also
    --------
    corrupt_labels : Change class labels instead.
    corrupt_targets : Change regression targets instead.
    skdvgs.plotting.ValueScatterDisplay : Values against the levels.

    Notes
    -----
    With :math:`s_i \\sim U(\\mathrm{low}, \\mathrm{high})` for row i, every feature j gets
    :math:`x_{ij} + s_i z_{ij}`, where the :math:`z_{ij}` are independent standard normal.

    References
    ----------
    .. [1] Evans, Mills, Wu, Song, McWeeney, "Data Valuation with Gradient Similarity",
       arXiv:2405.08217.

    Examples
    --------
    >>> import numpy as np
    >>> from skdvgs.datasets import corrupt_features
    >>> X_noisy, levels = corrupt_features(np.zeros((100, 50)), scale=(0, 2), random_state=0)
    >>> bool(0 <= levels.min() and levels.max() <= 2)
    True
    >>> bool(np.corrcoef(levels, X_noisy.std(axis=1))[0, 1] > 0.95)
    True
    """
    low, high = _check_scale(scale)
    clean = check_array(
        X, dtype=(np.float64, np.float32), allow_nd=True, ensure_all_finite="allow-nan"
    )
    rng = check_random_state(random_state)
    levels = rng.uniform(low, high, size=len(clean))
    per_row = levels.reshape(-1, *[1] * (clean.ndim - 1))
    noisy = (clean + per_row * rng.standard_normal(clean.shape)).astype(clean.dtype, copy=False)
    return _like(X, noisy), levels


def _like(X: Any, noisy: NDArray[np.floating]) -> Any:
    """Return the noisy features as `X` is: a dataframe with its names, or an array."""
    if hasattr(X, "iloc"):
        return type(X)(noisy, index=X.index, columns=X.columns)
    if type(X).__module__.partition(".")[0] == "polars":
        return type(X)(noisy, schema=X.columns)
    return noisy


def _check_scale(scale: object) -> tuple[float, float]:
    """Return the lowest and the highest level, which must be finite and in this order."""
    pair = tuple(scale) if isinstance(scale, (tuple, list, np.ndarray)) else ()
    is_pair = len(pair) == 2 and all(isinstance(number, Real) for number in pair)
    if not is_pair or not 0.0 <= float(pair[0]) <= float(pair[1]) < np.inf:
        raise InvalidInputError(
            f"scale is {scale!r}. It is the range of the rows' noise levels. Give (low, high) with "
            "0 <= low <= high, e.g. (0, 3)."
        )
    return float(pair[0]), float(pair[1])
