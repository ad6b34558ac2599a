"""rows_digest: digests of arrays, read block by block so that mapped files are not copied."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK_BYTES = 2**24
_SHOWN = 16


def short(digest: Any) -> str:
    """Hexadecimal digits enough to tell contents apart."""
    found: str = digest.hexdigest()[:_SHOWN]
    return found


def text_digest(text: str) -> str:
    """Digest of a text."""
    return short(hashlib.sha256(text.encode("utf-8", "surrogatepass")))


def rows_digest(rows: Any) -> str:
    """Shape, type and digest of rows; all that is asked of them is to be sliced.

    Parameters
    ----------
    rows : array of shape (n_samples, ...)
        Or anything with ``shape``, ``dtype`` and slices that are arrays.
    """
    digest = hashlib.sha256()
    row_bytes = max(1, int(np.prod(rows.shape[1:]))) * np.dtype(rows.dtype).itemsize
    step = max(1, _BLOCK_BYTES // max(1, row_bytes))
    for start in range(0, rows.shape[0], step):
        _feed(digest, np.asarray(rows[start : start + step]))
    return f"shape {tuple(rows.shape)}, {np.dtype(rows.dtype)}, digest {short(digest)}"


def arrays_digest(arrays: Mapping[str, NDArray[Any]], text: str) -> str:
    """Digest of named arrays and a text."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"\0{name}\0{array.dtype.str}\0{array.shape}\0".encode())
        _feed(digest, array)
    return digest.hexdigest()


def _feed(digest: Any, array: NDArray[Any]) -> None:
    if array.dtype.hasobject:
        for value in array.ravel().tolist():
            digest.update(f"{type(value).__name__}:{value!r}\0".encode("utf-8", "surrogatepass"))
    else:
        digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
