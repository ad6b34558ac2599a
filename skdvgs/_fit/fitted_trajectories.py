"""FittedTrajectories: what a fitted valuer keeps to value further rows."""

from __future__ import annotations

import numpy as np

from skdvgs._fit.known_rows import KnownRows
from skdvgs._inputs.large.large_rows import in_blocks
from skdvgs._inputs.task import Features, Rows, Task
from skdvgs._trajectory.job import TrajectoryJob
from skdvgs._trajectory.replay import record
from skdvgs._trajectory.result import TrajectoryResult
from skdvgs._utils.types import Floats, Index, Labels
from skdvgs._values.means import mean_over_trajectories


class FittedTrajectories:
    """The recorded trajectories of a fit.

    A row of the fit is recognised and valued as it was then: by the trajectories that were not
    trained on it.

    Parameters
    ----------
    source : Rows
        Source rows as read from the user.
    jobs, results : lists
        One of each for every trajectory.
    """

    def __init__(
        self,
        source: Rows,
        jobs: list[TrajectoryJob],
        results: list[TrajectoryResult],
    ) -> None:
        self.task: Task = jobs[0].factory.task
        self.dtype = source.X.dtype
        self._kind = source.kind
        self._recorded = [record(job, result) for job, result in zip(jobs, results, strict=True)]
        self._scored_rows = [job.request.rows for job in jobs]
        self._known = KnownRows(source)

    def values_of(self, X: Features, y: Labels) -> Floats:
        """Values of rows as read from the user."""
        found = np.empty(len(X))
        for part in in_blocks(X):
            rows = Rows(X[part], y[part], self._kind)
            known, order = self._known.find_in_order(rows)
            found[part] = self._mean(rows, known, order, every_label=False)
        return found

    def label_values(self, X: Features) -> Floats:
        """Values of rows under every label."""
        assert self.task.classes is not None
        found = np.empty((len(X), len(self.task.classes)))
        for part in in_blocks(X):
            rows = X[part]
            y = np.repeat(self.task.classes[:1], len(rows))
            known, order = self._known.find_features_in_order(rows)
            found[part] = self._mean(Rows(rows, y, self._kind), known, order, every_label=True)
        return found

    def _mean(self, rows: Rows, known: Index, order: Index, every_label: bool) -> Floats:
        # Matrix products round a row by its place in them; so rows of a block have a fixed order.
        is_known = known[order] >= 0
        means, valued = [], []
        for trajectory, scored in zip(self._recorded, self._scored_rows, strict=True):
            # A trajectory of cross-fitting does not value the rows it was trained on.
            here = order[~is_known | np.isin(known[order], scored)]
            if len(here):
                means.append(trajectory.means(rows.take(here), every_label))
                valued.append(here)
        return mean_over_trajectories(means, valued, len(rows.X))
