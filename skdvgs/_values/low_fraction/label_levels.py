"""LabelLevels: how often each value occurs with a row's own label, and with the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skdvgs._utils.types import Floats


@dataclass(frozen=True, eq=False)
class LabelLevels:
    """Counts at each distinct value, ascending.

    Attributes
    ----------
    own : array of shape (n_levels,)
        Rows that have this value with their own label.
    other : array of shape (n_levels,)
        Rows that have it with another label; with J other labels each weighs 1/J, so that the
        sum is the number of rows.
    n_others : int
        J.
    """

    own: Floats
    other: Floats
    n_others: int


def label_levels(label_values: Floats, groups: NDArray[np.intp]) -> LabelLevels:
    """Count values of shape (n_samples, n_labels) by whether the label is the row's own.

    NaN, where a value is not known, counts nowhere.
    """
    known = np.isfinite(label_values)
    levels, level_of = np.unique(label_values[known], return_inverse=True)
    is_own = (groups[:, None] == np.arange(label_values.shape[1]))[known]
    n_others = label_values.shape[1] - 1
    own, other = (
        np.bincount(level_of[kind], minlength=len(levels)).astype(np.float64)
        for kind in (is_own, ~is_own)
    )
    return LabelLevels(own, other / n_others, n_others)
