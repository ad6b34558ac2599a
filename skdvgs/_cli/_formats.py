"""format_of: which format a file has, by its name."""

from __future__ import annotations

import os

_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}


def format_of(path: str) -> str | None:
    """Return 'csv' or 'parquet', None for anything else."""
    stem, suffix = os.path.splitext(path.lower())
    if suffix == ".gz":
        of_stem = _SUFFIXES.get(os.path.splitext(stem)[1])
        return of_stem if of_stem == "csv" else None
    return _SUFFIXES.get(suffix)


def is_compressed(path: str) -> bool:
    """Tell whether a file is compressed by gzip."""
    return path.lower().endswith(".gz")


def separator_of(path: str, asked: str | None) -> str:
    """Return what stands between the entries of a CSV file."""
    if asked is not None:
        return "\t" if asked == "\\t" else asked
    return "\t" if ".tsv" in path.lower() else ","
