"""RowScores: what one trajectory says of the rows it scored."""

from __future__ import annotations

from dataclasses import dataclass

from skdvgs._utils.types import Floats


@dataclass(frozen=True)
class RowScores:
    """Mean similarities from one trajectory.

    Attributes
    ----------
    values : array of shape (n_rows,)
        Values of the rows under their own labels.
    label_values : array of shape (n_rows, n_classes) or None
        Values of the rows under each label.
    by_target : array of shape (n_rows, n_targets) or None
        Of the rows under their own labels, for each of several target sets; `values` is its mean.
    """

    values: Floats
    label_values: Floats | None
    by_target: Floats | None = None
