"""Whether columns of a table can be read, and read together with those of another."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import _get_feature_names

from skdvgs.exceptions import InvalidInputError, SkdvgsWarning


def check_same_columns(X_val: Any, names: NDArray[Any] | None) -> None:
    """Refuse a target set whose columns have other names, or another order, than those of X.

    Parameters
    ----------
    X_val : array-like or frame
        As the user passed it.
    names : array of str or None
        Columns of X, where they have names.

    Raises
    ------
    InvalidInputError
        Naming the columns.
    """
    named = _get_feature_names(X_val)
    if names is None and named is None:
        return
    if names is None or named is None:
        with_names, without = ("X_val", "X") if names is None else ("X", "X_val")
        warnings.warn(
            f"The columns of {with_names} have names, those of {without} have none. They are "
            "matched by their order. Pass both as frames, or both as arrays.",
            SkdvgsWarning,
            stacklevel=4,
        )
        return
    lacking = [str(name) for name in names if name not in set(named)]
    unknown = [str(name) for name in named if name not in set(names)]
    if lacking or unknown:
        differences = [f"lacks {lacking[:10]}"] * bool(lacking)
        differences += [f"has {unknown[:10]}, which X lacks"] * bool(unknown)
        raise InvalidInputError(
            f"X_val has other columns than X: it {' and '.join(differences)}. The network reads "
            "both. Prepare them in the same way."
        )
    moved = [
        at for at, (name, other) in enumerate(zip(names, named, strict=False)) if name != other
    ]
    if moved:
        at = moved[0]
        raise InvalidInputError(
            f"X_val has the columns of X in another order: column {at} is {named[at]!r}, in X "
            f"{names[at]!r}. The network tells columns apart by their order. Pass X_val[X.columns]."
        )


def check_no_text(X: Any, name: str) -> None:
    """Refuse columns of text or categories with advice that scikit-learn does not give.

    Raises
    ------
    InvalidInputError
        Naming the columns.
    """
    columns: list[Any] = []
    if hasattr(X, "dtypes") and hasattr(X, "columns"):
        for column in X.columns:
            series = X[column]
            if getattr(series, "ndim", 1) == 1 and not _reads_as_number(np.asarray(series)[:1000]):
                columns.append(column)
    elif isinstance(X, np.ndarray) and X.dtype.kind in "US" and X.ndim == 2:
        columns = list(range(X.shape[1]))
    elif isinstance(X, np.ndarray) and X.dtype.kind == "O" and X.ndim == 2:
        columns = [i for i in range(X.shape[1]) if not _reads_as_number(X[:1000, i])]
    if columns:
        raise InvalidInputError(
            f"{name} holds text in columns {columns[:10]}. A network needs numbers. Encode them, "
            "e.g. with sklearn.preprocessing.OneHotEncoder or TargetEncoder, or drop them."
        )


def _reads_as_number(column: NDArray[Any]) -> bool:
    if column.dtype.kind in "US":
        return False
    return column.dtype.kind != "O" or not any(isinstance(entry, str) for entry in column)
