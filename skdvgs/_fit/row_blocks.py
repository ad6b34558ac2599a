"""through_blocks: many rows through a function, without holding more than some of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.utils import gen_batches
from threadpoolctl import threadpool_limits

from skdvgs._inputs.large.large_rows import LargeRows
from skdvgs._inputs.task import Features
from skdvgs._utils.types import Index

_BLOCK_ROWS = 16_384


def through_blocks(
    function: Callable[[NDArray[Any]], NDArray[Any]], X: Features, rows: Index, n_jobs: int | None
) -> Iterator[tuple[Index, NDArray[Any]]]:
    """Put some rows through a function, block by block, in threads or where the rows lie."""
    if not len(rows):
        return
    if isinstance(X, LargeRows):
        there = X.map_where_they_lie(function)
        if there is not None:
            yield rows, there[rows]
            return
    blocks = [rows[part] for part in gen_batches(len(rows), _BLOCK_ROWS)]
    parallel: Any = Parallel(n_jobs=n_jobs, require="sharedmem", return_as="generator")
    with threadpool_limits(1):
        found = parallel(delayed(lambda block: function(X[block]))(block) for block in blocks)
        yield from zip(blocks, found, strict=True)
