"""Running means against means of the whole."""

import numpy as np
import pytest

from skdvgs._scoring.running_mean import RunningMean
from skdvgs._values.means import mean_over_trajectories


@pytest.mark.parametrize("weights", [np.ones(6), np.array([3.0, 0.0, 1.0, 2.0, 0.5, 0.1])])
def test_weighted_mean_in_batches(weights):
    similarities = np.random.default_rng(0).normal(size=(6, 10))
    mean = RunningMean(10)
    for weight, row in zip(weights, similarities, strict=True):
        mean.start_checkpoint(weight)
        for start in range(0, 10, 4):
            rows = slice(start, start + 4)
            mean.add(rows, row[rows])
    expected = np.average(similarities, axis=0, weights=weights)
    np.testing.assert_allclose(mean.means(), expected, rtol=1e-12)
    assert mean.n_checkpoints == 6


def test_all_weights_zero_is_a_plain_mean():
    mean = RunningMean(3)
    for values in ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]):
        mean.start_checkpoint(0.0)
        mean.add(slice(0, 3), np.array(values))
    np.testing.assert_array_equal(mean.means(), [2.0, 2.0, 2.0])


def test_no_checkpoint_has_no_mean():
    with pytest.raises(ValueError, match="No checkpoint was scored"):
        RunningMean(3).means()


def test_mean_over_the_trajectories_that_valued_a_row():
    means = [np.array([1.0, 2.0]), np.array([4.0, 6.0])]
    rows = [np.array([0, 1]), np.array([1, 3])]
    np.testing.assert_array_equal(mean_over_trajectories(means, rows, 4), [1.0, 3.0, np.nan, 6.0])
