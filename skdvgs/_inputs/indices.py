"""index_of and check_same_rows: whether two objects hold the same rows, by their indices."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from skdvgs._inputs.annotated import is_anndata
from skdvgs.exceptions import InvalidInputError, SkdvgsWarning


def index_of(array: Any) -> Any:
    """Return the index of a pandas object, the names of observations, or None."""
    if is_anndata(array):
        return getattr(array, "obs_names", None)
    return getattr(array, "index", None) if hasattr(array, "iloc") else None


def counts_up(index: Any) -> bool:
    """Tell an index that counts from 0, which says nothing of the rows."""
    return bool(np.array_equal(np.asarray(index), np.arange(len(index))))


def warn_of_other_order(X: Any, y: Any) -> None:
    """Say so where y has the index of X in another order: labels are matched by position."""
    of_X, of_y = index_of(X), index_of(y)
    if of_X is None or of_y is None or len(of_X) != len(of_y) or of_y.equals(of_X):
        return
    if counts_up(of_X) or counts_up(of_y) or len(of_y.difference(of_X)):
        return
    warnings.warn(
        "y has the index of X in another order. Labels are matched with rows by their position, as "
        "in scikit-learn. If the index tells which belong together, pass y.loc[X.index].",
        SkdvgsWarning,
        stacklevel=5,
    )


def check_same_rows(X: Any, of_fit: Any, what: str = "X") -> None:
    """Refuse a table that holds other rows than those of fit, by its index.

    Parameters
    ----------
    X : array-like, frame or AnnData
        The table.
    of_fit : pandas.Index or None
        Index of the X of fit.
    what : str
        What messages call it.

    Raises
    ------
    InvalidInputError
        If they are others, or in another order.
    """
    index = index_of(X)
    if of_fit is None or index is None or index.equals(of_fit):
        return
    others = index.difference(of_fit)
    if not len(others):
        raise InvalidInputError(
            f"{what} holds the rows of fit in another order: its index has the same labels "
            f"elsewhere. Features would be shown beside the values of other rows. Pass {what} in "
            "the order of fit."
        )
    if counts_up(index) or counts_up(of_fit):
        return
    raise InvalidInputError(
        f"{what} holds {len(others)} rows that were not valued, by its index, e.g. {others[0]!r}. "
        "Features would be shown beside the values of other rows. Pass the rows of fit."
    )
