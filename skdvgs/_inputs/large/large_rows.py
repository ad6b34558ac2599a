"""LargeRows: many rows, read part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import assert_all_finite

from skdvgs._inputs.named_arrays import check_finite_records, numbers_of_row
from skdvgs.exceptions import InvalidInputError

# Numbers read at a time where nothing else says how many: 8 MiB as float32.
_BLOCK_NUMBERS = 2**21
# Rows between two rows that are asked for, up to which reading all of them is the faster way.
_MOST_GAP = 64
# Rows that lie elsewhere are read once for all if they take less memory than this.
SMALL_BYTES = 2**25

Function = Callable[[NDArray[Any]], NDArray[Any]]


class Reader(Protocol):
    """Where rows come from. Attribute ``shape`` is that of an array of all of them."""

    shape: tuple[int, ...]

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Rows from `start` up to `stop`, as numbers of any type."""


class LargeRows:
    """Rows that are read when they are asked for, as numbers a network can use.

    Parameters
    ----------
    reader : Reader
        Reads rows from the file or array behind them.
    dtype : dtype
        Type that rows are cast to when they are read.
    name : str
        Name of the argument in messages.
    allow_nan : bool
        Whether entries may be missing.
    """

    def __init__(
        self, reader: Reader, dtype: Any, name: str = "X", allow_nan: bool = False
    ) -> None:
        self._reader = reader
        self._name = name
        self._allow_nan = allow_nan
        self.shape = tuple(reader.shape)
        self.ndim = len(self.shape)
        self.dtype: np.dtype[Any] = np.dtype(dtype)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def nbytes(self) -> int:
        """Bytes of all rows in memory."""
        return int(np.prod(self.shape, dtype=object)) * self.dtype.itemsize

    def as_type(self, dtype: Any, allow_nan: bool | None = None) -> LargeRows:
        """The same rows as numbers of another type; None leaves whether entries may be missing."""
        allow_nan = self._allow_nan if allow_nan is None else allow_nan
        return LargeRows(self._reader, dtype, self._name, allow_nan)

    def __getitem__(self, index: Any) -> NDArray[Any]:
        """Some rows: by a slice, by numbers in any order and repeated, or one by its number.

        Raises
        ------
        InvalidInputError
            If they cannot be read, or are not finite.
        """
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step == 1:
                return self._read(start, max(start, stop))
            return self[np.arange(start, stop, step)]
        if isinstance(index, (int, np.integer)):
            result: NDArray[Any] = self[np.array([index])][0]
            return result
        index = np.asarray(index)
        if index.dtype == bool:
            index = np.flatnonzero(index)
        index = np.where(index < 0, index + len(self), index)
        wanted, place = np.unique(index, return_inverse=True)
        if len(wanted) == 0:
            return np.empty((0, *self.shape[1:]), dtype=self.dtype)
        found = np.empty((len(wanted), *self.shape[1:]), dtype=self.dtype)
        for part in self._spans(wanted):
            first = int(wanted[part.start])
            found[part] = self._read(first, int(wanted[part.stop - 1]) + 1)[wanted[part] - first]
        return found[place.reshape(index.shape)]

    def check(self) -> None:
        """Read every row once.

        Raises
        ------
        InvalidInputError
            For the first block that cannot be read, or is not finite.
        """
        if self.map_where_they_lie(_nothing) is None:
            for rows in in_blocks(self):
                self[rows]

    def map_where_they_lie(self, function: Function) -> NDArray[Any] | None:
        """What a function makes of each block of rows, computed on the machine that holds it.

        Parameters
        ----------
        function : callable
            Makes an array of shape (n, n_columns) of n rows.

        Returns
        -------
        array of shape (n_samples, n_columns) or None
            None where all rows are read by this machine anyway.
        """
        map_blocks = getattr(self._reader, "map_blocks", None)
        if map_blocks is None:
            return None
        found: NDArray[Any] | None = map_blocks(
            partial(_map_block, function, self.dtype, self._name, self._allow_nan)
        )
        return found

    def _spans(self, wanted: NDArray[np.intp]) -> Iterator[slice]:
        """Parts of sorted row numbers that are near each other and not too many to read."""
        most = rows_of_block(self)
        start = 0
        far = np.diff(wanted) > _MOST_GAP
        for end in [*(np.flatnonzero(far) + 1), len(wanted)]:
            while start < end:
                upto = np.searchsorted(wanted, wanted[start] + most)
                stop = int(min(end, upto))
                yield slice(start, stop)
                start = stop

    def _read(self, start: int, stop: int) -> NDArray[Any]:
        try:
            rows = np.asarray(self._reader.read(start, stop))
        except InvalidInputError:
            raise
        except Exception as error:
            raise InvalidInputError(
                f"Rows {start} to {stop} of {self._name} cannot be read: {error}. Every row is "
                "read when it is valued. Keep the file, or the data set, open and unchanged."
            ) from error
        if rows.shape != (stop - start, *self.shape[1:]):
            raise InvalidInputError(
                f"Rows {start} to {stop} of {self._name} were read as an array of shape "
                f"{rows.shape}, not {(stop - start, *self.shape[1:])}. All rows must be alike."
            )
        return as_numbers(rows, self.dtype, self._name, start, self._allow_nan)


