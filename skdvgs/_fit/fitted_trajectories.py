"""What a fitted valuer keeps to value further rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._fit.known_rows import KnownRows
from skdvgs._fit.plan import Plan
from skdvgs._inputs.large.large_rows import in_blocks
from skdvgs._inputs.task import Features, Rows, Task
from skdvgs._trajectory.job import TrajectoryJob
from skdvgs._trajectory.replay import keep
from skdvgs._trajectory.result import TrajectoryResult
from skdvgs._values.means import mean_over_trajectories

Floats = NDArray[np.float64]


class FittedTrajectories:
    """The trajectories of a fit, and what tells its rows from others.

    A row that was fitted is valued as it was then: with the features that were made without its
    own label, and by the trajectories that were not trained on it.

    Parameters
    ----------
    source : Rows
        As read from the user.
    plan : Plan
        Of the fit.
    jobs, results : lists
        Of its trajectories.
    """

    def __init__(
        self,
        source: Rows,
        plan: Plan,
        jobs: list[TrajectoryJob],
        results: list[TrajectoryResult],
    ) -> None:
        self.task: Task = jobs[0].recipe.task
        self.dtype = source.X.dtype
        self._kind = source.kind
        self._stage = plan.stage
        self._kept = [keep(job, result) for job, result in zip(jobs, results, strict=True)]
        self._valued = [job.questions.rows for job in jobs]
        self._known = KnownRows(source)
        # Features that no label of a row takes part in are made again as they were.
        self._features = None
        if plan.stage is not None and plan.stage.uses_labels:
            self._features = plan.source.X[: plan.n_source]

    def values(self, X: Features, y: NDArray[Any]) -> Floats:
        """Values of rows as read from the user."""
        found = np.empty(len(X))
        for part in in_blocks(X):
            rows = Rows(X[part], y[part], self._kind)
            found[part] = self._mean(rows, self._known.find(rows), every_label=False)
        return found

    def label_values(self, X: Features) -> Floats:
        """Values of rows under every label."""
        assert self.task.classes is not None
        found = np.empty((len(X), len(self.task.classes)))
        for part in in_blocks(X):
            rows = X[part]
            y = np.repeat(self.task.classes[:1], len(rows))
            known = self._known.find_features(rows)
            found[part] = self._mean(Rows(rows, y, self._kind), known, every_label=True)
        return found

    def _mean(self, rows: Rows, known: NDArray[np.intp], every_label: bool) -> Floats:
        is_known = known >= 0
        if self._stage is not None:
            X = self._stage.features(rows.X[:])
            if self._features is not None:
                X = np.where(is_known[:, None], self._features[known], X)
            rows = Rows(X, self._stage.targets(rows.y), rows.kind)
        means, valued = [], []
        for kept, of_fit in zip(self._kept, self._valued, strict=True):
            # A trajectory of cross-fitting does not value the rows it was trained on.
            here = np.flatnonzero(~is_known | np.isin(known, of_fit))
            if len(here):
                means.append(kept.means(rows.take(here), every_label))
                valued.append(here)
        return mean_over_trajectories(means, valued, len(rows.X))
