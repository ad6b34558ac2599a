"""ArrayReader and its kin: a reader for each kind of place where rows may lie."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.large.alike import read_alike
from skdvgs._inputs.named_arrays import are_records, stacked
from skdvgs.exceptions import InvalidInputError


class ArrayReader:
    """Anything that gives an array for a slice of its rows: Zarr and the like.

    Parameters
    ----------
    array : object
        With ``shape``, and ``array[start:stop]``.
    """

    def __init__(self, array: Any) -> None:
        self._array = array
        self.shape: tuple[int, ...] = tuple(int(n) for n in array.shape)

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Rows from `start` up to `stop`."""
        return np.asarray(self._array[start:stop])


class MemmapReader(ArrayReader):
    """A memory-mapped array. Other processes map the file anew: no row travels.

    Parameters
    ----------
    array : memmap
        Pages of it that were read are given back when the next rows are read.
    """

    def __init__(self, array: Any) -> None:
        super().__init__(array)
        self._map = _shared_map(array)
        self._bytes_before = (0, 0)

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Rows from `start` up to `stop`."""
        rows = super().read(start, stop)
        if self._map is not None:
            first, length = self._bytes_before
            if length:
                # The file keeps them; rows still in use are mapped again when they are touched.
                self._map.madvise(mmap.MADV_DONTNEED, first, length)
            self._bytes_before = _pages_of(rows, self._map)
        return rows

    def __getstate__(self) -> dict[str, Any]:
        array = self._array
        whole = array
        while isinstance(whole.base, np.memmap):
            whole = whole.base
        filename = getattr(whole, "filename", None)
        if filename is None or not array.flags.c_contiguous:
            return {"array": np.array(array)}
        ahead = array.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
        return {
            "filename": str(filename),
            "dtype": array.dtype,
            "shape": array.shape,
            "offset": whole.offset + ahead,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        array = state["array"] if "array" in state else np.memmap(mode="r", order="C", **state)
        self.__init__(array)  # type: ignore[misc]


def _shared_map(array: Any) -> mmap.mmap | None:
    """The map of an array that nobody can write to through it; None where pages must stay."""
    if getattr(array, "mode", None) != "r" or not hasattr(mmap, "MADV_DONTNEED"):
        return None
    base = array
    while isinstance(base, np.ndarray):
        base = base.base
    return base if isinstance(base, mmap.mmap) else None


def _pages_of(rows: NDArray[Any], whole: mmap.mmap) -> tuple[int, int]:
    """Where the whole pages that some rows take lie in a map: first byte and length."""
    if not rows.flags.c_contiguous:
        return 0, 0
    begin = np.frombuffer(whole, dtype=np.uint8, count=1).__array_interface__["data"][0]
    low = rows.__array_interface__["data"][0] - begin
    first = -(-low // mmap.PAGESIZE) * mmap.PAGESIZE
    end = (low + rows.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
    return first, max(0, end - first)


class H5Reader(ArrayReader):
    """A data set of an HDF5 file. Other processes open the file anew."""

    def __getstate__(self) -> dict[str, Any]:
        return {"filename": self._array.file.filename, "name": self._array.name}

    def __setstate__(self, state: dict[str, Any]) -> None:
        import h5py

        self.__init__(h5py.File(state["filename"], "r")[state["name"]])  # type: ignore[misc]


class SparseReader(ArrayReader):
    """A scipy sparse matrix or array; rows are made dense as they are read."""

    def __init__(self, array: Any) -> None:
        super().__init__(array.tocsr())

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Rows from `start` up to `stop`, dense."""
        found: NDArray[Any] = self._array[start:stop].toarray()
        return found


