"""What a fitted valuer keeps to value further rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._job import TrajectoryJob, TrajectoryResult
from ._plan import Plan
from ._replay import keep
from ._statistics import mean_over_trajectories
from ._task import Rows, Task

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
        self._features = None if plan.stage is None else plan.source.X[: plan.n_source]

    def values(self, X: NDArray[Any], y: NDArray[Any]) -> Floats:
        """Values of rows as read from the user."""
        rows = Rows(X, y, self._kind)
        return self._mean(rows, self._known.find(rows), every_label=False)

    def label_values(self, X: NDArray[Any]) -> Floats:
        """Values of rows under every label."""
        assert self.task.classes is not None
        rows = Rows(X, np.repeat(self.task.classes[:1], len(X)), self._kind)
        return self._mean(rows, self._known.find_features(rows.X), every_label=True)

    def _mean(self, rows: Rows, known: NDArray[np.intp], every_label: bool) -> Floats:
        is_known = known >= 0
        if self._stage is not None:
            assert self._features is not None
            read = self._stage.transform(rows)
            X = np.where(is_known[:, None], self._features[known], read.X)
            rows = replace(read, X=X)
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
        self._by_features = _Index(_digests(rows.X))
        self._by_both = _Index(_digests(rows.X, rows.y))

    def find(self, rows: Rows) -> NDArray[np.intp]:
        """Position of each row among the fitted ones with the same label, -1 for new rows."""
        return self._by_both.find(_digests(rows.X, rows.y))

    def find_features(self, X: NDArray[Any]) -> NDArray[np.intp]:
        """Position of each row among the fitted ones with whatever label, -1 for new rows."""
        return self._by_features.find(_digests(X))


class _Index:
    def __init__(self, digests: NDArray[np.uint64]) -> None:
        self._order = np.argsort(digests, kind="stable")
        self._sorted = digests[self._order]

    def find(self, digests: NDArray[np.uint64]) -> NDArray[np.intp]:
        at = np.minimum(np.searchsorted(self._sorted, digests), len(self._sorted) - 1)
        return np.where(self._sorted[at] == digests, self._order[at], -1)


def _digests(*arrays: NDArray[Any]) -> NDArray[np.uint64]:
    """64 bits for each row: of millions of rows hardly two unequal ones share them."""
    readers: list[Callable[[int], bytes]] = [_reader(array) for array in arrays]
    found = np.empty(len(arrays[0]), dtype=np.uint64)
    for i in range(len(found)):
        digest = hashlib.blake2b(digest_size=8)
        for read in readers:
            digest.update(read(i))
        found[i] = int.from_bytes(digest.digest(), "little")
    return found


def _reader(array: NDArray[Any]) -> Callable[[int], bytes]:
    if array.dtype.kind in "biuf":
        # Adding zero makes one number of the two zeros.
        return lambda i: np.ascontiguousarray(array[i] + 0).tobytes()
    return lambda i: repr(array[i]).encode()
