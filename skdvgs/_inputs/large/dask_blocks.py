"""score_blocks: values of a Dask array's rows, computed where its blocks lie."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs.exceptions import InvalidInputError


def is_dask_array(X: Any) -> bool:
    """Tell without importing Dask."""
    return type(X).__module__.startswith("dask.array") and hasattr(X, "map_blocks")


def score_blocks(valuer: Any, X: Any, y: Any) -> Any:
    """Values of rows as a Dask array: nothing is computed yet.

    Parameters
    ----------
    valuer : DVGSValuer
        Fitted. It travels to each worker once.
    X : dask array of shape (n_samples, ...)
        Rows.
    y : array-like or dask array of shape (n_samples, ...), or None
        Labels or targets.

    Raises
    ------
    InvalidInputError
        If X and y differ in length.
    """
    import dask
    import dask.array as da

    X = X.rechunk(dict.fromkeys(range(1, X.ndim), -1))
    blocks = [X.to_delayed().reshape(X.numblocks[0], -1)[:, 0]]
    if y is not None:
        y = da.asarray(y)
        y = y.rechunk(dict.fromkeys(range(1, y.ndim), -1))
        if len(X) != len(y):
            raise InvalidInputError(
                f"Found inconsistent numbers of samples: y has {len(y)} rows, its X has {len(X)}."
                " Each row needs its own label. Pass both from the same table."
            )
        y = y.rechunk({0: X.chunks[0]})
        blocks.append(y.to_delayed().reshape(y.numblocks[0], -1)[:, 0])
    shared = dask.delayed(valuer, traverse=False)
    values = [
        da.from_delayed(dask.delayed(_values)(shared, *block), (n,), dtype=np.float64)
        for n, *block in zip(X.chunks[0], *blocks, strict=True)
    ]
    return da.concatenate(values)


def _values(valuer: Any, X: Any, y: Any = None) -> NDArray[np.float64]:
    found: NDArray[np.float64] = valuer.score_samples(
        np.asarray(X), None if y is None else np.asarray(y)
    )
    return found
