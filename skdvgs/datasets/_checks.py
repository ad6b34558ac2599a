"""read_classes: labels and fractions, and labels rearranged without changing their container."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._utils.types import Index, Labels
from ..exceptions import InvalidInputError


def count_of(fraction: float, n_samples: int) -> int:
    """Return how many rows a fraction stands for: ``round(fraction * n_samples)``.

    Raises
    ------
    InvalidInputError
        If the fraction is not a number in [0, 1].
    """
    if not isinstance(fraction, Real) or not 0.0 <= float(fraction) <= 1.0:
        raise InvalidInputError(
            f"fraction is {fraction!r}. It is the share of rows to corrupt. Give a number from 0 "
            "to 1."
        )
    return round(float(fraction) * n_samples)


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise InvalidInputError unless a parameter is one of the words it may be."""
    if value not in choices:
        raise InvalidInputError(
            f"{name} is {value!r}. No such {name} is known. Choose one of {', '.join(choices)}."
        )


def take_from(y: Any, donors: Index) -> Any:
    """Return `y` with each row's entry taken from its donor, which may be the row itself.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        A pandas Series or DataFrame keeps its index, names and types, categories among them. A
        polars one keeps its names and types. Anything else becomes an array.
    donors : array of shape (n_samples,)
        Position of each row's donor.
    """
    if hasattr(y, "iloc"):
        taken = y.iloc[donors]
        taken.index = y.index
        return taken
    if type(y).__module__.partition(".")[0] == "polars":
        return y[donors]
    return np.asarray(y)[donors]


def read_classes(y: ArrayLike) -> tuple[Labels, Index, Index]:
    """Return the sorted classes, and the number of each row's class.

    Returns
    -------
    classes : array of shape (n_classes,)
        The labels that occur, sorted.
    member : array of shape (n_classes,)
        Position of one row of each class.
    codes : array of shape (n_samples,)
        Place of each row's label in `classes`.

    Raises
    ------
    InvalidInputError
        If y is not one column, has missing labels or fractions, or holds fewer than two classes.
    """
    labels = np.asarray(y)
    if labels.ndim != 1 or len(labels) == 0:
        raise InvalidInputError(
            f"y has shape {labels.shape}. Class labels are one column. Pass shape (n_samples,)."
        )
    if _has_missing(y, labels):
        raise InvalidInputError(
            "y holds missing labels. Nothing can be told of a row without one. Leave these rows "
            "out, or give them a class of their own."
        )
    if labels.dtype.kind == "f" and np.any(labels != np.floor(labels)):
        raise InvalidInputError(
            "y holds fractions. Labels are classes, and numbers between them are targets. Use "
            "corrupt_targets, or encode the classes as text or whole numbers."
        )
    try:
        classes, member, codes = np.unique(labels, return_index=True, return_inverse=True)
    except TypeError as error:
        raise InvalidInputError(
            "y mixes labels that cannot be sorted, such as text and numbers. Classes are put in "
            "order. Convert them to one type, e.g. with y.astype(str)."
        ) from error
    if len(classes) < 2:
        raise InvalidInputError(
            f"y holds the single class {classes.tolist()[0]!r}. A corrupted label needs another "
            "class. Pass labels of at least two classes."
        )
    return classes, member, codes


def _has_missing(y: ArrayLike, labels: Labels) -> bool:
    if hasattr(y, "isna"):
        return bool(y.isna().any())
    # Of all labels only a missing one differs from itself.
    return any(label is None or label != label for label in labels.tolist())
