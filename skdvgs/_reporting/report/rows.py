"""The lowest-valued rows as a table: what they are called, their values, labels and features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from skdvgs._reporting.fit_rows import FitRows, frame_kind
from skdvgs.exceptions import InvalidInputError

_MOST_COLUMNS = 50


_LONGEST_TEXT = 200


@dataclass(frozen=True)
class Features:
    """Features of some rows.

    Attributes
    ----------
    names : list of str
        Of the columns shown.
    columns : list of arrays of shape (n_rows,)
        What stands in them.
    n_left_out : int
        Columns beyond those.
    """

    names: list[str]
    columns: list[NDArray[Any]]
    n_left_out: int


def read_table(
    X: Any, given: FitRows, n_samples: int, rows: NDArray[np.intp], names: Any
) -> Features:
    """Read the features of some rows from the table that the valued rows are in.

    Parameters
    ----------
    X : array-like or dataframe of shape (n_samples, n_columns), or None
        The X of fit, or what it was made from.
    given : FitRows
        What fit remembers.
    n_samples : int
        Rows that were valued.
    rows : int array
        Those to read.
    names : array-like of str or None
        Feature names of fit.

    Raises
    ------
    InvalidInputError
        If X does not hold the rows of fit in their order.
    """
    if X is None:
        return Features([], [], 0)
    if _num_samples(X) != n_samples:
        raise InvalidInputError(
            f"X holds {_num_samples(X)} rows but {n_samples} were valued. Fit keeps no features, "
            "so they are read from X by position. Pass the X of fit, or the table it was made "
            "from, with the same rows in the same order."
        )
    kind = frame_kind(X)
    if kind == "pandas" and given.index is not None:
        _check_order(X.index, given.index)
    if kind is not None:
        taken = _safe_indexing(X, rows)
        found = [str(name) for name in X.columns]
        # By position: names may occur twice.
        columns = (
            taken.iloc[:, at] if kind == "pandas" else taken[:, at] for at in range(len(found))
        )
        shown = [np.asarray(c) for c, _ in zip(columns, range(_MOST_COLUMNS), strict=False)]
        return Features(found[:_MOST_COLUMNS], shown, max(0, len(found) - _MOST_COLUMNS))
    taken = X[rows] if hasattr(X, "shape") else np.asarray(X, dtype=object)[rows]
    taken = np.asarray(taken.toarray() if hasattr(taken, "toarray") else taken)
    taken = taken.reshape(len(rows), -1)
    width = taken.shape[1]
    found = [f"x{at}" for at in range(width)] if names is None or len(names) != width else names
    return Features(
        [str(name) for name in found[:_MOST_COLUMNS]],
        list(taken.T[:_MOST_COLUMNS]),
        max(0, width - _MOST_COLUMNS),
    )


def row_names(given: FitRows, rows: NDArray[np.intp]) -> list[Any]:
    """Return what rows are called: their index where they have one, else their position."""
    return rows.tolist() if given.index is None else list(given.index[rows])


def to_text(entry: Any) -> str:
    """Return an entry as it is shown."""
    if entry is None or (isinstance(entry, float | np.floating) and np.isnan(entry)):
        return ""
    if isinstance(entry, float | np.floating):
        return f"{entry:.6g}"
    text = str(entry)
    if text in ("<NA>", "NaT"):
        return ""
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"


def to_key(entry: Any) -> float | None:
    """Return the number that an entry is sorted by, None where it is no number."""
    if isinstance(entry, bool | np.bool_ | int | float | np.integer | np.floating):
        number = float(entry)
        return None if np.isnan(number) else number
    return None


def _check_order(index: Any, of_fit: Any) -> None:
    if not index.equals(of_fit) and index.sort_values().equals(of_fit.sort_values()):
        raise InvalidInputError(
            "X holds the rows of fit in another order: its index has the same labels elsewhere. "
            "Features would be shown beside the values of other rows. Pass X in the order of fit."
        )
