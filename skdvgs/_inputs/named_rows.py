"""read_named_rows: rows of several named arrays, from a dict or a Dataset of dicts."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdvgs._inputs.large.large_rows import SMALL_BYTES, LargeRows
from skdvgs._inputs.large.open import holds_named_arrays, open_rows
from skdvgs._inputs.large.readers import DatasetReader
from skdvgs._inputs.mappings import is_mapping
from skdvgs._inputs.named_arrays import records_of
from skdvgs._inputs.task import Features
from skdvgs.exceptions import InvalidInputError


def read_named_rows(X: Any, name: str, like: np.dtype[Any] | None = None) -> Features:
    """Records of rows, in memory or where they lie.

    Parameters
    ----------
    X : mapping or Dataset of mappings
        As :func:`~skdvgs._inputs.named_arrays.records_of` takes them.
    name : str
        Name of the argument in messages.
    like : dtype, optional
        Type of the records of fit.

    Raises
    ------
    InvalidInputError
        If they cannot be read, or are other than those of fit.
    """
    if is_mapping(X):
        return records_of(X, name, like)
    reader = open_rows(X, name)
    if not isinstance(reader, DatasetReader) or reader.dtype is None:
        raise InvalidInputError(
            f"{name} is a {type(X).__name__} of one array, but X of fit held the arrays "
            f"{list(like.names or ()) if like is not None else []}. The network reads the same of "
            "every row. Pass a dict with an array for each of these names."
        )
    rows = LargeRows(reader, reader.dtype if like is None else like, name)
    if rows.nbytes <= SMALL_BYTES:
        return rows[:]
    rows.check()
    return rows


def refuse_named_rows(X: Any, name: str) -> None:
    """Raise where X of fit was one array and these rows are of several.

    Raises
    ------
    InvalidInputError
        Naming the argument.
    """
    if holds_named_arrays(X):
        raise InvalidInputError(
            f"{name} is a {type(X).__name__} of several arrays, but X of fit was one. The network "
            "reads the same of every row. Prepare them in the same way."
        )
