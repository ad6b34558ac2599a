"""The share of low rows among source rows, by what target rows show of right and wrong labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


# Fewer bins where target rows are few.
_MOST_BINS, _LEAST_BINS, _ROWS_A_BIN = 12, 5, 4


# Rows added to each bin of both densities: an empty bin is no proof.
_DOUBT = 0.5


# How far the share may lie from the one expected: it decides where target rows are few.
_EXPECTED_ERROR = 0.1


_SHARES = np.linspace(0.0, 0.6, 121)


_EM_STEPS = 100


# Without an expected share the least one is taken whose log-likelihood is that near to the best:
# that of one standard error. It keeps chance from finding low rows in clean data.
_NEAR_BEST = 0.5


def share_against_target(
    values: Floats, null: Floats, null_other: Floats, expected: float | None = None
) -> float:
    """Estimate the share r of source rows that have values like target rows with other labels.

    Both densities are counts in bins at quantiles of all values, f of target rows as they are
    and g of target rows with other labels or targets; source values have (1 - r) f + r g. For
    each r, both densities are fitted to target and source rows together (by
    expectation-maximisation): few target rows then prove little, where counts alone would be
    taken for the truth.

    Parameters
    ----------
    values : array of shape (n_samples,)
        Of source rows.
    null : array of shape (n_target,)
        Of target rows. All finite, at least one.
    null_other : array of shape (n_target, n_others)
        The same with other labels or targets, each weighing 1 / n_others. All finite.
    expected : float or None
        What is known of the share otherwise.
    """
    n_bins = min(max(len(null) // _ROWS_A_BIN, _LEAST_BINS), _MOST_BINS)
    edges = np.quantile(np.concatenate([values, null]), np.linspace(0, 1, n_bins + 1)[1:-1])

    def count(numbers: Floats) -> Floats:
        return np.bincount(np.searchsorted(edges, numbers), minlength=n_bins).astype(np.float64)

    log_likelihood = _log_likelihood(
        count(values),
        count(null) + _DOUBT,
        count(null_other.ravel()) / null_other.shape[1] + _DOUBT,
    )
    if expected is not None:
        log_likelihood -= (_SHARES - expected) ** 2 / (2 * _EXPECTED_ERROR**2)
        return float(_SHARES[np.argmax(log_likelihood)])
    return float(_SHARES[np.argmax(log_likelihood >= log_likelihood.max() - _NEAR_BEST)])


def _log_likelihood(source: Floats, right: Floats, wrong: Floats) -> Floats:
    """Of each share, at the densities that fit the three counts best."""
    r = _SHARES[:, None]
    density, other_density = right / right.sum(), wrong / wrong.sum()
    for _ in range(_EM_STEPS):
        low = r * other_density
        low = source * low / (low + (1 - r) * density)
        density, other_density = right + source - low, wrong + low
        density = density / density.sum(axis=-1, keepdims=True)
        other_density = other_density / other_density.sum(axis=-1, keepdims=True)
    mixture = (1 - r) * density + r * other_density
    terms = (source * np.log(mixture), right * np.log(density), wrong * np.log(other_density))
    return np.asarray(sum(term.sum(axis=1) for term in terms))
