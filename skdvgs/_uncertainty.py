"""How far a row's value is from what ever more trajectories would give.

The checkpoints of one trajectory are no sample: they lie on one path away from its start, and
means of batches of them differ by where on the path they are. Trajectories are repeats of each
other, so errors come from the spread between them alone: without a target set from that between
the restarts of each fold, where there are several. More of them would be on the same folds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma
from scipy.stats import t as student

from ._statistics import mean_over_trajectories

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


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

    Parameters
    ----------
    means : list of arrays
        One mean for each row that a trajectory valued.
    rows : list of int arrays
        Which rows those were.
    values : array of shape (n_samples,)
        Mean of each row over its trajectories.
    """
    squares, counts, freedom = (np.zeros(len(values)) for _ in range(3))
    for group in _repeats(rows):
        centre = mean_over_trajectories(
            [means[member] for member in group], [rows[member] for member in group], len(values)
        )
        in_group = np.zeros(len(values))
        for member in group:
            index = rows[member]
            squares[index] += (means[member] - centre[index]) ** 2
            in_group[index] += 1
        counts += in_group
        freedom += (in_group - 1.0).clip(0.0)
    repeated = freedom > 0
    freedom[~repeated] = np.nan
    variances = squares / freedom
    prior, typical = _prior(variances[repeated], freedom[repeated])
    if np.isinf(prior):
        variances = np.where(repeated, typical, np.nan)
    elif prior > 0:
        variances = (prior * typical + freedom * variances) / (prior + freedom)
    return Uncertainty(np.sqrt(variances / counts.clip(1)), freedom + prior)


def _repeats(rows: list[Rows]) -> list[list[int]]:
    """Trajectories by which rows they valued; all in one group where no two valued the same."""
    groups: dict[bytes, list[int]] = {}
    for number, index in enumerate(rows):
        groups.setdefault(index.tobytes(), []).append(number)
    if len(groups) == len(rows):
        return [list(range(len(rows)))]
    return list(groups.values())


def _prior(variances: Floats, freedom: Floats) -> tuple[float, float]:
    """Degrees of freedom and variance of the scaled inverse chi-squared that variances share.

    By the mean and the variance of their logarithms. (0, 0) where there are too few to tell.
    """
    positive = variances > 0
    if np.count_nonzero(positive) < 3:
        return 0.0, 0.0
    half = freedom[positive] / 2.0
    logs = np.log(variances[positive]) - digamma(half) + np.log(half)
    excess = float(np.var(logs, ddof=1) - np.mean(polygamma(1, half)))
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
