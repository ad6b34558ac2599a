"""The share of wrong labels from the lowest label values."""

import numpy as np
import pytest

from skdvgs._values.low_fraction.label_levels import label_levels
from skdvgs._values.low_fraction.label_tail import tail_share

from .cases import classes


@pytest.mark.parametrize("n_labels", [2, 3, 10])
@pytest.mark.parametrize("rate", [0.0, 0.05, 0.2, 0.4])
def test_pure_tails_give_the_share(n_labels, rate):
    found = []
    for seed in range(5):
        values, given, labels = classes(seed, rate, n_labels, separation=8.0)
        found.append(tail_share(label_levels(values, given)) - np.mean(given != labels))
    # The least of many shares leans to too few.
    assert -0.06 < np.mean(found) < 0.01


def test_levels_count_rows_and_weigh_other_labels():
    values = np.array([[0.5, -0.5, -0.5], [0.5, 0.5, np.nan]])
    levels = label_levels(values, np.array([0, 1]))
    np.testing.assert_array_equal(levels.own, [0, 2])
    np.testing.assert_array_equal(levels.other, [1, 0.5])
    assert levels.n_others == 2


def test_no_tail_no_share():
    assert tail_share(label_levels(np.zeros((30, 2)), np.arange(30) % 2)) == 0
