"""Uncertainty: how far a row's value is from what ever more trajectories would give.

The checkpoints of one trajectory are no sample: they lie on one path away from its start, and
means of batches of them differ by where on the path they are. Trajectories are repeats of each
other, so errors come from the spread between them alone: without a target set from that between
the restarts of each fold, where there are several. More of them would be on the same folds.

Rows of one trajectory err together: their number adds less certainty than it seems to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma
from scipy.stats import t as student

from skdvgs._utils.types import Floats
from skdvgs._values.means import mean_over_trajectories

Rows = NDArray[np.intp]

# Rows that err on their own as supposed where two trajectories are all there is; more of them are
# believed the more they are. Networks of 17 classifications and 6 regressions had 1 to 100.
_SUPPOSED_INDEPENDENT = 4.0


@dataclass(frozen=True)
class Uncertainty:
    """Standard errors of means over trajectories.

    Attributes
    ----------
    standard_errors : array of shape (n_samples,)
        NaN for rows that fewer than two trajectories valued.
    degrees_of_freedom : array of shape (n_samples,)
        Of Student's t for an interval; may be infinite.
    """

    standard_errors: Floats
    degrees_of_freedom: Floats

    def intervals(self, values: Floats, level: float) -> Floats:
        """Intervals of shape (n_samples, 2) that cover each long-run value with a probability."""
        reach = student.ppf(0.5 + level / 2.0, self.degrees_of_freedom) * self.standard_errors
        return np.stack([values - reach, values + reach], axis=1)


def uncertainty(means: list[Floats], rows: list[Rows], values: Floats) -> Uncertainty:
    """Standard errors from the spread of each row's means over trajectories.

    With few trajectories a row's own variance says little. As in Smyth (2004), "Linear models
    and empirical Bayes methods for assessing differential expression", it is drawn towards the
    typical variance of all rows, the more the less the rows differ; the degrees of freedom grow
    by what the other rows told.

    Rows that err together are all off by more, or all by less, so their typical variance is known
    no better than that of a few rows that err on their own. As in Satterthwaite's approximation
    the degrees of freedom grow by their number only; see :func:`independent_rows`.

    Parameters
    ----------
    means : list of arrays
        One mean for each row that a trajectory valued.
    rows : list of int arrays
        Row numbers that each array of `means` belongs to.
    values : array of shape (n_samples,)
        Mean of each row over its trajectories.
    """
    n = len(values)
    squares, counts, freedom = (np.zeros(n) for _ in range(3))
    deviations = []
    for group in _repeats(rows):
        centre = mean_over_trajectories(
            [means[member] for member in group], [rows[member] for member in group], n
        )
        in_group = np.zeros(n)
        apart = np.full((len(group), n), np.nan)
        for member, own in zip(group, apart, strict=True):
            index = rows[member]
            own[index] = means[member] - centre[index]
            in_group[index] += 1
        squares += np.nansum(apart**2, axis=0)
        counts += in_group
        freedom += (in_group - 1.0).clip(0.0)
        deviations.append(apart)
    repeated = freedom > 0
    freedom[~repeated] = np.nan
    variances = squares / freedom
    independent = independent_rows(deviations)
    prior, typical = _prior(variances[repeated], freedom[repeated], independent)
    if np.isinf(prior):
        variances = np.where(repeated, typical, np.nan)
        freedom = freedom * independent
    elif prior > 0:
        variances = (prior * typical + freedom * variances) / (prior + freedom)
        weight = prior / (prior + freedom)
        freedom = 1.0 / (1.0 / (prior + freedom) + weight**2 / (freedom * independent))
    return Uncertainty(np.sqrt(variances / counts.clip(1)), freedom)


def independent_rows(deviations: list[Floats]) -> float:
    """How many rows that err on their own would tell as much of a variance as all rows do.

    With C the covariance of the errors of rows, the number is ``trace(C)² / trace(C²)``: 1 where
    one shift moves all of them, the number of rows where each errs alone. Both traces are
    estimated without bias, for normal errors, from the products of trajectories with each other;
    one supposed number stands for a degree of freedom, as two trajectories cannot tell.

    Parameters
    ----------
    deviations : list of arrays of shape (n_trajectories, n_samples)
        From the mean of each group of repeats; NaN where a row was not valued.
    """
    freedom = sum(len(apart) - 1 for apart in deviations)
    if freedom < 1:
        return 1.0
    every = np.concatenate(deviations)
    valued = np.isfinite(every).astype(np.float64)
    every = np.nan_to_num(every)
    shared, n_rows = valued @ valued.T, valued.sum(axis=1)
    # Trajectories on different folds share some rows only.
    products = (every @ every.T) * np.sqrt(np.outer(n_rows, n_rows)) / shared.clip(1)
    total, squared = float(np.trace(products)) ** 2, float(np.sum(products**2))
    share = 0.0
    if freedom > 1 and total > 0:
        of_square = freedom * squared - total
        of_square /= freedom * (freedom - 1) * (freedom + 2)
        square_of = (squared - freedom * (freedom + 1) * of_square) / freedom
        share = float(np.clip(of_square / square_of, 1 / every.shape[1], 1)) if square_of > 0 else 1
    return freedom / ((freedom - 1) * share + 1 / _SUPPOSED_INDEPENDENT)


def _repeats(rows: list[Rows]) -> list[list[int]]:
    """Trajectories by which rows they valued; all in one group where no two valued the same."""
    groups: dict[bytes, list[int]] = {}
    for number, index in enumerate(rows):
        groups.setdefault(index.tobytes(), []).append(number)
    if len(groups) == len(rows):
        return [list(range(len(rows)))]
    return list(groups.values())


def _prior(variances: Floats, freedom: Floats, independent: float) -> tuple[float, float]:
    """Degrees of freedom and variance of the scaled inverse chi-squared that variances share.

    By the mean and the variance of their logarithms; those of rows that err together vary less
    by chance. (0, 0) where there are too few to tell.
    """
    positive = variances > 0
    if np.count_nonzero(positive) < 3:
        return 0.0, 0.0
    half = freedom[positive] / 2.0
    logs = np.log(variances[positive]) - digamma(half) + np.log(half)
    by_chance = np.mean(polygamma(1, half)) * (1.0 - 1.0 / independent)
    excess = float(np.var(logs, ddof=1) - by_chance)
    if excess <= 0:
        return np.inf, float(np.exp(np.mean(logs)))
    prior_half = _inverse_trigamma(excess)
    typical = np.exp(np.mean(logs) + digamma(prior_half) - np.log(prior_half))
    return 2.0 * prior_half, float(typical)


def _inverse_trigamma(value: float) -> float:
    """The x with trigamma(x) = value, by Newton's method on 1/trigamma, which is nearly linear."""
    x = 0.5 + 1.0 / value
    for _ in range(50):
        trigamma = float(polygamma(1, x))
        step = trigamma * (1.0 - trigamma / value) / float(polygamma(2, x))
        x += step
        if abs(step) < 1e-10 * x:
            break
    return x
