"""What a trajectory is asked: the value of which rows, under which labels or targets.

A row's value under its own label is what fit is for. Under the other labels it tells which one
fits best. And trusted rows that the trajectory was not trained on, under their own and under
other labels, show what right and wrong rows look like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.task import Rows
from skdvgs._values.convergence import convergence_subset
from skdvgs._values.row_scores import Floats, RowScores

Index = NDArray[np.intp]


# Targets of other rows that each trusted row is valued under.
_OTHER_TARGETS = 4


@dataclass(frozen=True)
class ScoringRequest:
    """Rows to value, each with a label: pairs in a fixed order.

    Attributes
    ----------
    pool : Rows
        Rows and their own labels.
    rows : int array of shape (n_rows,)
        Source rows in the pool.
    trusted : int array of shape (n_trusted,)
        Trusted rows in the pool, left out of training.
    classes : array of shape (n_classes,) or None
        Labels to value every row under; None asks for own labels only.
    seed : int
        Which other targets trusted rows of a regression are given.
    """

    pool: Rows
    rows: Index
    trusted: Index
    classes: NDArray[Any] | None
    seed: int

    def pairs(self) -> tuple[Index, NDArray[Any]]:
        """Rows of shape (n_pairs,), and the label or target of each."""
        asked = np.concatenate([self.rows, self.trusted])
        if self.classes is not None:
            return np.repeat(asked, len(self.classes)), np.tile(self.classes, len(asked))
        y = self.pool.y[asked]
        if not self._asks_other_targets:
            return asked, y
        others = np.random.default_rng(self.seed).choice(
            self.trusted, (len(self.trusted), _OTHER_TARGETS)
        )
        return (
            np.concatenate([asked, np.repeat(self.trusted, _OTHER_TARGETS)]),
            np.concatenate([y, self.pool.y[others.ravel()]]),
        )

    @property
    def n_labels(self) -> int:
        """Labels that each row is valued under, one pair after the other."""
        return 1 if self.classes is None else len(self.classes)

    def convergence_subset(self) -> Index:
        """Pairs enough to see whether the ranking of the source rows has settled."""
        some = convergence_subset(len(self.rows))
        return some if self.classes is None else self._own_columns(self.rows, some)

    def split_scores(self, means: Floats) -> RowScores:
        """Sort the means of the pairs into what they answer."""
        n, m = len(self.rows), len(self.trusted)
        if self.classes is not None:
            table = means.reshape(n + m, len(self.classes))
            codes = np.searchsorted(self.classes, self.pool.y[self.trusted])
            own = np.zeros((m, len(self.classes)), dtype=bool)
            own[np.arange(m), codes] = True
            return RowScores(
                values=means[self._own_columns(self.rows, np.arange(n))],
                label_values=table[:n],
                held_out_target=table[n:][own] if m else None,
                held_out_target_other_labels=table[n:][~own].reshape(m, -1) if m else None,
            )
        other = self._asks_other_targets
        return RowScores(
            values=means[:n],
            label_values=None,
            held_out_target=means[n : n + m] if m else None,
            held_out_target_other_labels=means[n + m :].reshape(m, _OTHER_TARGETS)
            if other
            else None,
        )

    @property
    def _asks_other_targets(self) -> bool:
        return self.pool.kind == "regression" and len(self.trusted) > 0

    def _own_columns(self, rows: Index, positions: Index) -> Index:
        """Pairs of some rows with their own labels."""
        assert self.classes is not None
        codes = np.searchsorted(self.classes, self.pool.y[rows[positions]])
        return positions * len(self.classes) + codes
