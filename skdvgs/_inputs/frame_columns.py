"""kind_of_column: what kind a column of a frame is of, and its entries as that kind has them."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from numbers import Number
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skdvgs.exceptions import InvalidInputError

ColumnKind = Literal["number", "duration", "date", "text", "nested"]

_NESTED = (list, tuple, dict, set, frozenset, np.ndarray, bytes, bytearray, memoryview)


def is_frame(X: Any) -> bool:
    """Tell a frame of pandas or polars, without importing either."""
    return hasattr(X, "columns") and hasattr(X, "dtypes") and hasattr(X, "shape")


def columns_of(X: Any) -> list[Any]:
    """Columns of a frame by position: names may repeat."""
    if hasattr(X, "iloc"):
        return [X.iloc[:, at] for at in range(X.shape[1])]
    return [X[name] for name in X.columns]


def kind_of_column(column: Any) -> ColumnKind:
    """Tell what a column holds, by its type, or by its entries where that says nothing."""
    kind = getattr(column.dtype, "kind", None)
    name = str(column.dtype).lower()
    if hasattr(column.dtype, "categories") or name.startswith(("categorical", "enum")):
        return "text"
    if name.startswith(("datetime", "timestamp", "date", "period")):
        return "date"
    if name.startswith(("duration", "time")):  # of the day
        return "duration"
    if name.startswith(("list", "large_list", "fixed_size", "struct", "map", "array", "binary")):
        return "nested"
    if name.startswith("interval"):
        return "text"
    # A sparse column has the kind of its entries, an extension type of numbers that of numbers.
    if kind in ("O", "U", "T", "S", "V", None):
        numeric = getattr(column.dtype, "is_numeric", None)
        if numeric is not None and (numeric() or name == "boolean"):
            return "number"
        return _kind_of_entries(column)
    return {"M": "date", "m": "duration"}.get(kind, "number")  # type: ignore[return-value]


def _kind_of_entries(column: Any) -> ColumnKind:
    types = {type(entry) for entry in column if not is_missing(entry)}
    if any(issubclass(kind, _NESTED) for kind in types):
        return "nested"
    if all(issubclass(kind, (Number, np.bool_, Decimal)) for kind in types):
        return "number"
    if all(issubclass(kind, (timedelta, time)) for kind in types):
        return "duration"
    return "date" if all(issubclass(kind, date) for kind in types) else "text"


def is_missing(entry: Any) -> bool:
    """Tell None, NaN, NA and NaT."""
    if entry is None or type(entry).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(entry, (float, np.floating, Decimal)) and bool(entry != entry)


def read_numbers(column: Any) -> NDArray[np.float64]:
    """Numbers and truth values as float64, NaN where missing.

    Raises
    ------
    InvalidInputError
        If an entry is no real number.
    """
    try:
        if hasattr(column, "to_numpy") and hasattr(column, "iloc"):
            found: NDArray[np.float64] = _dense(column).to_numpy(dtype=np.float64, na_value=np.nan)
            return found
        array = column.to_numpy()
        if array.dtype.kind != "O":
            found = array.astype(np.float64)
            return found
        return np.array([np.nan if is_missing(e) else float(e) for e in array], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"Column {column.name!r} cannot be read as numbers: {error}. The others of its kind "
            "are numbers. Convert it, or leave it out."
        ) from error


def _dense(column: Any) -> Any:
    return column.sparse.to_dense() if str(column.dtype).startswith("Sparse") else column


def read_seconds(column: Any) -> NDArray[np.float64]:
    """Dates as seconds since 1970, durations as seconds; NaN where missing."""
    array = _as_times(column)
    # Whole and fractional seconds apart: nanoseconds of a date are more than a float64 holds.
    whole = array.astype(f"{array.dtype.kind}8[s]")
    rest = (array - whole) / np.timedelta64(1, "s")
    seconds = whole.astype(np.int64).astype(np.float64) + np.nan_to_num(rest)
    return np.where(np.isnat(array), np.nan, seconds)


def _as_times(column: Any) -> NDArray[Any]:
    """As datetime64 or timedelta64, in UTC where there is a time zone."""
    if hasattr(column, "iloc"):
        import pandas

        if hasattr(column.dtype, "freq"):
            column = column.dt.to_timestamp()
        if kind_of_column(column) == "duration":
            if str(column.dtype).startswith(("object", "time")):
                column = pandas.Series([_since_midnight(entry) for entry in column], dtype=object)
            found: NDArray[Any] = pandas.to_timedelta(column).to_numpy(dtype="m8[ns]")
            return found
        column = pandas.to_datetime(column, utc=True)
        found = column.dt.tz_localize(None).to_numpy(dtype="M8[us]")
        return found
    array = column.to_numpy()
    if array.dtype.kind in "mM":
        found = array
        return found
    if kind_of_column(column) == "duration":
        return np.array([_since_midnight(entry) for entry in array], dtype="m8[us]")
    return np.array([None if is_missing(e) else e for e in array], dtype="M8[us]")


def _since_midnight(entry: Any) -> timedelta | None:
    if is_missing(entry) or isinstance(entry, timedelta):
        return None if is_missing(entry) else entry
    return timedelta(
        hours=entry.hour,
        minutes=entry.minute,
        seconds=entry.second,
        microseconds=entry.microsecond,
    )


def read_text(column: Any) -> NDArray[Any]:
    """Entries as text, None where missing; categories and truth values by their names."""
    entries = np.asarray(column.astype(object) if hasattr(column, "iloc") else column.to_list())
    return np.array(
        [None if is_missing(entry) else _name_of(entry) for entry in entries.tolist()],
        dtype=object,
    )


def _name_of(entry: Any) -> str:
    # A gap in a column makes floats of whole numbers; they are the same categories.
    if isinstance(entry, float) and entry.is_integer():
        return str(int(entry))
    return str(entry)
