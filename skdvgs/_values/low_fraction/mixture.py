"""separate_share: the share of low rows where values of a label fall into two groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearson3

from skdvgs._utils.types import Floats

# Fewer rows of a class cannot show two groups.
_FEWEST_OF_GROUP = 10
# Distance of the two means in units of their standard deviation (root mean square of both).
# Below two, a mixture of two normals with equal weights has a single peak.
_SEPARATION = 2.5
_LONE_SEPARATION = 3.5
# A mixture is fitted to this many quantiles at most: the cost does not grow with the rows.
_MOST_QUANTILES = 1000
_EM_STEPS = 200
_STARTS = (0.05, 0.1, 0.2, 0.35, 0.5)
_LARGEST_LOW_SHARE = 0.6
_LOG_OUTSIDE = -8.0
# Free parameters of the normal, the flat and the skewed density; the mixture has five.
_FREE_OF_ONE_KIND = np.array([2, 2, 3])


def separate_share(values: Floats, groups: NDArray[np.intp]) -> float:
    """Estimate the share of rows in separate low groups, 0 where there are none.

    The values of each label are fitted by a mixture of two normals. Its lower normal counts when
    the two means are far enough apart; and over all labels together the mixtures must explain
    the values better than densities of one kind do (by the Bayesian information criterion).
    Together, because one label may have too few rows to tell, and the best of many labels would
    be a lucky one.
    """
    sizes = np.bincount(groups)
    # With one label, or none, there is nothing to average a lucky split away.
    separation = _SEPARATION if len(sizes) > 1 else _LONE_SEPARATION
    of_mixture, of_one_kind, n_low = 0.0, np.zeros(3), 0.0
    for label, size in enumerate(sizes):
        of_label = values[groups == label]
        if size < _FEWEST_OF_GROUP or np.ptp(of_label) == 0:
            continue
        if size > _MOST_QUANTILES:
            of_label = np.quantile(of_label, (np.arange(_MOST_QUANTILES) + 0.5) / _MOST_QUANTILES)
        standard = (of_label - of_label.mean()) / of_label.std()
        gain, estimate_low_fraction, distance = max(_fit_two_normals(standard, p) for p in _STARTS)
        of_mixture += 2 * gain * size - 5 * np.log(size)
        of_one_kind += 2 * _gains_of_one_kind(standard) * size - _FREE_OF_ONE_KIND * np.log(size)
        if distance >= separation and estimate_low_fraction <= _LARGEST_LOW_SHARE:
            n_low += estimate_low_fraction * size
    return n_low / len(values) if of_mixture > of_one_kind.max() else 0.0


def _gains_of_one_kind(values: Floats) -> Floats:
    """Return the gain in mean log-likelihood over the normal of a normal, flat and skewed density.

    Values of one kind are often flat or skewed, and a mixture beats the normal on those too. The
    skewed one is Pearson's type III, a shifted gamma density. `values` have mean 0, variance 1.
    """
    n = len(values)
    flat = -np.log(np.ptp(values) * (n + 1) / (n - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        log_skewed = pearson3.logpdf(values, np.mean(values**3))
    # A few values beyond the end of the support must not rule the density out.
    skewed = np.mean(np.where(np.isfinite(log_skewed), log_skewed, _LOG_OUTSIDE))
    normal = _mean_log_normal(values)
    return np.array([0.0, flat - normal, skewed - normal])


def _mean_log_normal(values: Floats) -> float:
    return float(-np.mean(values**2) / 2 - np.log(2 * np.pi) / 2)


def _fit_two_normals(values: Floats, first_share: float) -> tuple[float, float, float]:
    """Fit by expectation-maximisation, from a split at the quantile `first_share`.

    Returns the gain in mean log-likelihood over the standard normal, the share of the lower
    component, and the distance of the means in units of the standard deviations.
    """
    low = (values <= np.quantile(values, first_share)).astype(float)
    responsibility = np.stack([low, 1 - low])
    mean_log = -np.inf
    for _ in range(_EM_STEPS):
        totals = responsibility.sum(axis=1) + 1e-9
        shares = totals / totals.sum()
        means = responsibility @ values / totals
        squares = (values - means[:, None]) ** 2
        # The floor keeps a component from closing in on a single value.
        spreads = np.sqrt((responsibility * squares).sum(axis=1) / totals) + 0.01
        log_density = np.log(shares / spreads)[:, None] - squares / (2 * spreads[:, None] ** 2)
        log_total = np.logaddexp(*log_density)
        responsibility = np.exp(log_density - log_total)
        before, mean_log = mean_log, float(np.mean(log_total))
        if abs(mean_log - before) < 1e-9:
            break
    gain = mean_log - np.log(2 * np.pi) / 2 - _mean_log_normal(values)
    separation = float(np.abs(np.diff(means)[0]) / np.sqrt(np.mean(spreads**2)))
    return gain, float(shares[np.argmin(means)]), separation
