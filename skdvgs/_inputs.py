"""The default network's input stage: rows of any table to features that a network can use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import QuantileTransformer

from ._scores import RankNormalTarget, ScoreInput
from ._task import Rows, Task

Floats32 = NDArray[np.float32]


class InputStage(Protocol):
    """Learnt on all rows there are, source and target together."""

    def fit(self, rows: Rows, usual: slice) -> Rows:
        """Learn from rows, and return them as the network reads them.

        Parameters
        ----------
        rows : Rows
            All of them.
        usual : slice
            Those that are known to be as rows should be.
        """

    def transform(self, rows: Rows) -> Rows:
        """Rows that were not fitted."""


class QuantileStage:
    """Each column to its quantile in [-1, 1]; for the autoencoder.

    Ranks know no units and no outliers (Holzmüller et al. 2024, "Better by default", find the
    same for tables).

    Parameters
    ----------
    seed : int
        Which rows the quantiles are taken from where there are more than 10,000.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit(self, rows: Rows, usual: slice) -> Rows:
        """Learn the quantiles of each column."""
        self._ranks: Any = QuantileTransformer(
            n_quantiles=min(256, len(rows.X)), subsample=10_000, random_state=self._seed
        ).fit(rows.X)
        return self.transform(rows)

    def transform(self, rows: Rows) -> Rows:
        """Quantiles of each column."""
        X = np.asarray(2.0 * self._ranks.transform(rows.X) - 1.0, dtype=np.float32)
        return replace(rows, X=X)


class ScoreStage:
    """What a forest and kernel ridges that never saw a row's label say of it; see `_scores`.

    Parameters
    ----------
    task : Task
        Classes of both sets.
    seed : int
        Forest and landmarks.
    """

    def __init__(self, task: Task, seed: int) -> None:
        self._task = task
        self._scores = ScoreInput(task.kind, task.n_outputs, seed)
        self._targets = RankNormalTarget() if task.kind == "regression" else None

    def fit(self, rows: Rows, usual: slice) -> Rows:
        """Learn from labelled rows; each one's features are made without its own label."""
        if self._targets is not None:
            self._targets.fit(rows.y)
        y = self._targets_of(rows)
        encoded = y if self._targets is not None else self._task.encode(rows)
        self._scores.fit(rows.X, encoded, usual)
        return Rows(self._scores.features_, y, rows.kind)

    def transform(self, rows: Rows) -> Rows:
        """Features of other rows; no label of theirs is asked for."""
        return Rows(self._scores.transform(rows.X), self._targets_of(rows), rows.kind)

    def _targets_of(self, rows: Rows) -> NDArray[Any]:
        if self._targets is None:
            return rows.y
        return self._targets.transform(rows.y).astype(np.float64)


def input_stage(task: Task, seed: int) -> InputStage:
    """The stage for a task."""
    return QuantileStage(seed) if task.kind == "reconstruction" else ScoreStage(task, seed)
