"""KnownRows: recognises the rows of a fit among others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.large.large_rows import in_blocks
from skdvgs._inputs.named_arrays import are_records, parts_of
from skdvgs._inputs.task import Rows
from skdvgs._utils.types import Labels


class KnownRows:
    """Finds rows that were fitted.

    Parameters
    ----------
    rows : Rows
        Source rows of the fit.
    """

    def __init__(self, rows: Rows) -> None:
        digests = [_digests(rows.X[part], rows.y[part]) for part in in_blocks(rows.X)]
        of_features, of_both = (np.concatenate(parts) for parts in zip(*digests, strict=True))
        self._by_features, self._by_both = _Index(of_features), _Index(of_both)

    @property
    def n_rows(self) -> int:
        """Rows of the fit."""
        return len(self._by_features.digests)

    @property
    def equal_features(self) -> NDArray[np.intp]:
        """A number for each row, the same for rows with equal features."""
        return np.unique(self._by_features.digests, return_inverse=True)[1]

    def order(self, y: Labels) -> NDArray[np.intp]:
        """Positions of the fitted rows, in an order that only their content decides.

        Parameters
        ----------
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Numbers that tell apart rows with the same features.
        """
        columns = y[:, None] if y.ndim == 1 else y
        return np.lexsort((*columns.T, self._by_features.digests))

    def first_copies(self) -> NDArray[np.intp]:
        """Position of the first fitted row with the same features, for each fitted row."""
        _, first, same = np.unique(
            self._by_features.digests, return_index=True, return_inverse=True
        )
        return first[same]

    def find(self, rows: Rows) -> NDArray[np.intp]:
        """Position of each row among the fitted ones with the same label, -1 for new rows."""
        return self._by_both.find(_digests(rows.X[:], rows.y)[1])

    def find_in_order(self, rows: Rows) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """As :meth:`find`, and an order of the rows that does not depend on the given one.

        Fitted rows come first, in the order of the fit; then new ones, as their content decides.
        """
        return self._by_both.find_in_order(_digests(rows.X[:], rows.y)[1])

    def find_features(self, X: NDArray[Any]) -> NDArray[np.intp]:
        """Position of each row among the fitted ones with whatever label, -1 for new rows."""
        return self._by_features.find(_digests(X, np.empty((len(X), 0)))[0])

    def find_features_in_order(self, X: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """As :meth:`find_in_order`, of rows with whatever label."""
        return self._by_features.find_in_order(_digests(X, np.empty((len(X), 0)))[0])


class _Index:
    def __init__(self, digests: NDArray[np.uint64]) -> None:
        self.digests = digests
        self._order = np.argsort(digests, kind="stable")
        self._sorted = digests[self._order]

    def find(self, digests: NDArray[np.uint64]) -> NDArray[np.intp]:
        at = np.minimum(np.searchsorted(self._sorted, digests), len(self._sorted) - 1)
        return np.where(self._sorted[at] == digests, self._order[at], -1)

    def find_in_order(
        self, digests: NDArray[np.uint64]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        order = np.argsort(digests, kind="stable")
        in_order = digests[order]
        # The second copy of a row stands where the second one of the fit does.
        copies_before = np.arange(len(digests)) - np.searchsorted(in_order, in_order)
        at = np.searchsorted(self._sorted, in_order) + copies_before
        inside = np.minimum(at, len(self._sorted) - 1)
        is_fitted = (at == inside) & (self._sorted[inside] == in_order)
        place = np.where(is_fitted, self._order[inside], len(self._sorted))
        return self.find(digests), order[np.argsort(place, kind="stable")]


def _digests(X: NDArray[Any], y: Labels) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """64 bits for the features of each row, and 64 for these and its label.

    Of millions of rows hardly two unequal ones share them.
    """
    of_features, of_both = np.empty((2, len(X)), dtype=np.uint64)
    for i, (features, label) in enumerate(zip(_bytes_of(X), _bytes_of(y), strict=True)):
        digest = hashlib.blake2b(features, digest_size=8)
        of_features[i] = int.from_bytes(digest.digest(), "little")
        digest.update(label)
        of_both[i] = int.from_bytes(digest.digest(), "little")
    return of_features, of_both


def _bytes_of(array: NDArray[Any]) -> Iterator[bytes]:
    """Bytes of each row, the same for equal rows."""
    if are_records(array):
        yield from _bytes_of_records(array)
        return
    if array.dtype.kind not in "biuf":
        yield from (repr(row).encode() for row in array)
        return
    # Adding zero makes one number of the two zeros.
    rows = np.ascontiguousarray(array + 0)
    yield from (row.tobytes() for row in rows)


def _bytes_of_records(records: NDArray[Any]) -> Iterator[bytes]:
    parts = (_bytes_of(part) for part in parts_of(records).values())
    yield from (b"".join(row) for row in zip(*parts, strict=True))
