"""Rows as the default network reads them: the input stage learnt, and all rows put through it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from skdvgs._default_net.features import FeatureExtractor
from skdvgs._inputs.large.large_rows import LargeRows
from skdvgs._inputs.large.readers import MappedReader
from skdvgs._inputs.task import Features, Rows
from skdvgs._utils.progress import Progress

# Rows of the source that the input stage learns from, at most. No tree of its forest sees more,
# and each row beyond costs what a fitted one does.
MOST_FITTED_ROWS = 50_000


# Of rows that are not in memory, no more than this many numbers: 128 MiB, and copies of them.
_MOST_FITTED_NUMBERS = 2**25


_LEAST_FITTED_ROWS = 1000


_BLOCK_ROWS = 16_384


def prepare(
    extractor: FeatureExtractor,
    source: Rows,
    target: Rows | None,
    seed: int,
    n_jobs: int | None,
    progress: Progress,
) -> tuple[Rows, Rows | None]:
    """Fit the input stage and return source and target as it makes them.

    Of more than 50,000 source rows it learns from as many drawn at random (from fewer where
    rows are read from elsewhere and 50,000 would take more than 128 MiB). The others are new to
    it: nothing of theirs is in its features, so none needs to be left out.

    Parameters
    ----------
    extractor : FeatureExtractor
        Not fitted; afterwards it is.
    source, target : Rows
        As read from the user; no target for cross-fitting.
    seed : int
        Which rows it learns from.
    n_jobs : int or None
        Blocks of rows prepared at a time, in threads. The features do not depend on it.
    progress : Progress
        Told how many rows are prepared.
    """
    n = len(source.X)
    fitted = np.arange(n)
    most = _most_fitted(source.X)
    if n > most:
        fitted = np.sort(np.random.default_rng(seed).choice(n, most, replace=False))
    learnt = source.take(slice(None) if len(fitted) == n else fitted)
    if target is None:
        made = extractor.fit(learnt, slice(None), n_jobs)
    else:
        made = extractor.fit(learnt.joined(target), slice(len(fitted), None), n_jobs)
        target = made.take(slice(len(fitted), None))
    made = made.take(slice(len(fitted)))
    if len(fitted) == n:
        return made, target
    progress.update_preparation(len(fitted) / n)
    y = extractor.targets(source.y)
    X: Features
    if extractor.uses_labels:
        X = _all_features(extractor, source, fitted, made.X[:], n_jobs, progress)
    else:
        X = LargeRows(MappedReader(source.X, extractor.features), np.float32)
    return Rows(X, y, source.kind), target


def _most_fitted(X: Features) -> int:
    if not isinstance(X, LargeRows):
        return MOST_FITTED_ROWS
    fitting = _MOST_FITTED_NUMBERS // int(np.prod(X.shape[1:]))
    return min(MOST_FITTED_ROWS, max(_LEAST_FITTED_ROWS, fitting))


def _all_features(
    extractor: FeatureExtractor,
    source: Rows,
    fitted: NDArray[np.intp],
    of_fitted: NDArray[np.float32],
    n_jobs: int | None,
    progress: Progress,
) -> NDArray[np.float32]:
    """Features of all rows: a few numbers each."""
    n = len(source.X)
    if isinstance(source.X, LargeRows):
        there = source.X.map_where_they_lie(extractor.features)
        if there is not None:
            there[fitted] = of_fitted
            return there
    X = np.empty((n, of_fitted.shape[1]), dtype=np.float32)
    X[fitted] = of_fitted
    others = np.setdiff1d(np.arange(n), fitted, assume_unique=True)
    blocks = [others[start : start + _BLOCK_ROWS] for start in range(0, len(others), _BLOCK_ROWS)]
    done = len(fitted)
    for block, features in zip(
        blocks, _in_threads(extractor, source.X, blocks, n_jobs), strict=True
    ):
        X[block] = features
        done += len(block)
        progress.update_preparation(done / n)
    return X


def _in_threads(
    extractor: FeatureExtractor, X: Features, blocks: list[NDArray[np.intp]], n_jobs: int | None
) -> Iterator[NDArray[np.float32]]:
    # One thread for each product of matrices: its sums are then the same for any n_jobs.
    with threadpool_limits(1):
        parallel: Any = Parallel(n_jobs=n_jobs, require="sharedmem", return_as="generator")
        yield from parallel(
            delayed(lambda rows: extractor.features(X[rows]))(rows) for rows in blocks
        )
