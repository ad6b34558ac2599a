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
    """

    values: Floats
    label_values: Floats | None
