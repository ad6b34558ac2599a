"""Suggested labels of probabilities."""

import numpy as np

from skdvgs._values.suggestions import suggested_codes


def test_a_low_row_is_never_offered_the_label_it_has():
    posterior = np.array([[0.45, 0.35, 0.2], [0.45, 0.35, 0.2], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1]])
    codes = np.array([0, 1, 0, 0])
    right = posterior[np.arange(4), codes]
    np.testing.assert_array_equal(suggested_codes(right, posterior, codes), [1, 0, 2, 0])
