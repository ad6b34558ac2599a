"""ScoringRequest: which rows a trajectory scores, and under which labels or targets.

The mean score of a source row under its own label is its value. Its scores under the other labels
tell which label suits it best. Target rows that the trajectory was not trained on are scored too:
they show what right rows look like and, under other labels, what wrong rows look like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.task import Features, Kind, Rows
from skdvgs._values.convergence import convergence_subset
from skdvgs._values.row_scores import RowScores

Index = NDArray[np.intp]


# Targets of other rows that each held-out row of a regression is scored under.
_OTHER_TARGETS = 4


@dataclass(frozen=True)
class ScoringRequest:
    """Rows to score, each with a label: pairs in a fixed order.

    Attributes
    ----------
    source : Rows
        Source rows with their own labels.
    rows : int array of shape (n_rows,)
        Which of them to score.
    target : Rows or None
        Target rows with their own labels; None if none of them is scored.
    held_out : int array of shape (n_held_out,)
        Which of the target rows to score: those the trajectory is not trained on.
    classes : array of shape (n_classes,) or None
        Labels to score every row under; None asks for own labels only.
    seed : int
        Chooses the other targets that held-out rows of a regression are scored under.
    """

    source: Rows
    rows: Index
    target: Rows | None
    held_out: Index
    classes: NDArray[Any] | None
    seed: int

    @property
    def kind(self) -> Kind:
        """The kind of task."""
        return self.source.kind

    @property
    def n_labels(self) -> int:
        """Labels that each row is scored under, one pair after the other."""
        return 1 if self.classes is None else len(self.classes)

    def features(self) -> Features:
        """Features of the source rows, then of the target rows: what :meth:`pairs` counts in."""
        if self.target is None:
            return self.source.X
        return np.concatenate([self.source.X[:], self.target.X[:]])

    def pairs(self) -> tuple[Index, NDArray[Any]]:
        """Return the row of each pair, and its label or target.

        Returns
        -------
        rows : int array of shape (n_pairs,)
            Positions in :meth:`features`.
        labels : array of shape (n_pairs, ...)
            The label or target that the row is scored under.
        """
        # One array of pairs, so that source rows and held-out rows are scored in the same pass.
        held_out = len(self.source.X) + self.held_out
        scored = np.concatenate([self.rows, held_out])
        if self.classes is not None:
            return np.repeat(scored, len(self.classes)), np.tile(self.classes, len(scored))
        y = self.source.y
        if self.target is not None:
            y = np.concatenate([y, self.target.y])
        if not self._scores_other_targets:
            return scored, y[scored]
        others = np.random.default_rng(self.seed).choice(held_out, (len(held_out), _OTHER_TARGETS))
        return (
            np.concatenate([scored, np.repeat(held_out, _OTHER_TARGETS)]),
            np.concatenate([y[scored], y[others.ravel()]]),
        )

    def convergence_subset(self) -> Index:
        """Pairs whose ranking tells whether that of all source rows has converged."""
        some = convergence_subset(len(self.rows))
        return some if self.classes is None else self._own_label_pairs(self.rows, some)

    def split_scores(self, means: NDArray[np.float64]) -> RowScores:
        """Sort the mean scores of the pairs by what they are needed for.

        Parameters
        ----------
        means : array of shape (n_pairs,)
            Mean score of each pair of :meth:`pairs`.
        """
        n, m = len(self.rows), len(self.held_out)
        if self.classes is not None:
            table = means.reshape(n + m, len(self.classes))
            is_own = np.zeros((m, len(self.classes)), dtype=bool)
            if self.target is not None:
                codes = np.searchsorted(self.classes, self.target.y[self.held_out])
                is_own[np.arange(m), codes] = True
            return RowScores(
                values=means[self._own_label_pairs(self.rows, np.arange(n))],
                label_values=table[:n],
                held_out_target=table[n:][is_own] if m else None,
                held_out_target_other_labels=table[n:][~is_own].reshape(m, -1) if m else None,
            )
        others = means[n + m :].reshape(m, -1) if self._scores_other_targets else None
        return RowScores(
            values=means[:n],
            label_values=None,
            held_out_target=means[n : n + m] if m else None,
            held_out_target_other_labels=others,
        )

    @property
    def _scores_other_targets(self) -> bool:
        return self.kind == "regression" and len(self.held_out) > 0

    def _own_label_pairs(self, rows: Index, positions: Index) -> Index:
        """Pairs of some source rows with their own labels."""
        assert self.classes is not None
        codes = np.searchsorted(self.classes, self.source.y[rows[positions]])
        return positions * len(self.classes) + codes
