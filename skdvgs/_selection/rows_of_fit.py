"""take_rows: rows of arrays that go with those of fit, which are known by their position."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing, indexable

from skdvgs._inputs.annotated import is_anndata
from skdvgs._inputs.indices import counts_up, index_of
from skdvgs._inputs.mappings import is_mapping
from skdvgs._inputs.named_arrays import row_count, take_named_rows
from skdvgs.exceptions import InvalidInputError


def check_index(array: Any, index: Any, name: str, columns: Any) -> None:
    """Refuse a pandas object whose index names other rows than that of the X of fit."""
    found = index_of(array)
    if index is None or found is None or found.equals(index):
        return
    # A table numbered from 0 says nothing of its rows, unless the other one is the same table.
    is_same_table = columns is not None and list(getattr(array, "columns", [])) == list(columns)
    if counts_up(found) or (counts_up(index) and not is_same_table):
        return
    other = found.difference(index)
    what = f"{len(other)} rows that were not valued" if len(other) else "the rows in another order"
    raise InvalidInputError(
        f"{name} holds {what}, by its index. The kept rows are known by their position in fit "
        "only. Pass what goes with the X of fit, row by row."
    )


def take_rows(array: Any, rows: NDArray[np.intp], name: str, n_samples: int) -> Any:
    """Return the given rows of an array of the fitted length."""
    if row_count(array) != n_samples:
        raise InvalidInputError(
            f"{name} holds {row_count(array)} rows but {n_samples} were valued. The kept rows "
            "are known by their position in fit only. Pass arrays that go with the X of fit."
        )
    if is_anndata(array):
        return array[rows].copy()
    if is_mapping(array):
        return take_named_rows(array, rows)
    return _safe_indexing(indexable(array)[0], rows)