class DaskReader(ArrayReader):
    """A Dask array; rows are computed as they are read."""

    def __init__(self, array: Any) -> None:
        super().__init__(array)
        self._array = array.rechunk(dict.fromkeys(range(1, array.ndim), -1))

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Rows from `start` up to `stop`, computed."""
        return np.asarray(self._array[start:stop].compute())

    def map_blocks(self, function: Callable[[int, NDArray[Any]], NDArray[Any]]) -> NDArray[Any]:
        """What a function of first row number and rows makes of each block, where it lies.

        Parameters
        ----------
        function : callable
            Makes an array of shape (n, n_columns) of n rows.
        """
        import dask

        shared = dask.delayed(function, traverse=False)
        starts = np.concatenate([[0], np.cumsum(self._array.chunks[0])[:-1]]).tolist()
        blocks = self._array.to_delayed().reshape(len(starts), -1)[:, 0]
        made = [
            dask.delayed(_call)(shared, start, block)
            for start, block in zip(starts, blocks, strict=True)
        ]
        return np.concatenate(dask.compute(*made))


def _call(function: Any, start: int, rows: Any) -> NDArray[Any]:
    found: NDArray[Any] = function(start, np.asarray(rows))
    return found


class DatasetReader:
    """The features of a map-style torch Dataset.

    Parameters
    ----------
    dataset : torch.utils.data.Dataset
        With ``len``, whose items are features, ``(features,)``, or ``(features, label)``. Features
        are an array, or a dict of arrays.

    Attributes
    ----------
    dtype : dtype or None
        Type of the records that dicts are read as; None for one array a row.
    """

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset
        features, _ = self._items(0, 1)
        self.shape: tuple[int, ...] = (len(dataset), *features.shape[1:])
        self.dtype = features.dtype if are_records(features) else None

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Features of some items."""
        if start == stop:
            return np.empty((0, *self.shape[1:]), dtype=self.dtype or np.float32)
        return self._items(start, stop)[0]

    def labels(self) -> NDArray[Any] | None:
        """Labels of all items; None where items have none."""
        parts = []
        for start in range(0, len(self._dataset), 1024):
            _, labels = self._items(start, min(start + 1024, len(self._dataset)))
            if labels is None:
                return None
            parts.append(labels)
        return np.concatenate(parts)

    def _read_items(self, wanted: list[int]) -> Any:
        if hasattr(self._dataset, "__getitems__"):
            return self._dataset.__getitems__(wanted)
        return [self._dataset[i] for i in wanted]

    def _items(self, start: int, stop: int) -> tuple[NDArray[Any], NDArray[Any] | None]:
        items = read_alike(self._read_items, list(range(start, stop)))
        if not isinstance(items[0], (tuple, list)):
            return _together(items), None
        if len(items[0]) == 1:
            return _together([item[0] for item in items]), None
        if len(items[0]) != 2:
            raise InvalidInputError(
                f"Items of the Dataset hold {len(items[0])} parts. A row is its features, or "
                "features and a label. Return (x, y) from __getitem__."
            )
        features, labels = zip(*items, strict=True)
        return _together(features), np.stack([np.asarray(part) for part in labels])


def _together(features: Sequence[Any]) -> NDArray[Any]:
    """Features of several rows as an array; as records where each is a dict of arrays."""
    if isinstance(features[0], Mapping):
        return stacked(features, "X")
    return np.stack([np.asarray(part) for part in features])


class MappedReader:
    """Rows of another reader as a function makes them; no more than a batch exists at a time.

    Parameters
    ----------
    rows : array or LargeRows
        Rows to read.
    function : callable
        Makes an array of shape (n, ...) of n rows.
    """

    def __init__(self, rows: Any, function: Callable[[NDArray[Any]], NDArray[Any]]) -> None:
        self._rows, self._function = rows, function
        self.shape: tuple[int, ...] = (len(rows), *function(rows[:1]).shape[1:])

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Rows from `start` up to `stop`, made anew."""
        if start == stop:
            return np.empty((0, *self.shape[1:]), dtype=np.float32)
        return self._function(self._rows[start:stop])

    def map_blocks(
        self, function: Callable[[int, NDArray[Any]], NDArray[Any]]
    ) -> NDArray[Any] | None:
        """What a function makes of each block, where the rows below it lie; None if here."""
        there = getattr(self._rows, "map_where_they_lie", None)
        return None if there is None else there(partial(_map_then, self._function, function))


def _map_then(first: Any, function: Any, rows: NDArray[Any]) -> NDArray[Any]:
    found: NDArray[Any] = function(
        0, first(rows)
    )  # rows were checked, with their numbers, when they were read
    return found
