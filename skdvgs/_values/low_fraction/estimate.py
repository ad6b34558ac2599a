"""Choose the rule by what is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skdvgs._values.low_fraction.label_model import label_share
from skdvgs._values.low_fraction.mixture import separate_share
from skdvgs._values.low_fraction.target_rows import share_against_target

Floats = NDArray[np.float64]


def estimate_low_fraction(
    values: Floats,
    groups: NDArray[np.intp],
    *,
    label_values: Floats | None = None,
    null: Floats | None = None,
    null_other: Floats | None = None,
    mirrored: bool = False,
) -> float:
    """Estimate the share of rows that are low, by the first rule that applies.

    Values of target rows tell what right and wrong labels look like. Without them the value of
    each row under every label does; without those too, the values alone.

    Parameters
    ----------
    values : array of shape (n_samples,)
        Higher is better.
    groups : int array of shape (n_samples,)
        The label of each row as a number; all the same where there are no labels. With
        `label_values`, the column of the row's own label.
    label_values : array of shape (n_samples, n_labels) or None
        The value each row would have under each label. NaN where it is not known.
    null : array of shape (n_target,) or None
        Values of target rows by networks that did not see them. NaN where there is none.
    null_other : array of shape (n_target, n_others) or None
        Values of the same rows with labels or targets that are not theirs.
    mirrored : bool
        Whether a row would have minus its value under the other one of two labels, as holds for
        the cosine similarity of gradients. Used where `label_values` is None.

    Returns
    -------
    share : float
        In [0, 0.6].
    """
    if len(values) == 0:
        return 0.0
    labels, label_of_row = np.unique(groups, return_inverse=True)
    if label_values is None and mirrored and len(labels) == 2:
        own = label_of_row[:, None] == np.arange(2)
        label_values, groups = np.where(own, values[:, None], -values[:, None]), label_of_row
    expected = None if label_values is None else label_share(label_values, groups)
    if null is not None and null_other is not None:
        known = np.isfinite(null) & np.isfinite(null_other).all(axis=1)
        if known.any() and null_other.shape[1] > 0:
            return share_against_target(values, null[known], null_other[known], expected)
    if expected is not None:
        return expected
    return separate_share(values, label_of_row)
