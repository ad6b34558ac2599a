"""TableReader: how fit read its table, so that other rows are read in the same way."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.far_columns import far_offsets
from skdvgs._inputs.frames import FrameEncoder
from skdvgs._inputs.large.large_rows import LargeRows, in_blocks
from skdvgs._inputs.large.readers import MappedReader
from skdvgs._inputs.missing import fill_missing
from skdvgs._inputs.tiny_columns import factors_of_tiny, raise_columns

# Rows looked at, at most, to tell whether a column is far from zero, and for medians.
_MOST_ROWS_SAMPLED = 1024
# float32 ends at 1e-38, and so do squares of 1e-19. What spreads less than the first is raised to
# about the second, which is little still beside ordinary columns.
_TINY, _RAISED = 2.0**-100, 2.0**-60
# Parts that they lie in: rows side by side are read at once where they lie elsewhere.
_PARTS_SAMPLED = 16


class TableReader:
    """Makes float32 numbers of rows, as the rows of fit need it.

    Columns of a frame that are no numbers are encoded; what is far from zero is centred before
    it is rounded; what is too small for float32 is multiplied; missing numbers are filled in. A
    table of ordinary numbers is not changed.

    Parameters
    ----------
    encoder : FrameEncoder or None
        Encoder of the frame passed to fit; None for an array.
    """

    def __init__(self, encoder: FrameEncoder | None) -> None:
        self.encoder = encoder
        self._offsets: NDArray[np.float64] | None = None
        self._factors: NDArray[np.float64] | None = None
        self._medians: NDArray[np.float64] | None = None
        self._with_gaps = np.empty(0, dtype=np.intp)

    @property
    def gaps(self) -> NDArray[np.intp]:
        """Columns whose missing numbers are filled in; the last columns say where."""
        return self._with_gaps

    @property
    def keeps_numbers(self) -> bool:
        """Whether what is read holds the numbers that were given, but for missing ones."""
        return self.encoder is None and self._offsets is None and self._factors is None

    def learn(self, rows: NDArray[Any]) -> NDArray[np.float32]:
        """Learn from all rows of fit, and return them as they are read."""
        self._learn(rows[_sampled(len(rows))], _columns_with_gaps(rows)[0])
        return self.read(rows)

    def learn_large(self, rows: LargeRows) -> LargeRows:
        """Learn from rows that lie elsewhere, checking each; they are read when they are needed."""
        gaps = rows.map_where_they_lie(_columns_with_gaps)
        if gaps is None:
            gaps = np.vstack([_columns_with_gaps(rows[part]) for part in in_blocks(rows)])
        has_gaps: NDArray[np.bool_] = np.any(gaps, axis=0)
        self._learn(rows.as_type(np.float64)[_sampled(len(rows))], has_gaps)
        return self.read_large(rows)

    def read_large(self, rows: LargeRows) -> LargeRows:
        """Rows that lie elsewhere, read when they are needed."""
        if self._offsets is None and self._factors is None and not len(self._with_gaps):
            return rows.as_type(np.float32, allow_nan=False)
        exact = rows.as_type(np.float64)
        return LargeRows(MappedReader(exact, self.read), np.float32)

    def read(self, rows: NDArray[Any]) -> NDArray[np.float32]:
        """Rows as float32."""
        if self._offsets is not None:
            rows = rows - self._offsets
        if self._factors is not None:
            rows = raise_columns(rows, self._factors)
        with np.errstate(over="ignore"):  # refused as infinite
            read = rows.astype(np.float32, copy=False)
        if len(self._with_gaps) or (self._medians is not None and np.isnan(read).any()):
            assert self._medians is not None
            return fill_missing(read, self._medians, self._with_gaps)
        return read

    def _learn(self, sample: NDArray[Any], with_gaps: Any) -> None:
        if not len(sample):
            return
        offsets = far_offsets(sample)
        self._offsets = offsets if offsets.any() else None
        factors = factors_of_tiny(sample - offsets, _TINY, _RAISED)
        self._factors = factors if (factors != 1.0).any() else None
        self._with_gaps = np.flatnonzero(with_gaps)
        empty = np.isnan(sample).all(axis=0)
        medians = np.nanmedian(np.where(empty, 0.0, sample), axis=0)
        self._medians = np.where(empty, 0.0, (medians - offsets) * factors)


def _sampled(n: int) -> NDArray[np.intp]:
    """The same rows wherever they lie."""
    if n <= _MOST_ROWS_SAMPLED:
        return np.arange(n)
    size = _MOST_ROWS_SAMPLED // _PARTS_SAMPLED
    starts = np.linspace(0, n - size, _PARTS_SAMPLED).astype(np.intp)
    return (starts[:, None] + np.arange(size)).ravel()


def _columns_with_gaps(rows: NDArray[Any]) -> NDArray[np.bool_]:
    """One row for a block: which columns miss an entry in it."""
    found: NDArray[np.bool_] = np.isnan(rows).any(axis=0)[None]
    return found
