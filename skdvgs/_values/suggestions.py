"""suggested_codes: which label each row is offered, where values are probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A probability below it: more likely wrong than right.
LOW_THRESHOLD = 0.5


def suggested_codes(
    right: NDArray[np.float64], posterior: NDArray[np.float64], codes: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Most probable class of each row; of a row that is likely wrong the best of the other classes.

    Parameters
    ----------
    right : array of shape (n_samples,)
        Probability that the given label is right.
    posterior : array of shape (n_samples, n_classes)
        Probability of each class to be the right one.
    codes : int array of shape (n_samples,)
        Class numbers that are given.
    """
    given = np.arange(posterior.shape[1]) == codes[:, None]
    others = np.where(given & (right < LOW_THRESHOLD)[:, None], -1.0, posterior)
    found: NDArray[np.intp] = others.argmax(axis=1)
    return found
