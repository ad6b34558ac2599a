"""Standard errors of means over trajectories."""

import numpy as np
import pytest
from scipy.special import polygamma

from skdvgs._values.means import mean_over_trajectories
from skdvgs._values.uncertainty import _inverse_trigamma, independent_rows, uncertainty


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
    # Two trajectories cannot tell whether rows err together, which makes intervals wide.
    assert -0.03 < np.mean(covered) - level < (0.1 if n_trajectories == 2 else 0.03)


@pytest.mark.parametrize("n_trajectories", [2, 3, 4, 8])
@pytest.mark.parametrize("n_shared", [1, 3, 20])
def test_intervals_cover_where_rows_err_together(n_trajectories, n_shared):
    """Errors of all rows are mixtures of a few: so single fits cover many rows or few."""
    rng, n, covered = np.random.default_rng(0), 300, []
    mixing = rng.normal(size=(n_shared, n)) / np.sqrt(n_shared)
    for _ in range(300):
        means = list(rng.normal(size=(n_trajectories, n_shared)) @ mixing)
        values = np.mean(means, axis=0)
        low, high = (
            uncertainty(means, [np.arange(n)] * n_trajectories, values).intervals(values, 0.95).T
        )
        covered.append(np.mean((low <= 0) & (0 <= high)))
    # Two are supposed to show four independent rows; here it may be one.
    assert (0.85 if n_trajectories == 2 else 0.9) < np.mean(covered) < 0.99


@pytest.mark.parametrize("n_shared", [1, 5, 40])
@pytest.mark.parametrize("sizes", [(40,), (9, 9, 9, 9, 9)])
def test_independent_rows_are_those_of_the_covariance_of_errors(n_shared, sizes):
    rng, n = np.random.default_rng(1), 400
    mixing = rng.normal(size=(n_shared, n)) * rng.uniform(0.5, 2.0, n)
    covariance = mixing.T @ mixing
    expected = np.trace(covariance) ** 2 / np.trace(covariance @ covariance)
    errors = [rng.normal(size=(size, n_shared)) @ mixing for size in sizes]
    apart = [group - group.mean(axis=0) for group in errors]
    if len(sizes) > 1:
        for fold, group in enumerate(apart):
            group[:, fold::5] = np.nan
    np.testing.assert_allclose(independent_rows(apart), expected, rtol=0.35)


def test_traces_have_no_bias():
    """The estimates from few trajectories, as the fraction of their means over many draws."""
    rng, n, freedom = np.random.default_rng(2), 30, 3
    mixing = rng.normal(size=(4, n))
    covariance = mixing.T @ mixing
    found = []
    for _ in range(20_000):
        errors = rng.normal(size=(freedom + 1, 4)) @ mixing
        gram = errors - errors.mean(axis=0)
        gram = gram @ gram.T
        total, squared = np.trace(gram) ** 2, np.sum(gram**2)
        of_square = (freedom * squared - total) / (freedom * (freedom - 1) * (freedom + 2))
        found.append(((squared - freedom * (freedom + 1) * of_square) / freedom, of_square))
    expected = np.trace(covariance) ** 2, np.trace(covariance @ covariance)
    np.testing.assert_allclose(np.mean(found, axis=0), expected, rtol=0.03)


def test_two_trajectories_cannot_tell_independent_rows():
    assert independent_rows([np.array([[1.0, 2.0], [-1.0, -2.0]])]) == 4.0
    assert independent_rows([np.zeros((1, 3))]) == 1.0
    assert independent_rows([np.zeros((4, 3))]) == 12.0


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
