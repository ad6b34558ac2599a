"""The default network's input stage: rows of any table to features that a network can use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import QuantileTransformer

from skdvgs._default_net.out_of_sample_scores import OutOfSampleScores
from skdvgs._default_net.rank_normal_target import RankNormalTarget
from skdvgs._inputs.task import Rows, Task

Floats32 = NDArray[np.float32]


class FeatureExtractor(Protocol):
    """Learnt on source and target together.

    ``uses_labels`` says whether features tell what labels suit a row, in a few numbers. A fitted
    row's features are then made without its own label.
    """

    uses_labels: bool

    def fit(self, rows: Rows, usual: slice, n_jobs: int | None = None) -> Rows:
        """Learn from rows, and return them as the network reads them.

        Parameters
        ----------
        rows : Rows
            All of them, in memory.
        usual : slice
            Those that are known to be as rows should be.
        n_jobs : int or None
            Threads, where they help. Nothing else depends on it.
        """

    def features(self, X: NDArray[Any]) -> Floats32:
        """Features of rows that were not fitted; no label of theirs is asked for."""

    def targets(self, y: NDArray[Any]) -> NDArray[Any]:
        """Labels or targets of any rows, as the network is to learn them."""


class QuantileFeatures:
    """Each column to its quantile in [-1, 1]; for the autoencoder.

    Ranks know no units and no outliers (Holzmüller et al. 2024, "Better by default", find the
    same for tables).

    Parameters
    ----------
    seed : int
        Which rows the quantiles are taken from where there are more than 10,000.
    """

    uses_labels = False

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit(self, rows: Rows, usual: slice, n_jobs: int | None = None) -> Rows:
        """Learn the quantiles of each column."""
        self._ranks: Any = QuantileTransformer(
            n_quantiles=min(256, len(rows.X)), subsample=10_000, random_state=self._seed
        ).fit(rows.X)
        return replace(rows, X=self.features(rows.X[:]))

    def features(self, X: NDArray[Any]) -> Floats32:
        """Quantiles of each column."""
        return np.asarray(2.0 * self._ranks.transform(X) - 1.0, dtype=np.float32)

    def targets(self, y: NDArray[Any]) -> NDArray[Any]:
        """What was given: there is nothing to learn but the features."""
        return y


class OutOfSampleFeatures:
    """What a forest and kernel ridges that never saw a row's label say of it; see `_scores`.

    Parameters
    ----------
    task : Task
        Classes of both sets.
    seed : int
        Forest and landmarks.
    """

    uses_labels = True

    def __init__(self, task: Task, seed: int) -> None:
        self._task = task
        self._scores = OutOfSampleScores(task.kind, task.n_outputs, seed)
        self._targets = RankNormalTarget() if task.kind == "regression" else None

    def fit(self, rows: Rows, usual: slice, n_jobs: int | None = None) -> Rows:
        """Learn from labelled rows; each one's features are made without its own label."""
        if self._targets is not None:
            self._targets.fit(rows.y)
        y = self.targets(rows.y)
        encoded = y if self._targets is not None else self._task.encode(rows)
        self._scores.fit(rows.X[:], encoded, usual, n_jobs)
        return Rows(self._scores.features_, y, rows.kind)

    def features(self, X: NDArray[Any]) -> Floats32:
        """Features of rows that were not fitted; no label of theirs is asked for."""
        return self._scores.transform(X)

    def targets(self, y: NDArray[Any]) -> NDArray[Any]:
        """Labels as they are; numbers by their ranks."""
        return y if self._targets is None else self._targets.transform(y).astype(np.float64)


def make_feature_extractor(task: Task, seed: int) -> FeatureExtractor:
    """The stage for a task."""
    return (
        QuantileFeatures(seed) if task.kind == "reconstruction" else OutOfSampleFeatures(task, seed)
    )
