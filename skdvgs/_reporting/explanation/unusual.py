"""UnusualFeatures: which entries of a row are far from what its columns usually hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.frame_columns import (
    columns_of,
    is_frame,
    kind_of_column,
    read_numbers,
    read_text,
)
from skdvgs._utils.types import Floats, Index

# A number is unusual that far from the median, in robust standard deviations, if also hardly any
# row goes as far: of a long tail many rows are far.
_LEAST_Z, _MOST_SHARE = 4.0, 0.005
# Quantiles of a column, and how many standard deviations of a normal one lie between them.
_QUANTILES, _SPREAD = (0.05, 0.95), 3.29
# Entries of text are categories if there are ten rows or more for each.
_LEAST_REPEATS = 10
_MOST_ROWS = 10_000


@dataclass(frozen=True)
class UnusualFeature:
    """An entry that is far from what its column usually holds.

    Attributes
    ----------
    name : str
        Of the column.
    entry : object
        What the row holds.
    usual : str
        What the column usually holds, in words.
    size : float
        How unusual; higher is more so.
    """

    name: str
    entry: object
    usual: str
    size: float

    def __str__(self) -> str:
        entry = f"{self.entry:.4g}" if isinstance(self.entry, float | np.floating) else self.entry
        return f"{self.name} is {entry} ({self.usual})"


def find_unusual(X: Any, rows: Index, names: list[str]) -> list[list[UnusualFeature]]:
    """Find unusual entries of some rows, the most unusual first.

    Parameters
    ----------
    X : array, sparse matrix, or frame of shape (n_samples, n_columns)
        All rows.
    rows : int array of shape (n_rows,)
        Positions of those to look at.
    names : list of str
        Names of the columns, for an X without names.
    """
    found: list[list[UnusualFeature]] = [[] for _ in rows]
    if is_frame(X):
        for name, column in zip(X.columns, columns_of(X), strict=True):
            kind = kind_of_column(column)
            if kind == "number":
                numbers = read_numbers(column)
                _add_numbers(found, numbers[:, None], numbers[rows][:, None], [str(name)])
            elif kind == "text":
                _add_texts(found, read_text(column), rows, str(name))
    else:
        of_rows, sample = _numbers(X, rows), _numbers(X, _sampled(len_of(X)))
        _add_numbers(found, sample, of_rows, names)
    return [sorted(entries, key=lambda entry: -entry.size) for entries in found]


def len_of(X: Any) -> int:
    """Return the number of rows."""
    return int(X.shape[0]) if hasattr(X, "shape") else len(X)


def _sampled(n: int) -> Index:
    if n <= _MOST_ROWS:
        return np.arange(n)
    return np.linspace(0, n - 1, _MOST_ROWS).astype(np.intp)


def _numbers(X: Any, rows: Index) -> Floats:
    taken = X[rows] if hasattr(X, "shape") else np.asarray(X, dtype=object)[rows]
    taken = np.asarray(taken.toarray() if hasattr(taken, "toarray") else taken)
    found: Floats = taken.reshape(len(rows), -1).astype(np.float64)
    return found


def _add_numbers(
    found: list[list[UnusualFeature]], sample: Floats, of_rows: Floats, names: list[str]
) -> None:
    """Add the numbers that are far out, column by column."""
    known = ~np.isnan(sample).all(axis=0)
    if not known.any():
        return
    columns = np.flatnonzero(known)
    sample, of_rows = sample[:, columns], of_rows[:, columns]
    middle = np.nanmedian(sample, axis=0)
    low, high = np.nanquantile(sample, _QUANTILES, axis=0)
    spread = (high - low) / _SPREAD
    spread = np.where(spread > 0, spread, np.nanstd(sample, axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(of_rows - middle) / spread
    for at, column in np.argwhere(z >= _LEAST_Z):
        entry = of_rows[at, column]
        out = sample[:, column] >= entry if entry > middle[column] else sample[:, column] <= entry
        if out.mean() <= max(_MOST_SHARE, 1.0 / len(sample)):
            usual = f"usually {span(low[column], high[column])}"
            found[at].append(
                UnusualFeature(names[columns[column]], float(entry), usual, float(z[at, column]))
            )


def span(low: float, high: float) -> str:
    """Return an interval as a sentence shows it; one number where both ends read alike."""
    low_text, high_text = f"{low:.4g}", f"{high:.4g}"
    return low_text if low_text == high_text else f"{low_text} to {high_text}"


def _add_texts(
    found: list[list[UnusualFeature]], texts: NDArray[Any], rows: Index, name: str
) -> None:
    """Add categories that hardly any row has."""
    counts = Counter(text for text in texts if text is not None)
    if not counts or len(texts) < _LEAST_REPEATS * len(counts):
        return
    most = max(1.0, 0.001 * len(texts))
    for at, row in enumerate(rows):
        n = counts.get(texts[row], 0)
        if 0 < n <= most:
            usual = "no other row has it" if n == 1 else f"{n} of {len(texts):,} rows have it"
            found[at].append(UnusualFeature(name, texts[row], usual, _LEAST_Z))
