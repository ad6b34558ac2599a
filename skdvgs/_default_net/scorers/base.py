"""Scorer and ScorerRows: what every scorer is given, and what it must return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skdvgs._utils.types import Floats, Floats32


@dataclass(frozen=True)
class ScorerRows:
    """Labelled rows that scorers learn from: source and target rows together.

    Attributes
    ----------
    Y : float array of shape (n_samples, n_outputs)
        One-hot classes, 0/1 labels, or targets of about unit spread.
    weight : float array of shape (n_samples,)
        Weight of each row in every fit.
    group : int array of shape (n_samples,)
        Rows with the same number are left out together; numbers run from 0 without gaps.
    fold : int array of shape (n_samples,)
        Fold of each row, for scorers that can only leave folds out. No fold cuts a group.
    """

    Y: Floats32
    weight: Floats
    group: NDArray[np.intp]
    fold: NDArray[np.intp]

    def same_fits(self, other: ScorerRows) -> bool:
        """Whether fits that leave groups out are the same, whatever the folds."""
        pairs = ((self.Y, other.Y), (self.weight, other.weight), (self.group, other.group))
        return all(np.array_equal(a, b) for a, b in pairs)


class Scorer(Protocol):
    """A model that says, for each row it was fitted to, what it would say without that row.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, n_outputs)
        Prediction of each row by fits that left its group out.
    """

    left_out_: Floats32

    def fit(self, X: Floats32, rows: ScorerRows, n_jobs: int | None = None) -> Scorer:
        """Learn from all rows, and predict each one without its group.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Features, scaled as the scorer wants them.
        rows : ScorerRows
            Labels, weights, groups and folds.
        n_jobs : int or None
            Threads. The scores do not depend on it.
        """

    def predict(self, X: Floats32) -> Floats32:
        """Predict new rows, shape (n_samples, n_outputs)."""
