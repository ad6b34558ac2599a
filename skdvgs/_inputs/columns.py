"""check_same_columns: whether a table can be read, and read together with another one."""

from __future__ import annotations

import re
import warnings
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import _get_feature_names

from skdvgs._inputs.annotated import is_anndata
from skdvgs._inputs.frame_columns import is_frame
from skdvgs.exceptions import InvalidInputError, SkdvgsWarning


def names_of_columns(X: Any) -> NDArray[Any] | None:
    """Names of a frame's columns, or of the genes of an AnnData; None where there are none.

    Raises
    ------
    InvalidInputError
        If some names are text and some are not, or two columns have one name.
    """
    if is_frame(X):
        _check_names_differ(X)
    if is_anndata(X):
        return np.asarray(X.var_names, dtype=object)
    try:
        found: NDArray[Any] | None = _get_feature_names(X)
        return found
    except TypeError as error:
        raise InvalidInputError(
            "Some column names are text and some are not. Columns are told apart by their names. "
            "Make all of them text, e.g. X.columns = X.columns.astype(str)."
        ) from error


def _check_names_differ(X: Any) -> None:
    names = list(X.columns)
    twice = [column for at, column in enumerate(names) if column in names[:at]]
    if twice:
        raise InvalidInputError(
            f"A frame has several columns named {twice[0]!r}. Columns are told apart by their "
            "names. Rename all but one of them."
        )


def check_same_columns(X_val: Any, names: NDArray[Any] | None) -> None:
    """Refuse a target set whose columns have other names, or another order, than those of X.

    Parameters
    ----------
    X_val : array-like, frame or AnnData
        Target rows as passed to fit.
    names : array of str or None
        Columns of X, where they have names.

    Raises
    ------
    InvalidInputError
        Naming the columns.
    """
    named = names_of_columns(X_val)
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


def check_kind_of_table(X: Any, name: str) -> None:
    """Refuse tables that are not read yet, and those of Arrow that hold more than numbers.

    Raises
    ------
    InvalidInputError
        Naming the kind of table.
    """
    library, kind = type(X).__module__.partition(".")[0], type(X).__name__
    if library == "pyarrow":
        types = getattr(getattr(X, "schema", None), "types", [])
        if all(re.match(r"u?int|float|double|halffloat|bool", str(each)) for each in types):
            return
    elif kind != "LazyFrame":
        return
    how = "to_pandas()" if library == "pyarrow" else "collect()"
    raise InvalidInputError(
        f"{name} is a {library}.{kind}. Tables are arrays, or frames of pandas or polars. "
        f"Pass {name}.{how}."
    )


def check_no_text(X: Any, name: str) -> None:
    """Refuse arrays that hold text with advice that scikit-learn does not give.

    Raises
    ------
    InvalidInputError
        Naming the columns.
    """
    columns: list[int] = []
    if isinstance(X, np.ndarray) and X.dtype.kind in "USmM" and X.ndim == 2:
        columns = list(range(X.shape[1]))
    elif isinstance(X, np.ndarray) and X.dtype.kind == "O" and X.ndim == 2:
        columns = [i for i in range(X.shape[1]) if _holds_text(X[:1000, i])]
    if columns:
        raise InvalidInputError(
            f"{name} holds text or dates in columns {columns[:10]}. A network needs numbers. "
            "Encode them, e.g. with skrub.TableVectorizer, or drop them; the default network "
            "takes a pandas or polars frame as it is."
        )


def _holds_text(column: NDArray[Any]) -> bool:
    return any(isinstance(entry, (str, bytes, date, np.datetime64)) for entry in column)
