"""What a fitted valuer tells beyond the values of its own rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ._distributed import is_dask_array, score_blocks
from ._fitted import FittedTrajectories
from ._reading import labels_within, read_new_features, read_new_y
from ._shown import ShownValues
from ._sources import fetch_ahead
from ._storage import StoredFit
from ._uncertainty import Uncertainty
from .exceptions import InvalidInputError


class FittedValuer(ShownValues, BaseEstimator):
    """Methods that need what fit leaves behind."""

    net: Any
    task_: str
    values_: NDArray[np.float64]
    standard_errors_: NDArray[np.float64]
    label_values_: NDArray[np.float64]
    suggested_labels_: NDArray[Any]
    low_fraction_: float
    n_checkpoints_: int
    converged_: bool
    target_loss_: NDArray[np.float64]
    net_: Any
    engine_report_: dict[str, str]
    classes_: NDArray[Any]
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    _uncertainty: Uncertainty
    _trajectories: FittedTrajectories | None
    _stored: StoredFit | None
    store_trajectory: Any

    def score_samples(self, X: Any, y: ArrayLike | None = None) -> NDArray[np.float64]:
        """Value further rows along the trajectories of fit.

        Rows that were fitted get the value they have in `values_`; other rows the one that fit
        would have given them, for the default network as far as its input stage, which has not
        seen them, allows.

        Parameters
        ----------
        X : array-like, sparse matrix or large source of shape (n_samples, n_features)
            Rows with the columns of the X of fit. They are valued block by block.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Their labels or targets. Without labels a row is valued under the one of `classes_`
            that suits it best; rows of a reconstruction have none.

        Returns
        -------
        values : ndarray of shape (n_samples,), float64
            Higher is better. Of a Dask array it is a Dask array with the same blocks: call its
            ``compute()``, and each block is valued on the worker that holds it.

        Raises
        ------
        NotFittedError
            Before fit.
        InvalidInputError
            If no trajectory was kept, or the rows do not fit those of fit.
        """
        trajectories = self._kept_trajectories("score_samples")
        if is_dask_array(X):
            return score_blocks(self, X, y)
        y = labels_within(X) if y is None else y
        if y is None and self.task_ == "classification":
            return self.label_values(X).max(axis=1)
        X = read_new_features(self, X, trajectories.dtype, self.net)
        return trajectories.values(X, read_new_y(y, len(X), self.task_, trajectories.task))

    def score_chunks(self, chunks: Iterable[Any]) -> Iterator[NDArray[np.float64]]:
        """Value a stream of rows, chunk by chunk.

        The next chunk is fetched while the last one is valued, and no chunk is kept.

        Parameters
        ----------
        chunks : iterable of X or of (X, y)
            Each as for :meth:`score_samples`: arrays, frames of ``pandas.read_csv(chunksize=...)``
            or batches of a torch DataLoader. Labels come with them as a tuple, or as a list of
            two arrays; a list of numbers or of single rows is rows.

        Returns
        -------
        values : iterator of ndarray of shape (n_rows_of_the_chunk,), float64
            The same that `score_samples` gives for all rows at once.

        Raises
        ------
        NotFittedError
            Before fit.
        InvalidInputError
            If no trajectory was kept; and, when its values are asked for, if a chunk does not
            fit the rows of fit.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.datasets import load_iris
        >>> from skdvgs import DVGSValuer
        >>> X, y = load_iris(return_X_y=True)
        >>> valuer = DVGSValuer(random_state=0).fit(X, y)
        >>> stream = ((X[rows], y[rows]) for rows in (slice(0, 100), slice(100, 150)))
        >>> values = np.concatenate(list(valuer.score_chunks(stream)))
        >>> bool(np.allclose(values, valuer.score_samples(X, y)))
        True
        """
        self._kept_trajectories("score_chunks")
        return (self.score_samples(*_rows_and_labels(chunk)) for chunk in fetch_ahead(chunks))

    def label_values(self, X: Any) -> NDArray[np.float64]:
        """Value that each row would have under each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows with the columns of the X of fit. Rows that were fitted are known again.

        Returns
        -------
        label_values : ndarray of shape (n_samples, n_classes), float64
            Columns in the order of `classes_`. The largest of a row tells the label that suits
            it best.

        Raises
        ------
        NotFittedError
            Before fit.
        InvalidInputError
            If the task has no classes, or no trajectory was kept.
        """
        trajectories = self._kept_trajectories("label_values")
        if self.task_ != "classification":
            raise InvalidInputError(
                f"label_values needs classes but the task is {self.task_}. Only one label out of "
                "several can be valued against the others. Use score_samples."
            )
        return trajectories.label_values(read_new_features(self, X, trajectories.dtype, self.net))

    def confidence_intervals(self, level: float = 0.95) -> NDArray[np.float64]:
        """Return intervals for what the values would be with ever more trajectories.

        Parameters
        ----------
        level : float, default=0.95
            Probability, in (0, 1), with which each interval covers it.

        Returns
        -------
        intervals : ndarray of shape (n_samples, 2), float64
            Lower and upper ends, by Student's t; NaN where there is no standard error.

        Raises
        ------
        NotFittedError
            Before fit.
        InvalidInputError
            If `level` is not between 0 and 1.
        """
        check_is_fitted(self, "values_")
        if not 0.0 < level < 1.0:
            raise InvalidInputError(
                f"level={level} is no probability between 0 and 1. It says how often an interval "
                "covers the value. Use e.g. 0.95."
            )
        return self._uncertainty.intervals(self.values_, level)

    def _kept_trajectories(self, method: str) -> FittedTrajectories:
        check_is_fitted(self, "values_")
        if self._trajectories is None:
            raise InvalidInputError(
                f"{method} needs the trajectories of fit, which were not kept. A network of "
                "one's own can be large. Set store_trajectory=True before fit, or to a folder."
            )
        if self._stored is not None:
            self._stored.look_in(self.store_trajectory)
        return self._trajectories


def _rows_and_labels(chunk: Any) -> tuple[Any, ...]:
    """Tell a pair from rows alone, which may come as a list too."""
    if isinstance(chunk, list):
        is_table = [len(getattr(part, "shape", ())) > 1 for part in chunk]
        chunk = tuple(chunk) if any(is_table) else (chunk,)
    if not isinstance(chunk, tuple):
        return (chunk,)
    if len(chunk) not in (1, 2):
        raise InvalidInputError(
            f"A chunk of score_chunks is a tuple of {len(chunk)} arrays. Only rows, or rows and "
            "their labels, can be valued. Yield X or (X, y)."
        )
    return chunk
