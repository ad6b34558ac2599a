"""Jackknife over blocks, and its level by the spread of repeats."""

import numpy as np
import pytest

from skdvgs._values.jackknife import jackknife_errors, scaled_jackknife


def test_the_jackknife_of_a_mean_is_its_textbook_standard_error():
    blocks = np.random.default_rng(0).normal(size=(10, 5))
    without = np.stack([np.delete(blocks, b, axis=0).mean(axis=0) for b in range(10)])
    expected = blocks.std(axis=0, ddof=1) / np.sqrt(10)
    np.testing.assert_allclose(jackknife_errors(without), expected)


def simulate(seed, n_restarts, held, n=400, n_blocks=10):
    """Restarts are means of blocks of uneven rows; `held` noise is in no block."""
    rng = np.random.default_rng(seed)
    truth, spread = rng.normal(size=n), 0.02 * rng.uniform(0.2, 3.0, size=n)
    means, errors = [], []
    for _ in range(n_restarts):
        blocks = rng.normal(size=(n_blocks, n)) * spread * np.sqrt(n_blocks)
        without = [truth + np.delete(blocks, b, axis=0).mean(axis=0) for b in range(n_blocks)]
        errors.append(jackknife_errors(np.stack(without)))
        means.append(truth + blocks.mean(axis=0) + held * spread * rng.normal(size=n))
    found = scaled_jackknife(means, errors, n_blocks)
    return truth, np.mean(means, axis=0), found, spread * np.sqrt((1 + held**2) / n_restarts)


@pytest.mark.parametrize("n_restarts", [1, 2, 4])
@pytest.mark.parametrize("held", [0.0, 2.0])
def test_intervals_cover_as_often_as_they_say(n_restarts, held):
    if n_restarts == 1 and held:
        pytest.skip("one restart cannot tell what no block holds")
    covered, ratio = [], []
    for seed in range(20):
        truth, values, found, error = simulate(seed, n_restarts, held)
        low, high = found.intervals(values, 0.95).T
        covered.append(np.mean((low <= truth) & (truth <= high)))
        ratio.append(np.mean(found.standard_errors**2) / np.mean(error**2))
        # Sure rows are told from unsure ones.
        assert np.corrcoef(found.standard_errors, error)[0, 1] > 0.85
    np.testing.assert_allclose(np.mean(ratio), 1.0, atol=0.1)
    # Two restarts cannot tell whether rows err together, which makes intervals wide.
    assert -0.02 < np.mean(covered) - 0.95 < (0.05 if held or n_restarts == 2 else 0.02)


def test_no_spread_at_all():
    found = scaled_jackknife([np.ones(3), np.ones(3)], [np.zeros(3), np.zeros(3)], 10)
    np.testing.assert_array_equal(found.standard_errors, 0.0)
