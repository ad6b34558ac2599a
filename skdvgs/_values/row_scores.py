"""Row scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """Mean similarities from one trajectory.

    Attributes
    ----------
    values : array of shape (n_rows,)
        Of the source rows asked for, under their own labels.
    label_values : array of shape (n_rows, n_classes) or None
        Of the same rows under every label.
    trusted, trusted_other : arrays of shape (n_trusted,) and (n_trusted, n_others), or None
        Of trusted rows under their own and under other labels.
    """

    values: Floats
    label_values: Floats | None
    trusted: Floats | None
    trusted_other: Floats | None
