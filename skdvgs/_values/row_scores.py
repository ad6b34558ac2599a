"""Row scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RowScores:
    """Mean similarities from one trajectory.

    Attributes
    ----------
    values : array of shape (n_rows,)
        Of the source rows asked for, under their own labels.
    label_values : array of shape (n_rows, n_classes) or None
        Of the same rows under every label.
    held_out_target : array of shape (n_held_out,) or None
        Target rows that the trajectory was not trained on, under their own labels.
    held_out_target_other_labels : array of shape (n_held_out, n_others) or None
        The same rows under other labels.
    """

    values: Floats
    label_values: Floats | None
    held_out_target: Floats | None
    held_out_target_other_labels: Floats | None
