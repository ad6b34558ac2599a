"""Standard errors of means over trajectories."""

import numpy as np
import pytest
from scipy.special import polygamma

from skdvgs._statistics import mean_over_trajectories
from skdvgs._uncertainty import _inverse_trigamma, uncertainty


def simulate(n_trajectories, spread_of_rows, seed, n=1000):
    """Values, their uncertainty, and the long-run values they estimate."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n)
    sd = 0.05 * (1.0 if spread_of_rows is None else np.sqrt(1 / rng.gamma(spread_of_rows, size=n)))
    means = list(truth + sd * rng.normal(size=(n_trajectories, n)))
    values = np.mean(means, axis=0)
    return values, uncertainty(means, [np.arange(n)] * n_trajectories, values), truth


@pytest.mark.parametrize("n_trajectories", [2, 3, 4, 8])
@pytest.mark.parametrize("spread_of_rows", [None, 10.0, 2.0, 1.0])
@pytest.mark.parametrize("level", [0.5, 0.95])
def test_intervals_cover_as_often_as_they_say(n_trajectories, spread_of_rows, level):
    covered = []
    for seed in range(10):
        values, found, truth = simulate(n_trajectories, spread_of_rows, seed)
        low, high = found.intervals(values, level).T
        covered.append(np.mean((low <= truth) & (truth <= high)))
    assert abs(np.mean(covered) - level) < 0.03


def test_rows_of_one_trajectory_have_no_error():
    means, rows = [np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.5])], [np.arange(3), np.arange(2)]
    found = uncertainty(means, rows, np.array([1.25, 2.25, 3.0]))
    assert np.isnan(found.standard_errors).tolist() == [False, False, True]
    assert np.isnan(found.intervals(np.zeros(3), 0.95)[2]).all()


def test_one_trajectory_alone():
    found = uncertainty([np.ones(4)], [np.arange(4)], np.ones(4))
    assert np.isnan(found.standard_errors).all()


def test_few_rows_keep_their_own_variances():
    """Two rows tell nothing of what variances are typical."""
    means = [np.array([0.0, 1.0]), np.array([1.0, 4.0])]
    found = uncertainty(means, [np.arange(2)] * 2, np.array([0.5, 2.5]))
    np.testing.assert_allclose(found.standard_errors, [0.5, 1.5])
    np.testing.assert_array_equal(found.degrees_of_freedom, [1, 1])


def test_equal_trajectories_have_no_error():
    means = [np.arange(5.0)] * 3
    found = uncertainty(means, [np.arange(5)] * 3, np.arange(5.0))
    np.testing.assert_array_equal(found.standard_errors, np.zeros(5))


@pytest.mark.parametrize("n_restarts", [2, 4])
def test_folds_that_differ_add_no_error_where_each_was_repeated(n_restarts):
    """Five folds, each of its own opinion; rows are valued by the four that they are not in."""
    rng = np.random.default_rng(0)
    n, covered = 1000, []
    for _ in range(10):
        opinions = rng.normal(size=(5, n))
        rows = [np.flatnonzero(np.arange(n) % 5 != fold) for fold in range(5)]
        truth = np.mean(
            [opinions[[f for f in range(5) if f != row % 5], row] for row in range(n)], 1
        )
        all_rows = [rows[fold] for fold in range(5) for _ in range(n_restarts)]
        means = [
            opinions[fold][rows[fold]] + 0.1 * rng.normal(size=len(rows[fold]))
            for fold in range(5)
            for _ in range(n_restarts)
        ]
        values = mean_over_trajectories(means, all_rows, n)
        found = uncertainty(means, all_rows, values)
        expected = 0.1 / np.sqrt(4 * n_restarts)
        np.testing.assert_allclose(np.mean(found.standard_errors), expected, rtol=0.05)
        low, high = found.intervals(values, 0.95).T
        covered.append(np.mean((low <= truth) & (truth <= high)))
    assert abs(np.mean(covered) - 0.95) < 0.02


def test_folds_of_one_trajectory_each_are_repeats_of_each_other():
    rows = [np.array([0, 1]), np.array([1, 2]), np.array([0, 2])]
    means = [np.array([0.0, 1.0]), np.array([3.0, 5.0]), np.array([2.0, 9.0])]
    found = uncertainty(means, rows, np.array([1.0, 2.0, 7.0]))
    assert np.isfinite(found.standard_errors).all()
    assert (found.standard_errors > 0).all()


@pytest.mark.parametrize("value", [1e-6, 1e-3, 0.5, 1.0, 30.0, 1e5])
def test_inverse_trigamma(value):
    assert polygamma(1, _inverse_trigamma(value)) == pytest.approx(value, rel=1e-8)
