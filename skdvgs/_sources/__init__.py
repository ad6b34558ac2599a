"""Rows that stay where they are until they are needed: files, sparse matrices, data sets."""

from ._large import LargeRows, Reader, in_blocks
from ._open import open_rows
from ._prefetch import fetch_ahead, read_ahead
from ._readers import DatasetReader, MappedReader

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
