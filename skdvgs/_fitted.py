"""What a fitted valuer keeps to value further rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._job import TrajectoryJob
from ._plan import Plan
from ._replay import keep
from ._result import TrajectoryResult
from ._sources import in_blocks
from ._statistics import mean_over_trajectories
from ._task import Features, Rows, Task

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
        if plan.stage is not None and plan.stage.of_labels:
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


class KnownRows:
    """Finds rows that were fitted.

    Parameters
    ----------
    rows : Rows
        The rows to know again.
    """

    def __init__(self, rows: Rows) -> None:
        digests = [_digests(rows.X[part], rows.y[part]) for part in in_blocks(rows.X)]
        of_features, of_both = (np.concatenate(parts) for parts in zip(*digests, strict=True))
        self._by_features, self._by_both = _Index(of_features), _Index(of_both)

    def find(self, rows: Rows) -> NDArray[np.intp]:
        """Position of each row among the fitted ones with the same label, -1 for new rows."""
        return self._by_both.find(_digests(rows.X[:], rows.y)[1])

    def find_features(self, X: NDArray[Any]) -> NDArray[np.intp]:
        """Position of each row among the fitted ones with whatever label, -1 for new rows."""
        return self._by_features.find(_digests(X, np.empty((len(X), 0)))[0])


class _Index:
    def __init__(self, digests: NDArray[np.uint64]) -> None:
        self._order = np.argsort(digests, kind="stable")
        self._sorted = digests[self._order]

    def find(self, digests: NDArray[np.uint64]) -> NDArray[np.intp]:
        at = np.minimum(np.searchsorted(self._sorted, digests), len(self._sorted) - 1)
        return np.where(self._sorted[at] == digests, self._order[at], -1)


def _digests(X: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """64 bits for the features of each row, and 64 for these and its label.

    Of millions of rows hardly two unequal ones share them.
    """
    of_features, of_both = np.empty((2, len(X)), dtype=np.uint64)
    for i, (features, label) in enumerate(zip(_bytes_of(X), _bytes_of(y), strict=True)):
        digest = hashlib.blake2b(features, digest_size=8)
        of_features[i] = int.from_bytes(digest.digest(), "little")
        digest.update(label)
        of_both[i] = int.from_bytes(digest.digest(), "little")
    return of_features, of_both


def _bytes_of(array: NDArray[Any]) -> Iterator[bytes]:
    """Bytes of each row, the same for equal rows."""
    if array.dtype.kind not in "biuf":
        return (repr(row).encode() for row in array)
    # Adding zero makes one number of the two zeros.
    rows = np.ascontiguousarray(array + 0)
    return (row.tobytes() for row in rows)
