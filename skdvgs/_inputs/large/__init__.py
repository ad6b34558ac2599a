"""Rows that stay where they are until they are needed: files, sparse matrices, data sets."""

from __future__ import annotations

from skdvgs._inputs.large.large_rows import LargeRows, Reader, in_blocks
from skdvgs._inputs.large.open import open_rows
from skdvgs._inputs.large.prefetch import fetch_ahead, read_ahead
from skdvgs._inputs.large.readers import DatasetReader, MappedReader

__all__ = [
    "DatasetReader",
    "LargeRows",
    "MappedReader",
    "Reader",
    "fetch_ahead",
    "in_blocks",
    "open_rows",
    "read_ahead",
]
