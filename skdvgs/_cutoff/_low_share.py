"""Choose the rule by what is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._mirror import mirrored_share
from ._mixture import separate_share

Floats = NDArray[np.float64]


def low_share(values: Floats, groups: NDArray[np.intp], *, mirrored: bool = False) -> float:
    """Estimate the share of rows that are low.

    Parameters
    ----------
    values : array of shape (n_samples,)
        Higher is better.
    groups : int array of shape (n_samples,)
        The label of each row as a number; all the same where there are no labels.
    mirrored : bool
        Whether a row would have minus its value under the other one of two labels, as holds for
        the cosine similarity of gradients.

    Returns
    -------
    share : float
        In [0, 0.6].
    """
    if len(values) == 0:
        return 0.0
    labels, label_of_row = np.unique(groups, return_inverse=True)
    if mirrored and len(labels) == 2:
        return mirrored_share(values)
    return separate_share(values, label_of_row)
