"""FrameEncoder: frames whose columns are not all numbers, as the default network reads them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.frame_columns import (
    ColumnKind,
    columns_of,
    is_frame,
    kind_of_column,
    read_numbers,
    read_seconds,
    read_text,
)
from skdvgs.exceptions import InvalidInputError


class FrameEncoder:
    """Makes numbers of a frame: skrub's TableVectorizer takes text and the parts of dates.

    Numbers stay as they are in float64, with NaN where they are missing; dates and durations
    are seconds too. No label is looked at.

    Parameters
    ----------
    kinds : list of str
        What each column holds: numbers, durations, dates, text or nested entries.
    """

    def __init__(self, kinds: list[ColumnKind]) -> None:
        self._kinds = kinds
        self._vectorizer: Any = None
        self._known: dict[str, set[str]] = {}

    def encode(self, X: Any, name: str = "X") -> NDArray[np.float64]:
        """Encode rows; categories and words are learnt from the first ones.

        A category that was not learnt is none of the known ones.
        """
        if not is_frame(X):
            raise InvalidInputError(
                f"{name} is no frame, but fit was given one with columns that are no numbers. "
                "Columns are read in the same way. Pass a frame with the same columns."
            )
        parts, rest = [self._numbers(X)], self._rest(X)
        if rest.shape[1]:
            parts.append(self._encode(rest))
        return np.column_stack(parts)

    def _encode(self, rest: Any) -> NDArray[np.float64]:
        with warnings.catch_warnings():
            # Categories that were not learnt, and columns of one date only: neither is a fault.
            warnings.simplefilter("ignore")
            if self._vectorizer is None:
                self._vectorizer = _make_vectorizer()
                return np.asarray(self._vectorizer.fit_transform(rest), dtype=np.float64)
            return np.asarray(self._vectorizer.transform(rest), dtype=np.float64)

    def _numbers(self, X: Any) -> NDArray[np.float64]:
        read = [np.empty((X.shape[0], 0))]
        for kind, column in zip(self._kinds, columns_of(X), strict=True):
            if kind == "number":
                read.append(read_numbers(column))
            elif kind in ("date", "duration"):
                _check_kind(column, kind)
                read.append(read_seconds(column))
        return np.column_stack(read)

    def _check_text(self, at: str, column: Any, texts: NDArray[Any]) -> None:
        """Refuse numbers or dates where fit was given text, if none of them is such a text."""
        found = set(texts[texts != None].tolist())  # noqa: E711 - entry by entry
        if self._vectorizer is None:
            self._known[at] = found
        elif found and not found & self._known[at] and kind_of_column(column) != "text":
            raise InvalidInputError(
                f"Column {column.name!r} holds {min(found)!r}, but was of text such as "
                f"{min(self._known[at], default='')!r} in fit. All rows must be of one kind. "
                "Convert it."
            )

    def _rest(self, X: Any) -> Any:
        """Text, and dates whose parts may matter, as a pandas frame."""
        import pandas

        made = {}
        for at, (kind, column) in enumerate(zip(self._kinds, columns_of(X), strict=True)):
            if kind == "text":
                texts = read_text(column)
                self._check_text(f"{at}", column, texts)
                made[f"{at}"] = pandas.Series(texts, dtype=object)
            elif kind == "date":
                seconds = np.floor(read_seconds(column))
                made[f"{at}"] = pandas.to_datetime(pandas.Series(seconds), unit="s")
        return pandas.DataFrame(made, index=range(X.shape[0]))


def make_frame_encoder(X: Any) -> FrameEncoder | None:
    """An encoder for a frame; None for what is no frame, or holds nothing but numbers.

    Raises
    ------
    InvalidInputError
        Naming the columns, if they cannot be encoded, or skrub is not installed.
    """
    if not is_frame(X):
        return None
    kinds = [kind_of_column(column) for column in columns_of(X)]
    nested = _columns_of_kinds(X, kinds, ("nested",))
    if nested:
        raise InvalidInputError(
            f"X holds lists, structs or bytes in columns {nested[:10]}. What they mean "
            "cannot be told. Make columns of numbers or text of them, or drop them."
        )
    rest = _columns_of_kinds(X, kinds, ("text", "date"))
    if rest and not _has_skrub():
        raise InvalidInputError(
            f"X holds text or dates in columns {rest[:10]}. A network needs numbers. Encode "
            'them, or run pip install "skdvgs[tables]", which has the default network take them '
            "as they are."
        )
    return FrameEncoder(kinds) if set(kinds) != {"number"} else None


def is_plain(X: Any) -> bool:
    """Tell a frame of numbers in numpy's own types, which scikit-learn reads as it is."""
    return all(isinstance(dtype, np.dtype) and dtype.kind in "biufc" for dtype in X.dtypes)


def numbers_of_frame(X: Any, name: str) -> Any:
    """A frame of numbers as an array, or as it is where numpy can read it.

    Raises
    ------
    InvalidInputError
        Naming the columns that are no numbers.
    """
    if is_plain(X):
        return X
    kinds = [kind_of_column(column) for column in columns_of(X)]
    others = _columns_of_kinds(X, kinds, ("text", "date", "duration", "nested"))
    if others:
        raise InvalidInputError(
            f"{name} holds text or dates in columns {others[:10]}. Numbers are needed: by a "
            "network of one's own, or because fit was given numbers. Encode them, e.g. with "
            "sklearn.preprocessing.OneHotEncoder or skrub.TableVectorizer, or drop them."
        )
    return FrameEncoder(kinds).encode(X, name)


def _columns_of_kinds(X: Any, kinds: list[ColumnKind], wanted: tuple[str, ...]) -> list[Any]:
    return [column for column, kind in zip(X.columns, kinds, strict=True) if kind in wanted]


def _has_skrub() -> bool:
    try:
        import skrub
    except ImportError:
        return False
    return hasattr(skrub, "TableVectorizer")


def _make_vectorizer() -> Any:
    from skrub import StringEncoder, TableVectorizer

    # Seeded, so that values are repeatable.
    return TableVectorizer(high_cardinality=StringEncoder(random_state=0))


def _check_kind(column: Any, kind: ColumnKind) -> None:
    is_empty = column.isna().all() if hasattr(column, "isna") else column.is_null().all()
    found = kind_of_column(column)
    if is_empty or found == kind:
        return
    raise InvalidInputError(
        f"Column {column.name!r} is of kind {found}, but was of kind {kind} in fit. All rows must "
        "be of one kind. Convert it."
    )
