"""ScoringRequest: which rows a trajectory scores, and under which labels.

The mean score of a source row under its own label is its value. Its scores under the other labels
tell which label suits it best.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.task import Kind, Rows
from skdvgs._utils.types import Floats, Index, Labels
from skdvgs._values.convergence import convergence_subset
from skdvgs._values.row_scores import RowScores


@dataclass(frozen=True)
class ScoringRequest:
    """Rows to score, each with a label: pairs in a fixed order.

    Attributes
    ----------
    source : Rows
        Source rows with their own labels.
    rows : int array of shape (n_rows,)
        Row numbers to score.
    classes : array of shape (n_classes,) or None
        Labels to score every row under; None asks for own labels only.
    """

    source: Rows
    rows: Index
    classes: NDArray[Any] | None

    @property
    def kind(self) -> Kind:
        """The kind of task."""
        return self.source.kind

    @property
    def n_labels(self) -> int:
        """Labels that each row is scored under, one pair after the other."""
        return 1 if self.classes is None else len(self.classes)

    def pairs(self) -> tuple[Index, Labels]:
        """Return the row of each pair, and the label or target that it is scored under.

        Returns
        -------
        rows : int array of shape (n_pairs,)
            Positions among the source rows.
        labels : array of shape (n_pairs, ...)
            Labels or targets.
        """
        if self.classes is None:
            return self.rows, self.source.y[self.rows]
        return np.repeat(self.rows, len(self.classes)), np.tile(self.classes, len(self.rows))

    def convergence_subset(self) -> Index:
        """Pairs whose ranking tells whether that of all source rows has converged."""
        some = convergence_subset(len(self.rows))
        return some if self.classes is None else self._own_label_pairs(some)

    def split_scores(self, means: Floats) -> RowScores:
        """Sort the mean scores of the pairs by what they are needed for.

        Parameters
        ----------
        means : array of shape (n_pairs,) or (n_pairs, n_targets)
            Mean score of each pair of :meth:`pairs`, for each target set if there are several.
        """
        by_target = None
        if means.ndim == 2:
            by_target, means = self._of_own_labels(means), means.mean(axis=1)
        values, label_values = self._of_own_labels(means), None
        if self.classes is not None:
            label_values = means.reshape(-1, len(self.classes))
        return RowScores(values, label_values, by_target)

    def _of_own_labels(self, means: Floats) -> Floats:
        if self.classes is None:
            return means
        found: Floats = means[self._own_label_pairs(np.arange(len(self.rows)))]
        return found

    def _own_label_pairs(self, positions: Index) -> Index:
        """Pairs of some of the rows with their own labels."""
        assert self.classes is not None
        codes = np.searchsorted(self.classes, self.source.y[self.rows[positions]])
        own: Index = positions * len(self.classes) + codes
        return own
