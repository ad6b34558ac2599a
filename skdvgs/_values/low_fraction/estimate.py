"""estimate_low_fraction: share of wrong rows from values by a network of the user's own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skdvgs._utils.types import Floats
from skdvgs._values.low_fraction.label_model import label_share
from skdvgs._values.low_fraction.mixture import separate_share


def estimate_low_fraction(
    values: Floats,
    groups: NDArray[np.intp],
    *,
    label_values: Floats | None = None,
    mirrored: bool = False,
) -> float:
    """Estimate the share of rows that are low, by the first rule that applies.

    The value of each row under every label tells what right and wrong labels look like. Without
    them the values alone do.

    Parameters
    ----------
    values : array of shape (n_samples,)
        Higher is better.
    groups : int array of shape (n_samples,)
        The label of each row as a number; all the same where there are no labels. With
        `label_values`, the column of the row's own label.
    label_values : array of shape (n_samples, n_labels) or None
        The value each row would have under each label. NaN where it is not known.
    mirrored : bool
        Whether a row would have minus its value under the other one of two labels, as holds for
        the cosine similarity of gradients. Used where `label_values` is None.

    Returns
    -------
    share : float
        Estimated share of low rows, in [0, 0.6].
    """
    if len(values) == 0:
        return 0.0
    labels, label_of_row = np.unique(groups, return_inverse=True)
    if label_values is None and mirrored and len(labels) == 2:
        own = label_of_row[:, None] == np.arange(2)
        label_values, groups = np.where(own, values[:, None], -values[:, None]), label_of_row
    if label_values is not None:
        return label_share(label_values, groups)
    return separate_share(values, label_of_row)