def as_numbers(
    rows: NDArray[Any], dtype: np.dtype[Any], name: str, start: int, allow_nan: bool = False
) -> NDArray[Any]:
    """Rows as finite numbers of a type.

    Parameters
    ----------
    rows : array of shape (n, ...)
        Rows with the type of the file.
    dtype : dtype
        Type to cast them to.
    name : str
        Name of the argument in messages.
    start : int
        Number of the first one of these.
    allow_nan : bool
        Whether entries may be missing.

    Raises
    ------
    InvalidInputError
        If they are no numbers, or not finite.
    """
    if dtype.names is not None:
        if rows.dtype != dtype:
            raise InvalidInputError(
                f"Rows {start} to {start + len(rows)} of {name} were read as {rows.dtype}, the "
                f"first ones as {dtype}. All rows must be alike."
            )
        check_finite_records(rows, name, start)
        return rows
    if rows.dtype.kind == "c":
        raise InvalidInputError(
            f"Complex data not supported: {name} holds complex numbers. A network needs real "
            "ones. Pass real and imaginary parts as columns."
        )
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # said below, with the row
            rows = np.ascontiguousarray(rows, dtype=dtype)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"Rows {start} to {start + len(rows)} of {name} are no numbers: {error}. A network "
            "needs numbers. Encode them first."
        ) from error
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            assert_all_finite(rows, input_name=name, allow_nan=allow_nan)
    except ValueError as error:
        good = np.isfinite(rows) | (np.isnan(rows) if allow_nan else False)
        bad = start + int(np.argmin(good.reshape(len(rows), -1).all(axis=1)))
        raise InvalidInputError(f"{error} Row {bad} is the first one.") from error
    return rows


def _map_block(
    function: Function,
    dtype: np.dtype[Any],
    name: str,
    allow_nan: bool,
    start: int,
    rows: NDArray[Any],
) -> NDArray[Any]:
    return function(as_numbers(rows, dtype, name, start, allow_nan))


def _nothing(rows: NDArray[Any]) -> NDArray[Any]:
    return np.empty((len(rows), 0), dtype=np.float32)


def rows_of_block(rows: Any) -> int:
    """Rows that make a block of a few MiB."""
    return max(1, _BLOCK_NUMBERS // max(1, numbers_of_row(rows)))


def in_blocks(rows: Any, size: int | None = None) -> Iterator[slice]:
    """Slices that cover an array, or large rows, block by block.

    Parameters
    ----------
    rows : array or LargeRows
        Rows to cut into blocks.
    size : int or None
        Rows of a block; None makes blocks of a few MiB.
    """
    step = rows_of_block(rows) if size is None else size
    for start in range(0, len(rows), step):
        yield slice(start, min(start + step, len(rows)))
