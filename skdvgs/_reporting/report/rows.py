"""Features: what some rows hold, with names of rows and entries as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from skdvgs._inputs.annotated import features_of, is_anndata
from skdvgs._inputs.columns import names_of_columns
from skdvgs._inputs.indices import check_same_rows
from skdvgs._inputs.mappings import is_mapping
from skdvgs._reporting.fit_rows import FitRows, FrameKind, frame_kind
from skdvgs._utils.types import Index, Table
from skdvgs.exceptions import InvalidInputError

_MOST_COLUMNS = 50  # shown of a table
_LONGEST_TEXT = 200  # characters shown of an entry


@dataclass(frozen=True)
class Features:
    """Features of some rows, at most 50 columns.

    Attributes
    ----------
    names : list of str
        Names of the columns.
    columns : list of arrays of shape (n_rows,)
        Entries of the rows.
    n_left_out : int
        How many further columns the table has.
    """

    names: list[str]
    columns: list[NDArray[Any]]
    n_left_out: int


def read_table(
    X: Table | None, given: FitRows, n_samples: int, rows: Index, names: ArrayLike | None
) -> Features:
    """Return the features of some rows of the table that was valued.

    Parameters
    ----------
    X : array-like, sparse matrix or dataframe of shape (n_samples, n_columns), or None
        The X of fit, or what it was made from. None has no columns.
    given : FitRows
        Index, labels and columns that fit kept of its rows.
    n_samples : int
        Number of source rows.
    rows : int array of shape (n_rows,)
        Positions of the rows to read.
    names : array-like of str or None
        Feature names of fit, for an X without names.

    Raises
    ------
    InvalidInputError
        If X does not hold the rows of fit in their order.
    """
    if X is None:
        return Features([], [], 0)
    if is_mapping(X):
        raise InvalidInputError(
            f"X is a {type(X).__name__} of several arrays, but a report shows the columns of one "
            "table. Pass what the arrays were made from, e.g. a frame of the texts, or leave X out."
        )
    if _num_samples(X) != n_samples:
        raise InvalidInputError(
            f"X holds {_num_samples(X)} rows but {n_samples} were valued. Fit keeps no features, "
            "so they are read from X by position. Pass the X of fit, or the table it was made "
            "from, with the same rows in the same order."
        )
    check_same_rows(X, given.index)
    return features_of_table(X, rows, names)


def features_of_table(X: Any, rows: Index, names: ArrayLike | None) -> Features:
    """Return the features of some rows of a table of any kind."""
    if is_anndata(X):
        X, names = features_of(X), names_of_columns(X)
    kind = frame_kind(X)
    return _read_array(X, rows, names) if kind is None else _read_frame(X, kind, rows)


def _read_frame(frame: Any, kind: FrameKind, rows: Index) -> Features:
    """Return the features of some rows of a dataframe."""
    taken = _safe_indexing(frame, rows)
    names = [str(name) for name in frame.columns]
    # By position: names may occur twice.
    shown = range(min(len(names), _MOST_COLUMNS))
    columns = [taken.iloc[:, at] if kind == "pandas" else taken[:, at] for at in shown]
    n_left_out = len(names) - len(shown)
    return Features(names[: len(shown)], [np.asarray(column) for column in columns], n_left_out)


def _read_array(array: Any, rows: Index, names: ArrayLike | None) -> Features:
    """Return the features of some rows of an array, a list or a sparse matrix."""
    taken = array[rows] if hasattr(array, "shape") else np.asarray(array, dtype=object)[rows]
    taken = np.asarray(taken.toarray() if hasattr(taken, "toarray") else taken)
    taken = taken.reshape(len(rows), -1)
    width = taken.shape[1]
    known = [] if names is None else [str(name) for name in np.asarray(names)]
    shown = known if len(known) == width else [f"x{at}" for at in range(width)]
    columns = list(taken.T[:_MOST_COLUMNS])
    return Features(shown[:_MOST_COLUMNS], columns, width - len(columns))


def row_names(given: FitRows, rows: Index) -> list[object]:
    """Return the index entries of some rows, or their positions if X had no index."""
    return rows.tolist() if given.index is None else list(given.index[rows])


def to_text(entry: object) -> str:
    """Return an entry as it is shown; nothing for a missing one."""
    if entry is None or (isinstance(entry, float | np.floating) and np.isnan(entry)):
        return ""
    if isinstance(entry, float | np.floating):
        return f"{entry:.6g}"
    text = str(entry)
    if text in ("<NA>", "NaT"):
        return ""
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"


def to_key(entry: object) -> float | None:
    """Return the number that an entry is sorted by, or None if it is no number."""
    if isinstance(entry, bool | np.bool_ | int | float | np.integer | np.floating):
        number = float(entry)
        return None if np.isnan(number) else number
    return None
