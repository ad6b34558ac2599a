"""Which rows are left when a fraction of them is removed."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.multiclass import type_of_target

from ..exceptions import InvalidInputError, SkdvgsWarning


def read_fractions(fractions: int | ArrayLike) -> NDArray[np.float64]:
    """Read shares of rows to remove, or how many evenly spaced ones there are to be.

    Raises
    ------
    InvalidInputError
        If they are not at least one number in [0, 1), increasing.
    """
    if isinstance(fractions, (int, np.integer)):
        fractions = np.arange(fractions) / max(fractions, 1)
    shares = np.asarray(fractions, dtype=np.float64)
    if shares.ndim != 1 or len(shares) == 0 or not np.all((shares >= 0) & (shares < 1)):
        raise InvalidInputError(
            f"fractions is read as {shares.tolist()}. They are shares of the rows to remove, and "
            "some rows must be left. Give numbers of at least 0 and below 1, e.g. [0, 0.1, 0.2]."
        )
    return np.unique(shares)


def labels_to_keep(y: Any) -> NDArray[np.intp] | None:
    """Number the classes, none of which may be emptied; None where y is not one column of them."""
    if type_of_target(y) not in ("binary", "multiclass"):
        return None
    return np.unique(np.asarray(y).ravel(), return_inverse=True)[1]


def removal_order(values: NDArray[np.float64], order: str, seed: int) -> NDArray[np.intp]:
    """Return the rows, the first to go first; ties, or all of them, at random."""
    shuffled = np.random.RandomState(seed).permutation(len(values))
    if order == "random":
        return shuffled
    keys = values if order == "lowest" else -values
    return shuffled[np.argsort(keys[shuffled], kind="stable")]


def rows_left(
    order: NDArray[np.intp], labels: NDArray[np.intp] | None, fraction: float
) -> tuple[NDArray[np.intp], int]:
    """Remove a fraction of the rows, all but the last row of each class.

    Returns
    -------
    rows : array of shape (n_left,)
        Rows left, in increasing order.
    n_spared : int
        How many of them would have gone but for their class.
    """
    # 0.29 * 100 is 28.999999999999996 in binary; the rounding gives the 29 that was meant.
    n_remove = int(np.floor(round(fraction * len(order), 9)))
    may_go = np.ones(len(order), dtype=bool)
    if labels is not None:
        last_of_class = np.unique(labels[order[::-1]], return_index=True)[1]
        may_go[len(order) - 1 - last_of_class] = False
    gone = np.zeros(len(order), dtype=bool)
    gone[order[may_go][:n_remove]] = True
    return np.flatnonzero(~gone), int(np.count_nonzero(~may_go[:n_remove]))


def warn_of_spared_rows(n_spared: NDArray[np.intp], fractions: NDArray[np.float64]) -> None:
    """Warn where a class would have been emptied, naming the first fraction."""
    if not n_spared.any():
        return
    first = fractions[np.flatnonzero(n_spared.any(axis=1))[0]]
    warnings.warn(
        f"From fraction {first:g} on, removal would have emptied a class. The last row of each "
        "class was spared, and the next row went in its place. Give lower fractions to remove "
        "strictly in order.",
        SkdvgsWarning,
        stacklevel=3,
    )
