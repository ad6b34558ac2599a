"""as_plain_array: labels whatever holds them, for the container must not decide the task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs.exceptions import InvalidInputError

_LEAVE_OUT = "A row cannot be valued without its label. Leave such rows out, or label them."


def as_plain_array(y: Any, name: str) -> NDArray[Any]:
    """Labels as numbers, truth values or text; one column is flat.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        An array, list, tensor, series or frame of any library; not sparse.
    name : str
        Name of the argument in messages.

    Raises
    ------
    InvalidInputError
        If entries are missing, of several types, or of a type that is neither number nor text.
    """
    if isinstance(y, (Mapping, Set, Iterator)):
        raise InvalidInputError(
            f"{name} is a {type(y).__name__}, which has no positions. The label of a row is known "
            f"by its position. Pass a list or an array."
        )
    columns = _columns_of(y)
    if columns is not None:
        read = [_plain_column(_as_array(column, name), name) for column in columns]
        return read[0] if len(read) == 1 else np.column_stack(read)
    array = _as_array(y, name)
    flat = _plain_column(array.reshape(-1) if array.ndim else array[None], name)
    return flat.reshape(array.shape)


def _columns_of(y: Any) -> list[Any] | None:
    """Columns of a frame or an Arrow table; each may be of a type of its own."""
    columns = getattr(y, "columns", None)
    if columns is None or not len(columns):
        return None
    if hasattr(y, "iloc"):  # by position: names may repeat
        return [y.iloc[:, at] for at in range(len(columns))]
    if hasattr(y, "column_names"):
        return list(columns)
    return [y[column] for column in columns]


def _as_array(y: Any, name: str) -> NDArray[Any]:
    missing = getattr(y, "mask", None) if isinstance(y, np.ma.MaskedArray) else None
    if missing is not None and np.any(missing):
        _refuse_missing(np.broadcast_to(missing, y.shape), name)
    try:
        array = np.asarray(y)
        if array.dtype.kind == "U" and isinstance(y, (list, tuple)):
            # numpy makes text of all entries where some are.
            entries = np.array(y, dtype=object)
            array = array if all(isinstance(entry, str) for entry in entries.flat) else entries
        return array
    except ValueError as error:  # rows of several lengths
        raise InvalidInputError(_several_labels(name, "lists of several lengths")) from error


def _plain_column(column: NDArray[Any], name: str) -> NDArray[Any]:
    kind = column.dtype.kind
    if kind == "f":
        _refuse_missing(np.isnan(column), name)
        return column
    if kind == "T":
        column = column.astype(object)
    elif kind == "S":
        raise InvalidInputError(_bytes(name, column[0] if len(column) else b""))
    elif kind in "mM":
        raise InvalidInputError(
            f"Unknown label type: {name} holds dates or durations. Labels are text or numbers. "
            f"Convert them: {name}.astype(str) for classes, or a number of days."
        )
    if column.dtype.kind != "O" or not len(column):
        return column
    _refuse_missing(np.fromiter(map(_is_missing, column), bool, len(column)), name)
    return _from_objects(column, name)


def _from_objects(column: NDArray[Any], name: str) -> NDArray[Any]:
    """What a column of Python objects holds, as numpy would have held it."""
    types = {type(entry) for entry in column}
    if all(issubclass(kind, str) for kind in types):
        return column
    if all(issubclass(kind, (bool, np.bool_)) for kind in types):
        return column.astype(bool)
    if all(issubclass(kind, Integral) for kind in types):
        # The type that numpy finds for whole numbers as large as these.
        return np.array([int(entry) for entry in column])
    if all(issubclass(kind, (Real, Decimal)) for kind in types):
        return column.astype(np.float64)
    if any(issubclass(kind, (bytes, bytearray)) for kind in types):
        raise InvalidInputError(_bytes(name, column[0]))
    if any(issubclass(kind, (list, tuple, set, frozenset, np.ndarray)) for kind in types):
        raise InvalidInputError(_several_labels(name, "a list in every row"))
    names = sorted(kind.__name__ for kind in types)
    if len(types) > 1:
        raise InvalidInputError(
            f"{name} holds entries of several types: {', '.join(names[:5])}. Labels are compared "
            f"with each other, so they must be of one type. Convert them, e.g. {name}.astype(str)."
        )
    raise InvalidInputError(
        f"Unknown label type: {name} holds entries of type {names[0]}, e.g. {column[0]!r}. Labels "
        f"are text or numbers. Convert them: {name}.astype(str) for classes, or numbers."
    )


def _is_missing(entry: Any) -> bool:
    if entry is None or type(entry).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(entry, (float, np.floating, Decimal)) and entry != entry


def _refuse_missing(missing: NDArray[np.bool_], name: str) -> None:
    if not missing.any():
        return
    first = int(np.flatnonzero(missing.reshape(len(missing), -1).any(axis=1))[0])
    raise InvalidInputError(
        f"Input {name} contains NaN, None or NA: {int(missing.sum())} entries are missing, the "
        f"first in row {first} (counted from 0). {_LEAVE_OUT}"
    )


def _bytes(name: str, entry: Any) -> str:
    return (
        f"{name} holds bytes, e.g. {entry!r}. Whether they equal a text depends on how they are "
        f"read. Decode them first, e.g. np.char.decode({name}, 'utf-8')."
    )


def _several_labels(name: str, what: str) -> str:
    return (
        f"{name} holds {what}. Several labels of a row are given as columns of 0 and 1. Use "
        f"sklearn.preprocessing.MultiLabelBinarizer().fit_transform({name})."
    )
