"""open_rows: which reader an X needs, told without importing the library that made it."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse
from torch.utils.data import DataLoader, Dataset, IterableDataset

from skdvgs._inputs.large.large_rows import Reader
from skdvgs._inputs.large.readers import (
    ArrayReader,
    DaskReader,
    DatasetReader,
    H5Reader,
    MemmapReader,
    SparseReader,
)
from skdvgs._inputs.mappings import is_mapping
from skdvgs.exceptions import InvalidInputError

_BY_LIBRARY: dict[str, type[ArrayReader]] = {
    "dask": DaskReader,
    "h5py": H5Reader,
    "zarr": ArrayReader,
}


def open_rows(X: Any, name: str = "X") -> Reader | None:
    """A reader of X, or None for arrays, frames and lists, which are in memory already.

    Parameters
    ----------
    X : object
        Argument as passed to fit.
    name : str
        Name of the argument in messages.

    Raises
    ------
    InvalidInputError
        If X is a kind of data whose rows have no numbers to be called by.
    """
    if issparse(X):
        return SparseReader(X) if X.ndim == 2 else None
    if isinstance(X, DataLoader):
        raise InvalidInputError(
            f"{name} is a DataLoader, whose order of rows may change. Values belong to rows by "
            f"their number. Pass its data set, {name}.dataset."
        )
    if isinstance(X, np.memmap) and X.ndim > 1:
        return MemmapReader(X)
    if isinstance(X, IterableDataset) or (isinstance(X, Dataset) and not hasattr(X, "__len__")):
        raise InvalidInputError(
            f"{name} is a Dataset that is only iterated over. Rows are read at every checkpoint, "
            "by their number. Use a map-style Dataset, or fit on a part and value the rest with "
            "score_chunks."
        )
    if isinstance(X, Dataset):
        if len(X) == 0:  # type: ignore[arg-type]
            raise InvalidInputError(f"Found array with 0 sample(s): the Dataset {name} is empty.")
        return DatasetReader(X)
    library = type(X).__module__.partition(".")[0]
    if library == "datasets" and hasattr(X, "with_format"):
        raise InvalidInputError(
            f"{name} is a {type(X).__name__} of the library datasets. Which of its columns are "
            f"features is not known. Pass those as a dict of arrays, e.g. "
            f"{name}.select_columns(['input_ids', 'attention_mask']).with_format('numpy')[:], and "
            "the labels by themselves."
        )
    if library in _BY_LIBRARY and hasattr(X, "shape") and not hasattr(X, "columns"):
        return _BY_LIBRARY[library](X) if len(X.shape) > 1 else None
    return None


def holds_named_arrays(X: Any) -> bool:
    """Whether a row of X is spread over several named arrays: a dict of these, or rows of dicts."""
    if is_mapping(X):
        return True
    if not isinstance(X, Dataset):
        return False
    reader = open_rows(X)
    return isinstance(reader, DatasetReader) and reader.dtype is not None
