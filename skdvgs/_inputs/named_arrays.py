"""records_of: rows that are spread over several named arrays, as one array of records.

A record holds what every array says of a row, in a field of the array's name. So such rows are
sliced, joined, written and compared as those of one array are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import _num_samples

from skdvgs._inputs.mappings import is_mapping
from skdvgs.exceptions import InvalidInputError

_AS_THEY_ARE = (np.dtype(np.bool_), np.dtype(np.uint8))


def are_records(rows: Any) -> bool:
    """Tell records, or what is read as records, from rows of one array."""
    return getattr(rows.dtype, "names", None) is not None


def numbers_of_row(rows: Any) -> int:
    """Numbers that a row holds, in one array or in several."""
    if not are_records(rows):
        return int(np.prod(rows.shape[1:]))
    return sum(int(np.prod(rows.dtype[name].shape)) for name in rows.dtype.names)


def parts_of(rows: Any) -> Any:
    """The arrays of records by name, each of shape (n_samples, ...); other rows as they are."""
    if isinstance(rows, np.ndarray) and are_records(rows):
        return {name: rows[name] for name in rows.dtype.names}
    return rows


def records_of(X: Mapping[Any, Any], name: str, like: np.dtype[Any] | None = None) -> NDArray[Any]:
    """Read a dict of arrays as records.

    Parameters
    ----------
    X : mapping of str to array-like of shape (n_samples, ...)
        Arrays, tensors or lists of one length; a dict, skorch's SliceDict, or the BatchEncoding of
        a tokenizer. Their names are those of the arguments of a module's ``forward``.
    name : str
        Name of the argument in messages.
    like : dtype, optional
        Type of records that were read before: names, shapes and types must be these.

    Returns
    -------
    array of shape (n_samples,)
        Whole numbers become int64, other numbers float32; bytes (uint8) and truth values are
        kept.

    Raises
    ------
    InvalidInputError
        If the arrays are no numbers, of unlike lengths, not finite, or others than before.
    """
    parts = {key: _numbers(part, f"{name}[{key!r}]") for key, part in _checked(X, name).items()}
    lengths = {key: len(part) for key, part in parts.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidInputError(
            f"Found inconsistent numbers of samples: {name} holds arrays of lengths {lengths}. "
            "Each row has an entry in every one. Pass arrays of one length."
        )
    if not min(lengths.values()):
        raise InvalidInputError(
            f"Found array with 0 sample(s): the arrays of {name} have no rows. There is nothing to "
            "value. Pass some."
        )
    dtype = np.dtype([(key, part.dtype, part.shape[1:]) for key, part in parts.items()])
    if like is not None:
        _check_alike(dtype, like, name)
        dtype = like
    records = np.empty(min(lengths.values()), dtype=dtype)
    for key, part in parts.items():
        records[key] = part
    return records


def stacked(items: Sequence[Mapping[Any, Any]], name: str) -> NDArray[Any]:
    """Records of rows that come one by one, each a dict of its parts.

    Raises
    ------
    InvalidInputError
        As :func:`records_of`, and if a row has other names or shapes than the first one.
    """
    names = list(items[0])
    for item in items:
        if set(item) != set(names):
            raise InvalidInputError(
                f"Items of the Dataset are dicts with the keys {names}, and one with {list(item)}. "
                "All rows must be alike. Return the same keys for each."
            )
    try:
        parts = {key: np.stack([np.asarray(item[key]) for item in items]) for key in names}
    except ValueError as error:
        raise InvalidInputError(
            f"Items of the Dataset hold arrays of unlike shapes: {error}. All rows must be alike. "
            "Pad them to one length, and pass a mask beside them."
        ) from error
    return records_of(parts, name)


def check_finite_records(records: NDArray[Any], name: str, start: int = 0) -> None:
    """Refuse NaN and infinity in any of the arrays.

    Parameters
    ----------
    records : array of shape (n_samples,)
        Some rows.
    name : str
        Name of the argument in messages.
    start : int
        Number of the first one of these.

    Raises
    ------
    InvalidInputError
        Naming the array and the row.
    """
    for key in records.dtype.names or ():
        _check_finite(records[key], f"{name}[{key!r}]", start)


def take_named_rows(X: Mapping[Any, Any], rows: NDArray[np.intp]) -> Any:
    """Some rows of every array, in a mapping of the same kind."""
    arrays = {key: part if hasattr(part, "shape") else np.asarray(part) for key, part in X.items()}
    parts = {key: array[rows] for key, array in arrays.items()}
    kind: Any = type(X)
    return kind(**parts) if isinstance(X, dict) else kind(parts)


def one_array(X: Any) -> Any:
    """An array that has the rows of a dict of arrays, whose ``len`` may be another; else X."""
    if not is_mapping(X):
        return X
    return next(iter(X.values())) if len(X.keys()) else []


def row_count(X: Any) -> int:
    """Rows of whatever scikit-learn can count, and of a dict of arrays."""
    found: int = _num_samples(one_array(X))
    return found


def _checked(X: Mapping[Any, Any], name: str) -> Mapping[Any, Any]:
    if not len(X.keys()):
        raise InvalidInputError(
            f"{name} is an empty {type(X).__name__}. It holds the arrays of the rows by name. Pass "
            "at least one."
        )
    odd = [key for key in X if not isinstance(key, str) or not key]
    if odd:
        raise InvalidInputError(
            f"{name} has the key {odd[0]!r}. Its arrays go to the module's forward by name. Use "
            "the names of its arguments."
        )
    return X


def _numbers(part: Any, name: str) -> NDArray[Any]:
    if is_mapping(part):
        raise InvalidInputError(
            f"{name} is a {type(part).__name__}. A dict of rows holds one array for each name. "
            "Give the inner arrays names of their own."
        )
    if isinstance(part, torch.Tensor):
        part = part.detach().cpu()
        part = part.float() if part.dtype == torch.bfloat16 else part  # which numpy has not
    try:
        array = np.asarray(part)
    except ValueError as error:  # lists of unlike lengths
        raise InvalidInputError(_no_array(name, "lists of unlike lengths")) from error
    kind = array.dtype.kind
    if kind == "O" or array.ndim == 0:
        raise InvalidInputError(_no_array(name, f"no array of numbers but {type(part).__name__}"))
    if kind not in "biuf":
        raise InvalidInputError(
            f"{name} holds entries of type {array.dtype}. A network needs numbers. Encode them, "
            "or leave this array out."
        )
    with np.errstate(over="ignore"):  # refused as infinite below
        found: NDArray[Any] = array.astype(_type_of(array.dtype), copy=False)
    _check_finite(found, name, 0)
    return found


def _check_finite(part: NDArray[Any], name: str, start: int) -> None:
    try:
        assert_all_finite(part, input_name=name)
    except ValueError as error:
        bad = start + int(np.argmin(np.isfinite(part).reshape(len(part), -1).all(axis=1)))
        raise InvalidInputError(f"{error} Row {bad} is the first one.") from error


def _type_of(dtype: np.dtype[Any]) -> Any:
    if dtype in _AS_THEY_ARE:
        return dtype
    return np.int64 if dtype.kind in "iu" else np.float32


def _no_array(name: str, what: str) -> str:
    return (
        f"{name} holds {what}. All rows must be alike. Pad them to one length, e.g. by "
        "tokenizer(..., padding=True, return_tensors='np')."
    )


def _check_alike(found: np.dtype[Any], like: np.dtype[Any], name: str) -> None:
    names, before = found.names or (), like.names or ()
    if set(names) != set(before):
        raise InvalidInputError(
            f"{name} holds the arrays {list(names)}, but X of fit {list(before)}. The network "
            "reads the same of every row. Pass arrays of the same names."
        )
    for key in before:
        if found[key].shape != like[key].shape:
            raise InvalidInputError(
                f"{name}[{key!r}] has rows of shape {found[key].shape}, X of fit of shape "
                f"{like[key].shape}. All rows must be alike. Pad both to one length."
            )
        if found[key].base != like[key].base:
            raise InvalidInputError(
                f"{name}[{key!r}] holds {found[key].base}, X of fit {like[key].base}. The network "
                "reads one type. Convert it."
            )
